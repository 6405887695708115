from datetime import date

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar.calendars import Calendars, Convention, unknown_calendar
from domain.calendar.overrides import CalendarOverride
from domain.errors import BadInput

CODES = ["KR", "JP", "US", "FR", "TW", "TARGET"]


@pytest.mark.parametrize(
    ("code", "day", "why"),
    [
        ("KR", date(2025, 10, 6), "Chuseok"),
        ("KR", date(2025, 10, 8), "the substitute day of Chuseok, which began on a Sunday"),
        ("KR", date(2026, 9, 25), "Chuseok"),
        ("KR", date(2026, 2, 17), "Lunar New Year"),
        ("KR", date(2025, 5, 1), "Workers' Day closes banks"),
        ("JP", date(2025, 5, 5), "Golden Week"),
        ("JP", date(2025, 5, 6), "the substitute day of Golden Week"),
        ("JP", date(2026, 9, 22), "a day between two holidays"),
        ("JP", date(2025, 12, 31), "banks close at the turn of the year"),
        ("JP", date(2026, 1, 2), "banks close at the turn of the year"),
        ("TW", date(2026, 2, 17), "Lunar New Year"),
        ("TW", date(2025, 5, 1), "Labour Day"),
        ("TW", date(2025, 2, 8), "a make-up working Saturday"),
        ("FR", date(2026, 7, 14), "the national day"),
        ("TARGET", date(2025, 4, 18), "Good Friday"),
        ("TARGET", date(2026, 4, 3), "Good Friday"),
        ("US", date(2025, 11, 27), "Thanksgiving"),
        ("US", date(2027, 7, 5), "Independence Day on a Sunday moves to Monday"),
        ("US", date(2023, 1, 2), "New Year's Day on a Sunday moves to Monday"),
    ],
)
def test_a_day_that_banks_are_closed_is_no_business_day(code, day, why):
    assert not Calendars.of([code]).is_business_day(day), why


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("KR", date(2025, 10, 10)),
        ("JP", date(2026, 1, 5)),
        ("TARGET", date(2026, 7, 14)),
        ("FR", date(2025, 4, 18)),
        ("US", date(2026, 7, 3)),
        ("TW", date(2025, 9, 3)),
    ],
)
def test_a_day_that_only_looks_like_a_holiday_is_a_business_day(code, day):
    assert Calendars.of([code]).is_business_day(day)


@pytest.mark.parametrize("code", CODES)
def test_saturdays_and_sundays_are_closed_everywhere(code):
    calendar = Calendars.of([code])
    assert not calendar.is_business_day(date(2025, 8, 9))
    assert not calendar.is_business_day(date(2025, 8, 10))


def test_a_business_day_of_several_calendars_is_one_in_all_of_them():
    both = Calendars.of(["KR", "JP"])
    assert not both.is_business_day(date(2025, 10, 6))
    assert not both.is_business_day(date(2025, 10, 13))
    assert both.is_business_day(date(2025, 10, 14))


@pytest.mark.parametrize(
    ("code", "closed", "open_"),
    [
        ("DE", date(2026, 10, 3), date(2026, 11, 2)),
        ("DE-BY", date(2026, 1, 6), date(2026, 10, 5)),
        ("ES-MD", date(2025, 5, 2), date(2025, 5, 5)),
        ("US-NY", date(2027, 7, 5), date(2026, 7, 3)),
        ("XNYS", date(2026, 4, 3), date(2026, 10, 12)),
        ("XKRX", date(2025, 12, 31), date(2025, 12, 30)),
        ("XAMS", date(2026, 4, 6), date(2026, 4, 27)),
        ("LK", date(2025, 4, 15), date(2025, 4, 16)),
        ("SA", date(2026, 1, 2), date(2026, 1, 4)),
        ("HK", date(2026, 1, 10), date(2026, 1, 12)),
        ("NO", date(2026, 5, 17), date(2026, 5, 18)),
    ],
)
def test_any_country_part_of_one_or_market_that_the_library_has_is_a_calendar(code, closed, open_):
    calendar = Calendars.of([code])
    assert unknown_calendar(code) is None
    assert (calendar.is_business_day(closed), calendar.is_business_day(open_)) == (False, True)


