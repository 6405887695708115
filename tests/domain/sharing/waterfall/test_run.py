"""Time: opening balances, amendments, late and reversed receipts, rounding, the settlement calendar."""

from datetime import date
from fractions import Fraction

import pytest

from domain.errors import BadInput
from domain.sharing.waterfall.run import run, settlement_days
from domain.values.money import Money
from tests.domain.sharing.waterfall.deal import (
    fact,
    facts,
    receipt,
    share,
    version,
)

SPLIT = """
currency: USD
{extra}
claims: [{{id: cost, amount: USD 100}}]
pools:
  - id: net
    receives: everything
    positions:
      - {{id: back, to: financier, recoups: cost}}
      - {{id: points, to: star, take: {points} % of net}}
    residue: producer
"""
PARTIES = "financier star producer"


def test_opening_balances_are_required_when_an_agreement_took_over_mid_life():
    section = SPLIT.format(extra="takes_over_on: 2025-01-01", points=10)
    openings = [
        fact("opening", "2025-01-01", "net", "USD 80"),
        fact("opening", "2025-01-01", "back", "USD 80"),
        fact("opening", "2025-01-01", "points", "USD 0"),
    ]
    row = receipt("2025-01-31", "USD 40")
    with pytest.raises(BadInput, match="no opening balance of points"):
        share(section, PARTIES, row, *openings[:2])
    shared = share(section, PARTIES, row, *openings)
    assert shared.parties == {"financier": "100", "star": "2", "producer": "18"}
    assert shared.splits == ["100"]


def test_opening_balances_are_required_of_parties_that_a_condition_asks_for():
    section = """
currency: USD
takes_over_on: 2025-01-01
claims: [{id: cost, costs: cost}]
pools:
  - id: net
    receives: everything
    positions:
      - {id: back, to: financier, recoups: cost}
      - {id: points, to: star, take: 10 % of net, once: producer reaches USD 100}
    residue: producer
"""
    openings = [fact("opening", "2025-01-01", name, "USD 0") for name in ("net", "back", "points")]
    row = receipt("2025-01-31", "USD 100")
    with pytest.raises(BadInput, match="no opening balance of producer"):
        share(section, PARTIES, row, *openings)
    openings += [fact("opening", "2025-01-01", "cost", "USD 30"), fact("opening", "2025-01-01", "producer", "USD 50")]
    shared = share(section, PARTIES, row, *openings)
    assert shared.parties == {"financier": "30", "star": "2", "producer": "118"}


def test_a_retroactive_amendment_replaces_and_a_prospective_one_goes_on():
    before = version(SPLIT.format(extra="", points=10), PARTIES.split())
    rows = facts(receipt("2025-01-31", "USD 200"), receipt("2025-07-31", "USD 100"))
    as_of = date(2025, 12, 31)
    retroactive = version(SPLIT.format(extra="", points=20), PARTIES.split(), "2025-07-01")
    assert run([before, retroactive], rows, as_of).parties["star"] == 4000
    extra = "applies: prospectively"
    prospective = version(SPLIT.format(extra=extra, points=20), PARTIES.split(), "2025-07-01")
    result = run([before, prospective], rows, as_of)
    assert result.parties["star"] == 3000  # 10 % of 100, then 20 % of 100
    assert result.parties["financier"] == 10000
    assert run([before, prospective], rows, date(2025, 6, 30)).parties["star"] == 1000


def test_a_prospective_amendment_may_raise_lower_or_add_a_fixed_claim():
    section = """
currency: USD
{extra}
claims: [{claims}]
pools:
  - id: net
    receives: everything
    positions: [{positions}]
    residue: producer
"""
    one = "{id: cost, amount: USD 100}"
    back = "{id: back, to: financier, recoups: cost}"
    old = version(section.format(extra="", claims=one, positions=back), PARTIES.split())
    rows = facts(receipt("2025-01-31", "USD 90"), receipt("2025-07-31", "USD 100"))

    def amended(claims, positions=back):
        text = section.format(extra="applies: prospectively", claims=claims, positions=positions)
        return run([old, version(text, PARTIES.split(), "2025-07-01")], rows, date(2025, 12, 31)).parties

    assert amended(one)["financier"] == 10000
    assert amended("{id: cost, amount: USD 150}")["financier"] == 15000
    assert amended("{id: cost, amount: USD 80}")["financier"] == 9000
    assert amended("{id: cost, amount: USD 150, on: 2025-09-01}")["financier"] == 10000
    more = amended(f"{one}, {{id: bonus, amount: USD 30}}", f"{back}, {{id: extra, to: star, recoups: bonus}}")
    assert (more["financier"], more["star"]) == (10000, 3000)


