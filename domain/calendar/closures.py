"""Days on which nothing can be done, in words: which they are, why, and when business opens again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from domain.calendar.calendars import Calendars
from domain.calendar.dates import DAY
from domain.calendar.overrides import CalendarCode


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day that is no business day. `why` maps each calendar that is closed to its reason."""

    day: date
    why: Mapping[CalendarCode, str]

    @property
    def words(self) -> str:
        """The day with its reasons, such as `Saturday 28 November (KR weekend)`."""
        reasons = ", ".join(f"{code} {reason}" for code, reason in self.why.items())
        return f"{in_words(self.day)} ({reasons})"


@dataclass(frozen=True, slots=True)
class Closure:
    """Business days are over: the closed days from today on, and the instant of the next opening in its zone."""

    days: tuple[ClosedDay, ...]
    opens: datetime

    @property
    def sentence(self) -> str:
        """The days and the opening, to follow `it is`: `closed on Saturday …, and opens on Monday …`."""
        days, zone = ", ".join(day.words for day in self.days), self.opens.tzinfo
        opening = f"{in_words(self.opens.date())} {self.opens.year} at {self.opens:%H:%M} ({zone})"
        return f"closed on {days}, and opens on {opening}"


def closed_days(calendars: Calendars, first: date, last: date) -> tuple[ClosedDay, ...]:
    """The days from `first` to `last`, both included, that are no business days.

    Raises:
        BadInput: a year is outside those that calendars answer for.
    """
    days = (first + DAY * n for n in range((last - first).days + 1))
    return tuple(ClosedDay(day, calendars.closed_by(day)) for day in days if not calendars.is_business_day(day))


def closure(calendars: Calendars, now: datetime, opens_at: time) -> Closure | None:
    """What is closed on the day of `now`, an instant in a named zone; None on a business day.

    Raises:
        BadInput: there is no business day within two months.
    """
    today = now.date()
    if calendars.is_business_day(today):
        return None
    opening = calendars.add_business_days(today, 1)
    zone = now.tzinfo if isinstance(now.tzinfo, ZoneInfo) else None
    return Closure(closed_days(calendars, today, opening - DAY), datetime.combine(opening, opens_at, zone))


def in_words(day: date) -> str:
    """A day with its day of the week, such as `Saturday 28 November`."""
    return f"{day:%A} {day.day} {day:%B}"
