"""A movement on one of our accounts: its booking, what of it is in suspense, and what it was said to be."""

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from domain.bank.identity import KnownBooking
from domain.bank.lines import Line
from domain.events import Event, MovementAllocated, MovementAllocationUndone
from domain.values.money import Money


class BankMovement(Struct, frozen=True):
    """A booking with its fate since. `open` is in suspense, positive for money that came in; None if it never was.

    `allocations` are all that were ever made of it, in order, and `undone` the numbers (from 1) of those taken back.
    `reversed_by` is the movement that undid this one.
    """

    booking: KnownBooking
    open: Money | None
    allocations: tuple[MovementAllocated, ...] = ()
    undone: frozenset[int] = frozenset()
    reversed_by: str | None = None

    @property
    def id(self) -> str:
        """The id of the movement."""
        return self.booking.movement

    def standing(self) -> Iterator[tuple[int, MovementAllocated]]:
        """The allocations that were not taken back, by number."""
        for number, allocated in enumerate(self.allocations, 1):
            if number not in self.undone:
                yield number, allocated


def movement_of(
    booking: KnownBooking, open_: Money | None, events: Sequence[Event], reversed_by: str | None = None
) -> BankMovement:
    """The movement of a booking, from the events that took money of it out of suspense or put it back."""
    return BankMovement(
        booking,
        open_,
        tuple(event for event in events if isinstance(event, MovementAllocated)),
        frozenset(event.number for event in events if isinstance(event, MovementAllocationUndone)),
        reversed_by,
    )


def undoes(movement: BankMovement, other: str) -> bool:
    """Whether a movement undoes the effect of another, by what the bank or a person said and nobody took back."""
    if any(allocated.reverses == other for _, allocated in movement.standing()):
        return True
    by_bank = (movement.booking.fate, movement.booking.about) == ("reverses", other)
    return by_bank and (movement.open is None or any(one.to == "reversal" for _, one in movement.standing()))


def moved_on(booking: KnownBooking | Line) -> date | None:
    """The value day of a booking, or else its booking day. None in records of release 0.1.0 that kept neither."""
    return booking.value_on or booking.booked_on
