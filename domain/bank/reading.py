"""Reads one report of an account, booking by booking, into events."""

from collections.abc import Sequence

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
)
from domain.bank.identity import Recognised, recognise
from domain.bank.lines import Line, lines_of
from domain.bank.record import known_as
from domain.bank.recording import ReportRecording, credits_, debits
from domain.bank.reports import AccountReport
from domain.bank.tellings import report_name
from domain.events import Event, ReportTaken
from domain.values.money import Money


def read_report(
    agreement: Agreement, books: KnownAccount, report: AccountReport, message_id: str, file: str
) -> tuple[ReportTaken, list[Event]]:
    """Return what was taken of a report, and the events of its bookings.

    `message_id` and `file` (SHA-256) are of the file in which the report came. `books` is changed for the reports that
    follow.
    """
    name = report_name(report.id, report.number, report.page.number if report.page is not None else None)
    lines = lines_of(report, file)
    recognised = recognise(report.kind, name, lines, books.known)
    recording = ReportRecording(agreement, books, message_id, file, report.currency)
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

    def explain(self, lines: Sequence[tuple[Line, Recognised | None]]) -> None:
        """Book every line. One may explain another whatever their order, so what is not explained is tried again."""
        left = list(lines)
        while left:
            waiting = [(line, again) for line, again in left if not self._explained(line, again)]
            if len(waiting) == len(left):
                break
            left = waiting
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
            case SettlesRun():
                recording.settle_run(line, found)
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
        if isinstance(found, Settles | Returns) or (isinstance(found, Receives) and found.booked == line.amount):
            self._recording.allocate(same, found)
            return True
        return False


def _covers(open_: Money, part: Money) -> bool:
    """Whether `part` can leave an open amount."""
    return 0 < part.minor <= open_.minor or open_.minor <= part.minor < 0
