"""What people say of movements, and take back, on a real database; and an audit of all of it."""

from dataclasses import dataclass, field
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from activities.views import RunRef
from adapters.db import movements, tables
from adapters.db.queries import reconciliation
from adapters.db.queries.bank import unmatched
from adapters.db.queries.movement_life import movement_life
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from domain.commands import AdjustReceipt, AllocateMovement, UndoAdjustment, UndoAllocation
from domain.errors import IdempotencyConflict, IllegalTransition, NotFound, WrongRole
from domain.values.money import Money
from tests.camt import CamtEntry, camt
from tests.world import PRODUCTION, UNSHARED, World

PAID_ON = date(2025, 2, 14)
ACCOUNT, NUMBER = "spc-krw", "10020030040010"
WR_A = f"{PRODUCTION}.WR-A"
PAID = Money.parse("KRW 192000000")
WORDS = "영수증 없는 입금 ― 領収書なし"


def krw(minor: int) -> Money:
    return Money(minor, "KRW")


@dataclass
class Treasury:
    """A treasurer, whose movements have the names of their references."""

    world: World
    names: dict[str, str] = field(default_factory=dict)
    keys: int = 0

    def booked(self, *entries: CamtEntry) -> None:
        message = f"N{len(self.names)}"
        raw = camt(message, NUMBER, PAID_ON, *entries)
        assert self.world.bank.take(PRODUCTION, ACCOUNT, f"{message}.xml", raw) is None
        with self.world.store.reading() as records:
            rows = unmatched(records.connection).items
        self.names |= {row.bank_reference: row.movement for row in rows}

    def allocate(
        self, reference: str, to: str, name: str = "", by: str = "eunwoo", key: str = "", **more: object
    ) -> str:
        self.keys += 1
        command = AllocateMovement(
            key=key or f"allocate/{self.keys}", by=by, production=PRODUCTION, account=ACCOUNT,
            movement=self.names[reference], to=to, name=self.names.get(name, name), reason="by its advice", **more,
        )  # fmt: skip
        return str(self.world.movements.allocate(command).open)

    def undo(self, reference: str, number: int | None = None, by: str = "eunwoo") -> str:
        self.keys += 1
        command = UndoAllocation(
            key=f"undo/{self.keys}", by=by, production=PRODUCTION, account=ACCOUNT, movement=self.names[reference],
            number=number, reason="it was another's",
        )  # fmt: skip
        return str(self.world.movements.undo_allocation(command).open)

    def status(self, instalment: str = "WR-A") -> str:
        return self.world.statuses()[instalment]

    def life(self, reference: str):
        with self.world.store.reading() as records:
            return movement_life(records.connection, PRODUCTION, ACCOUNT, self.names[reference])


@pytest.fixture
def treasury(registered):
    """WR-A is at the bank, which is silent."""
    registered.clock.to(PAID_ON)
    registered.run = RunRef(production=PRODUCTION, run=registered.prepare().run)
    registered.release(registered.run.run)
    registered.runs.send(registered.run)
    return Treasury(registered)


def standing(world: World) -> tuple[object, ...]:
    """Balances that are not zero, the receipts, and the payments that are not cancelled."""
    state = world.snapshots()
    payments = {name: one for name, one in state.payments.items() if one.status != "cancelled"}
    held = {name: amount for name, amount in world.balances().items() if not amount.endswith(" 0")}
    return held, state.receipts, payments


async def audit(world: World, production: str = PRODUCTION) -> list[str]:
    with world.store.reading() as records:
        report = await audited(records.connection, Scope(production))
    return [finding.sentence for finding in report.findings]


async def test_a_settlement_is_said_taken_back_and_said_again_and_all_of_it_audits_clean(treasury):
    treasury.booked(CamtEntry(-PAID, "D1"), CamtEntry(-PAID, "D2"))
    before = treasury.world.snapshots()
    assert treasury.allocate("D1", "payment", WR_A) == "KRW 0"
    assert treasury.status() == "settled"
    assert treasury.world.runs.run_standing(treasury.world.run).open == 0
    with pytest.raises(IllegalTransition, match=r"WR-A is settled"):
        treasury.allocate("D2", "payment", WR_A)
    assert treasury.undo("D1") == "KRW -192000000"
    assert treasury.world.snapshots() == before
    assert treasury.world.runs.run_standing(treasury.world.run).open == 1
    assert treasury.allocate("D2", "payment", WR_A, amount=PAID) == "KRW 0"
    assert treasury.status() == "settled"
    assert treasury.world.refolded() == treasury.world.snapshots()
    assert treasury.world.wrong() == []
    assert await audit(treasury.world) == []
    told = [(one.effective_on, one.actor, one.entries) for one in treasury.life("D1").history]
    assert [len(entries) for _, _, entries in told] == [2, 2, 2]
    assert [actor for _, actor, _ in told] == ["system", "eunwoo", "eunwoo"]


