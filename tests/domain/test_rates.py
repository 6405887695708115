from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agreement.model import FxRule, ReceiptFx
from domain.calendar.calendars import Calendars
from domain.calendar.overrides import CalendarOverride
from domain.errors import BadInput, NotFound
from domain.rates import Rate, contradiction, cross, fixing_date, publication_days, source_key
from tests.domain import builders as b

TARGET = Calendars.of(["TARGET"])
EURO = {("EUR", "USD"): Decimal("1.0953"), ("EUR", "KRW"): Decimal("1523.41"), ("EUR", "JPY"): Decimal("165.11")}


def rule(fixing, pay_at="reference"):
    return FxRule(base="USD", quote="KRW", contract=Decimal(1385), pay_at=pay_at, source="ECB", fixing=fixing)


@pytest.mark.parametrize(
    ("fixing", "payment_on", "fixed_on"),
    [
        ("payment_date", date(2025, 4, 17), date(2025, 4, 17)),
        ("payment_date", date(2025, 4, 18), date(2025, 4, 17)),
        ("previous_business_day", date(2025, 4, 22), date(2025, 4, 17)),
        ("previous_business_day", date(2025, 10, 2), date(2025, 10, 1)),
        ("previous_month_end", date(2025, 6, 16), date(2025, 5, 30)),
        ("previous_month_end", date(2025, 1, 2), date(2024, 12, 31)),
    ],
)
def test_the_rate_of_a_payment_is_the_last_that_the_source_published_by_the_rule(fixing, payment_on, fixed_on):
    assert fixing_date(rule(fixing), payment_on, TARGET) == fixed_on


@pytest.mark.parametrize(
    ("source", "named", "closed", "open_"),
    [
        ("ECB", (), date(2025, 5, 1), date(2025, 5, 6)),  # TARGET's, though banks in Seoul are closed on the second
        ("SMBS", (), date(2025, 5, 6), date(2025, 5, 2)),  # the account's
        ("ECB", ("JP",), date(2025, 5, 5), date(2025, 5, 1)),
        ("SMBS", ("US", "TARGET"), date(2025, 5, 26), date(2025, 5, 6)),
    ],
)
@pytest.mark.parametrize("made", [FxRule, ReceiptFx])
def test_a_source_publishes_on_the_calendars_named_or_known_of_it_or_else_on_the_accounts(
    made, source, named, closed, open_
):
    terms = {"base": "USD", "source": source, "published_on": named}
    terms |= {"at": "receipt_date"} if made is ReceiptFx else {"quote": "KRW", "contract": "1", "pay_at": "reference"}
    agreement = b.agreement()
    days = publication_days(agreement, made.model_validate(terms), [agreement.account("spc-krw")])
    assert (days.is_business_day(closed), days.is_business_day(open_)) == (False, True)


def test_days_on_which_a_source_publishes_take_the_overrides_of_the_agreement_and_of_the_settings():
    one, other = (
        CalendarOverride(calendar="TARGET", on=on, business_day=False, reason="declared")
        for on in (date(2025, 8, 13), date(2025, 8, 14))
    )
    agreement = b.agreement().model_copy(update={"calendar_overrides": (one,)})
    days = publication_days(agreement, rule("payment_date"), [], [other])
    assert [days.is_business_day(date(2025, 8, day)) for day in (12, 13, 14)] == [True, False, False]


def test_a_contract_rate_has_no_fixing():
    with pytest.raises(BadInput, match="USD/KRW is paid at the contract rate"):
        fixing_date(rule("payment_date", pay_at="contract"), date(2025, 4, 17), TARGET)


def test_a_published_rate_is_taken_as_it_is():
    assert cross(EURO, "EUR", "USD") == Decimal("1.0953")


def test_rates_are_inverted_and_crossed_to_ten_digits():
    assert cross(EURO, "USD", "EUR") == Decimal("0.9129918744")
    assert cross(EURO, "USD", "KRW") == Decimal("1390.860951")
    assert cross(EURO, "KRW", "JPY") == Decimal("0.1083818539")
    assert cross(EURO, "KRW", "USD") == Decimal("0.0007189791")


