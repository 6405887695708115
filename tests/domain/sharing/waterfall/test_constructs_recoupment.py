"""Recoupment in order and shares: equity, loans, guarantees, deferments."""

import pytest

from tests.domain.sharing.waterfall.deal import fact, receipt, share

TIERS = """
currency: USD
claims:
  - {{id: a-owed, amount: USD 60}}
  - {{id: b-owed, amount: USD 30}}
  - {{id: overruns, costs: overrun}}
pools:
  - id: net
    receives: everything
    positions:
      - id: tier
        to:
          share: {mode}
          among:
            - {{to: a, recoups: a-owed}}
            - {{to: b, recoups: b-owed}}
      - {{id: overrun, to: producer, recoups: overruns}}
    residue: owner
"""


@pytest.mark.parametrize(
    ("mode", "first", "second"),
    [
        ("by_outstanding", ("30", "15"), ("60", "30")),
        ("equal_until_filled", ("45/2", "45/2"), ("60", "30")),
        ("in_order", ("45", "0"), ("60", "30")),
    ],
)
def test_a_tier_is_shared_by_outstanding_or_equally_or_in_order(mode, first, second):
    shared = share(TIERS.format(mode=mode), "a b producer owner", receipt("2025-01-31", "USD 45"))
    assert (shared["a"], shared["b"]) == first
    full = share(TIERS.format(mode=mode), "a b producer owner", receipt("2025-01-31", "USD 200"))
    assert (full["a"], full["b"]) == second
    assert full["owner"] == "110"


def test_overruns_are_recouped_last():
    rows = fact("cost", "2025-01-01", "overrun", "USD 20"), receipt("2025-01-31", "USD 100")
    shared = share(TIERS.format(mode="in_order"), "a b producer owner", *rows)
    assert shared.parties == {"a": "60", "b": "30", "producer": "10", "owner": "0"}


def test_sharing_by_commitment_gives_the_full_one_s_part_to_the_others_or_leaves_it_in_the_pool():
    section = """
currency: USD
pools:
  - id: net
    receives: everything
    positions:
      - id: tier
        take: USD 100
        to:
          share: by_commitment
          unused: {unused}
          among:
            - {{to: a, weight: "50", up_to: USD 10}}
            - {{to: b, weight: "30"}}
            - {{to: c, weight: "20"}}
    residue: owner
"""
    others = share(section.format(unused="others"), "a b c owner", receipt("2025-01-31", "USD 120"))
    assert others.parties == {"a": "10", "b": "54", "c": "36", "owner": "20"}
    lapsed = share(section.format(unused="pool"), "a b c owner", receipt("2025-01-31", "USD 120"))
    assert lapsed.parties == {"a": "10", "b": "36", "c": "24", "owner": "50"}  # 10+6+4 of 20, then half of the next 100


def test_tiers_inside_tiers_with_premiums_and_equity_classes():
    section = """
currency: USD
claims:
  - {id: senior, amount: USD 100, multiple: 110 %}
  - {id: class-a, amount: USD 50, multiple: 120 %}
  - {id: class-b, amount: USD 50}
pools:
  - id: net
    receives: everything
    positions:
      - id: equity
        to:
          share: in_order
          among:
            - {to: lender, recoups: senior}
            - to:
                share: by_outstanding
                among:
                  - {to: a, recoups: class-a}
                  - {to: b, recoups: class-b}
    residue: owner
"""
    shared = share(section, "lender a b owner", receipt("2025-01-31", "USD 165"))
    assert shared.parties == {"lender": "110", "a": "30", "b": "25", "owner": "0"}


LOAN = """
currency: USD
claims:
  - {{id: loan, advance: loan, interest: {{rate: 10 % a year, days: {days}, compounds: {compounds}}}}}
pools:
  - id: net
    receives: everything
    positions:
      - {{id: repayment, to: bank, recoups: loan}}
    residue: owner
"""


@pytest.mark.parametrize(
    ("days", "compounds", "paid"),
    [
        ("actual/365", "never", "120"),
        ("actual/365", "yearly", "121"),
        ("30/360", "never", "120"),
        ("actual/360", "never", "2165/18"),  # 730 days: 100 + 100 * 0.1 * 730 / 360
        ("actual/actual", "quarterly", None),
    ],
)
def test_a_loan_bears_interest_by_day_count_and_compounding(days, compounds, paid):
    rows = fact("advance", "2025-01-01", "loan", "USD 100"), receipt("2027-01-01", "USD 1000")
    shared = share(LOAN.format(days=days, compounds=compounds), "bank owner", *rows)
    assert paid is None or shared["bank"] == paid
    assert 120 <= float(eval(shared["bank"])) < 122  # noqa: S307 - a rational of our own


def test_a_part_payment_counts_for_interest_first_and_the_rest_bears_interest_on():
    shared = share(
        LOAN.format(days="30/360", compounds="never"),
        "bank owner",
        fact("advance", "2025-01-01", "loan", "USD 100"),
        receipt("2026-01-01", "USD 60"),  # 10 interest and 50 of the loan
        receipt("2027-01-01", "USD 100"),  # 5 interest and the other 50
    )
    assert shared["bank"] == "115"


