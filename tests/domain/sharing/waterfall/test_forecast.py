from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.sharing.waterfall.facts import Facts, ReceiptGroup, WaterfallFact
from domain.sharing.waterfall.forecast import forecast, returned
from domain.sharing.waterfall.run import entitled_by_day, run
from tests.domain.sharing.waterfall.deal import (
    fact,
    facts,
    receipt,
    version,
)

RECOUPED = """
currency: USD
claims:
  - {id: costs, costs: p-and-a, cap: USD 80, overhead: 10 %}
  - {id: equity, advance: equity, multiple: 120 %}
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: distributor, take: 10 % of gross}
      - {id: costs-back, to: distributor, recoups: costs}
      - {id: equity-back, to: investor, recoups: equity}
    residue: producer
"""
PARTIES = ["distributor", "investor", "producer"]
SPENT = [fact("cost", "2025-02-01", "p-and-a", "USD 100"), fact("advance", "2025-01-01", "equity", "USD 500")]


def day(text):
    return date.fromisoformat(text)


def returns(section, parties, *each, as_of="2030-12-31", **given):
    return forecast([version(section, parties, **given)], facts(*each), day(as_of))


def usd(amount):
    return Fraction(amount) * 100


def test_an_outlay_is_the_money_itself_without_cap_overhead_or_multiple():
    found = returns(RECOUPED, PARTIES, *SPENT, receipt("2026-01-01", "USD 1000"))
    assert (found["distributor"].out, found["distributor"].came_in) == (usd(100), usd(180))
    assert (found["investor"].out, found["investor"].came_in) == (usd(500), usd(600))
    assert (found["producer"].out, found["producer"].came_in) == (0, usd(220))


def test_recoupment_is_the_day_on_which_what_came_in_reaches_all_that_is_laid_out_to_the_cent():
    short = receipt("2026-01-01", "USD 644.44")  # 90 % of it less 80 for costs: 499.996 for the investor
    found = returns(RECOUPED, PARTIES, *SPENT, short, receipt("2026-07-01", "USD 0.01"))
    assert found["investor"].recouped_on == day("2026-07-01")
    assert returns(RECOUPED, PARTIES, *SPENT, short)["investor"].recouped_on is None
    assert returns(RECOUPED, PARTIES, *SPENT, short)["investor"].multiple < 1


def test_the_multiple_is_exact_and_the_rate_is_of_the_days():
    found = returns(RECOUPED, PARTIES, *SPENT, receipt("2026-01-01", "USD 1000"))["investor"]
    assert found.multiple == Fraction(6, 5)
    assert found.irr == Decimal("0.2")


def test_who_lays_nothing_out_has_a_total_only():
    found = returns(RECOUPED, PARTIES, *SPENT, receipt("2026-01-01", "USD 1000"))["producer"]
    assert (found.recouped_on, found.multiple, found.irr) == (None, None, None)


def test_what_is_laid_out_again_later_has_to_come_back_too():
    more = fact("advance", "2026-06-01", "equity", "USD 600")
    found = returns(RECOUPED, PARTIES, *SPENT, more, receipt("2026-01-01", "USD 900"), receipt("2026-12-01", "USD 900"))
    assert found["investor"].recouped_on == day("2026-12-01")


def test_a_cost_that_two_claims_name_is_laid_out_once():
    section = """
currency: USD
claims: [{id: capital, advance: capital}, {id: premium, advance: capital, multiple: 20 %}]
pools:
  - id: gross
    receives: everything
    positions: [{id: first, to: investor, recoups: capital}, {id: second, to: investor, recoups: premium}]
    residue: producer
"""
    found = returns(
        section, PARTIES, fact("advance", "2025-01-01", "capital", "USD 50"), receipt("2026-01-01", "USD 60")
    )
    assert found["investor"].multiple == Fraction(6, 5)


