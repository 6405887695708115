"""Calendar effects: sums per year, lasting events, interest from a day on."""

from fractions import Fraction

import pytest

from tests.domain.sharing.waterfall.deal import fact, receipt, share

ANNUAL = """
currency: USD
{extra}
pools:
  - id: gross
    receives: everything
    positions:
      - {{id: bonus, to: founder, take: 10 % of gross, until: bonus this {span} reaches USD 50}}
    residue: producer
"""
ROWS = (
    receipt("2025-03-31", "USD 600"),
    receipt("2025-06-30", "USD 100"),
    receipt("2025-07-01", "USD 100"),
    receipt("2026-01-01", "USD 100"),
)


@pytest.mark.parametrize(
    ("span", "founder"),
    [("year", "60"), ("half-year", "70"), ("quarter", "80"), ("month", "80")],
)
def test_a_cap_per_calendar_span_restarts_with_each_span(span, founder):
    shared = share(ANNUAL.format(extra="", span=span), "founder producer", *ROWS)
    assert shared["founder"] == founder
    assert shared.splits == ["500"]


def test_what_was_taken_over_is_not_of_this_year():
    openings = (fact("opening", "2025-07-01", "gross", "USD 900"), fact("opening", "2025-07-01", "bonus", "USD 50"))
    section = ANNUAL.format(extra="takes_over_on: 2025-07-01", span="year")
    shared = share(section, "founder producer", *openings, receipt("2025-08-01", "USD 100"))
    assert shared["founder"] == "60"


def test_an_escalator_by_the_quarter_and_a_minimum_by_the_year():
    section = """
currency: USD
pools:
  - id: gross
    receives: everything
    positions:
      - id: points
        to: star
        take: 5 % of gross
        then: [{once: gross this quarter reaches USD 100, take: 15 % of gross}]
    residue: producer
charges:
  - {id: minimum, of: producer, to: star, amount: USD 40 - star this year, once: from 2025-12-31}
"""
    rows = receipt("2025-03-31", "USD 200"), receipt("2025-04-01", "USD 100")
    shared = share(section, "star producer", *rows, as_of="2025-12-30")
    assert shared["star"] == "25"  # 5 of 100, 15 of the next 100, 5 of a new quarter's 100
    assert share(section, "star producer", *rows, as_of="2025-12-31")["star"] == "40"


STAYS = """
currency: USD
claims: [{{id: cost, costs: cost}}]
events: [{{id: broken-even, when: {when}, stays: {stays}}}]
pools:
  - id: gross
    receives: everything
    positions:
      - {{id: points, to: star, take: 20 % of gross, once: broken-even}}
      - {{id: back, to: financier, recoups: cost}}
    residue: producer
"""


@pytest.mark.parametrize(("stays", "star", "financier"), [("true", "20", "130"), ("false", "14", "130")])
def test_an_event_that_stays_is_not_undone_by_new_costs(stays, star, financier):
    shared = share(
        STAYS.format(when="cost is recouped and gross exceeds USD 0", stays=stays),
        "star financier producer",
        fact("cost", "2025-01-01", "cost", "USD 100"),
        receipt("2025-01-31", "USD 150"),
        fact("cost", "2025-02-01", "cost", "USD 30"),
        receipt("2025-02-28", "USD 50"),
    )
    assert (shared["star"], shared["financier"]) == (star, financier)
    assert shared.result.events == {"broken-even": True}


def test_an_event_that_stays_happens_at_the_exact_amount_or_with_what_exceeds_it():
    for when in ("gross reaches USD 100", "gross exceeds USD 100"):
        section = STAYS.format(when=when, stays="true")
        parts = [receipt("2025-01-31", "USD 100"), receipt("2025-02-28", "USD 100")]
        for rows in ([receipt("2025-01-31", "USD 200")], parts):
            assert share(section, "star financier producer", *rows)["star"] == "20"
        happened = share(section, "star financier producer", parts[0]).result.events["broken-even"]
        assert happened is (when == "gross reaches USD 100")


LOAN = """
currency: USD
claims: [{{id: loan, advance: loan, interest: {{rate: 8 % a year, days: 30/360, {interest}}}}}]
pools:
  - id: net
    receives: everything
    positions: [{{id: repayment, to: bank, recoups: loan}}]
    residue: owner
"""


@pytest.mark.parametrize(
    ("interest", "on", "paid"),
    [
        ("compounds: half-yearly", "2026-01-01", Fraction(100) * Fraction(104, 100) ** 2),
        ("compounds: half-yearly, since: 2025-07-01", "2026-07-01", Fraction(100) * Fraction(104, 100) ** 2),
        ("since: 2025-07-01", "2025-06-30", Fraction(100)),
        ("since: 2025-07-01", "2026-01-01", Fraction(104)),
        ("since: 2025-07-01, until: 2025-10-01", "2026-01-01", Fraction(102)),
    ],
)
def test_interest_runs_from_a_day_and_compounds_by_the_half_year(interest, on, paid):
    rows = fact("advance", "2025-01-01", "loan", "USD 100"), receipt(on, "USD 1000")
    assert share(LOAN.format(interest=interest), "bank owner", *rows)["bank"] == str(paid)


@pytest.mark.parametrize(
    ("days", "until", "paid_on", "counted"),
    [
        ("30/360", "2029-01-01", "2025-08-31", 182),
        ("30E/360", "2029-01-01", "2025-08-31", 182),
        ("30E/360 ISDA", "2029-01-01", "2025-08-31", 180),
        ("30E/360 ISDA", "2029-01-01", "2026-02-28", 360),
        ("30E/360 ISDA", "2026-02-28", "2026-02-28", 358),
    ],
)
def test_the_days_of_a_loan_are_counted_by_the_rule_that_it_names(days, until, paid_on, counted):
    section = LOAN.replace("days: 30/360", f"days: {days}").format(interest=f"until: {until}")
    rows = fact("advance", "2025-02-28", "loan", "USD 100"), receipt(paid_on, "USD 1000")
    assert share(section, "bank owner", *rows)["bank"] == str(100 + Fraction(8 * counted, 360))


def test_a_view_may_leave_costs_out_and_bear_no_interest():
    section = """
currency: USD
claims:
  - {id: cost, costs: [prints, overruns], interest: {rate: 10 % a year, days: 30/360}}
pools:
  - id: gross
    receives: everything
    positions: [{id: back, to: studio, recoups: cost}, {id: points, to: star, take: 10 % of what remains}]
    residue: studio
views:
  - of: star
    borne_by: studio
    changes: [{id: cost, costs: prints, interest: {rate: 0 % a year}}]
"""
    shared = share(
        section,
        "studio star",
        fact("cost", "2025-01-01", "prints", "USD 100"),
        fact("cost", "2025-01-01", "overruns", "USD 50"),
        receipt("2026-01-01", "USD 200"),
    )
    assert shared["star"] == "10"  # a tenth of 100; without a view a tenth of 200 - 165
    assert shared.result.views["star"] == 650
