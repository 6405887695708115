"""Checks that every booking of a taken file ends in exactly one place, and that the sums of the file say so."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from domain.bank.tellings import report_name
from domain.events import (
    BankFileTaken,
    Booking,
    BookingsReported,
    ChargeBooked,
    Event,
    Fate,
    MovementUnmatched,
    PaymentReturned,
    PaymentsSettled,
    ReceiptMatched,
    ReceiptReversed,
    ReportTaken,
    Tally,
)
from domain.values.money import Money, total

Named = tuple[str, str]
"""An account and a movement, or an account and a report."""


class _Part(Struct, frozen=True):
    """What became of a booking, or of a part of it."""

    fate: Fate
    amount: Money


def untied(events: Sequence[Event]) -> Iterator[str]:
    """Sentences on what does not tie out in the events of one taken file. None if all does."""
    taken = [event for event in events if isinstance(event, BankFileTaken)]
    if not taken:
        return
    told: dict[Named, Booking] = {}
    reports: dict[Named, list[Named]] = defaultdict(list)
    for event in events:
        if isinstance(event, BookingsReported):
            for booking in event.bookings:
                name = (event.account, booking.movement)
                if name in told:
                    yield f"movement {booking.movement} on {event.account} is told twice"
                told[name] = booking
                reports[event.account, event.report].append(name)
    parts = _parts(events, told)
    yield from _one_place(told, parts)
    yield from _sums([one for event in taken for one in event.reports], reports, parts)


def _parts(events: Iterable[Event], told: Mapping[Named, Booking]) -> dict[Named, list[_Part]]:
    """What became of each booking by the events that post it. What is known already posts nothing."""
    found: dict[Named, list[_Part]] = defaultdict(list)
    for name, booking in told.items():
        if booking.fate == "known":
            found[name].append(_Part("known", booking.amount))
    for event in events:
        for account, movement, fate, amount in _posted(event):
            reverses = (account, movement) in told and told[account, movement].fate == "reverses"
            found[account, movement].append(_Part("reverses" if reverses else fate, amount))
    return found


def _posted(event: Event) -> Iterator[tuple[str, str, Fate, Money]]:
    match event:
        case PaymentsSettled():
            for line in event.payments:
                yield event.account, line.movement, "settles", -line.booked
        case PaymentReturned():
            yield event.account, event.movement, "returns", event.booked
        case ReceiptMatched():
            yield event.account, event.movement, "received", event.booked
        case ReceiptReversed():
            yield event.account, event.movement, "reverses", -event.booked
        case ChargeBooked():
            yield event.account, event.movement, "charge", event.booked
        case MovementUnmatched():
            yield event.account, event.movement, "suspense", event.booked
        case _:
            return


def _one_place(told: Mapping[Named, Booking], parts: Mapping[Named, Sequence[_Part]]) -> Iterator[str]:
    for (account, movement), found in parts.items():
        booking = told.get((account, movement))
        if booking is None:
            yield f"movement {movement} on {account} is posted, and no report told it"
        elif total((part.amount for part in found), booking.amount.currency) != booking.amount:
            what = " and ".join(f"{part.fate} {part.amount}" for part in found)
            yield f"movement {movement} on {account} is {booking.amount}, and became {what}"
    for account, movement in told.keys() - parts.keys():
        yield f"movement {movement} on {account} ends nowhere"


def _sums(
    taken: Iterable[ReportTaken], reports: Mapping[Named, Sequence[Named]], parts: Mapping[Named, Sequence[_Part]]
) -> Iterator[str]:
    """Compare the tallies of reports with what became of their bookings. Reports of one name are one sum."""
    named: dict[Named, list[ReportTaken]] = defaultdict(list)
    for one in taken:
        named[one.account, report_name(one.report, one.number, one.page)].append(one)
    for (account, report), ones in named.items():
        currency = ones[0].debits.currency
        by_fate: dict[Fate, list[Money]] = defaultdict(list)
        for name in reports.get((account, report), ()):
            for part in parts.get(name, ()):
                by_fate[part.fate].append(part.amount)
        expected = sorted((fate, len(each), *_sides(each, currency)) for fate, each in by_fate.items())
        found = sorted(_added(tally for one in ones for tally in one.tallies))
        if expected != found:
            yield f"report {report} on {account} tallies {_words(found)}, and its bookings make {_words(expected)}"
        whole = _sides([amount for each in by_fate.values() for amount in each], currency)
        said = (total((one.debits for one in ones), currency), total((one.credits for one in ones), currency))
        if whole != said:
            both = f"{said[0]} out and {said[1]} in, and became {whole[0]} and {whole[1]}"
            yield f"report {report} on {account} is of {both}"
    for account, report in reports.keys() - named.keys():
        yield f"bookings of report {report} on {account} are told, and the file has no such report"


_Sum = tuple[Fate, int, Money, Money]


def _sides(amounts: Sequence[Money], currency: str) -> tuple[Money, Money]:
    """What went out and what came in, both positive."""
    out = total((-one for one in amounts if one.minor < 0), currency)
    return out, total((one for one in amounts if one.minor > 0), currency)


def _added(tallies: Iterable[Tally]) -> Iterator[_Sum]:
    by_fate: dict[Fate, list[Tally]] = defaultdict(list)
    for tally in tallies:
        by_fate[tally.fate].append(tally)
    for fate, each in by_fate.items():
        currency = each[0].debits.currency
        out, into = total((one.debits for one in each), currency), total((one.credits for one in each), currency)
        yield fate, sum(one.bookings for one in each), out, into


def _words(sums: Iterable[_Sum]) -> str:
    return ", ".join(f"{count} {fate} ({out} out, {into} in)" for fate, count, out, into in sums) or "nothing"
