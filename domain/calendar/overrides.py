"""Names of calendars, and corrections of published ones."""

from typing import Annotated

from pydantic import Field

from domain.values.record import Day, Record

CalendarCode = Annotated[str, Field(max_length=40, examples=["KR", "US-NY", "TARGET", "XNYS"])]
"""The name of a calendar. `domain.calendar.calendars.unknown_calendar` checks that it exists."""


class CalendarOverride(Record):
    """A correction of a published calendar: a holiday declared last week, or one withdrawn."""

    calendar: CalendarCode
    on: Day
    business_day: bool
    reason: str
