from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.sharing.waterfall.irr import PLACES, irr

START = date(2025, 1, 1)


def flows(*each):
    return {START + timedelta(days=days): Fraction(amount) for days, amount in each}


def worth(of, rate):
    """Exact to 60 digits, by another method than the solver's: (1 + r) to the power of each span."""
    first = min(of)
    growth = 1 + Decimal(rate)
    return sum(
        Decimal(amount.numerator) / Decimal(amount.denominator) * growth ** (-Decimal((day - first).days) / 365)
        for day, amount in of.items()
    )


def test_the_example_of_the_spreadsheets_xirr_gives_their_rate():
    # Microsoft's documentation of XIRR: 37.34 %, to the digits that it prints 0.373362535
    example = {
        date(2008, 1, 1): Fraction(-10_000),
        date(2008, 3, 1): Fraction(2_750),
        date(2008, 10, 30): Fraction(4_250),
        date(2009, 2, 15): Fraction(3_250),
        date(2009, 4, 1): Fraction(2_750),
    }
    assert round(irr(example), 6) == Decimal("0.373363")


def test_ten_percent_in_365_days_is_exactly_ten_percent():
    assert irr(flows((0, -100), (365, 110))) == Decimal("0.1")


def test_money_back_without_gain_is_zero_percent():
    assert irr(flows((0, -100), (10, 30), (700, 70))) == 0


def test_half_of_it_back_after_a_year_is_minus_fifty_percent():
    assert irr(flows((0, -100), (365, 50))) == Decimal("-0.5")


@pytest.mark.parametrize(
    "of",
    [
        flows(),
        flows((0, -100)),
        flows((0, 100), (365, 20)),
        flows((0, -100), (365, 0)),
        flows((0, -100), (1, 115)),  # fifteen percent a day is no rate a year
        flows((0, -(10**9)), (365, 1)),  # less than -99.9999 %
    ],
)
def test_where_no_rate_says_anything_there_is_none(of):
    assert irr(of) is None


def test_of_several_rates_it_is_the_one_nearest_to_zero():
    # -100, +230, -132: both 10 % and 20 % a year
    assert irr(flows((0, -100), (365, 230), (730, -132))) == Decimal("0.1")


AMOUNTS = st.integers(1, 10**12)
CONVENTIONAL = st.builds(
    lambda out, rows: flows((0, -out), *((days, amount) for days, amount in rows.items())),
    AMOUNTS,
    st.dictionaries(st.integers(60, 5000), AMOUNTS, min_size=1, max_size=12),
)


@settings(max_examples=40, deadline=None)
@given(CONVENTIONAL)
def test_at_the_rate_flows_are_worth_nothing_within_its_precision(of):
    rate = irr(of)
    if rate is not None:
        unit = Decimal(10) ** -PLACES
        assert worth(of, rate - unit) >= 0 >= worth(of, rate + unit)


@settings(max_examples=40, deadline=None)
@given(CONVENTIONAL, st.integers(1, 10**6), st.integers(1, 10**6))
def test_flows_of_another_size_have_the_same_rate(of, up, down):
    assert irr({day: amount * Fraction(up, down) for day, amount in of.items()}) == irr(of)


@settings(max_examples=40, deadline=None)
@given(CONVENTIONAL)
def test_the_other_side_of_the_same_flows_has_the_same_rate(of):
    assert irr({day: -amount for day, amount in of.items()}) == irr(of)
