"""The bookings that a journal told so far, as an audit needs them to decide again on a bank's file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain

from msgspec.structs import replace

from domain.bank.bookings import Needs, Recorded
from domain.bank.identity import KnownBooking
from domain.bank.movements import BankMovement, movement_of, undoes
from domain.bank.reconciliation import complete_day
from domain.bank.record import RECORDING, bookings
from domain.bank.statements import BankStatement, statements
from domain.events import Event, MovementAllocated, MovementAllocationUndone
from domain.ledger.accounts import SUSPENSE
from domain.ledger.entries import MOVING, postings
from domain.payments.payments import ON_ITS_WAY, Payment, Status
from domain.payments.receipts import WAITING
from domain.state import State
from domain.values.money import Money


class ToldBookings:
    """Bookings by account, with what is in suspense of each. Batches of events are added in order."""

    def __init__(self) -> None:
        self._by: dict[tuple[str, str, object], list[KnownBooking]] = defaultdict(list)
        self._statements: dict[str, list[BankStatement]] = defaultdict(list)
        self._suspended: dict[tuple[str, str], Money] = {}
        self._events: dict[tuple[str, str], list[Event]] = defaultdict(list)
        self.movements: dict[str, dict[str, KnownBooking]] = defaultdict(dict)
        """The movements of each account by their ids."""

    def add(self, events: Sequence[Event], seq: int, on: date) -> None:
        """Add what a command told: its events, the first one's number, and the day on which they count."""
        for place, event in enumerate(events):
            for statement in statements(seq + place, on, event):
                self._statements[statement.account].append(statement)
        for (account, movement), booking in bookings(one for one in events if type(one) in RECORDING).items():
            self.movements[account][movement] = booking
            for kind, key in (
                ("amount", booking.amount.minor),
                ("entry", booking.entry_amount.minor),
                ("about", booking.about),
            ):
                self._by[account, kind, key].append(booking)
        for entry in chain.from_iterable(postings(one) for one in events if type(one) in MOVING):
            if entry.account.startswith(SUSPENSE):
                at = (entry.account.removeprefix(SUSPENSE), entry.about)
                before = self._suspended.get(at, Money.zero(entry.amount.currency))
                self._suspended[at] = before - entry.amount

        for event in events:
            if isinstance(event, MovementAllocated | MovementAllocationUndone):
                self._events[event.account, event.movement].append(event)

    def movement(self, account: str, name: str) -> BankMovement | None:
        """A movement as `adapters.db.movements` reads it."""
        booking = self.movements[account].get(name)
        if booking is None:
            return None
        opposite = (self._read(account, one) for one in self._by.get((account, "amount", -booking.amount.minor), ()))
        reversed_by = next((other.id for other in opposite if undoes(other, name)), None)
        return replace(self._read(account, booking), reversed_by=reversed_by)

    def _read(self, account: str, booking: KnownBooking) -> BankMovement:
        at = (account, booking.movement)
        return movement_of(booking, self._suspended.get(at), self._events.get(at, ()))

    def complete_day(self, account: str, day: date) -> bool:
        """Whether the statements so far tell a day of an account completely."""
        return complete_day(self._statements[account], day)

    def before(self, state: State, needed: Mapping[str, Needs]) -> Recorded:
        """What the records said before a file with these needs, as `activities.bank` loads it."""
        orders = frozenset(chain.from_iterable(needs.orders for needs in needed.values()))
        sent = [run.id for run in state.runs.values() if run.message_id in orders]
        of_runs = [payment for run in sent for payment in state.payments.of_run(run)]
        more = [one for one in state.payments.values() if _may_matter(one, needed.get(one.account))]
        unknown = [one.run for one in more if one.run is not None and one.status is Status.UNKNOWN]
        runs = {run: state.runs[run] for run in (*sent, *unknown)}
        known = {
            account: list(self._alike(account, needs, [one.id for one in of_runs])) for account, needs in needed.items()
        }
        undone = {
            booking.about
            for account, needs in needed.items()
            for minor in needs.opposite
            for booking in self._by.get((account, "amount", minor), ())
        }
        names = {name for needs in needed.values() for name in needs.payments} | undone
        payments = {one.id: one for one in (*of_runs, *more)} | {
            n: state.payments[n] for n in names if n in state.payments
        }
        receipts = {
            name: receipt
            for name, receipt in state.receipts.items()
            if (receipt.account in needed and receipt.status in WAITING) or name in undone
        }
        suspended = {
            account: {
                one.movement: open_
                for one in found
                if (open_ := self._suspended.get((account, one.movement))) is not None and open_.minor
            }
            for account, found in known.items()
        }
        return Recorded(payments, receipts, runs, known, suspended, self._statements)

    def _alike(self, account: str, needs: Needs, of_orders: Iterable[str]) -> Iterator[KnownBooking]:
        found = {
            booking.movement: booking
            for kind, keys in (("amount", needs.amounts), ("entry", needs.entry_amounts), ("about", of_orders))
            for key in keys
            for booking in self._by.get((account, kind, key), ())
            if booking.booked_on is None or booking.booked_on in needs.days
        }
        for minor in needs.opposite:
            found |= {one.movement: one for one in self._by.get((account, "amount", minor), ())}
        return iter(sorted(found.values(), key=lambda one: (one.booked_on is not None, one.booked_on, one.movement)))


def _may_matter(payment: Payment, needs: Needs | None) -> bool:
    """Whether a file may be about a payment that it does not name."""
    if needs is None:
        return False
    doubtful = needs.stated and (payment.status is Status.UNKNOWN or bool(payment.doubts))
    return doubtful or (bool(needs.numbers) and payment.status in ON_ITS_WAY)
