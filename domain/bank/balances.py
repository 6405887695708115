"""What a bank account holds: the bank's last word on it, and what the bank has booked since.

    the closing balance of the last statement, or the opening balance on record
    + bookings after its day, and those of its day that it was too early for

Several productions may share a bank account. Each keeps books of its own, and any of them may have the newer statement.
A booking that the same file told to several of them counts once.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from domain.bank.reconciliation import OpeningBalance
from domain.bank.statements import BankStatement, chain, wholes
from domain.values.money import Money, total


class AccountBooking(Struct, frozen=True):
    """A booking of an account as the books have it. `stated` if a statement tells it, and not only a notification.

    `booked_on` is None in records of release 0.1.0.
    """

    movement: str
    booked_on: date | None
    amount: Money
    stated: bool


class AccountRecord(Struct, frozen=True):
    """What one production's books have of a bank account."""

    statements: Sequence[BankStatement]
    bookings: Sequence[AccountBooking]
    opening: OpeningBalance | None = None


class KnownBalance(Struct, frozen=True):
    """What an account holds, by the bank's statement of a day, or by the balance on record for the end of that day."""

    amount: Money
    by: Literal["statement", "opening-balance"]
    on: date

    @property
    def source(self) -> str:
        """Who says so, for a sentence."""
        return f"the bank's statement of {self.on}" if self.by == "statement" else f"the balance recorded for {self.on}"


class _Word(Struct, frozen=True):
    """What one record says last of a balance, and the day on which that was said."""

    balance: KnownBalance
    record: AccountRecord
    taken_on: date


def known_balance(records: Sequence[AccountRecord]) -> KnownBalance | None:
    """What a bank account holds by the books of all productions that share it; None if nobody has said so yet."""
    words = [word for record in records for word in _last_words(record)]
    if not words:
        return None
    last = max(words, key=lambda one: (one.balance.on, one.balance.by == "statement", one.taken_on))
    since = {
        (booking.movement, booking.amount): booking.amount
        for record in records
        for booking in record.bookings
        if _is_since(booking, last, ours=record is last.record)
    }
    known = last.balance
    return KnownBalance(known.amount + total(since.values(), known.amount.currency), known.by, known.on)


def _last_words(record: AccountRecord) -> Iterator[_Word]:
    links = chain(wholes(record.statements))
    closing = links[-1].statement.closing if links else None
    if closing is not None:
        last = links[-1].statement
        yield _Word(KnownBalance(closing, "statement", last.last_on), record, last.taken_on)
    if record.opening is not None:
        opening = record.opening
        yield _Word(KnownBalance(opening.amount, "opening-balance", opening.on - timedelta(days=1)), record, opening.on)


def _is_since(booking: AccountBooking, last: _Word, *, ours: bool) -> bool:
    """Whether a balance lacks a booking.

    A statement of a day may have been taken before the last bookings of that day. In its own books they are those that
    no statement tells. The books of another production have it not, so there they count unless the day was over.
    """
    day = last.balance.on
    if booking.booked_on is None:
        return last.balance.by == "opening-balance"
    same_day = booking.booked_on == day and not booking.stated and (ours or last.taken_on == day)
    return booking.booked_on > day or same_day
