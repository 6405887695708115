"""Whatever the dialect of a bank: after its statements, each of its bookings is in our books once.

The sandbox bank's own books are the oracle. Every production has one account, in a dialect of its own. Its bank rejects
one payment and returns another, and money comes in that is expected, that is not, and that is taken back.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa

from activities.views import AccountRef, RunRef
from adapters.bank.folder import folder_of
from adapters.db import tables
from adapters.db.queries import ledger
from adapters.db.streams import stream_of
from adapters.sandbox_bank import admin
from adapters.sandbox_bank.dialect import Dialect, dialect_of
from adapters.sandbox_bank.faults import FaultKind, add_fault
from app.payments.preview import preview
from domain.commands import ReleaseRun
from domain.values.money import Money
from tests.adapters.sandbox_bank.test_dialects import ONE_TRAIT
from tests.faults.programme.agreements import ACCOUNT, Drawn
from tests.world import World

DAY = date(2025, 2, 10)
PAYOUTS = (1000, 2000, 3000, 3000, 7000)
"""The first is returned, the second rejected; two are equal."""
CONTRIBUTION, STRAY = 50_000, 123


def agreement(key: str, currency: str) -> bytes:
    """An agreement whose payouts are all due on the first day, and a contribution."""
    due = {"on": DAY.isoformat()}
    paid_out: list[dict[str, object]] = [
        {
            "id": f"P{n}",
            "title": f"P{n}",
            "amount": f"KRW {sum_}",
            "due": due,
            "purpose": "production",
            "payer": ACCOUNT,
            "payee": "vendor-krw",
        }
        for n, sum_ in enumerate(PAYOUTS)
    ]
    paid_in: dict[str, object] = {
        "id": "IN",
        "title": "IN",
        "amount": f"KRW {CONTRIBUTION}",
        "due": due,
        "purpose": "contribution",
        "payer": "studio-krw",
        "payee": ACCOUNT,
    }
    drawn = Drawn(key=key, payouts=(), changes={"schedule": [paid_in, *paid_out]})
    return drawn.agreement().replace(b"KRW", currency.encode())


@dataclass
class Customer:
    """One production and its account at the bank."""

    world: World
    key: str
    dialect: Dialect

    @property
    def folder(self) -> str:
        return folder_of(self.key, ACCOUNT)

    @property
    def currency(self) -> str:
        return "JPY" if self.dialect.format == "zengin" else "KRW"

    def open(self, terms: bytes | None = None) -> None:
        self.world.put_in_force(terms or agreement(self.key, self.currency), self.key)
        (account,) = [each for each in self.world.handler.in_force(self.key).accounts if each.id == ACCOUNT]
        opening = Money(10**9, account.currency)
        admin.open_account(
            self.world.data, self.folder, account.number, account.currency, opening=opening, dialect=self.dialect
        )

    def pay(self) -> None:
        """Release and send what is due."""
        runs, ref = self.world.runs, AccountRef(production=self.key, account=ACCOUNT, by="system")
        runs.fall_due(ref)
        for planned in runs.plan_runs(ref):
            view = runs.prepare(planned)
            sha256 = preview(self.world.handler, view.run).head.sha256
            runs.release(
                ReleaseRun(key=f"release/{view.run}", by="sora", production=self.key, run=view.run, sha256=sha256)
            )
            runs.send(RunRef(production=self.key, run=view.run))
        self.world.deliver()

    def credit(self, amount: int, payer: str, reference: str) -> None:
        on = self.world.clock.now().date()
        admin.credit(self.world.their_bank.books, self.folder, Money(amount, self.currency), payer, reference, on)

    def take(self) -> None:
        """Let the bank work, and take in its files; the last one twice."""
        while self.world.their_bank.step():
            pass
        for name in self.world.folder.waiting(self.folder):
            raw = self.world.folder.read(self.folder, name)
            refused = self.world.bank.take(self.key, ACCOUNT, name, raw)
            assert refused is None, f"{name}: {refused}\n{raw[:3000]!r}"
            assert self.world.bank.take(self.key, ACCOUNT, f"again-{name}", raw) is None
            self.world.folder.archive(self.folder, name)

    # What is on record

    def balance(self, account: str) -> int:
        with self.world.store.reading() as records:
            rows = ledger.balances(records.connection, self.key)
        return sum(row.balance.minor for row in rows if row.account == f"{account}:{ACCOUNT}")

    def bookings(self) -> Counter[tuple[date, int]]:
        """Day and amount of each booking, without those that were told before."""
        table = tables.booking.c
        query = sa.select(table.booked_on, table.minor).where(
            table.stream == stream_of(self.key), table.account == ACCOUNT, table.fate != "known"
        )
        with self.world.store.reading() as records:
            return Counter((on, minor) for on, minor in records.connection.execute(query))

    def statuses(self) -> list[str]:
        with self.world.store.reading() as records:
            state = records.state(self.key, payments=sa.true())
        return [str(payment.status) for _, payment in sorted(state.payments.items())]


def of_japan(key: str, separator: str) -> bytes:
    """The agreement with an account that pays by Zengin files."""
    made = json.loads(agreement(key, "JPY"))
    for party in made["parties"]:
        party["kana_name"] = "カブシキガイシャカモメ"
    for number, account in enumerate(made["accounts"]):
        account |= {"clearing": {"system": "JPZGN", "member": "0005", "branch": "001"}, "kind": "ordinary"}
        account |= {"number": f"001234{number}", "calendars": ["JP"]}
    profile = {"format": "zengin-21", "client_code": "0001234567", "separator": separator, "reference": "edi"}
    made["accounts"][0]["bank_file"] = profile
    return json.dumps(made).encode()


def live(customer: Customer) -> None:
    """Three days of an account."""
    books, clock = customer.world.their_bank.books, customer.world.clock
    clock.to(DAY)
    customer.open()
    add_fault(books.db, f"{customer.key}.P0", FaultKind.RETURN, reason="AC04", seconds=5)
    add_fault(books.db, f"{customer.key}.P1", FaultKind.REJECT, reason="AC04", seconds=0)
    customer.pay()
    customer.take()
    customer.credit(CONTRIBUTION, "studio Co", f"{customer.key}.IN")
    customer.credit(STRAY, "Somebody", "STRAY")
    customer.take()
    customer.credit(STRAY, "Somebody", "STRAY")
    customer.world.seconds += 5
    customer.take()
    clock.forward(days=1)
    customer.take()
    admin.reverse(books, customer.folder, f"{customer.key}.IN", clock.now().date())
    customer.take()
    customer.credit(CONTRIBUTION, "studio Co", f"{customer.key}.IN")
    customer.take()
    clock.forward(days=2)
    customer.take()


def charged(dialect: Dialect) -> bool:
    """Whether entries include charges, or what came in is less charges. Zengin records do not name them."""
    return bool(dialect.debit_charge or dialect.credit_charge or dialect.fee)


def returned_too_soon(dialect: Dialect) -> bool:
    """Whether the return is on an earlier page than the debit, and nothing told of either before."""
    return dialect.page == 1 and dialect.notification == "none" and dialect.format != "zengin"


def names_everything(dialect: Dialect) -> bool:
    """Whether all that is booked can be explained. Zengin records name no charges, and no order of a sum."""
    return dialect.format != "zengin" or (not charged(dialect) and dialect.lump == "never")


def in_one(dialect: Dialect) -> bool:
    """Whether a booking of the bank is several of ours, or the reverse."""
    return dialect.lump != "never" or charged(dialect)


def signed(bookings: Counter[tuple[date, int]]) -> Counter[tuple[date, bool]]:
    """What came in and what went out on each day."""
    sums: Counter[tuple[date, bool]] = Counter()
    for (on, minor), times in bookings.items():
        sums[on, minor > 0] += minor * times
    return sums


@pytest.fixture(scope="module")
def world(module_database, tmp_path_factory):
    made = World(module_database.app_url, tmp_path_factory.mktemp("dialects"))
    yield made
    assert made.wrong() == []
    made.close()


def check(customer: Customer) -> None:
    live(customer)
    books = customer.world.their_bank.books
    theirs = Counter((on, money.minor) for on, money in books.bookings(customer.folder))
    ours = customer.bookings()
    assert signed(ours) == signed(theirs)
    if not in_one(customer.dialect):
        assert ours == theirs
    moved = sum(minor * times for (_, minor), times in theirs.items())
    assert customer.balance("asset:bank") == moved
    if names_everything(customer.dialect):
        stray = 2 * (STRAY - min(customer.dialect.credit_charge, STRAY - 1))
        late = PAYOUTS[0] if returned_too_soon(customer.dialect) else 0
        assert customer.balance("suspense:unmatched") == -(stray + late)
        first = "settled" if late else "returned"
        assert customer.statuses() == [first, "rejected", "settled", "settled", "settled"]


@pytest.mark.parametrize("traits", ONE_TRAIT, ids=lambda traits: "-".join(map("=".join, traits.items())))
def test_every_booking_is_in_our_books_once_whatever_the_trait(world, traits):
    if "group" in traits:
        pytest.skip("an account alone is no group")
    check(Customer(world, f"D{ONE_TRAIT.index(traits):03}", dialect_of(traits)))


@pytest.mark.parametrize("seed", range(30))
def test_every_booking_is_in_our_books_once_whatever_the_traits(world, seed):
    check(Customer(world, f"S{seed:03}", dialect_of({}, seed)))


@pytest.mark.parametrize("separator", ["none", "crlf"])
def test_an_order_in_zengin_records_is_settled_by_the_statement_in_such_records(world, separator):
    customer = Customer(world, f"Z{separator.upper()}", dialect_of({"format": "zengin"}))
    world.clock.to(DAY)
    customer.open(of_japan(customer.key, separator))
    customer.pay()
    customer.take()
    world.clock.forward(days=3)
    customer.take()
    assert customer.statuses() == ["settled"] * len(PAYOUTS)
    assert customer.balance("asset:bank") == -sum(PAYOUTS)
