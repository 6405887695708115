"""The days of a tax authority: when tax is due, and when yearly statements are. They are not the banks' days."""

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from domain.calendar.calendars import Calendars
from domain.calendar.dates import DAY, add_months, month_end, month_end_after
from domain.calendar.overrides import CalendarOverride
from domain.tax.rules import TaxTable


@dataclass(frozen=True, slots=True)
class TaxDay:
    """A day in the calendar of an authority: what is due, and for which days of payment."""

    on: date
    authority: str
    what: str
    paid_from: date
    paid_to: date


def remittance_day(
    table: TaxTable, paid_on: date, *, paid_abroad: bool = False, overrides: Iterable[CalendarOverride] = ()
) -> date:
    """When tax on a payment is due. `overrides` correct the published calendar.

    `paid_abroad`: from funds abroad, by a payer with an office in the country. An officer who hands money over on a
    trip does not pay abroad.
    """
    if paid_abroad and table.remittance.paid_abroad == "month_end":
        return _open_day(table, month_end_after(paid_on, 1), tuple(overrides))
    return _open_day(table, add_months(paid_on.replace(day=1), 1).replace(day=table.remittance.day), tuple(overrides))


def tax_days(table: TaxTable, first: date, last: date, overrides: Iterable[CalendarOverride] = ()) -> list[TaxDay]:
    """What is due to an authority from a day to another, in order."""
    corrections = tuple(overrides)
    found = [*_monthly(table, first, last, corrections), *_yearly(table, first, last, corrections)]
    return sorted((one for one in found if first <= one.on <= last), key=lambda one: (one.on, one.paid_from, one.what))


def _monthly(table: TaxTable, first: date, last: date, overrides: tuple[CalendarOverride, ...]) -> Iterator[TaxDay]:
    month = add_months(first.replace(day=1), -3)
    while month <= last:
        for abroad in (False, True):
            day = remittance_day(table, month, paid_abroad=abroad, overrides=overrides)
            if abroad and table.remittance.paid_abroad == "same_day":
                continue
            what = f"tax withheld on payments of {month:%Y-%m}" + (", paid abroad" if abroad else "")
            yield TaxDay(day, table.authority.code, what, month, month_end(month))
        for paper in table.monthly:
            due = _open_day(table, month_end_after(month, 1), overrides)
            yield TaxDay(due, table.authority.code, f"{paper.name} of {month:%Y-%m}", month, month_end(month))
        month = add_months(month, 1)


def _yearly(table: TaxTable, first: date, last: date, overrides: tuple[CalendarOverride, ...]) -> Iterator[TaxDay]:
    for year in range(first.year - 1, last.year + 1):
        for paper in table.yearly:
            due = date(year, paper.month, min(paper.day, calendar.monthrange(year, paper.month)[1]))
            what = f"{paper.name} of {year - 1}"
            start, end = date(year - 1, 1, 1), date(year - 1, 12, 31)
            yield TaxDay(_open_day(table, due, overrides), table.authority.code, what, start, end)


def _open_day(table: TaxTable, day: date, overrides: tuple[CalendarOverride, ...]) -> date:
    """The day itself, or the first one after it on which the authority is open."""
    published = Calendars.of([table.calendar.calendar], overrides)
    while f"{day:%m-%d}" in table.calendar.closed_too or not published.is_business_day(day):
        day += DAY
    return day
