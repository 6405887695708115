"""Compares the bank's balances with each other and with the books.

    opening of the first statement = what the books had before it
    opening of each statement      = closing of the one before      else a statement is missing
    opening + bookings             = closing                        else the statement does not add up
    closing                        = the books by booking day       else a booking is in one place only

Each difference is named with its amount, in the sense bank less books. Their sum is what explains the difference of
the two balances, and the rest is unexplained.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from domain.bank.statements import BankStatement, Link, Whole, chain, wholes
from domain.values.money import Money, total

_A_DAY = timedelta(days=1)


class OpeningBalance(Struct, frozen=True):
    """What an account held at the start of a day, before everything that the books have of it."""

    amount: Money
    on: date


class Untold(Struct, frozen=True):
    """A booking that no statement tells, only a notification or an intraday report (`kind`).

    `twin` is a movement in suspense of the same day and amount, which may be the same booking.
    """

    movement: str
    booked_on: date
    amount: Money
    kind: str
    about: str
    twin: str | None = None


class AccountBooks(Struct, frozen=True):
    """What the books have of a bank account. `by_day` sums its bookings by booking day, each counted once.

    Bookings without a day, from records of release 0.1.0, are under None. `ledger` is the balance of the ledger's bank
    account. `on_the_way` are payments that the bank has and did not book.
    """

    account: str
    ledger: Money
    by_day: Mapping[date | None, Money]
    untold: Sequence[Untold] = ()
    opening: OpeningBalance | None = None
    on_the_way: Mapping[str, Money] = {}

    def at(self, day: date) -> Money:
        """The balance at the end of a day, by booking day."""
        booked = (amount for on, amount in self.by_day.items() if on is None or on <= day)
        opened = self.opening is not None and self.opening.on <= day
        return total(booked, self.ledger.currency) + (self._opening if opened else Money.zero(self.ledger.currency))

    def before(self, day: date) -> Money:
        """What was booked before a day, without the opening balance."""
        return total((a for on, a in self.by_day.items() if on is None or on < day), self.ledger.currency)

    def within(self, first: date, last: date) -> Money:
        """What was booked from one day to another."""
        booked = (amount for on, amount in self.by_day.items() if on is not None and first <= on <= last)
        return total(booked, self.ledger.currency)

    @property
    def drift(self) -> Money:
        """What the ledger has beyond the bookings and the opening balance. It must be zero."""
        return self.ledger - total(self.by_day.values(), self.ledger.currency) - self._opening

    @property
    def _opening(self) -> Money:
        return Money.zero(self.ledger.currency) if self.opening is None else self.opening.amount


DifferenceKind = Literal[
    "opening-balance",
    "before-opening",
    "missing-statement",
    "missing-pages",
    "does-not-add-up",
    "not-in-a-statement",
    "ledger",
]


@dataclass(frozen=True, slots=True)
class BalanceDifference:
    """A reason why the bank's balance is not that of the books. `amount` is its share of bank less books.

    `amount` is zero where it only keeps an account from being reconciled. `on` is the day that it concerns.
    """

    kind: DifferenceKind
    on: date
    amount: Money
    why: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Both sides at the end of the day `on`, the last one up to the asked day with a closing balance.

    `bank` and `on` are None if no statement gives a balance; `books` are then those of the asked day.
    `reconciled_until` is the last day up to which statements follow each other, add up, and agree with the books.
    `opening` is the amount of the opening balance on record.
    """

    account: str
    on: date | None
    bank: Money | None
    books: Money
    difference: Money | None
    differences: tuple[BalanceDifference, ...]
    unexplained: Money | None
    reconciled_until: date | None
    on_the_way: Mapping[str, Money]
    opening: Money | None = None


def reconcile(statements: Iterable[BankStatement], books: AccountBooks, on: date) -> Reconciliation:
    """Compare the statements of an account with its books, up to a day."""
    every = [one for one in wholes(statements) if one.last_on <= on]
    links = chain(every)
    recorded = books.opening.amount if books.opening is not None else None
    if not links:
        found = tuple(_incomplete(every, books))
        return Reconciliation(
            books.account, None, None, books.at(on), None, found, None, None, books.on_the_way, recorded
        )
    last = links[-1].statement
    bank, ours = _closing(last), books.at(last.last_on)
    differences = tuple(_differences(every, links, books))
    left = bank - ours - total((one.amount for one in differences), bank.currency)
    until = _reconciled_until(every, links, books)
    return Reconciliation(
        books.account, last.last_on, bank, ours, bank - ours, differences, left, until, books.on_the_way, recorded
    )


def complete_day(statements: Iterable[BankStatement], day: date) -> bool:
    """Whether the bank's statements tell every booking of a day, so that its silence about one says something.

    The statements of that day are there with all pages, add up, and open where those before closed. The last of them
    was taken on a later day, or another goes on from it: otherwise more may be booked on that day. What the balance is
    does not matter here: an opening balance need not be on record.
    """
    every = wholes(statements)
    found = [good for first, last, good in _spans(every, chain(every)) if first <= day <= last]
    return bool(found) and all(found)


