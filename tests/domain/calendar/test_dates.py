from datetime import date
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar.dates import (
    DAY,
    MONTHS,
    AdditiveDayCount,
    DayCount,
    add_months,
    month_end,
    month_end_after,
    period_end,
    period_name,
    period_start,
    span_end,
    span_end_after,
    span_of,
    year_fraction,
)
from domain.errors import BadInput

DAYS = st.dates(date(1988, 1, 1), date(2112, 12, 31))
SPANS = st.sampled_from(sorted(MONTHS))
ADDITIVE = get_args(AdditiveDayCount)
COUNTS = get_args(DayCount)


def d(written):
    return date.fromisoformat(written)


def days_of_360(count, start, end, ends_on=None):
    return year_fraction(count, d(start), d(end), ends_on and d(ends_on)) * 360


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2025-03-31", -1, "2025-02-28"),
        ("2025-01-15", -13, "2023-12-15"),
        ("1900-01-31", 1, "1900-02-28"),  # a century that is no leap year
        ("2000-01-31", 1, "2000-02-29"),  # and one that is
    ],
)
def test_months_are_added_on_the_same_day_or_the_last_of_a_shorter_month(day, months, later):
    assert add_months(d(day), months) == d(later)


@given(DAYS, st.integers(-120, 120))
def test_added_months_are_counted_by_the_calendar_and_move_the_day_only_to_a_months_end(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or later == month_end(later)


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_months_of_a_day_that_every_month_has_are_added_in_one_step_or_in_two(day, n, m):
    day = day.replace(day=min(day.day, 28))
    assert add_months(add_months(day, n), m) == add_months(day, n + m)
    assert add_months(add_months(day, n), -n) == day


@given(DAYS, DAYS, st.integers(-60, 60))
def test_adding_months_keeps_the_order_of_days(one, two, months):
    early, late = sorted((one, two))
    assert add_months(early, months) <= add_months(late, months)


@given(DAYS, st.integers(-60, 60))
def test_after_the_end_of_a_month_another_one_begins(day, months):
    end = month_end(day)
    assert (end.month, (end + DAY).day) == (day.month, 1)
    assert month_end_after(day, months) == month_end(add_months(day, months))
    assert month_end_after(end, 1) == month_end(end + DAY)


@given(DAYS, SPANS)
def test_spans_cover_the_calendar_without_gap_or_overlap(day, span):
    first, last = span_of(day, span)
    assert first <= day <= last
    assert last == span_end(day, span) == add_months(first, MONTHS[span]) - DAY
    assert span_of(last + DAY, span)[0] == last + DAY
    assert span_end_after(day, span, 1) == span_end(last + DAY, span)
    assert span_end_after(day, span, 0) == last


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        ("month", "2024-02-01", "2024-02-29"),
        ("quarter", "2024-01-01", "2024-03-31"),
        ("half-year", "2024-01-01", "2024-06-30"),
        ("year", "2024-01-01", "2024-12-31"),
    ],
)
def test_spans_are_those_of_the_calendar(span, first, last):
    assert span_of(date(2024, 2, 29), span) == (d(first), d(last))


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ("2027", date(2027, 12, 31)),
        ("2027-H1", date(2027, 6, 30)),
        ("2027-Q1", date(2027, 3, 31)),
        ("2028-02", date(2028, 2, 29)),
        ("2027-05-14", date(2027, 5, 14)),
    ],
)
def test_a_period_ends_on_its_last_day(period, end):
    assert period_end(period) == end


@pytest.mark.parametrize("written", ["", "2027-Q5", "2027-H0", "2027-13", "2027-02-30", "0000", "27-Q1", "2027-Q1 "])
def test_what_is_no_period_is_refused(written):
    with pytest.raises(BadInput, match="no period"):
        period_end(written)


@pytest.mark.parametrize(
    ("months", "name"),
    [
        ((3, 6, 9, 12), "2027-Q4"),
        ((12, 9, 6, 3), "2027-Q4"),
        ((6, 12), "2027-H2"),
        ((12,), "2027"),
        (range(1, 13), "2027-12"),
        ((4, 8, 12), "2027-12"),
        ((3, 6, 9), "2027-12-31"),
        ((), "2027-12-31"),
    ],
)
def test_a_period_has_the_name_that_the_calendar_suggests_and_is_understood_by_it(months, name):
    end = date(2027, 12, 31)
    assert period_name(end, months) == name
    assert period_end(name) == end


