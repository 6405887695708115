"""What the hash of a result covers."""

from dataclasses import replace
from datetime import date

import pytest

from domain.sharing.waterfall.fingerprint import of_figures, of_figures_and_labels
from domain.sharing.waterfall.run import run
from tests.domain.sharing.waterfall.deal import (
    fact,
    facts,
    receipt,
    version,
)

SECTION = """
currency: KRW
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: agent, take: 20 % of gross, then: [{once: gross reaches KRW 900, take: 10 % of gross}]}
    residue: han
"""
ONE = version(SECTION, ["agent", "han"])


def result(*more):
    return run([ONE], facts(receipt("2027-01-05", "KRW 1000"), *more), date(2027, 3, 31))


def relabelled(found):
    return replace(found, crossings=tuple(replace(each, labels=("other words",)) for each in found.crossings))


@pytest.mark.parametrize("fingerprint", [of_figures, of_figures_and_labels])
def test_the_fingerprint_is_of_what_was_found_not_of_what_was_paid(fingerprint):
    assert fingerprint(result()) == fingerprint(result())
    assert fingerprint(result(fact("payment", "2027-03-01", "han", "KRW 10"))) == fingerprint(result())
    assert fingerprint(result(receipt("2027-03-01", "KRW 1"))) != fingerprint(result())


def test_words_for_people_are_in_the_first_scheme_only():
    found = result()
    assert found.crossings
    assert of_figures(relabelled(found)) == of_figures(found)
    assert of_figures_and_labels(relabelled(found)) != of_figures_and_labels(found)