def test_every_name_that_the_library_has_can_be_asked():
    countries = holidays.list_supported_countries(include_aliases=False)
    parts = [f"{country}-{part}" for country, parts in countries.items() for part in parts]
    for code in [*countries, *parts, *holidays.list_supported_financial()]:
        assert unknown_calendar(code) is None
        assert Calendars.of([code]).add_business_days(date(2026, 1, 1), 1) > date(2026, 1, 1)


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("kr", "did you mean 'KR'?"),
        ("KOR", "did you mean 'KR'?"),
        ("US-XY", "did you mean 'US-"),
        ("AUT", "did you mean 'AT'?"),
        ("ko", "did you mean 'KE' or 'KG' or 'KH' or 'KI' or 'KM' or 'KN' or 'KP' or 'KR' or"),
        ("DE-Bayern", "did you mean 'DE-BY'?"),
        ("JP-13", "did you mean 'JP'?"),
        ("US-", "did you mean 'US'?"),
        ("TARGET2", "did you mean 'TARGET'?"),
        ("NYS", "did you mean 'XNYS'?"),
        ("the moon", "name a country"),
        ("", "name a country"),
    ],
)
def test_an_unknown_calendar_gets_the_nearest_known_one(code, hint):
    assert hint in unknown_calendar(code)
    with pytest.raises(BadInput, match=r"There is no calendar"):
        Calendars.of([code])


@pytest.mark.parametrize("code", ["TARGET", "ECB", "XECB", "TAR"])
@pytest.mark.parametrize("named", ["TARGET", "ECB", "XECB", "TAR"])
def test_an_override_is_for_a_calendar_by_whatever_name(code, named):
    closed = CalendarOverride(calendar=named, on=date(2025, 8, 14), business_day=False, reason="declared")
    assert not Calendars.of([code], [closed]).is_business_day(date(2025, 8, 14))


@pytest.mark.parametrize(
    ("code", "named", "concerned"),
    [("DE-BY", "DE", True), ("DE", "DE-BY", False), ("DE-BY", "DE-BE", False), ("XAMS", "ENX", True)],
)
def test_an_override_of_a_country_is_one_of_its_parts_as_well_and_not_the_other_way_round(code, named, concerned):
    closed = CalendarOverride(calendar=named, on=date(2026, 6, 3), business_day=False, reason="declared")
    assert Calendars.of([code], [closed]).is_business_day(date(2026, 6, 3)) is not concerned


@pytest.mark.parametrize(
    ("codes", "overrides", "week"),
    [
        (["KR", "JP"], (), (0, 1, 2, 3, 4)),
        (["SA"], (), (0, 1, 2, 3, 6)),
        (["KR", "SA"], (), (0, 1, 2, 3)),
        (["TW"], [("TW", date(2025, 2, 8))], (0, 1, 2, 3, 4, 5)),
    ],
)
def test_the_working_week_has_the_days_on_which_all_calendars_are_open_at_least_once(codes, overrides, week):
    opened = [CalendarOverride(calendar=code, on=on, business_day=True, reason="agreed") for code, on in overrides]
    assert Calendars.of(codes, opened).working_week(2025) == week


def test_an_override_closes_a_day_and_opens_another():
    overrides = (
        CalendarOverride(calendar="KR", on=date(2025, 8, 14), business_day=False, reason="declared last week"),
        CalendarOverride(calendar="TW", on=date(2025, 2, 8), business_day=True, reason="make-up day, agreed"),
    )
    calendars = Calendars.of(["KR"], overrides)
    assert not calendars.is_business_day(date(2025, 8, 14))
    assert Calendars.of(["TW"], overrides).is_business_day(date(2025, 2, 8))
    assert Calendars.of(["JP"], overrides).is_business_day(date(2025, 8, 14))


