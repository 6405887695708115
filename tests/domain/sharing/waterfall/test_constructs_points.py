"""Participations: points of every kind, escalators, floors, bonuses, assignments, minimum payouts."""

import pytest

from domain.values.money import Money
from tests.domain.sharing.waterfall.deal import fact, receipt, share


def test_gross_adjusted_gross_net_and_producer_points_are_parts_of_pools_by_name():
    section = """
currency: USD
claims:
  - {id: p-and-a, costs: p-and-a}
  - {id: negative, amount: USD 400}
pools:
  - id: gross
    receives: everything
    positions:
      - {id: gross-points, to: star, take: 5 % of gross}
      - {id: fee, to: distributor, take: 20 % of gross}
      - {id: costs, to: distributor, recoups: p-and-a}
    residue: adjusted-gross
  - id: adjusted-gross
    positions:
      - {id: adjusted-points, to: director, take: 10 % of adjusted-gross}
      - {id: cost, to: financier, recoups: negative}
    residue: net
  - id: net
    positions:
      - {id: net-points, to: writer, take: 4 % of net}
      - {id: financier-half, to: financier, take: 50 % of net}
    residue: producers-share
  - id: producers-share
    positions:
      - {id: producer-points, to: composer, take: 10 % of producers-share}
    residue: producer
"""
    shared = share(
        section,
        "star distributor director financier writer composer producer",
        fact("cost", "2025-01-01", "p-and-a", "USD 150"),
        receipt("2025-01-31", "USD 1000"),
    )
    assert shared["star"] == "50"
    assert shared["distributor"] == "350"
    assert shared["director"] == "60"
    assert shared["financier"] == "470"
    assert shared["writer"] == "28/5"
    assert shared["composer"] == "161/25"
    assert shared["producer"] == "1449/25"


ESCALATOR = """
currency: USD
pools:
  - id: gross
    receives: everything
    positions:
      - id: points
        to: star
        take: 5 % of gross
        then: [{{once: gross reaches USD 100, take: {then}}}]
        change: {change}
        {bearer}
    residue: producer
"""


@pytest.mark.parametrize(
    ("change", "then", "at_100", "at_200"),
    [
        ("marginal", "8 % of gross", "5", "13"),
        ("cliff", "8 % of gross", "8", "16"),
        ("cliff", "2 % of gross", "2", "4"),
    ],
)
def test_an_escalator_counts_from_the_step_on_or_from_the_first_receipt(change, then, at_100, at_200):
    section = ESCALATOR.format(change=change, then=then, bearer="borne_by: producer" if change == "cliff" else "")
    assert share(section, "star producer", receipt("2025-01-31", "USD 100"))["star"] == at_100
    whole = share(section, "star producer", receipt("2025-01-31", "USD 200"))
    parts = share(section, "star producer", receipt("2025-01-31", "USD 70"), receipt("2025-02-28", "USD 130"))
    assert whole["star"] == parts["star"] == at_200
    assert whole["producer"] == parts["producer"]


def test_break_even_is_each_participant_s_own():
    section = """
currency: USD
claims:
  - {id: cost, amount: USD 100}
pools:
  - id: gross
    receives: everything
    positions:
      - {id: cash-break-even, to: star, take: 10 % of gross, once: gross reaches cost}
      - {id: double-break-even, to: director, take: 10 % of gross, once: gross reaches 200 % of cost}
    residue: studio
"""
    shared = share(section, "star director studio", receipt("2025-01-31", "USD 250"))
    assert (shared["star"], shared["director"]) == ("15", "5")
    assert shared.splits == ["100", "200"]


def test_first_dollar_gross_is_set_against_the_advance():
    section = """
currency: USD
claims:
  - {id: advance, advance: star}
pools:
  - id: gross
    receives: everything
    positions: [{id: participation, to: star-account, take: 10 % of gross}]
    residue: studio
  - id: star-account
    positions: [{id: set-off, to: studio, recoups: advance}]
    residue: star
"""
    rows = fact("advance", "2025-01-01", "star", "USD 15"), receipt("2025-01-31", "USD 200")
    shared = share(section, "star studio", *rows)
    assert shared.parties == {"star": "5", "studio": "195"}


def test_a_cap_lapses_and_a_floor_is_protected():
    section = """
currency: USD
claims:
  - {id: budget, amount: USD 100}
pools:
  - id: gross
    receives: everything
    positions:
      - {id: floor, to: star, up_to: the lesser of 2 % of gross and USD 10, until: budget is recouped}
      - {id: cost, to: financier, recoups: budget}
      - {id: capped, to: director, take: 50 % of what remains, up_to: USD 30}
    residue: producer
"""
    shared = share(section, "star financier director producer", receipt("2025-01-31", "USD 302"))
    assert shared["star"] == "100/49"  # 2 % of the receipts of which 98 % recoup the budget
    assert shared["director"] == "30"


