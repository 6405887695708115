"""The gross that claims and parties need, by hand and against the run itself."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.sharing.waterfall.break_even import gross_needed
from domain.sharing.waterfall.rules import LATEST
from domain.sharing.waterfall.run import run
from tests.domain.sharing.waterfall.deal import fact, facts, receipt, version

SECTION = """
currency: USD
claims:
  - {id: spent, costs: p-and-a}
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: agent, take: 20 % of gross}
      - {id: back, to: spc, recoups: spent}
    residue: {share: by_commitment, among: [{to: writer, weight: "1"}, {to: spc, weight: "3"}]}
"""
PARTIES = "agent spc writer nobody"
COST = fact("cost", "2025-01-15", "p-and-a", "USD 80")
UNTIL = date(2025, 12, 31)


def needed(*rows):
    return gross_needed([version(SECTION, PARTIES.split())], facts(COST, *rows), UNTIL)


def test_a_claim_needs_its_amount_before_the_fee_and_says_on_which_day_it_comes():
    found = needed(receipt("2025-02-01", "USD 60"), receipt("2025-03-01", "USD 60"))
    assert found.gross == 12_000
    spent = found.claims["spent"]
    assert (spent.amount, spent.begins, spent.reached, spent.on) == (8_000, 1, 10_000, date(2025, 3, 1))
    assert found.parties["spc"].reached == 10_000
    assert (found.parties["writer"].begins, found.parties["writer"].reached) == (10_001, 10_001)
    assert (found.parties["agent"].reached, found.parties["nobody"].reached) == (1, None)


def test_what_a_scenario_does_not_bring_is_needed_beyond_it_in_its_mix():
    found = needed(receipt("2025-02-01", "USD 30", territory="KR"), receipt("2025-02-01", "USD 10", territory="JP"))
    assert (found.gross, found.claims["spent"].reached, found.claims["spent"].on) == (4_000, 10_000, None)


def test_without_receipts_there_is_no_mix():
    with pytest.raises(BadInput, match="nothing says of what mix more gross would be"):
        needed()


@given(st.lists(st.integers(1, 500), min_size=1, max_size=5), st.integers(1, 300), st.integers(0, 40))
@settings(max_examples=40, deadline=None)
def test_with_the_gross_that_is_needed_a_claim_is_recouped_and_with_one_unit_less_it_is_not(amounts, cost, percent):
    section = SECTION.replace("20 %", f"{percent} %")
    spent = fact("cost", "2025-01-15", "p-and-a", f"USD {cost}")
    rows = [receipt(f"2025-02-{day:02d}", f"USD {amount}") for day, amount in enumerate(amounts, start=1)]
    chain = [version(section, PARTIES.split())]
    reached = gross_needed(chain, facts(spent, *rows), UNTIL).claims["spent"].reached
    assert reached is not None

    def outstanding(gross):
        one = receipt("2025-02-01", f"USD {gross // 100}.{gross % 100:02d}")
        return run(chain, facts(spent, one), UNTIL, rules=LATEST).claims["spent"].outstanding

    assert outstanding(reached) == 0
    assert outstanding(reached - 1) > 0