def test_of_two_overrides_for_a_day_the_last_wins():
    first = CalendarOverride(calendar="KR", on=date(2025, 8, 14), business_day=False, reason="agreement")
    second = CalendarOverride(calendar="KR", on=date(2025, 8, 14), business_day=True, reason="settings")
    assert Calendars.of(["KR"], (first, second)).is_business_day(date(2025, 8, 14))


def test_conventions_move_a_closed_day_each_its_own_way():
    # 31 May 2025 is a Saturday at the end of a month.
    calendar = Calendars.of(["KR"])
    assert calendar.adjust(date(2025, 5, 31), Convention.FOLLOWING) == date(2025, 6, 2)
    assert calendar.adjust(date(2025, 5, 31), Convention.MODIFIED_FOLLOWING) == date(2025, 5, 30)
    assert calendar.adjust(date(2025, 5, 31), Convention.PRECEDING) == date(2025, 5, 30)
    assert calendar.adjust(date(2025, 5, 10), Convention.MODIFIED_FOLLOWING) == date(2025, 5, 12)


def test_business_days_are_counted_over_golden_week_and_new_year():
    assert Calendars.of(["JP"]).add_business_days(date(2025, 5, 2), 1) == date(2025, 5, 7)
    assert Calendars.of(["JP"]).add_business_days(date(2025, 12, 30), 1) == date(2026, 1, 5)
    assert Calendars.of(["KR", "JP"]).add_business_days(date(2025, 10, 2), 2) == date(2025, 10, 14)


def test_no_business_days_added_is_the_day_itself_by_convention():
    calendar = Calendars.of(["FR"])
    assert calendar.add_business_days(date(2026, 7, 13), 0) == date(2026, 7, 13)
    assert calendar.add_business_days(date(2026, 7, 14), 0) == date(2026, 7, 15)
    assert calendar.add_business_days(date(2026, 7, 14), 0, Convention.PRECEDING) == date(2026, 7, 13)


def test_the_previous_business_day_is_never_the_day_itself():
    assert Calendars.of(["TARGET"]).previous_business_day(date(2025, 4, 22)) == date(2025, 4, 17)


def test_counting_backward_and_years_without_calendars_are_refused():
    with pytest.raises(BadInput, match="forward"):
        Calendars.of(["KR"]).add_business_days(date(2025, 1, 2), -1)
    with pytest.raises(BadInput, match="1990 to 2099"):
        Calendars.of(["KR"]).is_business_day(date(9999, 12, 31))


def test_a_place_that_never_opens_is_reported_rather_than_searched_forever():
    closed = tuple(
        CalendarOverride(
            calendar="KR", on=date.fromordinal(date(2025, 1, 1).toordinal() + n), business_day=False, reason="war"
        )
        for n in range(90)
    )
    with pytest.raises(BadInput, match="check overrides"):
        Calendars.of(["KR"], closed).adjust(date(2025, 1, 1), Convention.FOLLOWING)


days = st.dates(min_value=date(2024, 1, 1), max_value=date(2027, 12, 31))


@given(days, st.sets(st.sampled_from(CODES), min_size=1), st.integers(0, 20), st.sampled_from(Convention))
def test_whatever_is_added_lands_on_a_business_day_of_all(day, codes, n, convention):
    calendars = Calendars.of(codes)
    assert calendars.is_business_day(calendars.add_business_days(day, n, convention))


@given(days, st.integers(1, 15), st.integers(1, 15))
def test_adding_days_in_two_steps_is_adding_them_in_one(day, n, m):
    calendars = Calendars.of(["KR", "JP"])
    in_two = calendars.add_business_days(calendars.add_business_days(day, n), m)
    assert in_two == calendars.add_business_days(day, n + m)