def test_a_hurdle_counts_everything_the_investor_has_had():
    section = """
currency: USD
claims:
  - {id: hurdle-12, advance: capital, paid_by: lp, interest: {rate: 12 % a year, days: 30/360, compounds: yearly}}
pools:
  - id: proceeds
    receives: everything
    positions:
      - id: to-twelve
        until: hurdle-12 is recouped
        to: {share: by_commitment, among: [{to: lp, weight: "80"}, {to: gp, weight: "20"}]}
    residue: {share: by_commitment, among: [{to: lp, weight: "50"}, {to: gp, weight: "50"}]}
"""
    rows = fact("advance", "2025-01-01", "capital", "USD 100"), receipt("2026-01-01", "USD 150")
    shared = share(section, "lp gp", *rows)
    assert shared.parties == {"lp": "117", "gp": "33"}  # 140 until lp has 112, then half of 10
    assert shared.splits == ["140"]


def test_a_minimum_guarantee_is_recouped_from_a_stated_share_across_territories_before_overage():
    section = """
currency: USD
claims:
  - {id: mg, advance: mg}
pools:
  - id: korea
    receives: {territory: KR}
    positions: [{id: kr-fee, to: distributor, take: 20 % of korea}]
    residue: net
  - id: japan
    receives: {territory: JP}
    positions: [{id: jp-fee, to: distributor, take: 30 % of japan}]
    residue: net
  - id: net
    positions:
      - {id: recoupment, to: distributor, take: 80 % of net, recoups: mg}
    residue: producer
"""
    shared = share(
        section,
        "distributor producer",
        fact("advance", "2025-01-01", "mg", "USD 100"),
        receipt("2025-01-31", "USD 100", territory="KR"),  # 80 net: 64 recouped
        receipt("2025-02-28", "USD 100", territory="JP"),  # 70 net: 36 from the first 45
    )
    assert shared.position("recoupment") == "100"
    assert shared["producer"] == "50"


def test_a_deferment_waits_for_what_remains_and_a_corridor_does_not():
    section = """
currency: USD
claims:
  - {id: budget, amount: USD 100}
pools:
  - id: net
    receives: everything
    positions:
      - {id: corridor, to: star, take: 10 % of net}
      - {id: cost, to: financier, recoups: budget}
      - {id: deferment, to: director, up_to: USD 20}
    residue: producer
"""
    shared = share(section, "star financier director producer", receipt("2025-01-31", "USD 130"))
    assert shared.parties == {"star": "13", "financier": "100", "director": "17", "producer": "0"}


@pytest.mark.parametrize(("feeds", "financier", "producer"), [("budget-back", "100", "40"), ("producer", "60", "80")])
def test_an_incentive_is_in_or_out_of_recoupment(feeds, financier, producer):
    section = f"""
currency: USD
claims:
  - {{id: budget, amount: USD 100}}
pools:
  - id: incentives
    receives: {{media: incentive}}
    residue: {feeds}
  - id: sales
    receives: everything else
    positions: [{{id: half, to: producer, take: 50 % of sales}}]
    residue: budget-back
  - id: budget-back
    positions: [{{id: cost, to: financier, recoups: budget}}]
    residue: producer
"""
    rows = receipt("2025-01-31", "USD 40", media="incentive"), receipt("2025-02-28", "USD 120", media="tv")
    if feeds == "producer":
        rows = receipt("2025-01-31", "USD 20", media="incentive"), receipt("2025-02-28", "USD 120", media="tv")
    shared = share(section, "financier producer", *rows)
    assert shared["financier"] == financier


def test_a_preferred_return_with_full_catch_up_stops_at_parity_and_stays_there():
    section = """
currency: USD
claims:
  - {id: capital, amount: USD 100}
  - {id: pref, amount: USD 8}
pools:
  - id: proceeds
    receives: everything
    positions:
      - {id: capital-back, to: lp, recoups: capital}
      - {id: preferred, to: lp, recoups: pref}
      - {id: catch-up, to: gp, until: gp reaches 20 % of (proceeds - capital)}
    residue: {share: by_commitment, among: [{to: lp, weight: "80"}, {to: gp, weight: "20"}]}
"""
    shared = share(section, "lp gp", receipt("2025-01-31", "USD 111"), receipt("2025-02-28", "USD 9"))
    assert shared.position("catch-up") == "2"
    assert shared.parties == {"lp": "116", "gp": "4"}


def test_a_catch_up_whose_successor_pays_less_than_parity_is_held_at_parity():
    section = """
currency: USD
pools:
  - id: proceeds
    receives: everything
    positions:
      - {id: pref, to: lp, up_to: USD 8}
      - {id: catch-up, to: gp, until: gp reaches 20 % of proceeds}
    residue: lp
"""
    for rows in ([receipt("2025-01-31", "USD 110")], [receipt(f"2025-01-{n:02}", "USD 11") for n in range(1, 11)]):
        assert share(section, "lp gp", *rows).parties == {"lp": "88", "gp": "22"}


def test_carry_that_was_paid_too_early_is_clawed_back_from_a_date_on():
    section = """
currency: USD
claims:
  - {id: capital, advance: capital}
pools:
  - id: proceeds
    receives: everything
    positions:
      - {id: capital-back, to: lp, recoups: capital}
    residue: {share: by_commitment, among: [{to: lp, weight: "80"}, {to: gp, weight: "20"}]}
charges:
  - id: clawback
    of: gp
    to: lp
    amount: the lesser of gp and (gp - 20 % of (proceeds - capital))
    once: from 2030-01-01
"""
    rows = (
        fact("advance", "2025-01-01", "capital", "USD 100"),
        receipt("2025-06-30", "USD 150"),
        fact("advance", "2026-01-01", "capital", "USD 30"),
    )
    assert share(section, "lp gp", *rows, as_of="2029-12-31")["gp"] == "10"
    late = share(section, "lp gp", *rows, as_of="2030-01-01")
    assert late.parties == {"lp": "146", "gp": "4"}
    assert late.result.charges["clawback"] == 600
