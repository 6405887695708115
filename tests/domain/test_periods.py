from datetime import date

import pytest

from domain.errors import BadInput
from domain.periods import period_end


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
