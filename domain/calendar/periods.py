"""Periods by their names: `2027`, `2027-H1`, `2027-Q3`, `2027-05`, or the day on which one ends, `2027-05-14`."""

import calendar
import re
from collections.abc import Collection
from datetime import date

from domain.errors import BadInput

_NAMED = re.compile(r"(?P<year>[0-9]{4})(-(H(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def period_end(period: str) -> date:
    """The last day of a period.

    Raises:
        BadInput: that is no period's name.
    """
    try:
        if _DAY.fullmatch(period):
            return date.fromisoformat(period)
        if (found := _NAMED.fullmatch(period)) is not None:
            return _month_end(int(found["year"]), _last_month(found))
    except ValueError:
        pass  # no such day, or year
    raise BadInput(f"{period[:40]!r} is no period: write such as 2027-Q3, 2027-H1, 2027-05, 2027 or its last day.")


def period_name(end: date, months: Collection[int]) -> str:
    """What a period is called that ends on a day, where accounts are rendered at the ends of these months of a year.

    A period that ends on another day is called by it; `period_end` understands every name.
    """
    if end.month not in months or end != _month_end(end.year, end.month):
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


def period_start(period: str) -> date:
    """The first day of a period; of one that is named by a day, that day.

    Raises:
        BadInput: that is no period's name.
    """
    end = period_end(period)
    found = _NAMED.fullmatch(period)
    if found is None:
        return end
    months = 6 if found["half"] else 3 if found["quarter"] else 1 if found["month"] else 12
    return date(end.year, end.month - months + 1, 1)


def _last_month(found: re.Match[str]) -> int:
    if found["half"]:
        return int(found["half"]) * 6
    if found["quarter"]:
        return int(found["quarter"]) * 3
    return int(found["month"] or 12)


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
