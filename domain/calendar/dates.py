"""Calendar arithmetic and day counts; the one place for months, periods and parts of a year.

Business days are in `domain.calendar.calendars`, interest is in `domain.calendar.interest`. Three things are here:

* months and their ends, and the spans of the calendar (month, quarter, half-year, year) that a day is in;
* periods by their names: `2027`, `2027-H1`, `2027-Q3`, `2027-05`, or the day on which one ends, `2027-05-14`;
* day counts: the part of a year between two days, as an exact fraction; the last day does not count.

Day counts follow the 2006 ISDA Definitions, section 4.16, and are named as agreements name them:

* `actual/365`: actual days over 365, in leap years too (4.16(d), Actual/365 Fixed);
* `actual/360`: actual days over 360 (4.16(e));
* `actual/actual`: days in leap years over 366, all others over 365 (4.16(b), Actual/Actual ISDA);
* `30/360 US`: months of 30 days; a 31st that ends the span stays one unless the span begins on a 30th or 31st
  (4.16(f), 30/360 or Bond Basis);
* `30E/360`: months of 30 days; every 31st is a 30th (4.16(g), 30E/360 or Eurobond Basis);
* `30/360`: the name that agreements have used for `30E/360` from the beginning, and the same rule;
* `30E/360 ISDA`: as `30E/360`, and the last day of February is a 30th unless interest ends for good on it (4.16(h));
* `actual/actual ICMA`: an interest period is its months of twelve, and a day in it one of its days (4.16(c)).

By `30/360 US` and `actual/actual ICMA` a part of a year depends on the interest period that it is in.
"""

import calendar
import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from domain.errors import BadInput

Span = Literal["month", "quarter", "half-year", "year"]
"""A calendar span, as agreements name it."""

MONTHS: Mapping[Span, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""The months of each span."""

AdditiveDayCount = Literal["actual/365", "actual/360", "actual/actual", "30/360", "30E/360", "30E/360 ISDA"]
"""Day counts whose parts of a span add up to the whole, so a balance may change within it."""

DayCount = Literal[AdditiveDayCount, "30/360 US"]
"""All day counts. With `30/360 US`, the parts of a span may count one day more than the span."""

PeriodDayCount = Literal[DayCount, "actual/actual ICMA"]
"""The day counts of interest by periods."""

DAY = timedelta(days=1)
_FEBRUARY = 2
_NAMED = re.compile(r"(?P<year>[0-9]{4})(-(H(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?")
_A_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def month_end(day: date) -> date:
    """The last day of a date's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """Shift a date by months (back, if negative). A day that the month lacks becomes its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_end_after(day: date, months: int) -> date:
    """The last day of the month that is `months` after the month of `day`."""
    return month_end(add_months(day, months))


def span_of(day: date, span: Span) -> tuple[date, date]:
    """The first and the last day of the span that contains a day."""
    months = MONTHS[span]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, month_end_after(first, months - 1)


def span_end(day: date, span: Span) -> date:
    """The last day of the span that contains a day."""
    return span_of(day, span)[1]


def span_end_after(day: date, span: Span, spans: int) -> date:
    """The last day of the span that is `spans` spans after the one that contains a day."""
    return span_end(add_months(day, MONTHS[span] * spans), span)


def period_end(period: str) -> date:
    """The last day of a period.

    Raises:
        BadInput: the name is no period's.
    """
    try:
        if _A_DAY.fullmatch(period):
            return date.fromisoformat(period)
        if (found := _NAMED.fullmatch(period)) is not None:
            return month_end(date(int(found["year"]), _last_month(found), 1))
    except ValueError:
        pass  # no such day, or year
    raise BadInput(f"{period[:40]!r} is no period: write such as 2027-Q3, 2027-H1, 2027-05, 2027 or its last day.")


def period_start(period: str) -> date:
    """The first day of a period. A period named by a day starts on that day.

    Raises:
        BadInput: the name is no period's.
    """
    end = period_end(period)
    found = _NAMED.fullmatch(period)
    if found is None:
        return end
    return span_of(end, _span_named(found))[0]


def period_name(end: date, months: Collection[int]) -> str:
    """The name of the period that ends on a day. `months` are the months whose ends are settlement dates.

    A period that ends on another day is named by the day. `period_end` reads every name.
    """
    if end.month not in months or end != month_end(end):
        return end.isoformat()
    match sorted(set(months)):
        case [12]:
            return f"{end.year:04}"
        case [6, 12]:
            return f"{end.year:04}-H{end.month // 6}"
        case [3, 6, 9, 12]:
            return f"{end.year:04}-Q{end.month // 3}"
        case _:
            return f"{end.year:04}-{end.month:02}"


def _span_named(found: re.Match[str]) -> Span:
    return "half-year" if found["half"] else "quarter" if found["quarter"] else "month" if found["month"] else "year"


def _last_month(found: re.Match[str]) -> int:
    return int(found["half"] or found["quarter"] or found["month"] or 1) * MONTHS[_span_named(found)]


def year_fraction(count: DayCount, start: date, end: date, ends_on: date | None = None) -> Fraction:
    """The part of a year from `start` to before `end` by a day count. `end` is not before `start`.

    `ends_on` is the day on which interest ends for good; only `30E/360 ISDA` uses it.
    """
    match count:
        case "actual/365":
            return Fraction((end - start).days, 365)
        case "actual/360":
            return Fraction((end - start).days, 360)
        case "actual/actual":
            return sum((_part_of(year, start, end) for year in range(start.year, end.year + 1)), Fraction(0))
        case "30/360" | "30E/360":
            return Fraction(_day_of_360(end, end.day) - _day_of_360(start, start.day), 360)
        case "30E/360 ISDA":
            last = end.day if end == ends_on else _full_february(end)
            return Fraction(_day_of_360(end, last) - _day_of_360(start, _full_february(start)), 360)
        case "30/360 US":
            over = end.day == 31 and start.day < 30  # noqa: PLR2004 - the rule's own days of a month
            return Fraction(_day_of_360(end, end.day) + over - _day_of_360(start, start.day), 360)


def year_fraction_within(
    count: PeriodDayCount, period: tuple[date, date], start: date, end: date, ends_on: date | None = None
) -> Fraction:
    """The part of a year from `start` to before `end`, both within an interest period of whole months.

    The parts of a period add up to the whole by every day count: each is counted from the period's first day.
    """
    first, last = period
    if count == "actual/actual ICMA":
        months = (last.year - first.year) * 12 + last.month - first.month
        return Fraction((end - start).days * months, (last - first).days * 12)
    if count == "30/360 US":
        return year_fraction(count, first, end) - year_fraction(count, first, start)
    return year_fraction(count, start, end, ends_on)


def _day_of_360(day: date, of_month: int) -> int:
    return day.year * 360 + day.month * 30 + min(of_month, 30)


def _full_february(day: date) -> int:
    return 30 if day.month == _FEBRUARY and day == month_end(day) else day.day


def _part_of(year: int, start: date, end: date) -> Fraction:
    first, last = max(start, date(year, 1, 1)), min(end, date(year + 1, 1, 1))
    return Fraction(max((last - first).days, 0), 366 if calendar.isleap(year) else 365)
