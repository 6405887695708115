"""Reports of a bank for tests: a record of takings, and hypothesis strategies of what a bank may tell.

`Ledger` takes in reports one after the other, as the database does: each is decided on with all that was known before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import strategies as st
from msgspec.structs import replace

from domain.agreement.model import Agreement
from domain.bank import bookings
from domain.bank.identity import KnownBooking
from domain.bank.messages import Direction
from domain.bank.record import bookings as told_by
from domain.bank.reports import (
    AccountReport,
    Balance,
    BankFile,
    BookedEntry,
    EntryDetail,
    EntryType,
    References,
    ReportKind,
    ReportPage,
)
from domain.events import BankFileTaken, Booking, BookingsReported, Event
from domain.ledger.accounts import suspense
from domain.ledger.journal import sha256
from domain.state import State
from domain.values.money import Money, total
from tests.domain import builders as b

TERMS = b.agreement()
ACCOUNT = "spc-krw"
NUMBER = TERMS.account(ACCOUNT).number
DAY = b.TODAY


# ---- one report


def entry(  # the fields of an entry, each with a default
    amount: int,
    *details: EntryDetail,
    place: str = "1.1",
    on: date = DAY,
    references: References | None = None,
    charges: int = 0,
    text: str | None = None,
    **others: object,
) -> BookedEntry:
    """An entry of `amount` minor units, negative for a debit."""
    return BookedEntry(
        place=place,
        booked_on=on,
        value_on=on,
        direction=_direction(amount),
        booked=b.krw(abs(amount)),
        references=references or References(),
        charges=b.krw(charges) if charges else None,
        text=text,
        details=details,
        **others,
    )


def detail(amount: int, references: References | None = None, text: str | None = None, **others: object) -> EntryDetail:
    """A detail of `amount` minor units, negative for a debit."""
    return EntryDetail(
        direction=_direction(amount),
        booked=b.krw(abs(amount)),
        references=references or References(),
        remittance=text,
        **others,
    )


def _direction(amount: int) -> Direction:
    return Direction.CREDIT if amount > 0 else Direction.DEBIT


def report(
    *entries: BookedEntry,
    kind: ReportKind = ReportKind.STATEMENT,
    name: str = "S1",
    opening: int | None = None,
    closing: int | None = None,
    on: date = DAY,
    number: str | None = None,
    page: ReportPage | None = None,
) -> AccountReport:
    """A report on the KRW account. Balances are in minor units, on its day."""
    return AccountReport(
        kind=kind,
        id=name,
        number=number,
        page=page,
        account_number=NUMBER,
        currency="KRW",
        opening=None if opening is None else Balance(b.krw(opening), on),
        closing=None if closing is None else Balance(b.krw(closing), on),
        entries=entries,
    )


def bank_file(*reports: AccountReport, message: str = "M1") -> BankFile:
    """A file of these reports, with each entry at its place."""
    placed = []
    for number, one in enumerate(reports, 1):
        lines = (replace(line, place=f"{number}.{place}") for place, line in enumerate(one.entries, 1))
        placed.append(replace(one, entries=tuple(lines)))
    return BankFile(format="camt.053.001.08", message_id=message, created_at=None, reports=tuple(placed))


# ---- what becomes of reports


@dataclass
class Ledger:
    """What is known after some files, and all events. A file is taken in as it is by the database's transaction."""

    state: State = field(default_factory=lambda: b.at_the_bank()[0])
    terms: Agreement = TERMS
    events: list[Event] = field(default_factory=list)
    known: dict[str, list[KnownBooking]] = field(default_factory=dict)

    def take(self, file: BankFile) -> list[Event]:
        """Take in a file."""
        recorded = bookings.Recorded(
            self.state.payments,
            self.state.receipts,
            self.state.runs,
            {name: [*each] for name, each in self.known.items()},
            {ACCOUNT: self.suspended()},
        )
        events = bookings.taken(self.terms, ACCOUNT, file, sha256(repr(file).encode()), recorded, b.TODAY)
        self.state = b.after(self.state, events)
        for (account, _), booking in told_by(events).items():
            self.known.setdefault(account, []).append(booking)
        self.events += events
        return events

    def suspended(self) -> dict[str, Money]:
        """What is open in suspense, by movement, positive for money that came in."""
        open_: dict[str, Money] = {}
        for line in b.posted(self.events):
            if line.account == suspense(ACCOUNT):
                open_[line.about] = open_.get(line.about, b.krw(0)) - line.amount
        return {name: amount for name, amount in open_.items() if amount.minor}

    @property
    def bank(self) -> Money:
        """The ledger's bank account."""
        lines = (line.amount for line in b.posted(self.events) if line.account == f"asset:bank:{ACCOUNT}")
        return total(lines, "KRW")

    @property
    def told(self) -> list[Booking]:
        """Every booking of every report."""
        return [one for each in self.events if isinstance(each, BookingsReported) for one in each.bookings]

    @property
    def booked(self) -> list[Booking]:
        """The bookings that were told for the first time."""
        return [one for one in self.told if one.fate != "known"]