AMENDED_ON = "2025-07-01"
ONWARD = """
currency: USD
applies: prospectively
pools:
  - id: net
    receives: everything
    positions:
      - {{{position}}}
    residue: freed
  - {{id: freed, residue: producer}}
"""


@pytest.mark.parametrize(
    ("position", "rows"),
    [
        (
            (
                "id: reserve, to: star, take: 10 % of net, once: from 2025-02-01, "
                "held_for: {periods: 1, of: quarter, then: freed}"
            ),
            [receipt("2025-03-15", "USD 100"), receipt("2025-06-15", "USD 50"), receipt("2025-07-15", "USD 30")],
        ),
        (
            (
                "id: points, to: star, take: 5 % of net, change: cliff, borne_by: producer, "
                f"then: [{{once: from {AMENDED_ON}, take: 10 % of net}}]"
            ),
            [receipt("2025-01-31", "USD 100"), receipt("2025-07-31", "USD 50")],
        ),
        (
            "id: points, to: star, take: 10 % of net",
            [receipt("2025-01-31", "USD 100"), receipt("2025-06-30", "USD -20"), receipt("2025-07-31", "USD 50")],
        ),
    ],
    ids=["a reserve", "a step on everything that comes that day", "a return that nothing covered yet"],
)
def test_a_prospective_amendment_that_says_the_same_changes_nothing(position, rows):
    section = ONWARD.format(position=position)
    one = version(section, ["star", "producer"])
    again = version(section, ["star", "producer"], AMENDED_ON)
    for day in ("2025-07-01", "2025-09-30", "2025-12-31", "2026-12-31"):
        plain = run([one], facts(*rows), date.fromisoformat(day))
        amended = run([one, again], facts(*rows), date.fromisoformat(day))
        assert (amended.parties, amended.held) == (plain.parties, plain.held)
        assert amended.conservation == plain.conservation


def test_a_late_receipt_restates_everybody_it_concerns():
    one = [version(SPLIT.format(extra="", points=10), PARTIES.split())]
    known = facts(receipt("2025-01-31", "USD 90"), receipt("2025-03-31", "USD 30"))
    late = facts(receipt("2025-01-31", "USD 90"), receipt("2025-02-28", "USD 50"), receipt("2025-03-31", "USD 30"))
    before, after = run(one, known, date(2025, 12, 31)), run(one, late, date(2025, 12, 31))
    changes = {party: after.parties[party] - before.parties[party] for party in before.parties}
    assert {party: change for party, change in changes.items() if change} == {"star": 500, "producer": 4500}


def test_returns_are_taken_from_what_comes_next_and_wait_where_nothing_does():
    section = SPLIT.format(extra="", points=10)
    shared = share(
        section,
        PARTIES,
        receipt("2025-01-31", "USD 150"),
        receipt("2025-02-28", "USD -20"),
        receipt("2025-03-31", "USD 50"),
    )
    assert shared["star"] == "8"
    waiting = share(section, PARTIES, receipt("2025-01-31", "USD 150"), receipt("2025-02-28", "USD -20"))
    assert waiting["star"] == "5"
    assert waiting.result.conservation.refunds == -2000


def test_what_a_day_takes_back_is_taken_from_that_day_first():
    section = SPLIT.format(extra="", points=10)
    day = [receipt("2025-01-31", "USD 100"), receipt("2025-01-31", "USD 50"), receipt("2025-01-31", "USD -20")]
    for rows in (day, day[::-1]):
        shared = share(section, PARTIES, *rows)
        assert shared["star"] == "3"
        assert shared.result.conservation.refunds == 0
    more = share(section, PARTIES, *day, receipt("2025-02-28", "USD -200"), receipt("2025-03-31", "USD 250"))
    assert more["star"] == "8"  # 130, then 50 of the 250


