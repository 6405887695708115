"""The statements of an account on record: pages put together, repetitions left out, each after the one it goes on from.

Only statements count that give a closing balance: without one a report does not say that its day is over. Statements
may come late, in any order, more than once, in pages, and for several days; a statement may cover days that others
cover one by one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct

from domain.events import BankFileTaken, Event
from domain.values.money import Money, total


class BankStatement(Struct, frozen=True):
    """A statement, or a page of one, as an event tells it. `seq` is the event's, `place` the report's place in it.

    `taken_on` is the day on which it was taken. `first_on` and `last_on` are the days of its bookings, `net` is credits
    less debits.
    """

    account: str
    seq: int
    place: int
    taken_on: date
    report: str
    number: str | None
    page: int | None
    last_page: bool
    opening: Money | None
    opening_on: date | None
    closing: Money | None
    closing_on: date | None
    first_on: date | None
    last_on: date | None
    bookings: int
    net: Money


class Whole(Struct, frozen=True):
    """A statement with all pages that came. It ends with the day `last_on`; `first_on` is that of its first booking.

    `missing` are the pages that did not come, in words. Balances are then those of the pages there are.
    """

    report: str
    number: str | None
    first_on: date
    last_on: date
    opening: Money | None
    closing: Money | None
    net: Money
    bookings: int
    taken: tuple[int, int]
    taken_on: date
    missing: str = ""

    @property
    def goes_round(self) -> bool:
        """Whether it closes with what it opened with."""
        return self.opening is not None and self.opening == self.closing

    @property
    def off(self) -> Money | None:
        """What its bookings do not make of its closing balance: zero if they add up, None without balances."""
        return None if self.opening is None or self.closing is None else self.closing - self.opening - self.net


class Link(Struct, frozen=True):
    """A statement, the one before it, and by how much it opens elsewhere than that one closed."""

    statement: Whole
    before: Whole | None
    jump: Money


def statements(seq: int, taken_on: date, event: Event) -> Iterator[BankStatement]:
    """The statements of a taken file, none of other events. Notifications and intraday reports are none."""
    if not isinstance(event, BankFileTaken):
        return
    for place, one in enumerate(event.reports, 1):
        if one.kind == "statement":
            yield BankStatement(
                account=one.account,
                seq=seq,
                place=place,
                taken_on=taken_on,
                report=one.report,
                number=one.number,
                page=one.page,
                last_page=one.last_page,
                opening=one.opening,
                opening_on=one.opening_on,
                closing=one.closing,
                closing_on=one.closing_on,
                first_on=one.first_on,
                last_on=one.last_on,
                bookings=one.bookings,
                net=one.credits - one.debits,
            )


def wholes(told: Iterable[BankStatement]) -> list[Whole]:
    """The statements of one account, by their last day. Of those that repeat each other, one is left."""
    books: list[dict[int, BankStatement]] = []
    for one in sorted(told, key=lambda each: (each.seq, each.place)):
        number = one.page or 1
        book = next((each for each in reversed(books) if one.page is not None and _takes(each, one)), None)
        if book is None:
            books.append({number: one})
        else:
            book[number] = one
    kept: dict[tuple[object, ...], Whole] = {}
    for whole in filter(None, map(_whole, books)):
        told_as = _told_as(whole)
        before = kept.get(told_as)
        if before is None or _completeness(before) <= _completeness(whole):
            kept[told_as] = whole
    return sorted(kept.values(), key=lambda each: (each.last_on, each.taken))


def _told_as(whole: Whole) -> tuple[object, ...]:
    """What only one statement is kept of: a day from one balance on, since a day so far is told again with its rest.

    One that ends where it began is kept beside the others: they follow each other.
    """
    if whole.goes_round:
        return whole.last_on, whole.opening, whole.closing, whole.bookings
    return whole.last_on, whole.opening or whole.closing or whole.report


def _takes(book: dict[int, BankStatement], page: BankStatement) -> bool:
    """Whether a page belongs to the pages there are: of one number, or else one id, and missing or repeated there."""
    any_page = next(iter(book.values()))
    if any_page.page is None or page.page is None or _title(any_page) != _title(page):
        return False
    there = book.get(page.page)
    return there is None or (there.net, there.bookings, there.last_on) == (page.net, page.bookings, page.last_on)


def _title(page: BankStatement) -> str:
    return page.number or page.report


def _completeness(whole: Whole) -> tuple[bool, bool, int, tuple[int, int]]:
    return not whole.missing, whole.closing is not None, whole.bookings, whole.taken


def _whole(pages: dict[int, BankStatement]) -> Whole | None:
    """Put pages together. None if they say of no day."""
    first, last = pages[min(pages)], pages[max(pages)]
    booked = [day for page in pages.values() for day in (page.first_on, page.last_on) if day is not None]
    ends = last.closing_on or max(booked, default=last.opening_on or first.opening_on)
    if ends is None:
        return None
    net = total((page.net for page in pages.values()), first.net.currency)
    gaps = [str(number) for number in range(1, max(pages)) if number not in pages]
    missing = [*(f"page {number}" for number in gaps), *(() if last.last_page else ("the last page",))]
    closing = None if missing else last.closing
    opening = first.opening if 1 in pages else None
    return Whole(
        report=first.report,
        number=first.number,
        first_on=min(booked, default=ends),
        last_on=ends,
        opening=opening if opening is not None or closing is None else closing - net,
        closing=closing,
        net=net,
        bookings=sum(page.bookings for page in pages.values()),
        taken=max((page.seq, page.place) for page in pages.values()),
        taken_on=max(page.taken_on for page in pages.values()),
        missing=" and ".join(missing),
    )


def chain(told: Sequence[Whole]) -> list[Link]:
    """The statements with balances, each after the one whose closing balance it opens with, or else by their days."""
    by_day: dict[date, list[Whole]] = defaultdict(list)
    for one in told:
        if one.opening is not None and one.closing is not None:
            by_day[one.last_on].append(one)
    found: list[Link] = []
    for _, rest in sorted(by_day.items()):
        while rest:
            one = _next(rest, found)
            rest.remove(one)
            _put(found, one)
    return found


def _next(rest: list[Whole], found: list[Link]) -> Whole:
    """Of the statements of one day, that which goes on from the last one, or else the first of the day."""
    if found:
        fitting = [one for one in rest if one.opening == found[-1].statement.closing]
        if fitting:
            return max(fitting, key=lambda one: (one.goes_round, one.first_on))
    closings = [one.closing for one in rest if not one.goes_round]
    first = [one for one in rest if one.opening not in closings] or rest
    return max(first, key=lambda one: one.goes_round)


def _put(found: list[Link], one: Whole) -> None:
    """Add a statement. One that covers days of others replaces them, unless they make up all of it."""
    before = found[-1].statement if found else None
    nothing = Money.zero(one.net.currency)
    if before is None or before.closing == one.opening:
        found.append(Link(one, before, nothing))
        return
    covered = next((at for at in reversed(range(len(found))) if _covers(one, found[at:])), None)
    if covered is not None:
        same = found[covered]
        if sum(link.statement.bookings for link in found[covered:]) != one.bookings or before.closing != one.closing:
            found[covered:] = [Link(one, same.before, same.jump)]
        return
    jump = nothing if one.opening is None or before.closing is None else one.opening - before.closing
    found.append(Link(one, before, jump))


def _covers(one: Whole, links: Sequence[Link]) -> bool:
    """Whether a statement tells again what these tell: from the same balance on, and no fewer bookings."""
    first = links[0].statement
    told = sum(link.statement.bookings for link in links)
    return first.opening == one.opening and one.first_on <= first.last_on and one.bookings >= told
