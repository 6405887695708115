"""The order of one day's receipts: a term where it changes amounts, and nothing where it does not."""

from datetime import date
from itertools import permutations

import pytest

from domain.errors import CannotShare
from domain.sharing.waterfall.rules import Rules
from domain.sharing.waterfall.run import run
from tests.domain.sharing.waterfall.deal import facts, receipt, share, version

SHARED = """
currency: USD
TERM
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: agent, take: 10 % of gross, then: [{once: gross reaches USD 100, take: 20 % of gross}]}
      - {id: abroad, to: co, take: 50 % of what remains, excluding: {territory: KR}}
    residue: producer
"""
PARTIES = "agent co producer"
HOME = receipt("2025-03-31", "USD 100", territory="KR")


def abroad(label):
    return receipt("2025-03-31", "USD 100", territory=label)


def shared(term, *rows):
    section = SHARED.replace("TERM", f"within_a_day: {term}" if term else "metrics: []")
    return share(section, PARTIES, *rows, rules=Rules.FIFTH)


def test_an_order_that_changes_amounts_and_is_not_written_is_refused_whatever_the_labels():
    sentences = set()
    for label in ("DE", "US"):
        for rows in permutations([HOME, abroad(label)]):
            with pytest.raises(CannotShare) as error:
                shared("", *rows)
            sentences.add(error.value.sentence)
    assert len(sentences) == 2
    assert all("co by up to USD 5, producer by up to USD 5" in one for one in sentences)
    assert all("`within_a_day: statement and row`" in one for one in sentences)


def test_as_written_the_first_row_comes_first_and_the_run_says_that_it_mattered():
    for label in ("DE", "US"):
        first, last = shared("statement and row", HOME, abroad(label)), shared("statement and row", abroad(label), HOME)
        assert first.parties == {"agent": "30", "co": "40", "producer": "130"}
        assert last.parties == {"agent": "30", "co": "45", "producer": "125"}
        for one in (first, last):
            (mattered,) = one.result.orders
            assert (mattered.on, mattered.amounts) == (date(2025, 3, 31), {"co": 500, "producer": 500})


def test_by_named_columns_the_order_in_which_rows_are_written_does_not_decide():
    for label in ("DE", "US"):
        for rows in permutations([HOME, abroad(label)]):
            assert shared("[{territory: KR}]", *rows)["co"] == "40"
            assert shared("[{territory: [DE, US]}, {territory: KR}]", *rows)["co"] == "45"


def test_an_order_that_changes_nobody_is_no_term():
    rows = [receipt("2025-03-31", "USD 60", territory="KR"), receipt("2025-03-31", "USD 30", territory="DE")]
    later = [receipt("2025-04-30", "USD 500", territory="KR"), receipt("2025-05-31", "USD 500", territory="DE")]
    found = [shared("", *one, *later) for one in permutations(rows)]
    assert found[0].parties == found[1].parties
    assert [one.result.orders for one in found] == [(), ()]


def test_taken_singly_a_day_is_taken_in_the_same_order():
    section = SHARED.replace("TERM", "within_a_day: statement and row")
    rows = facts(abroad("US"), HOME, receipt("2025-03-31", "USD 7", territory="US"))
    one = version(section, PARTIES.split())
    together = run([one], rows, date(2025, 12, 31), rules=Rules.FIFTH)
    singly = run([one], rows, date(2025, 12, 31), trace=lambda _: None, rules=Rules.FIFTH)
    assert together.parties == singly.parties