@pytest.mark.parametrize("end", [date(2028, 2, 28), date(2027, 3, 30), date(2027, 5, 31)])
def test_a_period_that_ends_on_no_end_of_the_calendar_is_called_by_its_last_day(end):
    assert period_name(end, (2, 3, 6)) == end.isoformat()
    assert period_end(end.isoformat()) == end


@pytest.mark.parametrize(
    ("name", "first"),
    [("2027", "2027-01-01"), ("2027-H2", "2027-07-01"), ("2027-Q4", "2027-10-01"), ("2027-02", "2027-02-01")],
)
def test_a_period_begins_where_its_name_says(name, first):
    assert period_start(name) == date.fromisoformat(first)


def test_a_period_that_is_called_by_its_last_day_says_nothing_of_its_first():
    assert period_start("2027-05-14") == date(2027, 5, 14)


# The dates and figures of ISDA, "30/360 Day Count Conventions" (examples 1 to 3, 22 December 2008), and for
# actual/actual of ISDA, "EMU and Market Conventions: Recent Developments" (1998).

US = [
    ("2006-08-20", "2007-02-20", 180), ("2007-02-20", "2007-08-20", 180), ("2007-08-20", "2008-02-20", 180),
    ("2006-08-31", "2007-02-28", 178), ("2007-02-28", "2007-08-31", 183), ("2007-08-31", "2008-02-29", 179),
    ("2008-02-29", "2008-08-31", 182), ("2008-08-31", "2009-02-28", 178), ("2009-02-28", "2009-08-31", 183),
    ("2006-01-31", "2006-02-28", 28), ("2006-01-30", "2006-02-28", 28), ("2006-02-28", "2006-03-03", 5),
    ("2006-02-14", "2006-02-28", 14), ("2006-09-30", "2006-10-31", 30), ("2006-10-31", "2006-11-28", 28),
    ("2007-08-31", "2008-02-28", 178), ("2008-02-28", "2008-08-30", 182), ("2008-02-28", "2008-08-31", 183),
    ("2007-02-26", "2008-02-29", 363), ("2008-02-29", "2009-02-28", 359), ("2008-02-28", "2008-03-31", 33),
]  # fmt: skip
EUROPEAN = [
    ("2006-08-20", "2007-02-20", 180), ("2008-08-20", "2009-02-20", 180), ("2006-02-28", "2006-08-31", 182),
    ("2006-08-31", "2007-02-28", 178), ("2007-02-28", "2007-08-31", 182), ("2007-08-31", "2008-02-29", 179),
    ("2008-02-29", "2008-08-31", 181), ("2009-02-28", "2009-08-31", 182), ("2011-08-31", "2012-02-29", 179),
    ("2006-01-31", "2006-02-28", 28), ("2006-02-28", "2006-03-03", 5), ("2006-09-30", "2006-10-31", 30),
    ("2006-10-31", "2006-11-28", 28), ("2008-02-28", "2008-08-31", 182), ("2007-02-26", "2008-02-28", 362),
    ("2007-02-26", "2008-02-29", 363), ("2008-02-29", "2009-02-28", 359), ("2008-02-28", "2008-03-31", 32),
]  # fmt: skip
TO_2012 = [
    ("2006-02-28", "2006-08-31", 180), ("2006-08-31", "2007-02-28", 180), ("2007-08-31", "2008-02-29", 180),
    ("2008-02-29", "2008-08-31", 180), ("2011-02-28", "2011-08-31", 180), ("2011-08-31", "2012-02-29", 179),
]  # fmt: skip
TO_2008 = [
    ("2006-01-31", "2006-02-28", 30), ("2006-02-28", "2006-03-03", 3), ("2006-02-14", "2006-02-28", 16),
    ("2006-09-30", "2006-10-31", 30), ("2006-10-31", "2006-11-28", 28), ("2007-08-31", "2008-02-28", 178),
    ("2008-02-28", "2008-08-31", 182), ("2007-02-28", "2008-02-28", 358), ("2007-02-28", "2008-02-29", 359),
    ("2008-02-29", "2009-02-28", 360), ("2008-02-29", "2008-03-31", 30),
]  # fmt: skip
ACTUAL = [
    ("2003-11-01", "2004-05-01", Fraction(61, 365) + Fraction(121, 366), "0.497724380567"),
    ("1999-02-01", "1999-07-01", Fraction(150, 365), "0.410958904110"),
    ("1999-07-01", "2000-07-01", Fraction(184, 365) + Fraction(182, 366), "1.001377348600"),
    ("2002-08-15", "2003-07-15", Fraction(334, 365), "0.915068493151"),
    ("2003-07-15", "2004-01-15", Fraction(170, 365) + Fraction(14, 366), "0.504004790778"),
    ("1999-07-30", "2000-01-30", Fraction(155, 365) + Fraction(29, 366), "0.503892506924"),
    ("2000-01-30", "2000-06-30", Fraction(152, 366), "0.415300546448"),
]