def test_a_claim_of_several_is_each_ones_by_weight_also_through_a_pool_that_only_shares_out():
    section = """
currency: USD
claims: [{id: cost, amount: USD 90, on: 2025-03-01}]
pools:
  - id: gross
    receives: everything
    positions: [{id: back, to: partners, recoups: cost}]
    residue: partners
  - id: partners
    residue: {share: by_commitment, among: [{to: a, weight: "2"}, {to: b, weight: "1"}]}
"""
    found = returns(section, ["a", "b"], receipt("2026-03-01", "USD 45"))
    assert [(found[party].out, found[party].multiple) for party in "ab"] == [
        (usd(60), Fraction(1, 2)),
        (usd(30), Fraction(1, 2)),
    ]
    assert found["a"].flows[0].on == day("2025-03-01")


def test_a_claim_that_is_recouped_into_a_shared_pool_is_in_no_outlay():
    section = """
currency: USD
claims: [{id: star-fee, advance: star-fee}]
pools:
  - id: star-account
    receives: everything
    positions: [{id: set-off, to: net, recoups: star-fee}]
    residue: star
  - id: net
    positions: [{id: points, to: star, take: 10 % of net}]
    residue: producer
"""
    paid = fact("advance", "2025-01-01", "star-fee", "USD 50")
    assert all(each.out == 0 for each in returns(section, ["star", "producer"], paid).values())


def test_a_balance_taken_over_is_laid_out_on_its_day():
    section = RECOUPED.replace("currency: USD", "currency: USD\ntakes_over_on: 2025-06-01")
    names = ("gross", "fee", "costs-back", "equity-back", "costs", "producer")
    zero = [fact("opening", "2025-06-01", name) for name in names]
    taken = fact("opening", "2025-06-01", "equity", "USD 40")
    found = returns(section, PARTIES, *zero, taken, receipt("2026-06-01", "USD 100"))
    assert (found["investor"].out, found["investor"].multiple) == (usd(40), Fraction(6, 5))


CALENDAR = RECOUPED + "settlement: {after: run-ends, first_days: 30, months: [6, 12], paid_after_months: 2}\n"


def test_with_a_settlement_calendar_money_comes_in_when_a_settlement_is_paid():
    ends = fact("date", "2025-12-31", "run-ends")
    rows = [receipt("2025-11-01", "USD 500"), receipt("2026-03-01", "USD 500")]
    found = returns(CALENDAR, PARTIES, *SPENT, ends, *rows, as_of="2026-03-01")["investor"]
    came_in = [(flow.on, flow.came_in) for flow in found.flows if flow.came_in]
    # settled by 30 January and 30 June, each paid by the end of the month after the next
    assert came_in == [(day("2026-03-31"), usd(370)), (day("2026-08-31"), usd(230))]
    assert found.recouped_on == day("2026-08-31")


def test_a_settlement_calendar_without_a_start_is_an_error():
    with pytest.raises(BadInput, match="begins after 'run-ends'"):
        returns(CALENDAR, PARTIES, *SPENT)


def test_what_comes_after_the_last_of_a_calendar_counts_on_the_last_day():
    once = CALENDAR.replace("months: [6, 12]", "months: []")
    rows = [fact("date", "2025-12-31", "run-ends"), receipt("2027-03-01", "USD 1000")]
    assert returns(once, PARTIES, *SPENT, *rows, as_of="2027-03-01")["investor"].recouped_on == day("2027-03-01")


def test_a_charge_that_a_date_brings_is_taken_back_by_the_last_day():
    section = RECOUPED + (
        "charges: [{id: clawback, of: investor, to: producer, amount: USD 30, once: from 2028-01-01}]\n"
    )
    found = returns(section, PARTIES, *SPENT, receipt("2026-01-01", "USD 1000"), as_of="2029-01-01")["investor"]
    assert found.came_in == usd(570)
    assert (found.flows[-1].on, found.flows[-1].came_in) == (day("2029-01-01"), -usd(30))


def test_facts_after_the_day_asked_for_do_not_count():
    found = returns(RECOUPED, PARTIES, *SPENT, receipt("2026-01-01", "USD 1000"), as_of="2025-12-31")["investor"]
    assert (found.out, found.came_in, found.irr) == (usd(500), 0, None)


