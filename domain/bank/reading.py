"""Reads one report of an account, booking by booking, into events."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from domain.agreement.model import Agreement
from domain.bank.explanations import (
    Cancels,
    Charges,
    Explanation,
    KnownAccount,
    Receives,
    Returns,
    Settles,
    SettlesRun,
    Unexplained,
    Unreceives,
    explain,
    named,
)
from domain.bank.identity import KnownBooking, Recognised, recognise
from domain.bank.lines import Line, lines_of
from domain.bank.record import known_as
from domain.bank.recording import ReportRecording, credits_, debits
from domain.bank.reports import AccountReport
from domain.bank.tellings import report_name
from domain.events import Event, ReportTaken
from domain.values.money import Money


def read_report(
    agreement: Agreement, books: KnownAccount, report: AccountReport, message_id: str, file: str, today: date
) -> tuple[ReportTaken, list[Event]]:
    """Return what was taken of a report, and the events of its bookings.

    `message_id` and `file` (SHA-256) are of the file in which the report came `today`. `books` is changed for the
    reports that follow.
    """
    name = report_name(report.id, report.number, report.page.number if report.page is not None else None)
    lines = lines_of(report, file)
    recognised = recognise(report.kind, name, lines, books.known)
    recording = ReportRecording(agreement, books, message_id, file, report.currency, today)
    _Reading(books, recording).explain([(line, recognised.get(line.movement)) for line in lines])
    bookings = recording.bookings(report.kind, name)
    for event in bookings:
        books.known.extend(known_as(each, event) for each in event.bookings)
    amounts = [line.amount for line in lines]
    taken = ReportTaken(
        account=books.account.id,
        kind=report.kind.value,
        report=report.id,
        number=report.number,
        page=report.page.number if report.page is not None else None,
        last_page=report.page is None or report.page.last,
        opening=report.opening.amount if report.opening is not None else None,
        opening_on=report.opening.on if report.opening is not None else None,
        closing=report.closing.amount if report.closing is not None else None,
        closing_on=report.closing.on if report.closing is not None else None,
        first_on=min((line.booked_on for line in lines), default=None),
        last_on=max((line.booked_on for line in lines), default=None),
        bookings=len(lines),
        debits=debits(amounts, report.currency),
        credits=credits_(amounts, report.currency),
        tallies=recording.tallies(),
    )
    return taken, [*recording.events(), *bookings]


class _Reading:
    """Decides on each booking. What is decided changes `books` for the bookings that follow."""

    def __init__(self, books: KnownAccount, recording: ReportRecording) -> None:
        self._books, self._recording = books, recording
        self._settled: list[Settles] = []

    def explain(self, lines: Sequence[tuple[Line, Recognised | None]]) -> None:
        """Book every line. One may explain another whatever their order, so what is not explained is tried again."""
        left = list(lines)
        while left:
            waiting = [(line, again) for line, again in left if not self._explained(line, again)]
            if len(waiting) == len(left):
                break
            left = waiting
        self._explain_returns()
        for line, again in left:
            if again is None:
                self._book(line, explain(line, self._books))
            elif again.certain:
                self._recording.count(line, "known", again.earlier)
            else:
                why = f"it may be movement {again.earlier}, which another report told before"
                self._book(line, Unexplained(why, may_be=again.earlier))

    def _explained(self, line: Line, again: Recognised | None) -> bool:
        """Book a line, or what a known one says of the booking in suspense that it is. False if nothing explains it."""
        if again is None:
            found = explain(line, self._books)
            if isinstance(found, Unexplained):
                return False
            self._book(line, found)
            return True
        if not again.certain or not self._explains_suspended(line, again.earlier):
            return False
        self._recording.count(line, "known", again.earlier)
        return True

    def _book(self, line: Line, found: Explanation) -> None:
        recording = self._recording
        match found:
            case Settles():
                recording.settle(line, found)
                self._settled.append(found)
            case SettlesRun():
                recording.settle_run(line, found)
                self._settled.extend(found.settled)
            case Returns():
                recording.give_back(line, found)
            case Receives():
                recording.receive(line, found)
            case Unreceives():
                recording.unreceive(line, found)
            case Cancels():
                recording.cancel(line, found.original)
            case Charges():
                recording.charge(line)
            case Unexplained():
                if found.contradicts is not None:
                    recording.contradict(*found.contradicts)
                recording.suspend(line, found.why, found.may_be)

    def _explains_suspended(self, line: Line, earlier: str) -> bool:
        """Allocate the movement in suspense that a line tells again, if this telling explains it. True if none is."""
        open_ = self._books.suspended.get(earlier)
        if open_ is None:
            return True
        if not _covers(open_, line.amount):
            return not open_.minor
        same = replace(line, movement=earlier)
        found = explain(same, self._books)
        match found:
            case Settles():
                self._settled.append(found)
            case SettlesRun(known=()):
                self._settled.extend(found.settled)
            case Returns():
                pass
            case Receives() if found.booked == line.amount:
                pass
            case _:
                return False
        self._recording.allocate(same, found)
        return True

    def _explain_returns(self) -> None:
        """Allocate what came back of payments before the debits that this report tells. It was in suspense."""
        suspended = self._books.suspended
        waiting: dict[str, list[KnownBooking]] = defaultdict(list)
        for known in self._books.known if self._settled else ():
            if known.amount.minor > 0 and suspended.get(known.movement) == known.amount:
                for name in named(self._books.production, known):
                    waiting[name].append(known)
        for settled in self._settled:
            for known in waiting.get(settled.end_to_end_id, ()):
                payment = self._books.payments[settled.payment.id]
                if suspended[known.movement] == known.amount in {payment.amount, payment.booked}:
                    self._recording.allocate(known, Returns(payment, None))
                    break


def _covers(open_: Money, part: Money) -> bool:
    """Whether `part` can leave an open amount."""
    return 0 < part.minor <= open_.minor or open_.minor <= part.minor < 0