async def test_every_kind_is_said_and_taken_back_and_the_record_holds(treasury):
    equity = [f"{PRODUCTION}.EQ-{name}" for name in "AB"]
    treasury.booked(
        *(CamtEntry(krw(minor), f"C{minor}", WORDS) for minor in (1_001, 1_002, 1_003, 1_004, 1_005, 1_006)),
        *(CamtEntry(krw(-minor), f"D{minor}") for minor in (201, 1_006)),
    )
    treasury.booked(CamtEntry(krw(1_005), "E1005"))
    before = standing(treasury.world)
    treasury.allocate("C1001", "receipt", equity[0], charges=krw(9))
    treasury.allocate("C1002", "receipt", equity[0], amount=krw(500), further=[{"receipt": equity[1]}])
    treasury.allocate("C1003", "source", "streamer", amount=krw(3))
    treasury.allocate("C1003", "interest")
    treasury.allocate("C1004", "refund", "writer-krw")
    treasury.allocate("C1006", "interest", amount=krw(6))
    treasury.allocate("D201", "charges")
    treasury.allocate("D1006", "reversal", "C1006")
    treasury.allocate("E1005", "duplicate", "C1005")
    receipts = treasury.world.snapshots().receipts
    assert [receipts[name].received for name in equity] == [krw(1_510), krw(502)]
    assert await audit(treasury.world) == []
    for reference in ("D1006", "E1005", "C1001", "C1002", "C1002", "C1003", "C1003", "C1004", "C1006", "D201"):
        treasury.undo(reference)
    assert standing(treasury.world) == before
    assert treasury.world.refolded() == treasury.world.snapshots()
    assert await audit(treasury.world) == []


async def test_a_refund_falls_due_and_goes_out_with_a_run(treasury):
    treasury.booked(CamtEntry(krw(777), "C1"))
    treasury.allocate("C1", "refund", "writer-krw")
    run = treasury.world.prepare().run
    assert treasury.status("R/1") == "due"
    treasury.world.release(run)
    with pytest.raises(IllegalTransition, match=r"its refund LIGHTHOUSE.R/1 is released"):
        treasury.undo("C1")
    treasury.world.runs.send(RunRef(production=PRODUCTION, run=run))
    treasury.world.deliver()
    treasury.world.take()
    treasury.world.take()
    assert treasury.status("R/1") == "settled"
    assert treasury.world.balances()["liability:refund:writer KRW"] == "KRW 0"
    assert await audit(treasury.world) == []


def test_a_key_is_one_statement_and_a_retry_changes_nothing(treasury):
    treasury.booked(CamtEntry(-krw(7), "D1"))
    assert treasury.allocate("D1", "charges", key="once") == "KRW 0"
    assert treasury.allocate("D1", "charges", key="once") == "KRW 0"
    with pytest.raises(IdempotencyConflict):
        treasury.allocate("D1", "interest", key="once")
    assert treasury.world.events().count("movement-allocated") == 1


@pytest.mark.parametrize("by", ["jiho", "sora", "hyunwoo"])
def test_who_is_no_treasurer_of_the_account_allocates_nothing_and_undoes_nothing(treasury, by):
    treasury.booked(CamtEntry(-PAID, "D1"))
    with pytest.raises(WrongRole):
        treasury.allocate("D1", "payment", WR_A, by=by)
    treasury.allocate("D1", "payment", WR_A)
    with pytest.raises(WrongRole):
        treasury.undo("D1", by=by)
    assert treasury.status() == "settled"


@pytest.mark.parametrize(
    ("to", "name"),
    [
        ("source", "nobody"),
        ("production", "NOWHERE"),
        ("receipt", "x"),
        ("return", "x"),
        ("refund", "x"),
        ("duplicate", "x"),
    ],
)
def test_a_name_that_exists_nowhere_is_refused(treasury, to, name):
    treasury.booked(CamtEntry(krw(5), "C1"))
    with pytest.raises(NotFound):
        treasury.allocate("C1", to, name, party="studio" if to == "production" else "")