def _spans(every: Sequence[Whole], links: Sequence[Link]) -> Iterator[tuple[date, date, bool]]:
    """The days that each statement speaks for, and whether it tells all of them."""
    for one in every:
        if one.missing:
            yield one.first_on, one.last_on, False
    for link, after in zip(links, [*links[1:], None], strict=False):
        one, before = link.statement, link.before
        over = one.taken_on > one.last_on or (after is not None and not after.jump.minor)
        good = over and _adds_up(one) and not link.jump.minor
        first = one.first_on if before is None or not good else before.last_on + _A_DAY
        yield min(first, one.last_on), one.last_on, good


def _adds_up(one: Whole) -> bool:
    return one.off is not None and not one.off.minor


def _closing(one: Whole) -> Money:
    return one.closing if one.closing is not None else Money.zero(one.net.currency)


def _reconciled_until(every: Sequence[Whole], links: Sequence[Link], books: AccountBooks) -> date | None:
    """The last day at which all agrees, before the first gap between statements."""
    begun, until = links[0].statement.first_on, None
    incomplete = [one.last_on for one in every if one.missing]
    untold = [one.booked_on for one in books.untold if one.booked_on >= begun]
    for link in links:
        one = link.statement
        if link.jump.minor or not _adds_up(one) or any(day <= one.last_on for day in incomplete):
            break
        if _closing(one) == books.at(one.last_on) and not any(day <= one.last_on for day in untold):
            until = one.last_on
        elif until == one.last_on:  # an earlier statement of the same day agreed, and this one does not
            until = None
    return until if not books.drift.minor else None


def _differences(every: Sequence[Whole], links: Sequence[Link], books: AccountBooks) -> Iterator[BalanceDifference]:
    first, last = links[0].statement, links[-1].statement
    yield from _opened(first, books)
    untold = [one for one in books.untold if first.first_on <= one.booked_on <= last.last_on]
    for link in links:
        if link.jump.minor and link.before is not None:
            since, until = link.before.last_on + _A_DAY, link.statement.first_on - _A_DAY
            untold = [one for one in untold if not since <= one.booked_on <= until]
            yield _jumped(link, link.before, books.within(since, until))
        if link.statement.off is not None and link.statement.off.minor:
            yield _off(link.statement, link.statement.off)
    yield from _incomplete(every, books)
    yield from map(_not_told, untold)
    if books.drift.minor:
        words = f"the ledger has {books.drift} beyond the bookings on record: `sluice audit replay` says where"
        yield BalanceDifference("ledger", last.last_on, Money.zero(books.ledger.currency), words)


def _opened(first: Whole, books: AccountBooks) -> Iterator[BalanceDifference]:
    """What the first statement opened with, and the books did not have."""
    gap = (first.opening or Money.zero(first.net.currency)) - books.before(first.first_on)
    opening = books.opening
    if opening is not None:
        gap -= opening.amount
        early = books.before(opening.on)
        if early.minor:
            gap += early
            words = f"the bookings before {opening.on} are {early} together, and the opening balance has them already"
            yield BalanceDifference("before-opening", opening.on, -early, words)
    if gap.minor:
        if opening is None:
            words = "the bank had this before the first booking, and the books never did"
            words += ": `sluice bank open-balance` records it"
        else:
            words = f"the opening balance on record is {opening.amount}, and by the bank it is {opening.amount + gap}"
        yield BalanceDifference("opening-balance", first.first_on, gap, words)


def _jumped(link: Link, before: Whole, known: Money) -> BalanceDifference:
    words = (
        f"{missing_statement(link)}: that of {before.last_on} closed with {before.closing}, "
        f"and that of {link.statement.last_on} opens with {link.statement.opening}"
    )
    if known.minor:
        words += f"; {known} of it is in the books"
    return BalanceDifference("missing-statement", before.last_on, link.jump - known, words)


def missing_statement(link: Link) -> str:
    """Say which statement is missing before one that opens elsewhere: by its days and its number, if they tell."""
    before = link.before or link.statement
    first, last = before.last_on + _A_DAY, link.statement.first_on - _A_DAY
    if first > last:
        days = f"between {before.last_on} and {link.statement.last_on}"
    else:
        days = f"of {first}" if first == last else f"of {first} to {last}"
    return f"a statement {days} is missing{_numbers(before.number, link.statement.number)}"


def _numbers(before: str | None, after: str | None) -> str:
    if before is None or after is None or not (before.isdecimal() and after.isdecimal()):
        return ""
    first, last = int(before) + 1, int(after) - 1
    if first > last:
        return ""
    return f" (number {first})" if first == last else f" (numbers {first} to {last})"


def _off(one: Whole, off: Money) -> BalanceDifference:
    words = f"the statement of {one.last_on} opens with {one.opening}, books {one.net} and closes with {one.closing}"
    return BalanceDifference("does-not-add-up", one.last_on, off, words)


def _incomplete(every: Sequence[Whole], books: AccountBooks) -> Iterator[BalanceDifference]:
    for one in every:
        if one.missing:
            words = f"{one.missing} of the statement of {one.last_on} ({one.number or one.report}) did not come"
            yield BalanceDifference("missing-pages", one.last_on, Money.zero(books.ledger.currency), words)


def _not_told(one: Untold) -> BalanceDifference:
    told = f"{one.amount} ({one.about or one.movement}) is in the books by {_a(one.kind)}, and in no statement"
    twin = f"; movement {one.twin} of that day and amount may be the same" if one.twin is not None else ""
    return BalanceDifference("not-in-a-statement", one.booked_on, -one.amount, told + twin)


def _a(kind: str) -> str:
    return "an intraday report" if kind == "intraday" else f"a {kind}"