def test_currencies_that_the_rates_do_not_connect_are_named():
    with pytest.raises(NotFound, match="TWD in JPY"):
        cross(EURO, "TWD", "JPY")


positive = st.decimals(min_value="0.01", max_value="99999", places=4)


@given(positive, positive)
def test_a_cross_is_its_exact_value_rounded_once_and_fits_a_bank_file(usd, krw):
    rate = cross({("EUR", "USD"): usd, ("EUR", "KRW"): krw}, "USD", "KRW")
    exact = Fraction(krw) / Fraction(usd)
    assert abs(Fraction(rate) - exact) <= max(exact / 10**9, Fraction(1, 2 * 10**10))
    assert len(rate.as_tuple().digits) <= 10
    assert rate.as_tuple().exponent >= -10


BOOK = {("EUR", "USD"): Decimal("1.1919"), ("EUR", "KRW"): Decimal("1712.34"), ("EUR", "JPY"): Decimal("183.59")}


def published(base, quote, figure, source="ECB"):
    return Rate(on=date(2026, 1, 30), base=base, quote=quote, rate=Decimal(figure), source=source)


@pytest.mark.parametrize(
    ("base", "quote", "figure", "problem"),
    [
        ("EUR", "USD", "1.19", "ECB EUR/USD of 2026-01-30 is known as 1.1919, not 1.19"),
        ("EUR", "EUR", "2", "ECB EUR/EUR of 2026-01-30 is known as 1, not 2"),
        ("USD", "EUR", "0.5", "ECB USD/EUR of 2026-01-30 is 0.5, but 0.8389965601 by the known EUR/USD 1.1919"),
        (
            "USD",
            "KRW",
            "1437.65",
            "ECB USD/KRW of 2026-01-30 is 1437.65, but 1436.647370 by the known EUR/USD 1.1919 and EUR/KRW 1712.34",
        ),
        ("KRW", "JPY", "0.117", "ECB KRW/JPY of 2026-01-30 is 0.117, but 0.1072158567 by the known"),
    ],
)
def test_a_rate_that_contradicts_a_pair_its_inverse_or_a_cross_is_named_with_both_figures(base, quote, figure, problem):
    assert (contradiction(BOOK, published(base, quote, figure)) or "").startswith(problem)


@pytest.mark.parametrize(
    ("base", "quote", "figure"),
    [
        ("EUR", "USD", "1.19190"),
        ("USD", "EUR", "0.8390"),
        ("USD", "EUR", "0.8389"),
        ("USD", "EUR", "1"),
        ("USD", "KRW", "1436.6"),
        ("USD", "KRW", "1436.65"),
        ("KRW", "JPY", "0.1072"),
        ("EUR", "TWD", "37"),
        ("TWD", "CNY", "0.2"),
    ],
)
def test_a_rate_that_agrees_within_its_last_digit_or_has_no_other_way_is_taken(base, quote, figure):
    assert contradiction(BOOK, published(base, quote, figure)) is None


def test_a_cross_of_published_rates_is_what_a_contradicting_one_would_have_changed():
    assert 1000 * cross(BOOK, "USD", "KRW") == Decimal("1436647.370")


def test_a_contradiction_over_more_than_one_other_currency_is_found():
    book = {("USD", "EUR"): Decimal("0.8"), ("EUR", "JPY"): Decimal(180), ("JPY", "KRW"): Decimal("9.3")}
    assert contradiction(book, published("KRW", "USD", "0.0012")) is not None
    assert contradiction(book, published("KRW", "USD", "0.000747")) is None


def test_sources_are_compared_without_blanks_and_case():
    assert source_key(" House  Bank\u3000") == source_key("HOUSEBANK")
    assert published("EUR", "USD", "1", " ECB ").source == "ECB"