def test_rounding_gives_the_units_left_to_the_largest_remainders_and_names_their_owners():
    section = """
currency: JPY
pools:
  - id: net
    receives: everything
    residue: {share: by_commitment, among: [{to: a, weight: "1"}, {to: b, weight: "1"}, {to: c, weight: "1"}]}
"""
    payable = share(section, "a b c", receipt("2025-01-31", "JPY 100")).result.payable
    assert [str(one.entitled) for one in payable.values()] == ["JPY 34", "JPY 33", "JPY 33"]
    assert [one.residual for one in payable.values()] == [1, 0, 0]


def test_who_bears_a_deficit_owes_it_and_rounds_with_the_others():
    section = """
currency: JPY
pools:
  - id: gross
    receives: everything
    deficit: producer
    positions:
      - {id: third, to: a, take: 1/3 of gross}
      - {id: all-of-it, to: b, take: all of gross}
    residue: producer
"""
    shared = share(section, "a b producer", receipt("2025-01-31", "JPY 100"))
    assert shared.parties == {"a": "100/3", "b": "100", "producer": "-100/3"}
    entitled = [one.entitled for one in shared.result.payable.values()]
    assert sum(each.minor for each in entitled) == 100
    assert entitled[2] == Money(-33, "JPY")


def test_settlement_days_follow_the_calendar_of_the_agreement():
    section = """
currency: KRW
pools: [{id: net, receives: everything, residue: a}]
settlement: {after: run-ends, first_days: 90, months: [6, 12], paid_after_months: 2}
"""
    settlement = version(section, ["a", "b"]).waterfall.settlement
    known = facts(fact("date", "2025-08-20", "run-ends"))
    assert settlement_days(settlement, known, date(2026, 1, 1)) == (
        (date(2025, 11, 18), date(2026, 1, 31)),
        (date(2025, 12, 31), date(2026, 2, 28)),
        (date(2026, 6, 30), date(2026, 8, 31)),
    )
    assert settlement_days(settlement, facts(), date(2026, 1, 1)) == ()


def test_a_receipt_that_no_pool_or_two_pools_receive_is_an_error_with_its_fields():
    section = """
currency: USD
pools:
  - {id: korea, receives: {territory: [KR]}, residue: a}
  - {id: tv, receives: [{media: tv}, {media: vod}], residue: a}
"""
    with pytest.raises(BadInput, match=r"no pool receives it \(currency USD, territory JP"):
        share(section, "a b", receipt("2025-01-31", "USD 1", territory="JP"))
    with pytest.raises(BadInput, match="received by korea and tv"):
        share(section, "a b", receipt("2025-01-31", "USD 1", territory="KR", media="vod"))
    assert share(section, "a b", receipt("2025-01-31", "USD 1", media="vod"))["a"] == "1"


def test_results_are_exact_rationals():
    section = """
currency: USD
pools: [{id: net, receives: everything, positions: [{id: third, to: a, take: 1/3 of net}], residue: b}]
"""
    assert share(section, "a b", receipt("2025-01-31", "USD 100")).result.parties["a"] == Fraction(10000, 3)


@pytest.mark.parametrize(
    "slip",
    [
        fact("cost", "2025-01-01", "prints", "USD 1"),
        fact("advance", "2025-01-01", "mg", "USD 1"),
        fact("metric", "2025-01-01", "viewers", "1"),
        fact("payment", "2025-01-01", "stra", "USD 1"),
        fact("opening", "2025-01-01", "nett", "USD 1"),
        fact("date", "2025-01-01", "run-ends"),
    ],
    ids=lambda slip: slip.kind,
)
def test_a_fact_of_a_name_that_the_waterfall_has_not_is_an_error(slip):
    with pytest.raises(BadInput, match=f"knows no {slip.kind} '{slip.name}'"):
        share(SPLIT.format(extra="", points=10), PARTIES, slip, receipt("2025-01-31", "USD 1"))
