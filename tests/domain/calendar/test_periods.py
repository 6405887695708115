from datetime import date

import pytest

from domain.calendar.periods import period_end, period_name, period_start
from domain.errors import BadInput


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
