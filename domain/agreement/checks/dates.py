"""Dates are within the life of the agreement and of the calendars."""

from collections.abc import Iterator
from datetime import date

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.model import Agreement, DueOn
from domain.calendar.calendars import FIRST_YEAR, LAST_YEAR


def dates(agreement: Agreement, previous: Agreement | None) -> Iterator[AgreementFinding]:
    """Years outside the calendars, and new dates before the agreement takes effect.

    An amendment repeats earlier dates, so only dates that the previous version lacks are checked; none without that.
    """
    for path, day in _all_dates(agreement):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            sentence = f"{day} is outside the years {FIRST_YEAR} to {LAST_YEAR} that calendars know: correct the year."
            yield AgreementFinding(path, "implausible-date", sentence)
    if agreement.version > 1 and previous is None:
        return
    known = set[str]()
    if previous is not None:
        known = {milestone.id for milestone in previous.milestones} | {each.id for each in previous.schedule}
    for n, milestone in enumerate(agreement.milestones):
        if milestone.id not in known and milestone.planned_on < agreement.effective_on:
            yield _too_early(("milestones", n, "planned_on"), milestone.planned_on, agreement)
    for n, instalment in enumerate(agreement.schedule):
        due = instalment.due
        if instalment.id not in known and isinstance(due, DueOn) and due.on < agreement.effective_on:
            yield _too_early(("schedule", n, "due", "on"), due.on, agreement)


def _too_early(path: Path, day: date, agreement: Agreement) -> AgreementFinding:
    sentence = f"{day} is before the agreement takes effect ({agreement.effective_on}): correct one of the dates."
    return AgreementFinding(path, "before-effective", sentence)


def _all_dates(agreement: Agreement) -> Iterator[tuple[Path, date]]:
    yield ("effective_on",), agreement.effective_on
    for n, override in enumerate(agreement.calendar_overrides):
        yield ("calendar_overrides", n, "on"), override.on
    for n, milestone in enumerate(agreement.milestones):
        yield ("milestones", n, "planned_on"), milestone.planned_on
    for n, instalment in enumerate(agreement.schedule):
        if isinstance(instalment.due, DueOn):
            yield ("schedule", n, "due", "on"), instalment.due.on