async def test_money_of_another_production_is_in_the_books_of_both_until_it_is_taken_back(treasury):
    world = treasury.world
    world.register(UNSHARED.replace(b"production: LIGHTHOUSE", b"production: DURI"), "DURI")
    treasury.booked(CamtEntry(krw(5), "C1"))
    with pytest.raises(NotFound, match="with a party 'nobody'"):
        treasury.allocate("C1", "production", "DURI", party="nobody")
    treasury.allocate("C1", "production", "DURI", party="studio")
    assert world.balances()["liability:production:DURI KRW"] == "KRW -5"
    assert world.balances("DURI") == {
        "liability:credit:studio KRW": "KRW -5",
        f"liability:production:{PRODUCTION} KRW": "KRW 5",
    }
    assert world.refolded("DURI") == world.snapshots("DURI")
    assert await audit(world, "DURI") == await audit(world) == []
    use = AdjustReceipt(
        key="u", by="eunwoo", production="DURI", receipt="DURI.EQ-A", to="credit", name=f"production:{PRODUCTION}",
        reason="its advice",
    )  # fmt: skip
    world.adjustments.adjust(use)
    with pytest.raises(IllegalTransition, match="DURI has used the credit of studio: only KRW 0"):
        treasury.undo("C1")
    assert await audit(world) == []
    undo = UndoAdjustment(key="v", by="eunwoo", production="DURI", receipt="DURI.EQ-A", reason="another's")
    world.adjustments.undo_adjustment(undo)
    treasury.undo("C1")
    assert set(world.balances("DURI").values()) == {"KRW 0"}
    assert world.refolded("DURI") == world.snapshots("DURI")
    assert await audit(world, "DURI") == await audit(world) == []


def test_what_the_system_allocated_is_taken_back_too(treasury):
    treasury.booked(CamtEntry(-PAID, "D1", words="no reference"))
    again = camt("S1", NUMBER, PAID_ON, CamtEntry(-PAID, "D1", end_to_end_id=WR_A), kind="053")
    assert treasury.world.bank.take(PRODUCTION, ACCOUNT, "s1", again) is None
    assert treasury.status() == "settled"
    treasury.undo("D1")
    assert treasury.status() == "submitted"
    assert treasury.world.refolded() == treasury.world.snapshots()


def test_a_movement_tells_who_paid_and_why_in_their_own_script(treasury):
    treasury.booked(CamtEntry(krw(5), "입금-1", WORDS, "미나토 픽처스 ㈜"))
    with treasury.world.store.reading() as records:
        (row,) = unmatched(records.connection).items
    assert (row.counterparty, row.remittance) == ("미나토 픽처스 ㈜", WORDS)
    assert row.references["servicer"] == "입금-1"
    life = treasury.life("입금-1")
    assert (life.told[0].remittance, life.fate, life.open) == (WORDS, "suspense", krw(5))


def test_the_books_are_reconciled_with_a_duplicate_as_without(treasury):
    treasury.booked(CamtEntry(krw(5), "C1"), CamtEntry(krw(5), "C2"))
    treasury.allocate("C2", "duplicate", "C1")
    with treasury.world.store.reading() as records:
        books = reconciliation.account_books(records.connection, PRODUCTION, ACCOUNT, "KRW")
    assert (books.ledger, books.by_day) == (krw(5), {PAID_ON: krw(5)})


async def test_an_allocation_that_says_more_than_its_command_is_named_by_the_audit(treasury, database):
    treasury.booked(CamtEntry(-PAID, "D1"))
    treasury.allocate("D1", "payment", WR_A)
    engine = create_engine(database.owner_url, poolclass=NullPool)
    with engine.connect() as connection, connection.begin() as transaction:
        connection.exec_driver_sql("ALTER TABLE journal_event DISABLE TRIGGER USER")
        changed = sa.func.replace(tables.journal_event.c.body, '"status":"submitted"', '"status":"due"')
        wanted = tables.journal_event.c.type == "movement-allocated"
        connection.execute(sa.update(tables.journal_event).where(wanted).values(body=changed))
        report = await audited(connection, Scope(PRODUCTION))
        said = "does not say what the command said of the movement"
        assert any(said in finding.sentence for finding in report.findings)
        transaction.rollback()
    engine.dispose()


def test_a_movement_that_exists_nowhere_is_none(treasury):
    with treasury.world.store.reading() as records:
        assert movements.movement(records.connection, PRODUCTION, ACCOUNT, "gone") is None
        assert movement_life(records.connection, PRODUCTION, ACCOUNT, "gone") is None
