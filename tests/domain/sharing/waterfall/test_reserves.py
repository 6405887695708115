"""Reserves outlive the amendment that ends them."""

from datetime import date

import pytest

from domain.errors import CannotShare
from domain.sharing.waterfall.run import run
from tests.domain.sharing.waterfall.deal import Shared, facts, receipt, version

SECTION = """
currency: USD
{extra}
pools:
  - id: gross
    receives: everything
    positions: [{{id: fee, to: agent, take: 10 % of gross{held}}}]
    residue: {rest}
  - id: {net}
    residue: producer
"""
HELD = ", held_for: {periods: 2, of: quarter, then: net}"
BEFORE = version(SECTION.format(extra="", held=HELD, rest="net", net="net"), ["agent", "producer"])
ROWS = facts(receipt("2025-02-01", "USD 100"), receipt("2025-04-02", "USD 100"), receipt("2025-08-01", "USD 100"))


def amended(net="net"):
    section = SECTION.format(extra="applies: prospectively", held="", rest=net, net=net)
    return version(section, ["agent", "producer"], "2025-05-01")


@pytest.mark.parametrize(("as_of", "held"), [("2025-05-02", 2000), ("2025-10-01", 1000), ("2026-01-01", 0)])
def test_what_was_held_before_an_amendment_is_released_when_it_was_to_be(as_of, held):
    result = run([BEFORE, amended()], ROWS, date.fromisoformat(as_of))
    assert sum(result.held.values()) == held
    assert list(result.releases) == ["fee"][: bool(held)]


def test_after_the_amendment_nothing_more_is_held():
    found = Shared(run([BEFORE, amended()], ROWS, date(2026, 12, 31)))
    assert found.parties == {"agent": "10", "producer": "290"}


def test_an_amendment_without_the_pool_of_a_release_is_refused():
    with pytest.raises(CannotShare, match="fee holds a reserve that is released into net, and the amended waterfall"):
        run([BEFORE, amended("rest")], ROWS, date(2025, 12, 31))
    assert run([BEFORE, amended("rest")], facts(), date(2025, 12, 31)).held == {}
