from datetime import date
from fractions import Fraction

import pytest

from domain.sharing.statements import CarryReason
from domain.sharing.statements.carrying import releases
from domain.values.money import Money
from tests.domain.sharing.statements.life import Life
from tests.domain.sharing.waterfall.deal import receipt

SHARED = """
currency: USD
pools:
  - id: gross
    receives: everything
    positions:
      - {id: script, to: writer, take: 10 % of gross}
    residue: spc
"""
MINIMUM = SHARED + "minimum_payouts: [{to: writer, amount: USD 10.00}]\n"


def usd(major):
    return Money.parse(f"USD {major}")


def test_what_is_below_the_minimum_goes_on_to_the_next_statement_which_pays_it():
    life, first_money = Life(MINIMUM, "writer spc"), receipt("2025-02-01", "USD 60")
    first = life.share("2025-Q1", first_money)["writer"].carried
    assert (first.opening, first.earned, first.closing) == (usd("0.00"), usd("6.00"), usd("6.00"))
    assert first.reason is CarryReason.BELOW_MINIMUM
    second = life.share("2025-Q2", first_money, receipt("2025-05-01", "USD 70"))["writer"].carried
    assert (second.opening, second.earned, second.due) == (usd("6.00"), usd("7.00"), usd("13.00"))
    assert (second.closing, second.reason) == (usd("0.00"), None)


def test_what_payouts_in_multiples_leave_over_goes_on():
    life = Life(SHARED + "payouts_in_multiples_of: USD 5.00\n", "writer spc")
    carried = life.share("2025-Q1", receipt("2025-02-01", "USD 67"))["writer"].carried
    assert (carried.due, carried.closing, carried.multiple) == (usd("5.00"), usd("1.70"), usd("5.00"))
    assert carried.reason is CarryReason.LEFT_OF_MULTIPLE


def test_what_was_paid_too_much_goes_on_and_is_set_off():
    life, restated = Life(SHARED, "writer spc"), receipt("2025-02-01", "USD 60")
    life.share("2025-Q1", receipt("2025-02-01", "USD 100"))
    taken_back = life.share("2025-Q2", restated)["writer"].carried
    assert (taken_back.closing, taken_back.reason) == (usd("-4.00"), CarryReason.OVERPAID)
    third = life.share("2025-Q3", restated, receipt("2025-08-01", "USD 50"))["writer"].carried
    assert (third.opening, third.earned, third.due) == (usd("-4.00"), usd("5.00"), usd("1.00"))


@pytest.mark.parametrize("parts", [(Fraction(10, 3),) * 3, (Fraction(1, 2),) * 20, (Fraction(-1, 3), Fraction(31, 3))])
def test_the_parts_of_a_reserve_are_whole_units_and_add_up_to_it(parts):
    days = [date(2026, 1 + n % 12, 1 + n) for n in range(len(parts))]
    found = releases(usd("0.10"), zip(days, parts, strict=True))
    assert sum(one.amount.minor for one in found) == 10
    assert [one.on for one in found] == sorted(one.on for one in found)
