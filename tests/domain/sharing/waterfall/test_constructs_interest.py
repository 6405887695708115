"""Interest as loan agreements count it, against figures worked out beside it."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar.dates import add_months
from domain.sharing.waterfall.run import entitled_by_day, run
from tests.domain.sharing.waterfall.deal import fact, facts, receipt, share, version

LOAN = """
currency: {currency}
claims: [{{id: loan, advance: loan, interest: {{{interest}}}}}]
pools:
  - id: net
    receives: everything
    positions: [{{id: repayment, to: bank, recoups: loan}}]
    residue: owner
"""


def owed(interest, on, *rows, currency="USD", since="2025-01-01", amount="1000"):
    """What a loan has come to on a day, in major units."""
    section = LOAN.format(currency=currency, interest=interest)
    advance = fact("advance", since, "loan", f"{currency} {amount}")
    claim = share(section, "bank owner", advance, *rows, as_of=on).result.claims["loan"]
    return claim.total / (1 if currency == "KRW" else 100)


def test_interest_compounds_by_the_day():
    exact = 1000 * (1 + Fraction(8, 100) / 365) ** 365
    found = owed("rate: 8 % a year, compounds: daily", "2026-01-01")
    assert abs(found - exact) < Fraction(1, 10**9)
    assert round(found, 2) == Fraction("1083.28")


@pytest.mark.parametrize(("on", "days"), [("2025-07-02", 182), ("2026-01-01", 365), ("2027-01-01", 730)])
def test_the_effective_rate_is_a_power_of_the_part_of_a_year(on, days):
    exact = 1000 * Fraction(Decimal("1.08") ** (Decimal(days) / 365))
    found = owed("rate: 8 % a year, compounds: effective", on)
    assert abs(found - exact) < Fraction(1, 10**9)


def test_what_is_paid_between_compounds_no_more_at_the_effective_rate():
    paid = receipt("2025-07-02", "USD 500")
    half, rest = (Decimal("1.08") ** (Decimal(days) / 365) for days in (182, 183))
    exact = (1000 * Fraction(half) - 500) * Fraction(rest) + 500
    assert abs(owed("rate: 8 % a year, compounds: effective", "2026-01-01", paid) - exact) < Fraction(1, 10**9)


def test_a_rate_changes_on_its_day():
    terms = "rate: 6 % a year, days: 30E/360, then: [{since: 2025-07-01, rate: 9 % a year}]"
    assert owed(terms, "2025-07-01") == 1030
    assert owed(terms, "2026-01-01") == 1075


def test_rates_of_a_table_count_from_their_days_with_compounding():
    terms = (
        "rate: 4 % a year, days: 30E/360, compounds: half-yearly, "
        "then: [{since: 2025-07-01, rate: 6 % a year}, {since: 2026-01-01, rate: 8 % a year}]"
    )
    assert owed(terms, "2026-07-01") == 1000 * Fraction("1.02") * Fraction("1.03") * Fraction("1.04")


@pytest.mark.parametrize(
    ("interest", "on", "total"),
    [
        ("rate: 1 % a month, days: 30E/360", "2025-04-01", 1030),
        ("rate: 2 % a quarter, days: actual/actual ICMA, periods: quarterly", "2025-04-01", 1020),
        ("rate: 2 % a quarter, days: actual/actual ICMA, compounds: quarterly", "2025-07-01", Fraction("1040.4")),
        ("rate: 0.02 % a day", "2025-01-31", 1006),
        ("rate: 0.02 % a day, days: actual/360", "2025-01-31", 1006),
    ],
)
def test_a_rate_by_another_period_than_the_year(interest, on, total):
    assert owed(interest, on) == total


def test_within_a_period_a_day_is_a_part_of_that_period():
    terms = "rate: 8 % a year, days: actual/actual ICMA, periods: half-yearly"
    assert owed(terms, "2025-03-02") == 1000 + 40 * Fraction(60, 181)


@pytest.mark.parametrize(("rule", "of_days"), [("30/360 US", 182), ("30E/360", 181)])
def test_the_american_rule_is_apart_from_the_european(rule, of_days):
    terms = f"rate: 36 % a year, days: {rule}, periods: yearly"
    terms = terms if rule == "30/360 US" else terms.removesuffix(", periods: yearly")
    assert owed(terms, "2008-08-31", since="2008-02-29") == 1000 + of_days


def test_the_american_rule_counts_a_payment_inside_a_period_from_its_beginning():
    terms = "rate: 36 % a year, days: 30/360 US, periods: monthly"
    paid = receipt("2025-01-31", "USD 403")  # three days of interest, and 400 of the principal
    assert owed(terms, "2025-02-01", paid, since="2025-01-28") == 1003  # the 31st and the 1st are one day
    assert owed(terms, "2025-02-28", paid, since="2025-01-28") == Fraction("1019.2")


@pytest.mark.parametrize(("rounded", "total"), [("down to KRW 10", 1020), ("up to KRW 10", 1040), ("to KRW 10", 1020)])
def test_each_period_s_interest_is_rounded_as_the_contract_says(rounded, total):
    terms = f"rate: 5.6 % a year, days: 30E/360, compounds: quarterly, rounded: {rounded}"
    assert owed(terms, "2025-07-01", currency="KRW") == total


def test_a_loan_that_is_repaid_within_a_period_is_closed_at_the_rounded_interest():
    terms = "rate: 5.6 % a year, days: 30E/360, compounds: yearly, rounded: down to KRW 10"
    paid = receipt("2025-03-01", "KRW 5000")
    assert owed(terms, "2025-03-01", currency="KRW") == 1000
    assert owed(terms, "2027-03-01", paid, currency="KRW") == 1000
    assert owed(terms, "2025-12-01", currency="KRW") == 1050


def test_a_round_of_each_day_is_the_contract_s_where_it_compounds_daily():
    terms = "rate: 3.65 % a year, compounds: daily, rounded: down to KRW 1"
    assert owed(terms, "2025-01-11", currency="KRW", amount="99999") == 99999 + 9 + 9 * 10


ANY = st.fixed_dictionaries(
    {
        "rate": st.sampled_from(["7.5 % a year", "11 % a year"]),
        "days": st.sampled_from(["actual/365", "actual/actual", "30E/360"]),
        "compounds": st.sampled_from(["never", "daily", "monthly", "quarterly", "yearly", "effective"]),
        "then": st.sampled_from(["[]", "[{since: 2025-05-05, rate: 3 % a year}]"]),
    }
)
PAID = st.lists(st.tuples(st.integers(0, 700), st.integers(1, 40_000)), max_size=3)


@settings(max_examples=15, deadline=None)
@given(ANY, PAID, st.integers(0, 700), st.integers(0, 700))
def test_interest_is_the_same_whichever_days_a_run_stops_at(terms, paid, one, other):
    interest = ", ".join(f"{name}: {value}" for name, value in terms.items())
    if terms["compounds"] in {"monthly", "quarterly", "yearly"}:
        interest += ", rounded: to USD 0.01"
    loan = [version(LOAN.format(currency="USD", interest=interest), ["bank", "owner"])]
    start = date(2025, 1, 1)
    rows = [receipt(str(start + timedelta(days=day)), f"USD {cents / 100:.2f}") for day, cents in paid]
    given_facts = facts(fact("advance", "2025-01-01", "loan", "USD 1000"), *rows)
    days = sorted({start + timedelta(days=day) for day in (one, other)})
    by_day = entitled_by_day(loan, given_facts, days)
    assert all(by_day[day] == run(loan, given_facts, day).parties for day in days)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 3000), st.integers(1, 36), st.sampled_from(["monthly", "quarterly", "half-yearly", "yearly"]))
def test_compounding_daily_is_the_most_that_a_rate_makes(basis_points, months, compounds):
    on = str(add_months(date(2025, 1, 1), months))
    rate = f"rate: {basis_points / 100} % a year"
    simple = owed(f"{rate}, days: actual/365", on)
    periodic = owed(f"{rate}, days: actual/365, compounds: {compounds}", on)
    daily = owed(f"{rate}, compounds: daily", on)
    assert simple <= periodic <= daily + Fraction(1, 10**6)