def test_most_favoured_nation_is_as_much_as_the_other_has_had():
    section = """
currency: USD
pools:
  - id: net
    receives: everything
    positions:
      - {id: a-points, to: a, take: 3 % of net, then: [{once: net reaches USD 100, take: 6 % of net}]}
      - {id: b-points, to: b, up_to: the greater of 4 % of net and a-points}
    residue: producer
"""
    shared = share(section, "a b producer", receipt("2025-01-31", "USD 100"))
    assert (shared["a"], shared["b"]) == ("3", "4")
    shared = share(section, "a b producer", receipt("2025-01-31", "USD 200"))
    assert (shared["a"], shared["b"]) == ("9", "9")


def test_a_running_guarantee_and_a_bonus_on_admissions_are_borne_by_the_producer():
    section = """
currency: KRW
metrics: [admissions]
pools:
  - id: net
    receives: everything
    residue: producer
charges:
  - {id: running-guarantee, of: producer, to: star, amount: KRW 100 for each (admissions - 3000000)}
  - {id: bonus, of: producer, to: director, amount: KRW 50000000, once: admissions reaches 5000000}
"""
    rows = [receipt("2025-01-31", "KRW 1000000000"), fact("metric", "2025-01-31", "admissions", "2000000")]
    assert share(section, "star director producer", *rows)["star"] == "0"
    rows.append(fact("metric", "2025-02-28", "admissions", "3000000"))
    shared = share(section, "star director producer", *rows)
    assert shared.parties == {"star": "200000000", "director": "50000000", "producer": "750000000"}


def test_of_two_that_share_one_cap_the_first_in_order_comes_first():
    section = """
currency: USD
pools:
  - id: net
    receives: everything
    positions:
      - {id: a-points, to: a, take: 20 % of net, until: (a-points + b-points) reaches 25 % of net}
      - {id: b-points, to: b, take: 20 % of net, until: (a-points + b-points) reaches 25 % of net}
    residue: producer
"""
    shared = share(section, "a b producer", receipt("2025-01-31", "USD 1000"), receipt("2025-02-28", "USD 1"))
    assert shared.parties == {"a": "1001/5", "b": "1001/20", "producer": "3003/4"}


def test_a_success_fee_is_taken_once_costs_are_back():
    section = """
currency: JPY
claims: [{id: cost, amount: JPY 100}]
pools:
  - id: receipts
    receives: everything
    positions:
      - {id: back, to: committee, recoups: cost}
      - {id: success-fee, to: lead, take: 20 % of what remains, once: receipts reaches 150 % of cost}
    residue: committee
"""
    assert share(section, "committee lead", receipt("2025-01-31", "JPY 250"))["lead"] == "20"


def test_a_direction_to_pay_sends_an_entitlement_elsewhere_until_a_debt_is_paid():
    section = """
currency: USD
claims: [{id: debt, amount: USD 8}]
pools:
  - id: net
    receives: everything
    positions:
      - {id: points, to: star, take: 10 % of net}
      - {id: star-bonus, to: director, take: 5 % of net, once: star reaches USD 15}
    residue: producer
assignments:
  - {id: to-agent, of: star, to: agent, take: 10 % of star}
  - {id: to-bank, of: star, to: bank, recoups: debt}
"""
    shared = share(section, "star agent bank director producer", receipt("2025-01-31", "USD 200"))
    assert shared.parties == {"star": "10", "agent": "2", "bank": "8", "director": "5/2", "producer": "355/2"}


def test_less_than_the_minimum_is_carried_forward_and_what_was_paid_counts():
    section = """
currency: USD
pools:
  - id: net
    receives: everything
    positions: [{id: points, to: star, take: 1 % of net}]
    residue: producer
minimum_payouts: [{to: star, amount: USD 25.00}]
"""
    shared = share(section, "star producer", receipt("2025-01-31", "USD 2000"))
    assert shared.result.payable["star"].carried_forward == Money.parse("USD 20.00")
    assert shared.result.payable["star"].due == Money.parse("USD 0")
    rows = receipt("2025-01-31", "USD 5000"), fact("payment", "2025-02-28", "star", "USD 20")
    shared = share(section, "star producer", *rows)
    assert shared.result.payable["star"].due == Money.parse("USD 30.00")


def test_a_view_gives_one_investor_its_own_definition_and_charges_the_difference():
    section = """
currency: EUR
claims: [{id: release, amount: EUR 2400}]
pools:
  - id: gross
    receives: everything
    positions: [{id: fee, to: distributor, take: 40 % of gross}]
    residue: after-fee
  - id: after-fee
    positions: [{id: costs, to: distributor, recoups: release}]
    residue: net
  - id: net
    positions:
      - {id: recoupment, to: investor, take: 20 % of net, up_to: EUR 12000}
      - {id: tail, to: investor, take: 5 % of net, once: recoupment reaches EUR 12000}
    residue: producer
views:
  - of: investor
    borne_by: producer
    changes:
      - {id: fee, take: 20 % of gross}
      - {id: release, amount: EUR 1800}
"""
    rows = receipt("2025-01-31", "EUR 78000"), receipt("2025-02-28", "EUR 22000")
    shared = share(section, "distributor investor producer", *rows)
    assert shared.parties == {"distributor": "42400", "investor": "12910", "producer": "44690"}
    assert shared.result.views["investor"] == 139000
    seen = share(section, "distributor investor producer", *rows, view="investor")
    assert seen["investor"] == "12910"
    assert seen.splits == ["2250", "77250"]