@pytest.mark.parametrize(("start", "end", "days"), US)
def test_the_american_rule_gives_the_published_days(start, end, days):
    assert days_of_360("30/360 US", start, end) == days


@pytest.mark.parametrize("count", ["30/360", "30E/360"])
@pytest.mark.parametrize(("start", "end", "days"), EUROPEAN)
def test_the_european_rule_gives_the_published_days_by_both_its_names(count, start, end, days):
    assert days_of_360(count, start, end) == days


@pytest.mark.parametrize(
    ("start", "end", "days", "ends_on"),
    [(*one, "2012-02-29") for one in TO_2012] + [(*one, "2008-02-29") for one in TO_2008],
)
def test_the_european_rule_with_full_februaries_gives_the_published_days(start, end, days, ends_on):
    assert days_of_360("30E/360 ISDA", start, end, ends_on) == days


@pytest.mark.parametrize(("start", "end", "exact", "published"), ACTUAL)
def test_actual_over_actual_is_split_by_leap_years_as_published(start, end, exact, published):
    found = year_fraction("actual/actual", d(start), d(end))
    assert found == exact
    assert abs(found - Fraction(published)) < Fraction(1, 10**10)


def test_actual_days_are_over_365_or_360_in_leap_years_too():
    assert year_fraction("actual/365", date(2024, 1, 1), date(2025, 1, 1)) == Fraction(366, 365)
    assert year_fraction("actual/360", date(2024, 1, 1), date(2025, 1, 1)) == Fraction(366, 360)


@pytest.mark.parametrize("count", COUNTS)
@given(DAYS)
def test_from_a_day_to_itself_is_no_time(count, day):
    assert year_fraction(count, day, day) == 0


@pytest.mark.parametrize("count", COUNTS)
@given(DAYS, DAYS, DAYS)
def test_a_longer_span_is_never_the_smaller_part_of_a_year(count, one, two, three):
    start, middle, end = sorted((one, two, three))
    assert 0 <= year_fraction(count, start, middle) <= year_fraction(count, start, end)


@pytest.mark.parametrize("count", ADDITIVE)
@given(DAYS, DAYS, DAYS)
def test_the_parts_of_a_span_add_up_to_it(count, one, two, three):
    start, middle, end = sorted((one, two, three))
    parts = year_fraction(count, start, middle) + year_fraction(count, middle, end)
    assert parts == year_fraction(count, start, end)


def test_by_the_american_rule_the_parts_of_a_span_may_be_more_than_the_span():
    parts = days_of_360("30/360 US", "2025-01-28", "2025-01-31") + days_of_360("30/360 US", "2025-01-31", "2025-02-01")
    assert (parts, days_of_360("30/360 US", "2025-01-28", "2025-02-01")) == (4, 3)


@pytest.mark.parametrize("count", ["actual/actual", "30/360", "30E/360", "30E/360 ISDA", "30/360 US"])
@given(st.integers(1988, 2112), st.integers(1, 30))
def test_calendar_years_are_whole_years(count, year, years):
    assert year_fraction(count, date(year, 1, 1), date(year + years, 1, 1)) == years


@pytest.mark.parametrize("count", ["30/360", "30E/360", "30E/360 ISDA", "30/360 US"])
@given(st.dates(date(1988, 1, 1), date(2112, 12, 31)), st.integers(0, 120))
def test_by_months_of_30_days_the_same_day_of_another_month_is_a_twelfth_each(count, day, months):
    day = day.replace(day=min(day.day, 27))
    assert year_fraction(count, day, add_months(day, months)) == Fraction(months, 12)
