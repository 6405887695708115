from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar.calendars import Calendars
from domain.calendar.closures import closed_days, closure
from domain.calendar.overrides import CalendarOverride

SEOUL = ZoneInfo("Asia/Seoul")
EIGHT = time(8)


def at(year, month, day, zone=SEOUL):
    return datetime(year, month, day, 12, tzinfo=zone)


def test_a_weekend_is_said_with_the_opening_and_its_zone():
    found = closure(Calendars.of(["KR"]), at(2026, 11, 28), EIGHT)
    assert found.sentence == (
        "closed on Saturday 28 November (KR weekend), Sunday 29 November (KR weekend), "
        "and opens on Monday 30 November 2026 at 08:00 (Asia/Seoul)"
    )


def test_a_business_day_is_no_closure():
    assert closure(Calendars.of(["KR"]), at(2026, 11, 27), EIGHT) is None


@pytest.mark.parametrize(
    ("codes", "day", "words"),
    [
        (["KR"], date(2025, 10, 8), "KR Alternative holiday for Chuseok"),
        (["JP"], date(2025, 12, 31), "JP Bank Holiday"),
        (["KR", "JP"], date(2025, 5, 6), "(JP Substitute Holiday, KR Alternative holiday"),
        (["TARGET"], date(2025, 4, 18), "TARGET Good Friday"),
        (["US"], date(2023, 1, 2), "US New Year's Day"),
        (["TW"], date(2025, 5, 1), "TW bank holiday"),
        (["AE"], date(2021, 1, 1), "AE New Year's Day"),
        (["IL"], date(2025, 2, 7), "IL weekend"),
        (["KR", "JP"], date(2026, 11, 28), "(JP weekend, KR weekend)"),
    ],
)
def test_every_calendar_that_closes_a_day_says_why_in_english(codes, day, words):
    (found,) = closed_days(Calendars.of(codes), day, day)
    assert words in found.words


def test_an_override_is_the_reason_and_opens_what_the_calendar_closes():
    override = CalendarOverride(calendar="KR", on=date(2026, 11, 27), business_day=False, reason="bank strike")
    working = CalendarOverride(calendar="KR", on=date(2026, 11, 28), business_day=True, reason="make-up day")
    found = closure(Calendars.of(["KR"], [override, working]), at(2026, 11, 27), EIGHT)
    assert found.sentence.startswith("closed on Friday 27 November (KR bank strike), and opens on Saturday 28 November")


def test_the_opening_keeps_its_wall_clock_over_the_change_of_summer_time():
    found = closure(Calendars.of(["DE"]), at(2026, 3, 28, ZoneInfo("Europe/Berlin")), EIGHT)
    assert found.opens.isoformat() == "2026-03-30T08:00:00+02:00"


@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 1)), st.sets(st.sampled_from(["KR", "JP", "US", "TARGET"]), min_size=1)
)
def test_a_closure_ends_on_the_next_business_day(day, codes):
    calendars = Calendars.of(codes)
    found = closure(calendars, datetime(day.year, day.month, day.day, 12, tzinfo=SEOUL), EIGHT)
    if found is None:
        assert calendars.is_business_day(day)
        return
    assert calendars.is_business_day(found.opens.date())
    assert found.days[0].day == day
    assert all(one.why for one in found.days)
    assert (found.opens.date() - day).days == len(found.days)
