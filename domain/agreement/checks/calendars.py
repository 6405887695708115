"""Every calendar that an agreement names exists."""

from collections.abc import Iterator

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.model import Agreement
from domain.calendar.calendars import unknown_calendar
from domain.calendar.overrides import CalendarCode


def calendars(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Unknown calendars of accounts, overrides and rate sources, each with the nearest known one."""
    for path, code in _all_codes(agreement):
        problem = unknown_calendar(code)
        if problem is not None:
            yield AgreementFinding(path, "unknown-calendar", problem)


def _all_codes(agreement: Agreement) -> Iterator[tuple[Path, CalendarCode]]:
    for n, account in enumerate(agreement.accounts):
        yield from ((("accounts", n, "calendars", m), code) for m, code in enumerate(account.calendars))
    for n, override in enumerate(agreement.calendar_overrides):
        yield ("calendar_overrides", n, "calendar"), override.calendar
    for n, rule in enumerate(agreement.fx):
        yield from ((("fx", n, "published_on", m), code) for m, code in enumerate(rule.published_on))
    for n, receipt in enumerate(agreement.receipt_fx):
        yield from ((("receipt_fx", n, "published_on", m), code) for m, code in enumerate(receipt.published_on))
