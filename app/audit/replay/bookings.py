"""The bookings that a journal told so far, as an audit needs them to decide again on a bank's file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain

from msgspec.structs import replace

from domain.bank.balances import AccountBooking, AccountRecord, known_balance
from domain.bank.bookings import Needs, Recorded
from domain.bank.identity import KnownBooking
from domain.bank.movements import BankMovement, movement_of, undoes
from domain.bank.reconciliation import OpeningBalance, complete_day
from domain.bank.record import RECORDING, bookings
from domain.bank.reports import ReportKind
from domain.bank.statements import BankStatement, statements
from domain.events import Event, MovementAllocated, MovementAllocationUndone, OpeningBalanceRecorded
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
        self._days: dict[str, dict[date | None, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._stated: dict[str, set[str]] = defaultdict(set)
        self._corrected: dict[tuple[str, str], Money] = {}
        self._opening: dict[str, OpeningBalance] = {}
        self.movements: dict[str, dict[str, KnownBooking]] = defaultdict(dict)
        """The movements of each account by their ids."""

    def add(self, events: Sequence[Event], seq: int, on: date) -> None:
        """Add what a command told: its events, the first one's number, and the day on which they count."""
        for place, event in enumerate(events):
            for statement in statements(seq + place, on, event):
                self._statements[statement.account].append(statement)
        for (account, movement), booking in bookings(one for one in events if type(one) in RECORDING).items():
            self.movements[account][movement] = booking
            self._days[account][booking.booked_on].append(movement)
            if booking.fate == "known" and booking.kind is ReportKind.STATEMENT:
                self._stated[account].add(booking.about)
            for kind, key in (
                ("amount", booking.amount.minor),
                ("entry", booking.entry_amount.minor),
                ("about", booking.about),
            ):
                self._by[account, kind, key].append(booking)
        self._suspend(events)
        for event in events:
            if isinstance(event, MovementAllocated | MovementAllocationUndone):
                self._events[event.account, event.movement].append(event)
                self._correct(event)
            elif isinstance(event, OpeningBalanceRecorded):
                self._opening[event.account] = OpeningBalance(event.amount, event.on)

    def _suspend(self, events: Sequence[Event]) -> None:
        """Note what goes into suspense and out of it."""
        for entry in chain.from_iterable(postings(one) for one in events if type(one) in MOVING):
            if entry.account.startswith(SUSPENSE):
                at = (entry.account.removeprefix(SUSPENSE), entry.about)
                before = self._suspended.get(at, Money.zero(entry.amount.currency))
                self._suspended[at] = before - entry.amount

    def _correct(self, event: MovementAllocated | MovementAllocationUndone) -> None:
        """Note what a person took off a bank account again, such as a booking that the bank told twice."""
        for entry in postings(event):
            if entry.account == f"asset:bank:{event.account}":
                at = (event.account, entry.about)
                self._corrected[at] = self._corrected.get(at, Money.zero(entry.amount.currency)) + entry.amount

    def record(self, account: str) -> AccountRecord:
        """What the books have of an account, as far as its balance depends on it."""
        record = AccountRecord(self._statements[account], (), self._opening.get(account))
        known = known_balance([record])
        since = known.on if known is not None else date.max
        days = (day for day in self._days[account] if day is None or day >= since)
        booked = (self._booked(account, name) for day in days for name in dict.fromkeys(self._days[account][day]))
        return AccountRecord(record.statements, [one for one in booked if one is not None], record.opening)

    def _booked(self, account: str, movement: str) -> AccountBooking | None:
        """A booking less what was taken off again; None for another telling of one."""
        one, stated = self.movements[account][movement], self._stated[account]
        if one.fate == "known":
            return None
        amount = one.amount + self._corrected.get((account, movement), Money.zero(one.amount.currency))
        on_a_statement = one.kind is ReportKind.STATEMENT or movement in stated or one.entry in stated
        return AccountBooking(movement, one.booked_on, amount, on_a_statement)

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
        return Recorded(payments, receipts, runs, known, suspended, self._statements, state.milestones)

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
