from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values.rounding import Rounding

AMOUNTS = st.fractions(-1000, 1000, max_denominator=50)
UNITS = st.fractions(Fraction(1, 50), 90, max_denominator=50)


@pytest.mark.parametrize(
    ("direction", "amount", "rounded"),
    [
        ("up", "10.1", 20),
        ("up", "10", 10),
        ("up", "-10.1", -10),
        ("down", "19.9", 10),
        ("down", "-10.1", -20),
        ("half", "15", 20),
        ("half", "14.9", 10),
        ("half", "-15", -10),
    ],
)
def test_amounts_are_rounded_to_whole_units_as_the_direction_says(direction, amount, rounded):
    assert Rounding(Fraction(10), direction).of(Fraction(amount)) == rounded


@given(AMOUNTS, AMOUNTS, UNITS, st.sampled_from(["up", "down", "half"]))
def test_rounding_moves_less_than_a_unit_and_keeps_the_order(one, other, unit, direction):
    rounding = Rounding(unit, direction)
    assert abs(rounding.of(one) - one) < unit
    assert (rounding.of(one) / unit).denominator == 1
    assert one > other or rounding.of(one) <= rounding.of(other)
    assert rounding.of(rounding.of(one)) == rounding.of(one)
