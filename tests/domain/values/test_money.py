from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.errors import BadInput, MoneyFormatError, UnknownCurrency
from domain.values.currency import exponent
from domain.values.money import (
    Exact,
    Money,
    allocate,
    convert,
    total,
    totals,
)

CURRENCIES = ["JPY", "KRW", "USD", "EUR", "TWD", "BHD"]
codes = st.sampled_from(CURRENCIES)
amounts = st.builds(Money, st.integers(-(10**15), 10**15), codes)
weights = st.lists(st.fractions(min_value=0, max_value=1000, max_denominator=997), min_size=1, max_size=20)


@given(amounts)
def test_what_is_written_is_read_back(amount):
    assert Money.parse(str(amount)) == amount


@given(amounts)
def test_money_passes_through_json_as_the_written_string(amount):
    adapter = TypeAdapter(Money)
    assert adapter.dump_json(amount) == f'"{amount}"'.encode()
    assert adapter.validate_json(adapter.dump_json(amount)) == amount


@pytest.mark.parametrize(("code", "places"), [("JPY", 0), ("KRW", 0), ("USD", 2), ("EUR", 2), ("BHD", 3)])
def test_each_currency_has_its_own_decimals(code, places):
    assert exponent(code) == places
    assert Money.parse(f"{code} 5").minor == 5 * 10**places


@given(codes, st.integers(0, 10**9))
def test_a_decimal_more_than_the_currency_has_is_refused(code, whole):
    with pytest.raises(MoneyFormatError, match=f"{code} has {exponent(code)}"):
        Money.parse(f"{code} {whole}.{'0' * (exponent(code) + 1)}")


@pytest.mark.parametrize(
    "written", ["", "JPY", "90 JPY", "JPY 1,000", "JPY 1e6", "jpy 5", "USD  5", "USD 5.", "USD +5", "USD \u0665"]
)
def test_anything_that_is_not_an_amount_is_refused_with_the_form_to_write(written):
    with pytest.raises(MoneyFormatError, match="write the currency"):
        Money.parse(written)


@pytest.mark.parametrize("code", ["ZZZ", "XAU", "XXX"])
def test_codes_that_nobody_can_pay_in_are_refused(code):
    with pytest.raises(UnknownCurrency, match="ISO 4217"):
        Money.parse(f"{code} 1")


@pytest.mark.parametrize("written", [1.5, 150, True, None])
def test_numbers_are_never_taken_for_money_or_exact_decimals(written):
    for kind in (Money, Exact):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(written)


@given(st.integers(0, 10**15), codes, weights)
def test_shares_add_up_to_what_was_shared_and_zero_weights_get_nothing(minor, code, parts):
    amount = Money(minor, code)
    if not any(parts):
        with pytest.raises(BadInput, match="no weight"):
            allocate(amount, parts)
        return
    shares = allocate(amount, parts)
    assert total(shares, code) == amount
    assert all(share.minor == 0 for share, part in zip(shares, parts, strict=True) if part == 0)


@given(st.integers(0, 10**12), weights.filter(any))
def test_no_share_is_a_whole_unit_away_from_its_exact_value(minor, parts):
    shares = allocate(Money(minor, "JPY"), parts)
    for share, part in zip(shares, parts, strict=True):
        assert abs(share.minor - minor * Fraction(part) / sum(map(Fraction, parts))) < 1


def test_equal_remainders_are_served_in_declared_order():
    assert [share.minor for share in allocate(Money(100, "JPY"), [1, 1, 1])] == [34, 33, 33]


@pytest.mark.parametrize(("minor", "parts"), [(-1, [1]), (1, [1, -1])])
def test_negative_amounts_and_weights_are_not_shared(minor, parts):
    with pytest.raises(BadInput, match="reverse"):
        allocate(Money(minor, "JPY"), parts)


def test_two_currencies_never_add_or_compare():
    for use in (Money.__add__, Money.__sub__, Money.__lt__, Money.__le__):
        with pytest.raises(BadInput, match="two currencies"):
            use(Money(1, "JPY"), Money(1, "KRW"))


def test_sums_by_currency_are_in_the_order_of_the_codes():
    sums = totals([Money(5, "USD"), Money(7, "JPY"), Money(1, "USD")])
    assert list(sums.items()) == [("JPY", Money(7, "JPY")), ("USD", Money(6, "USD"))]


def test_conversion_rounds_once_half_to_even():
    assert convert(Money.parse("USD 1.00"), Decimal("1450.5"), "KRW") == Money(1450, "KRW")
    assert convert(Money.parse("USD 3.00"), Decimal("1450.5"), "KRW") == Money(4352, "KRW")
    assert convert(Money.parse("JPY 1000"), Decimal("0.0065"), "USD") == Money.parse("USD 6.50")


@pytest.mark.parametrize("minor", [10**18, -(10**18), 10**400])
def test_an_amount_that_could_not_be_read_back_enters_no_record(minor):
    with pytest.raises(BadInput, match="larger than anything that can be owed"):
        TypeAdapter(Money).validate_python(Money(minor, "KRW"))


def test_an_amount_with_decimals_is_bound_in_minor_units():
    assert TypeAdapter(Money).validate_python("USD 9999999999999999.99").minor == 10**18 - 1
    with pytest.raises(ValidationError, match="of 20 digits in USD"):
        TypeAdapter(Money).validate_python("USD 999999999999999999.99")