def taken_file(events: Sequence[Event]) -> BankFileTaken:
    """The first event of a file."""
    [found] = [each for each in events if isinstance(each, BankFileTaken)]
    return found


# ---- strategies: any report at all

_WORDS = st.sampled_from(["HANA.P1", "HANA.P2", "HANA.L1", "rent for April", "NOTPROVIDED", "한국 영화"])
_AMOUNTS = st.one_of(st.integers(1, 4), st.sampled_from([120_000_000, 80_000_000, 120_000_500, 200_000_000]))
_DAYS = st.sampled_from([DAY, DAY + timedelta(days=1)])


def references() -> st.SearchStrategy[References]:
    """References from so few values that bookings share them."""
    own = st.none() | st.sampled_from(["A1", "A2", "000"])
    order = st.none() | st.sampled_from(["HANA.P1", "HANA.P2", "HANA.P1.2", "E1", "E2"])
    return st.builds(References, servicer=own, end_to_end=order, instruction=order, entry=own, message=own)


@st.composite
def entries(draw: st.DrawFn) -> BookedEntry:
    """Any entry: with or without details and charges, a reversal or not. Its details and charges add up to it."""
    sign = draw(st.sampled_from([1, -1]))
    types = st.sampled_from(EntryType)
    parts = draw(st.lists(_AMOUNTS, max_size=3))
    charge = draw(st.sampled_from([0, 0, 0, 1, 500]))
    whole = sum(parts) + charge if parts else draw(_AMOUNTS)
    return entry(
        sign * whole,
        *(
            detail(
                sign * part,
                draw(references()),
                draw(st.none() | _WORDS),
                type=draw(types),
                charges=tuple(b.krw(one) for one in draw(st.lists(st.sampled_from([1, 500]), max_size=2))),
            )
            for part in parts
        ),
        on=draw(_DAYS),
        references=draw(references()),
        charges=charge,
        text=draw(st.none() | _WORDS),
        type=draw(types),
        reversal=draw(st.sampled_from([False, False, False, True])),
    )


@st.composite
def reports(draw: st.DrawFn) -> AccountReport:
    """Any report on the KRW account."""
    lines = draw(st.lists(entries(), max_size=5))
    page = draw(st.none() | st.builds(ReportPage, number=st.integers(1, 2), last=st.booleans()))
    name = draw(st.sampled_from(["S1", "S2"]))
    return report(*lines, kind=draw(st.sampled_from(ReportKind)), name=name, page=page)


def files() -> st.SearchStrategy[BankFile]:
    """Any file on the KRW account."""
    return st.lists(reports(), min_size=1, max_size=2).map(lambda each: bank_file(*each))


# ---- strategies: the bank's own books, and how it tells them


@dataclass(frozen=True)
class Fact:
    """One booking in the bank's books, in signed minor units. Its end-to-end id is its own."""

    amount: int
    end_to_end: str
    servicer: str
    text: str | None


@st.composite
def facts(draw: st.DrawFn) -> list[Fact]:
    """The bookings of a day. Amounts, the bank's references and texts may be shared."""
    amounts = draw(st.lists(st.integers(1, 3) | st.integers(-3, -1), min_size=1, max_size=6))
    return [
        Fact(amount, f"E{number}", draw(st.sampled_from(["A1", "A2"])), draw(st.none() | st.just("film")))
        for number, amount in enumerate(amounts, 1)
    ]


@st.composite
def telling(draw: st.DrawFn, told: list[Fact], kind: ReportKind, name: str) -> AccountReport:
    """A report of some bookings: one by one or several as one entry, with the bank's references or without."""
    groups = draw(_grouped(told))
    with_servicer, of_entry = draw(st.booleans()), draw(st.none() | st.sampled_from(["B1", "B2"]))
    lines = []
    for group in groups:
        parts = [
            detail(
                one.amount,
                References(end_to_end=one.end_to_end, servicer=one.servicer if with_servicer else None),
                one.text,
            )
            for one in group
        ]
        whole = References(servicer=of_entry) if len(group) > 1 else References()
        lines.append(entry(sum(one.amount for one in group), *parts, references=whole))
    return report(*lines, kind=kind, name=name)


@st.composite
def _grouped(draw: st.DrawFn, told: list[Fact]) -> list[list[Fact]]:
    """Bookings as entries. Those of one direction may stand in one entry."""
    groups: list[list[Fact]] = []
    for one in draw(st.permutations(told)):
        fits = [group for group in groups if (group[0].amount > 0) == (one.amount > 0)]
        if fits and draw(st.booleans()):
            draw(st.sampled_from(fits)).append(one)
        else:
            groups.append([one])
    return groups
