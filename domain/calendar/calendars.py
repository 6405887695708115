"""Business days of the places that money moves through, from the `holidays` package and local overrides.

What the library says may change with its version, so a date computed here is recorded where it is promised
(`MilestoneAccepted`, `PaymentScheduled` …) and never computed again.

Where a public calendar is not the banks' calendar:

* Korea, Japan: bank holidays are added (Workers' Day; 31 December to 3 January). Substitute days are the library's.
* United States: the Federal Reserve's rule. A holiday on a Sunday moves to Monday; one on a Saturday moves nowhere.
* Taiwan: Labour Day closes the banks although the library lists it as optional before 2026. The make-up working
  Saturdays (`weekend_workdays` in the library, none since 2025) stay closed: banks opened for customers, while
  correspondents abroad did not. An override opens one where payer and payee both want it.
* TARGET: the European Central Bank's closing days. National holidays such as 14 July are in `FR` only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Literal

import holidays

from domain.calendar.dates import DAY
from domain.errors import BadInput
from domain.values.record import Day, Record

CalendarCode = Literal["KR", "JP", "US", "FR", "TW", "TARGET"]

FIRST_YEAR, LAST_YEAR = 1990, 2099
"""The years for which the calendars answer; a date outside is a slip of the pen."""

_LONGEST_CLOSUREDAYS = 60
_SATURDAY, _SUNDAY = 5, 6


class Convention(StrEnum):
    """Where a due date goes that is not a business day for payer and payee alike."""

    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified_following"
    PRECEDING = "preceding"


class CalendarOverride(Record):
    """A day that the published calendar has wrong: a holiday declared last week, or one withdrawn."""

    calendar: CalendarCode
    on: Day
    business_day: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Calendars:
    """Several calendars together: a business day is one in all of them.

    `overrides` win over what is published; of two for the same day the last wins, so settings go after the agreement.
    """

    codes: frozenset[CalendarCode]
    overrides: tuple[CalendarOverride, ...] = ()

    @classmethod
    def of(cls, codes: Iterable[CalendarCode], overrides: Iterable[CalendarOverride] = ()) -> "Calendars":
        """The calendars of these codes, with those overrides that speak of them."""
        wanted = frozenset(codes)
        return cls(wanted, tuple(override for override in overrides if override.calendar in wanted))

    def is_business_day(self, day: date) -> bool:
        """Whether every one of the calendars is open.

        Raises:
            BadInput: the year is outside `FIRST_YEAR` to `LAST_YEAR`.
        """
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise BadInput(f"{day} is outside the years {FIRST_YEAR} to {LAST_YEAR} that calendars answer for.")
        return all(self._open(code, day) for code in self.codes)

    def adjust(self, day: date, convention: Convention) -> date:
        """`day` itself if it is a business day, otherwise the one that the convention names."""
        if convention is Convention.PRECEDING:
            return self._nearest(day, -DAY)
        following = self._nearest(day, DAY)
        if convention is Convention.MODIFIED_FOLLOWING and following.month != day.month:
            return self._nearest(day, -DAY)
        return following

    def add_business_days(self, day: date, n: int, convention: Convention = Convention.FOLLOWING) -> date:
        """The n-th business day after `day`, which need not be one itself; for n = 0, `day` adjusted.

        Raises:
            BadInput: n is negative.
        """
        if n < 0:
            raise BadInput(f"{n} business days cannot be added: count forward, from 0 up.")
        if n == 0:
            return self.adjust(day, convention)
        for _ in range(n):
            day = self._nearest(day + DAY, DAY)
        return day

    def previous_business_day(self, day: date) -> date:
        """The last business day before `day`, never `day` itself."""
        return self._nearest(day - DAY, -DAY)

    def _nearest(self, day: date, step: timedelta) -> date:
        start = day
        for _ in range(_LONGEST_CLOSUREDAYS):
            if self.is_business_day(day):
                return day
            day += step
        names = "+".join(sorted(self.codes))
        raise BadInput(f"{names} has no business day within {_LONGEST_CLOSUREDAYS} days of {start}: check overrides.")

    def _open(self, code: CalendarCode, day: date) -> bool:
        for override in reversed(self.overrides):
            if override.calendar == code and override.on == day:
                return override.business_day
        return day.weekday() < _SATURDAY and day not in _closing_days(code, day.year)


@cache
def _closing_days(code: CalendarCode, year: int) -> frozenset[date]:
    """The weekdays of a year, and perhaps some weekend days, on which banks are closed there."""
    match code:
        case "TARGET":
            return frozenset(holidays.financial_holidays("ECB", years=year))
        case "KR" | "JP":
            return frozenset(holidays.country_holidays(code, years=year, categories=("public", "bank")))
        case "US":
            named = holidays.country_holidays("US", years=year, observed=False)
            return frozenset(day + DAY if day.weekday() == _SUNDAY else day for day in named)
        case "TW":
            return frozenset(holidays.country_holidays("TW", years=year)) | {date(year, 5, 1)}
        case "FR":
            return frozenset(holidays.country_holidays("FR", years=year))
