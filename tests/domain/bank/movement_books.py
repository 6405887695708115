"""An account's movements in memory: booked, allocated and taken back by the rules, with the ledger that follows."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from domain.bank import suspense, undoing
from domain.bank.allocation import AllocationContext
from domain.bank.identity import KnownBooking
from domain.bank.movements import BankMovement, movement_of, undoes
from domain.bank.reports import ReportKind
from domain.commands import AllocateMovement, UndoAllocation
from domain.errors import SluiceError
from domain.events import Event, MovementAllocated, MovementAllocationUndone, MovementUnmatched
from domain.identity import Person
from domain.state import State
from domain.values.money import Money
from tests.domain import builders as b


class MovementBooks:
    """The movements of `spc-krw` and the state of the production, as the database would keep them."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or b.owing()
        self.events: list[Event] = []
        self.bookings: dict[str, KnownBooking] = {}

    def booked(self, movement: str, amount: Money, *before: Event, **changes: object) -> None:
        """Book a movement. Without events that explain it, it is in suspense."""
        told = KnownBooking(
            movement=movement, entry=movement, kind=ReportKind.STATEMENT, report="S1", file="0" * 64,
            booked_on=b.TODAY, value_on=None, amount=amount, references={"servicer": f"R-{movement}"},
            entry_references={}, counterparty="Who?", remittance=None, fate="suspense", about="", entry_amount=amount,
        )  # fmt: skip
        self.bookings[movement] = replace(told, **changes)
        unmatched = MovementUnmatched(
            account="spc-krw", message_id="N9", booked=amount, end_to_end_id=None, counterparty="Who?",
            bank_reference=f"R-{movement}", why="nothing explains it", movement=movement,
        )  # fmt: skip
        self.happened(before or [unmatched])

    def allocate(self, movement: str, to: str, name: str = "", person: Person = b.SORA, **more: object) -> list[Event]:
        """Say what a movement was."""
        command = AllocateMovement(
            key="k", by=person.user, production="HANA", account="spc-krw", movement=movement, to=to, name=name,
            reason="the payer's advice", **more,
        )  # fmt: skip
        refunds = sum(payment.purpose == "refund" for payment in self.state.payments.values())
        context = AllocationContext(
            b.agreement(), b.TODAY, self.movement(movement), self.movement(name), self.state.payments,
            self.state.receipts, exists=name in {"vendor", "tidewater", "DURI"}, refunds=refunds,
            credits=self.state.credits, milestones=self.state.milestones,
        )  # fmt: skip
        return self.happened(suspense.allocate(command, context, person))

    def undo(self, movement: str, number: int | None = None, person: Person = b.SORA) -> list[Event]:
        """Take back what was said of a movement."""
        command = UndoAllocation(
            key="u", by=person.user, production="HANA", account="spc-krw", movement=movement, number=number,
            reason="it was another's",
        )  # fmt: skip
        own = self.movement(movement)
        other = self.movement(undoing.other_movement(own, number))
        state = self.state
        context = undoing.UndoContext(
            b.agreement(), own, b.TODAY, other, state.payments, state.receipts, state.runs, state.credits
        )
        return self.happened(undoing.undo(command, context, person))

    def movement(self, name: str) -> BankMovement | None:
        """A movement as it stands now."""
        if name not in self.bookings:
            return None
        others = [self._read(each) for each in self.bookings if each != name]
        reversed_by = next((other.id for other in others if undoes(other, name)), None)
        return replace(self._read(name), reversed_by=reversed_by)

    def open(self, name: str) -> Money | None:
        """What is in suspense of a movement."""
        return self._read(name).open

    def balances(self) -> dict[str, Money]:
        """Balances by account and currency of all that was posted here."""
        return b.balances(self.events)

    def _read(self, name: str) -> BankMovement:
        about = [event for event in self.events if _movement_of(event) == name]
        lines = [one for one in b.posted(about) if (one.account, one.about) == ("suspense:unmatched:spc-krw", name)]
        left = Money(-sum(line.amount.minor for line in lines), "KRW") if lines else None
        return movement_of(self.bookings[name], left, about)

    def happened(self, events: Sequence[Event]) -> list[Event]:
        """Let something happen, such as what an allocation leads to."""
        self.state = b.after(self.state, events)
        self.events += events
        return list(events)


def _movement_of(event: Event) -> str:
    if isinstance(event, MovementUnmatched | MovementAllocated | MovementAllocationUndone):
        return event.movement
    return ""


def at_the_bank() -> MovementBooks:
    """Books in which P1 and P2 are at the bank."""
    return MovementBooks(b.at_the_bank()[0])


AMOUNTS = (-120_000_000, -80_000_000, -500, -300, 300, 500, 120_000_000)
NAMES = tuple(f"M{number}" for number in range(4))
TARGETS = (
    ("payment", "HANA.P1", {}),
    ("payment", "HANA.P2", {"charges": "KRW 10"}),
    ("return", "HANA.P1", {}),
    ("receipt", "HANA.L1", {"amount": "USD 10.00"}),
    ("receipt", "HANA.L1", {"amount": "USD 50000.00"}),
    ("source", "tidewater", {}),
    ("production", "DURI", {"amount": "KRW 100", "party": "mori"}),
    ("credit", "mori", {}),
    ("credit", "streamer", {"amount": "KRW 100"}),
    ("vendor-refund", "HANA.P1", {}),
    ("vendor-refund", "HANA.P1", {"amount": "KRW 100"}),
    ("paid-again", "HANA.P1", {}),
    ("charges", "", {}),
    ("charges", "", {"amount": "KRW -100"}),
    ("interest", "", {}),
    ("interest", "", {"amount": "KRW 200"}),
    ("refund", "vendor-krw", {}),
    *(("duplicate", name, {}) for name in NAMES),
    *(("reversal", name, {}) for name in NAMES),
)
BOOKED = st.lists(st.sampled_from(AMOUNTS), min_size=4, max_size=4).map(
    lambda found: dict(zip(NAMES, found, strict=True))
)
"""The amounts of four movements, by name."""
STEPS = st.tuples(st.sampled_from(NAMES), st.sampled_from((*TARGETS, None, 1, 2)))
"""A movement, with what somebody says that it was; or the number of what they take back, None for the newest."""


def booked(amounts: dict[str, int]) -> MovementBooks:
    """Books in which the payments are at the bank and these movements are in suspense."""
    books = at_the_bank()
    for name, amount in amounts.items():
        books.booked(name, b.krw(amount))
    return books


def stepped(books: MovementBooks, name: str, what: Any) -> list[Event]:
    """The events of a step; none if it is refused."""
    try:
        return books.allocate(name, *what[:2], **what[2]) if isinstance(what, tuple) else books.undo(name, what)
    except SluiceError:
        return []