def test_flows_and_position_add_up_day_by_day():
    found = returns(RECOUPED, PARTIES, *SPENT, receipt("2026-01-01", "USD 700"), receipt("2026-02-01", "USD 7"))
    for each in found.values():
        assert sum(flow.came_in for flow in each.flows) == each.came_in
        net = 0
        for flow in each.flows:
            net += flow.came_in - flow.out
            assert flow.net == net


ROWS = st.lists(st.tuples(st.dates(day("2025-03-01"), day("2029-12-31")), st.integers(1, 10**6)), max_size=8)


@settings(max_examples=25)
@given(ROWS)
def test_all_that_comes_in_is_what_a_run_says(rows):
    given_facts = facts(*SPENT, *[receipt(str(on), f"USD {amount}") for on, amount in rows])
    deal = version(RECOUPED, PARTIES)
    found = forecast([deal], given_facts, day("2030-12-31"))
    assert {party: each.came_in for party, each in found.items()} == run([deal], given_facts, day("2030-12-31")).parties


@settings(max_examples=25)
@given(ROWS, st.integers(2, 1000))
def test_a_work_so_many_times_as_large_recoups_on_the_same_day_with_the_same_multiple_and_rate(rows, factor):
    section = RECOUPED.replace("USD 80", "40 % of equity")
    small = facts(*SPENT, *[receipt(str(on), f"USD {amount}") for on, amount in rows])
    large = Facts(
        tuple(ReceiptGroup(each.on, each.kind, each.amount * factor) for each in small.receipts),
        tuple(WaterfallFact(each.kind, each.on, each.name, each.amount * factor) for each in small.others),
    )
    deal = version(section, PARTIES)
    one, many = (forecast([deal], each, day("2030-12-31")) for each in (small, large))
    for party in PARTIES:
        assert (one[party].recouped_on, one[party].multiple) == (many[party].recouped_on, many[party].multiple)
        assert one[party].irr == many[party].irr


def test_nothing_laid_out_and_nothing_received_is_a_return_of_nothing():
    assert returned({}, {}) == returned({day("2025-01-01"): Fraction(0)}, {})


EVERYTHING = """
currency: USD
metrics: [admissions]
claims:
  - {id: loan, advance: equity, interest: {rate: 9 % a year, compounds: quarterly}}
  - {id: costs, costs: p-and-a, cap: 20 % of gross}
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: distributor, take: 25 % of gross, then: [{once: gross reaches USD 5000.00, take: 15 % of gross}]}
      - {id: costs-back, to: distributor, recoups: costs}
      - {id: reserve, to: distributor, take: 5 % of gross, held_for: {periods: 1, of: quarter, then: net}}
    residue: net
  - id: net
    positions:
      - {id: loan-back, to: investor, recoups: loan}
      - {id: late, to: distributor, take: 10 % of what remains, once: from 2027-01-01}
    residue: producer
charges: [{id: bonus, of: producer, to: distributor, amount: USD 1 for each (admissions - 100)}]
views: [{of: investor, borne_by: producer, changes: [{id: fee, take: 10 % of gross, then: []}]}]
"""


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_one_pass_watched_by_the_day_says_what_a_run_up_to_each_day_says(rows):
    counted = [fact("metric", "2026-05-05", "admissions", "300"), fact("advance", "2027-05-05", "equity", "USD 90")]
    these = facts(*SPENT, *counted, *[receipt(str(on), f"USD {amount}") for on, amount in rows])
    deal = [version(EVERYTHING, PARTIES)]
    days = sorted({day("2026-06-30"), day("2027-01-01"), day("2031-03-31"), *(on for on, _ in rows)})
    assert entitled_by_day(deal, these, days) == {each: run(deal, these, each).parties for each in days}


def test_one_pass_goes_through_amendments_too():
    changed = "applies: prospectively\n" + RECOUPED.strip().replace("10 % of gross", "20 % of gross")
    deal = [version(RECOUPED, PARTIES), version(changed, PARTIES, "2026-06-01")]
    these = facts(*SPENT, *[receipt(f"2026-{month:02d}-15", "USD 300") for month in range(1, 13)])
    days = [day("2026-03-31"), day("2026-05-31"), day("2026-06-01"), day("2026-12-31")]
    assert entitled_by_day(deal, these, days) == {each: run(deal, these, each).parties for each in days}
