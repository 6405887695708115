"""Business days of the places that money moves through, from the `holidays` package and local overrides.

Calendars have the names of `holidays`: a country (`KR`), a part of one (`US-NY`, `DE-BY`), or a market. A market is a
central bank or an exchange, by its code or another name (`XECB` or `ECB`, `XNYS` or `NYSE`). `TARGET` is `XECB`.

A new version of the library may change its holidays. So a date computed here is recorded once, in the event that fixes
it (`MilestoneAccepted`, `PaymentScheduled` …), and never computed again.

Banks' calendars differ from the public ones:

* Bank holidays are added wherever the library has them, as for Korea (Workers' Day) and Japan (31 December to
  3 January). Substitute days are the library's.
* United States and their parts: the Federal Reserve's rule. A holiday on a Sunday moves to Monday; one on a Saturday
  moves nowhere.
* Taiwan: Labour Day closes the banks, although the library lists it as optional before 2026. The make-up working
  Saturdays (`weekend_workdays` in the library, none since 2025) stay closed: correspondents abroad did not open.
  An override opens one where payer and payee both want it.
* TARGET: the European Central Bank's closing days. National holidays such as 14 July are in `FR` only.
* The weekend is the library's, Friday and Saturday in some countries. Where Sunday is closed, Saturday is too: in
  places such as Hong Kong banks serve customers then, but payments between banks do not settle.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import cache

import holidays

from domain.calendar.dates import DAY, span_of
from domain.calendar.overrides import CalendarCode, CalendarOverride
from domain.errors import BadInput

FIRST_YEAR, LAST_YEAR = 1990, 2099
"""The years for which the calendars answer; a date outside is a slip of the pen."""

_LONGEST_CLOSURE_DAYS = 60
_SATURDAY, _SUNDAY = 5, 6
_TARGET = "TARGET"


class Convention(StrEnum):
    """How a due date moves that is not a business day for payer and payee."""

    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified_following"
    PRECEDING = "preceding"


@dataclass(frozen=True, slots=True)
class Calendars:
    """Several calendars combined. A business day is one in all of them.

    `overrides` win over the published calendars. The last of two for one day wins, so settings follow the agreement.
    """

    codes: frozenset[CalendarCode]
    overrides: tuple[CalendarOverride, ...] = ()

    @classmethod
    def of(cls, codes: Iterable[CalendarCode], overrides: Iterable[CalendarOverride] = ()) -> "Calendars":
        """The combined calendars of some codes, with the overrides for them or for their country.

        Raises:
            BadInput: there is no calendar of one of the codes.
        """
        names = frozenset(codes)
        with_parents = {name for code in names for name in _names(code)}
        return cls(names, tuple(override for override in overrides if _names(override.calendar)[0] in with_parents))

    def is_business_day(self, day: date) -> bool:
        """Whether all calendars are open.

        Raises:
            BadInput: the year is outside `FIRST_YEAR` to `LAST_YEAR`.
        """
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise BadInput(f"{day} is outside the years {FIRST_YEAR} to {LAST_YEAR} that calendars answer for.")
        return all(self._open(code, day) for code in self.codes)

    def closed_by(self, day: date) -> dict[CalendarCode, str]:
        """The calendars that are closed on a day, each with why: an override's reason, a holiday's name, `weekend`."""
        return {
            code: self._correction(code, day) or _holiday(code, day)
            for code in sorted(self.codes)
            if not self._open(code, day)
        }

    def adjust(self, day: date, convention: Convention) -> date:
        """`day` if it is a business day, otherwise the one that the convention selects."""
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

    def working_week(self, year: int) -> tuple[int, ...]:
        """The weekdays (Monday is 0) on which all calendars are open at least once in a year."""
        first, last = span_of(date(year, 1, 1), "year")
        days = (first + DAY * n for n in range((last - first).days + 1))
        return tuple(sorted({day.weekday() for day in days if self.is_business_day(day)}))

    def _nearest(self, day: date, step: timedelta) -> date:
        start = day
        for _ in range(_LONGEST_CLOSURE_DAYS):
            if self.is_business_day(day):
                return day
            day += step
        names = "+".join(sorted(self.codes))
        raise BadInput(f"{names} has no business day within {_LONGEST_CLOSURE_DAYS} days of {start}: check overrides.")

    def _open(self, code: CalendarCode, day: date) -> bool:
        override = self._override(code, day)
        return day not in _closed_days(code, day.year) if override is None else override.business_day

    def _correction(self, code: CalendarCode, day: date) -> str:
        override = self._override(code, day)
        return "" if override is None else override.reason

    def _override(self, code: CalendarCode, day: date) -> CalendarOverride | None:
        for override in reversed(self.overrides):
            if override.on == day and _names(override.calendar)[0] in _names(code):
                return override
        return None


def unknown_calendar(code: CalendarCode) -> str | None:
    """What is wrong with an unknown code, with a suggestion. None for a known code."""
    country, dash, part = code.partition("-")
    countries = _countries()
    if code == _TARGET or code in _markets() or (country in countries and (part in countries[country] or not dash)):
        return None
    nearest = _most_alike(code.upper(), country)
    hint = f"did you mean {' or '.join(map(repr, nearest))}?" if nearest else "name a country, such as KR."
    return (
        f"there is no calendar {code!r}: {hint} Calendars are countries (KR), parts of them (US-NY), TARGET, "
        "and exchanges and central banks by their market codes (XNYS)."
    )


def _most_alike(written: str, country: str) -> Sequence[str]:
    """The known code that is most like what was written; of a known country, it or one of its parts.

    Two wrong letters say little: then all countries with the first letter are returned.
    """
    countries = _countries()
    if country in countries:
        known = [country, *(f"{country}-{part}" for part in countries[country])]
        return get_close_matches(written, known, n=1) or known[:1]
    if written in holidays.list_supported_countries(include_aliases=True):
        return [holidays.country_holidays(written).country]
    close = get_close_matches(written, [_TARGET, *countries, *_markets()], n=1)
    return close or sorted(each for each in countries if len(written) == len(each) and written[0] == each[0])


@cache
def _countries() -> Mapping[str, Sequence[str]]:
    """The countries of the library, each with its parts."""
    return holidays.list_supported_countries(include_aliases=False)


@cache
def _markets() -> Mapping[str, Sequence[str]]:
    """The exchanges and central banks of the library, by all their names."""
    return holidays.list_supported_financial()


@cache
def _names(code: CalendarCode) -> tuple[str, ...]:
    """The calendar's main name, and the country or market that it is part of.

    Raises:
        BadInput: there is no calendar of that code.
    """
    problem = unknown_calendar(code)
    if problem is not None:
        raise BadInput(problem[:1].upper() + problem[1:], calendar=code)
    if code == _TARGET:
        return _names("ECB")
    if code in _markets():
        market = holidays.financial_holidays(code).market
        return (code, market) if code in _markets()[market] else (market,)
    country, dash, _ = code.partition("-")
    return (code, country) if dash else (code,)


def _holiday(code: CalendarCode, day: date) -> str:
    """Return the English name of the holiday that closes a calendar on a day, or `weekend`."""
    if code == _TARGET or code in _markets():
        named: Mapping[date, str] = holidays.financial_holidays("ECB" if code == _TARGET else code, years=day.year)
    else:
        country, _, part = code.partition("-")
        plain = holidays.country_holidays(country, subdiv=part or None)
        named = holidays.country_holidays(
            country,
            subdiv=part or None,
            years=day.year,
            language="en_US" if "en_US" in plain.supported_languages else None,
            categories={"public", "bank"} & set(plain.supported_categories),
        )
    if day in named:
        return named[day]
    return "weekend" if day.weekday() >= _SATURDAY or _is_weekend(named, day) else "bank holiday"


def _is_weekend(published: Mapping[date, str], day: date) -> bool:
    """Return whether a day of the week is no working day in a place, such as Friday in some."""
    return isinstance(published, holidays.HolidayBase) and published.is_weekend(day)


@cache
def _closed_days(code: CalendarCode, year: int) -> frozenset[date]:
    """The days, weekends included, on which banks are closed. It may contain days of the next year."""
    country, _, part = code.partition("-")
    closed: set[date] = set()
    if code == _TARGET or code in _markets():
        published = holidays.financial_holidays("ECB" if code == _TARGET else code, years=year)
        closed.update(published)
    elif country == "US":
        published = holidays.country_holidays("US", subdiv=part or None, years=year, observed=False)
        closed.update(day + DAY if day.weekday() == _SUNDAY else day for day in published)
    else:
        published = holidays.country_holidays(country, subdiv=part or None, years=year)
        categories = {"public", "bank"} & set(published.supported_categories)
        closed.update(holidays.country_holidays(country, subdiv=part or None, years=year, categories=categories))
    if country == "TW":
        closed.add(date(year, 5, 1))
    day, last = span_of(date(year, 1, 1), "year")
    while day <= last:
        if published.is_weekend(day) or (day.weekday() == _SATURDAY and published.is_weekend(day + DAY)):
            closed.add(day)
        day += DAY
    return frozenset(closed)
