"""The bookings that a journal told so far, as an audit needs them to decide again on a bank's file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from domain.bank.bookings import Needs, Recorded
from domain.bank.identity import KnownBooking
from domain.bank.record import RECORDING, bookings
from domain.events import Event
from domain.ledger.entries import MOVING, postings, suspense
from domain.payments.receipts import ReceiptStatus
from domain.state import State
from domain.values.money import Money

_WAITING = {ReceiptStatus.EXPECTED, ReceiptStatus.OWED}
_SUSPENSE = suspense("")


class ToldBookings:
    """Bookings by account, with what is in suspense of each. Batches of events are added in order."""

    def __init__(self) -> None:
        self._by: dict[tuple[str, str, object], list[KnownBooking]] = defaultdict(list)
        self._suspended: dict[tuple[str, str], Money] = {}
        self.movements: dict[str, set[str]] = defaultdict(set)
        """The movements of each account."""

    def add(self, events: Iterable[Event]) -> None:
        """Add what a command told."""
        for (account, movement), booking in bookings(one for one in events if type(one) in RECORDING).items():
            self.movements[account].add(movement)
            for kind, key in (
                ("amount", booking.amount.minor),
                ("entry", booking.entry_amount.minor),
                ("about", booking.about),
            ):
                self._by[account, kind, key].append(booking)
        for entry in chain.from_iterable(postings(one) for one in events if type(one) in MOVING):
            if entry.account.startswith(_SUSPENSE):
                place = (entry.account.removeprefix(_SUSPENSE), entry.about)
                before = self._suspended.get(place, Money.zero(entry.amount.currency))
                self._suspended[place] = before - entry.amount

    def before(self, state: State, needed: Mapping[str, Needs]) -> Recorded:
        """What the records said before a file with these needs, as `activities.bank` loads it."""
        orders = frozenset(chain.from_iterable(needs.orders for needs in needed.values()))
        runs = {run.id: run for run in state.runs.values() if run.message_id in orders}
        of_runs = [payment for run in runs for payment in state.payments.of_run(run)]
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
        payments = {one.id: one for one in of_runs} | {n: state.payments[n] for n in names if n in state.payments}
        receipts = {
            name: receipt
            for name, receipt in state.receipts.items()
            if (receipt.account in needed and receipt.status in _WAITING) or name in undone
        }
        suspended = {
            account: {
                one.movement: open_
                for one in found
                if (open_ := self._suspended.get((account, one.movement))) is not None and open_.minor
            }
            for account, found in known.items()
        }
        return Recorded(payments, receipts, runs, known, suspended)

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
