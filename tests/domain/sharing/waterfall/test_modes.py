"""Contradicting conditions are an error with positions, conditions, the day, and what to amend."""

import re

import pytest

from domain.errors import BadInput, CannotShare
from tests.domain.sharing.waterfall.deal import fact, receipt, share

WAITING = """
currency: USD
claims: [{id: costs, costs: costs, cap: 30 % of gross}]
pools:
  - id: gross
    receives: everything
    positions:
      - {id: back, to: investor, take: 40 % of gross, once: director reaches 15 % of gross, recoups: costs}
      - {id: points, to: director, take: 20 % of gross, until: costs is recouped}
    residue: producer
"""
SPENT = fact("cost", "2027-01-01", "costs", "USD 1000")


def test_what_ends_what_it_needs_cannot_be_shared_and_is_named_with_its_day():
    # recouping needs the director's 15 %, and brings costs to where the director has nothing more
    sentence = (
        "What comes into gross on 2027-03-31 cannot be shared, since back and points wait for each other without end "
        "(back once director reaches 15 % of gross; costs is recouped; points until costs is recouped): amend the "
        "agreement so that what one of them takes does not decide about another."
    )
    with pytest.raises(CannotShare, match=f"^{re.escape(sentence)}$"):
        share(WAITING, "investor director producer", SPENT, receipt("2027-03-31", "USD 100"))


@pytest.mark.parametrize("also", ["", ", once: gross reaches USD 700", ", once: from 2031-01-01"])
def test_where_amounts_do_not_decide_a_contradiction_is_found_when_the_agreement_is_checked(also):
    section = WAITING.replace("costs: costs, ", "amount: USD 1000000, ").replace(
        ", until: costs", f"{also}, until: costs"
    )
    sentence = "waterfall.pools[gross].positions[back].*: back and points wait for each other without end"
    with pytest.raises(BadInput, match=sentence.replace("[", r"\[").replace("]", r"\]")):
        share(section, "investor director producer", receipt("2027-03-31", "USD 100"))


def test_the_same_without_the_contradiction_is_shared():
    for phrase in (", once: director reaches 15 % of gross", ", until: costs is recouped"):
        rows = [SPENT, receipt("2027-03-31", "USD 100")]
        found = share(WAITING.replace(phrase, ""), "investor director producer", *rows)
        assert found["investor"] == "30"
