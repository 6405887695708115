"""A distribution's figures, made from a run of the waterfall."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sharing.entitlements import computed, reserves_of, shares_of
from domain.sharing.waterfall.engines import ENGINES
from domain.sharing.waterfall.run import run
from tests.domain import builders as b
from tests.domain.sharing.waterfall.deal import facts, receipt, version

SECTION = """
currency: KRW
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: agent, take: 1/3 of gross}
      - {id: points, to: {share: equal_until_filled, among: [{to: star}, {to: han}]}, take: 10 % of what remains}
    residue: net
  - id: net
    residue: {share: by_commitment, among: [{to: han, weight: "2"}, {to: mori, weight: "1"}]}
charges: [{id: bonus, of: han, to: star, amount: KRW 50}]
"""
ONE = version(SECTION, ["agent", "star", "han", "mori", "bank"])
END = date(2027, 3, 31)
RESERVES = """
currency: KRW
pools:
  - id: gross
    receives: everything
    positions:
      - {id: returns, to: han, take: 1/3 of gross, held_for: {periods: 2, of: quarter, then: freed}}
      - {id: repairs, to: mori, take: 1/7 of gross, held_for: {periods: 4, of: quarter, then: freed}}
    residue: {share: by_commitment, among: [{to: han, weight: "2"}, {to: mori, weight: "1"}]}
  - id: freed
    residue: {share: by_commitment, among: [{to: han, weight: "1"}, {to: mori, weight: "6"}]}
"""
HOLDING = version(RESERVES, ["han", "mori"])
QUARTERS = [date(2027, 3, 31), date(2027, 6, 30), date(2027, 9, 30), date(2027, 12, 31), date(2028, 3, 31)]


def result(*more):
    return run([ONE], facts(receipt("2027-01-05", "KRW 1000"), *more), END)


def event(found, known=()):
    return computed(ENGINES.current, found, ONE, "2027-Q1", 3, known, b.TODAY, b.TODAY)


def test_shares_are_by_position_and_together_what_each_party_has_come_to():
    found = result()
    shares = shares_of(found, ONE)
    assert shares[("agent", "fee")] == Fraction(1000, 3)
    assert shares[("star", "points")] == shares[("han", "points")] == Fraction(100, 3)
    assert shares[("mori", "net.residue")] == 200
    assert (shares[("star", "(other)")], shares[("han", "(other)")]) == (50, -50)
    for party, entitled in found.parties.items():
        assert sum(exact for (whose, _), exact in shares.items() if whose == party) == entitled


def test_amounts_to_date_lose_no_minor_unit_and_leave_out_whom_it_does_not_concern():
    made = event(result())
    assert sum(one.amount.minor for one in made.to_date) == 1000
    assert {one.party for one in made.to_date} == {"agent", "star", "han", "mori"}
    assert (made.engine, made.version, made.until, made.period) == (ENGINES.current.number, 3, END, "2027-Q1")


def test_who_was_owed_something_before_is_concerned_even_by_nothing():
    made = event(result(), known={"bank"})
    assert {one.party: one.amount.minor for one in made.to_date}["bank"] == 0


def held(day, *rows):
    return run([HOLDING], facts(*rows), day)


def test_a_reserve_is_in_no_share_until_it_is_released():
    row = receipt("2027-01-05", "KRW 2100")
    assert shares_of(held(date(2027, 9, 30), row), HOLDING) == {
        ("han", "gross.residue"): Fraction(2200, 3),
        ("mori", "gross.residue"): Fraction(1100, 3),
    }
    assert shares_of(held(date(2027, 10, 1), row), HOLDING) == {
        ("han", "gross.residue"): Fraction(2200, 3),
        ("mori", "gross.residue"): Fraction(1100, 3),
        ("han", "freed.residue"): 100,
        ("mori", "freed.residue"): 600,
    }


@pytest.mark.parametrize(
    ("amount", "reserves"),
    [("KRW 1", {"returns": 1}), ("KRW 2", {"returns": 1}), ("KRW 10", {"returns": 3, "repairs": 2}), ("KRW 0", {})],
)
def test_reserves_together_are_rounded_up_and_the_largest_remainder_gets_the_unit(amount, reserves):
    found = reserves_of(held(END, receipt("2027-01-05", amount)), HOLDING)
    assert {name: money.minor for name, money in found.items()} == reserves


@given(st.lists(st.tuples(st.sampled_from(QUARTERS), st.integers(1, 10**9)), max_size=6), st.sampled_from(QUARTERS))
def test_entitlements_and_reserves_together_are_what_was_received_to_the_last_minor_unit(rows, day):
    result = held(day, *(receipt(str(on), f"KRW {minor}") for on, minor in rows))
    made = computed(ENGINES.current, result, HOLDING, "2027-Q1", 1, (), b.TODAY, b.TODAY)
    reserves = {one.position: one.amount.minor for one in made.reserves}
    together = sum(one.amount.minor for one in made.to_date) + sum(reserves.values())
    assert together == sum(minor for on, minor in rows if on <= day)
    for name, exact in result.held.items():
        assert abs(reserves.get(name, 0) - exact) < 1
