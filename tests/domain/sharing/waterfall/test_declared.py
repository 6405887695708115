"""Credit notes take back what was declared; fixed claims count from the first version that has them."""

from datetime import date

import pytest

from domain.sharing.waterfall.rules import Rules
from domain.sharing.waterfall.run import run
from tests.domain.sharing.waterfall.deal import Shared, fact, facts, receipt, share, version

COSTS = """
currency: USD
claims: [{id: pa, costs: pa, TERMS}]
pools:
  - id: gross
    receives: everything
    positions: [{id: back, to: a, recoups: pa}]
    residue: b
"""
PLAIN = COSTS.replace(", TERMS", "")


def late(*rows, section=PLAIN, rules=Rules.FIFTH, as_of="2035-12-31"):
    return share(section, "a b", *rows, rules=rules, as_of=as_of)


@pytest.mark.parametrize("noted_on", ["2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01"])
def test_a_credit_note_gives_the_same_whenever_it_comes(noted_on):
    rows = [
        fact("cost", "2025-01-01", "pa", "USD 100"),
        receipt("2025-02-01", "USD 200"),
        fact("cost", noted_on, "pa", "USD -30"),
        receipt("2025-04-01", "USD 50"),
    ]
    shared = late(*rows)
    assert shared.parties == {"a": "70", "b": "180"}
    assert shared.result.owed_back == {}
    assert late(*rows, as_of="2024-12-31").parties == {"a": "0", "b": "0"}


def test_before_a_credit_note_is_known_nothing_is_taken_back():
    rows = [
        fact("cost", "2025-01-01", "pa", "USD 100"),
        receipt("2025-02-01", "USD 200"),
        fact("cost", "2025-03-01", "pa", "USD -30"),
    ]
    assert late(*rows, as_of="2025-02-28").parties == {"a": "100", "b": "100"}


def test_the_last_costs_are_taken_back_first_and_a_rest_waits_for_later_ones():
    rows = [
        fact("cost", "2025-01-01", "pa", "USD 40"),
        receipt("2025-02-01", "USD 45"),
        fact("cost", "2025-03-01", "pa", "USD 10"),
        receipt("2025-03-02", "USD 45"),
        fact("cost", "2025-04-01", "pa", "USD -60"),
        receipt("2025-04-02", "USD 5"),
    ]
    assert late(*rows).parties == {"a": "0", "b": "95"}
    later = [fact("cost", "2025-05-01", "pa", "USD 30"), receipt("2025-05-02", "USD 50")]
    assert late(*rows, *later).parties == {"a": "20", "b": "125"}


def test_with_interest_a_credit_note_counts_from_its_own_day_and_what_is_beyond_is_owed_back():
    section = COSTS.replace("TERMS", "interest: {rate: 10 % a year, days: 30/360}")
    rows = [
        fact("cost", "2025-01-01", "pa", "USD 100"),
        receipt("2026-01-01", "USD 200"),
        fact("cost", "2026-03-01", "pa", "USD -30"),
    ]
    shared = late(*rows, section=section)
    assert shared.parties == {"a": "110", "b": "90"}
    assert shared.result.owed_back == {"pa": 3000}


def test_an_amendment_of_something_else_does_not_move_a_fixed_claim():
    section = """
currency: USD
{extra}
claims: [{{id: cost, amount: USD 100, interest: {{rate: 10 % a year, days: 30/360}}}}]
pools:
  - id: net
    receives: everything
    positions: [{{id: back, to: a, recoups: cost}}]
    residue: b
"""
    first = version(section.format(extra=""), ["a", "b"], "2025-01-01")
    rows = facts(receipt("2026-01-01", "USD 1000"))
    for applies, effective in (("retroactively", "2025-10-01"), ("prospectively", "2025-10-01")):
        later = version(section.format(extra=f"applies: {applies}"), ["a", "b"], effective)
        found = Shared(run([first, later], rows, date(2026, 12, 31), rules=Rules.FIFTH))
        assert found.parties == {"a": "110", "b": "890"}
