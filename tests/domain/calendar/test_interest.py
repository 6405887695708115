from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar.dates import DAY, add_months
from domain.calendar.interest import (
    Accrued,
    compounding_days,
    effective_growth,
    period_of,
    rate_of,
    simple,
)

RATES = st.fractions(0, 1, max_denominator=1000)
DAYS = st.dates(date(1996, 1, 1), date(2032, 12, 31))
PERIODS_A_YEAR = {"yearly": 1, "half-yearly": 2, "quarterly": 4, "monthly": 12}


def grown(principal, rate, compounds, since, until, payments=()):
    """What a debt is on a day by months of 30 days, with what was paid on days before."""
    account, paid, start = Accrued(), Fraction(0), since
    stops = {*compounding_days(since, compounds, since, until), until, *(on for on, _ in payments)}
    for stop in sorted(stops):
        account.grow(simple(account.bearing(principal), rate, "30E/360", start, stop))
        paid += sum((amount for on, amount in payments if on == stop), Fraction(0))
        account.count_payments(paid)
        if stop in compounding_days(since, compounds, start, stop):
            account.compound()
        start = stop
    return principal + account.interest - paid


@pytest.mark.parametrize(
    ("written", "rate"),
    [("8 % a year", Fraction(8, 100)), ("8.25% a year", Fraction(33, 400)), ("0 % a year", Fraction(0))],
)
def test_a_rate_is_read_exactly(written, rate):
    assert rate_of(written) == rate


def test_simple_interest_is_the_amount_times_the_rate_times_the_part_of_a_year():
    assert simple(Fraction(1000), Fraction(6, 100), "actual/360", date(2025, 1, 1), date(2025, 4, 1)) == 15
    assert simple(Fraction(1000), Fraction(6, 100), "30/360", date(2025, 1, 1), date(2026, 1, 1)) == 60


@given(RATES, DAYS, DAYS)
def test_interest_on_nothing_and_for_no_time_is_nothing(rate, start, other):
    assert simple(Fraction(0), rate, "actual/actual", min(start, other), max(start, other)) == 0
    assert simple(Fraction(10**6), rate, "actual/actual", start, start) == 0


@pytest.mark.parametrize("compounds", PERIODS_A_YEAR)
@given(RATES, st.integers(0, 5), st.dates(date(2001, 1, 1), date(2001, 12, 28)))
def test_compound_interest_is_the_power_of_the_growth_of_a_period(compounds, rate, years, since):
    since = since.replace(day=min(since.day, 28))
    periods = PERIODS_A_YEAR[compounds]
    until = add_months(since, 12 * years)
    assert grown(Fraction(100), rate, compounds, since, until) == 100 * (1 + rate / periods) ** (periods * years)


@given(RATES, st.integers(0, 5))
def test_interest_that_never_compounds_grows_in_proportion_to_time(rate, years):
    since = date(2001, 1, 1)
    assert grown(Fraction(100), rate, "never", since, add_months(since, 12 * years)) == 100 + 100 * rate * years


def test_a_payment_counts_for_the_interest_that_runs_and_then_for_the_principal():
    paid = [(date(2025, 7, 1), Fraction(54))]
    assert grown(Fraction(100), Fraction(8, 100), "yearly", date(2025, 1, 1), date(2026, 1, 1), paid) == 52
    too_little = [(date(2025, 7, 1), Fraction(3))]  # the 4 that have run are not covered, so 100 bears interest on
    assert grown(Fraction(100), Fraction(8, 100), "yearly", date(2025, 1, 1), date(2026, 1, 1), too_little) == 105


def test_a_debt_that_is_overpaid_bears_no_interest():
    account = Accrued()
    account.count_payments(Fraction(150))
    assert account.bearing(Fraction(100)) == 0


def test_interest_compounds_on_the_day_of_the_month_or_on_the_last_where_that_is_too_short():
    days = compounding_days(date(2024, 1, 31), "monthly", date(2024, 1, 31), date(2024, 5, 1))
    assert list(days) == [date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]


@given(DAYS, DAYS, DAYS, st.sampled_from(["never", *PERIODS_A_YEAR]))
def test_the_compounding_days_of_two_spans_are_those_of_both_together(one, two, three, compounds):
    since, middle, until = sorted((one, two, three))
    parts = [*compounding_days(since, compounds, since, middle), *compounding_days(since, compounds, middle, until)]
    assert parts == list(compounding_days(since, compounds, since, until))
    assert not list(compounding_days(since, compounds, since, since + DAY * 27))


@pytest.mark.parametrize(
    ("written", "days", "rate"),
    [
        ("2 % a half-year", "30E/360", Fraction(4, 100)),
        ("2 % a quarter", "30E/360", Fraction(8, 100)),
        ("1% a month", "30E/360", Fraction(12, 100)),
        ("0.02 % a day", "actual/365", Fraction(73, 1000)),
        ("0.02 % a day", "actual/360", Fraction(72, 1000)),
    ],
)
def test_a_rate_by_another_period_is_a_part_of_the_yearly_one(written, days, rate):
    assert rate_of(written, days) == rate


@given(RATES, st.integers(1, 400), st.integers(1, 400))
def test_effective_growth_of_two_spans_is_that_of_both_but_for_forty_decimals(rate, one, other):
    parts = effective_growth(rate, Fraction(one, 365)) * effective_growth(rate, Fraction(other, 365))
    assert abs(parts - effective_growth(rate, Fraction(one + other, 365))) < Fraction(1, 10**38)
    assert effective_growth(rate, Fraction(2)) == (1 + rate) ** 2


@given(DAYS, st.integers(0, 3000), st.sampled_from([1, 3, 6, 12]))
def test_each_day_is_in_one_interest_period(since, offset, months):
    day = since + DAY * offset
    first, last = period_of(since, months, day)
    assert since <= first <= day < last
    assert first == since or period_of(since, months, first - DAY)[1] == first
