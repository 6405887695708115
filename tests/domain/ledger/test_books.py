"""The trial balance adds up, whatever the currencies and rates."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NotFound
from domain.ledger.books import REVALUATION, DaySum, trial_balance
from domain.ledger.entries import FX_POSITION
from domain.values.money import Money

START, CLOSING = date(2026, 1, 5), date(2026, 3, 31)


def sums(*lines):
    return [DaySum(account, on, Money.parse(amount)) for account, on, amount in lines]


def rates(held, on):
    return {"JPY": Decimal("9.00") if on < CLOSING else Decimal("9.50")}[held]


def shown(lines):
    return [
        (line.account, *(str(side) if side else None for side in (line.debit, line.credit)), line.value.minor)
        for line in lines
    ]


def test_books_in_one_currency_need_no_rate():
    lines = trial_balance(
        sums(("asset:bank:spc", START, "KRW 700"), ("equity:contribution:han", START, "KRW -700")),
        "KRW",
        CLOSING,
        rates,
    )
    assert shown(lines) == [
        ("asset:bank:spc", "KRW 700", None, 700),
        ("equity:contribution:han", None, "KRW 700", -700),
    ]


def test_money_is_valued_at_the_closing_rate_and_equity_at_the_rate_of_its_day():
    held = sums(("asset:bank:yen", START, "JPY 1000"), ("equity:contribution:kaijima", START, "JPY -1000"))
    lines = trial_balance(held, "KRW", CLOSING, rates)
    assert shown(lines) == [
        ("asset:bank:yen", "JPY 1000", None, 9_500),
        ("equity:contribution:kaijima", None, "JPY 1000", -9_000),
        (REVALUATION, None, None, -500),
    ]


def test_an_exchange_shows_its_position_and_the_gain_that_is_not_realised():
    """A payable of JPY 1,000 settled by KRW 9,200: the position holds both legs, and has no value of its own."""
    held = sums(
        ("expense:production:rights", START, "JPY 1000"),
        (FX_POSITION, START, "JPY -1000"),
        (FX_POSITION, START, "KRW 9200"),
        ("asset:bank:spc", START, "KRW -9200"),
    )
    lines = trial_balance(held, "KRW", CLOSING, rates)
    assert shown(lines) == [
        ("asset:bank:spc", None, "KRW 9200", -9_200),
        (FX_POSITION, None, "JPY 1000", 0),
        (FX_POSITION, "KRW 9200", None, 0),
        ("expense:production:rights", "JPY 1000", None, 9_000),
        (REVALUATION, None, None, 200),
    ]


def test_a_missing_rate_stops_the_balance():
    def none(held, on):
        raise NotFound(f"no rate of {held} for {on}")

    with pytest.raises(NotFound, match="JPY"):
        trial_balance(sums(("asset:bank:yen", START, "JPY 1")), "KRW", CLOSING, none)


ACCOUNTS = ("asset:bank:a", "liability:payable:b", "expense:production:fee", "equity:contribution:c", FX_POSITION)
PAIRS = st.tuples(
    st.sampled_from(ACCOUNTS),
    st.sampled_from(ACCOUNTS),
    st.sampled_from(("KRW", "JPY", "USD")),
    st.integers(-(10**12), 10**12),
    st.integers(0, 85),
)


@given(st.lists(PAIRS, max_size=12), st.decimals("0.001", "2000", places=3), st.decimals("0.001", "2000", places=3))
def test_balanced_entries_make_a_balance_that_adds_up_to_zero(pairs, first, closing):
    held = []
    for debited, credited, currency, minor, day in pairs:
        on = START + timedelta(days=day)
        held += [DaySum(debited, on, Money(minor, currency)), DaySum(credited, on, Money(-minor, currency))]
    lines = trial_balance(held, "KRW", CLOSING, lambda _, on: closing if on == CLOSING else first)
    assert sum(line.value.minor for line in lines) == 0
    for currency in ("KRW", "JPY", "USD"):
        sides = [(line.debit, line.credit) for line in lines if line.account != REVALUATION]
        debits = sum(debit.minor for debit, _ in sides if debit and debit.currency == currency)
        assert debits == sum(credit.minor for _, credit in sides if credit and credit.currency == currency)
