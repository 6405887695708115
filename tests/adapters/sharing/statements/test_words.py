from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from string import Formatter

import pytest

from adapters.sharing.statements.layout import laid_out
from adapters.sharing.statements.words import Language, Words, labels
from domain.sharing.statements import (
    CarryReason,
    FxRuleUsed,
    LineKind,
    Signature,
    StatementSettlement,
)
from domain.values.money import Money
from tests.domain.statement_samples import below_minimum, large, particular, small


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", Language)
def test_every_language_says_everything_that_english_says_with_the_same_blanks(language):
    english, own = labels(Language.ENGLISH), labels(language)
    assert list(own) == list(english)
    for key, text in own.items():
        assert text.strip(), key
        assert blanks(text) == blanks(english[key]), key


def test_no_label_is_left_in_english_elsewhere():
    english = labels(Language.ENGLISH)
    for language in (Language.KOREAN, Language.JAPANESE):
        assert not [key for key, text in labels(language).items() if text == english[key]]


@pytest.mark.parametrize("language", Language)
def test_every_kind_rule_and_field_has_a_name(language):
    known = labels(language)
    assert {f"kind.{kind}" for kind in LineKind} | {f"fx_rule.{rule}" for rule in FxRuleUsed} <= known.keys()
    assert {f"carried.{reason}" for reason in CarryReason} <= known.keys()
    assert {f"signature.{name}" for name in Signature.model_fields} <= known.keys()
    assert {f"settlement.{name}" for name in StatementSettlement.model_fields if name != "minimum"} <= known.keys()


def test_the_catalogue_has_nothing_that_no_statement_says():
    asked = {"document.page"}  # its blanks are filled by the page itself

    class Heard(dict):
        def __getitem__(self, key):
            asked.add(key)
            return super().__getitem__(key)

    for statement in (small(), below_minimum(), large(), particular()):
        for draft in (False, True):
            laid_out(statement, Words(Language.ENGLISH, Heard(labels(Language.ENGLISH))), draft=draft)
    unasked = labels(Language.ENGLISH).keys() - asked
    assert {key for key in unasked if not key.startswith(("kind.", "fx_rule.", "carried."))} == set()


@pytest.mark.parametrize(
    ("language", "terms"),
    [
        (Language.KOREAN, ("수입", "배급수수료", "선공제", "회수", "미니멈개런티", "오버리지", "원천징수")),
        (Language.JAPANESE, ("収入", "配給手数料", "トップオフ", "リクープ", "最低保証", "オーバーエイジ", "源泉徴収")),
    ],
)
def test_terms_are_those_of_the_trade(language, terms):
    keys = (
        "line.receipts",
        "kind.distribution_fee",
        "kind.off_the_top",
        "kind.recoupment",
        "kind.minimum_guarantee",
        "kind.overage",
        "table.withholdings",
    )
    assert tuple(labels(language)[key] for key in keys) == terms


@pytest.mark.parametrize(
    ("currency", "written"), [("JPY", "1,234,568"), ("USD", "1,234,567.90"), ("BHD", "1,234,567.898")]
)
def test_a_figure_has_the_decimals_of_its_currency(currency, written):
    for language in Language:
        assert Words.of(language).figure(Fraction(12_345_678_976, 10_000), currency) == written


def test_money_names_its_currency_by_code_and_a_negative_is_seen():
    words = Words.of(Language.ENGLISH)
    assert words.money(Money(-1234567, "USD")) == "USD -12,345.67"
    assert words.money(Money(1234567, "KRW")) == "KRW 1,234,567"
    assert words.figure(Fraction(-1, 3), "USD") == "-0.33"
    assert words.figure(Fraction(-1, 300), "USD") == "0.00"


def test_dates_rates_and_names_are_written_as_the_language_does():
    day, instant = date(2027, 3, 31), datetime(2027, 5, 14, 6, 30, 5, tzinfo=UTC)
    korean, japanese = Words.of(Language.KOREAN), Words.of(Language.JAPANESE)
    assert korean.day(day) == "2027. 3. 31."
    assert japanese.day(day) == "2027/03/31"
    assert japanese.instant(instant) == "2027/05/14 06:30:05 UTC"
    assert korean.decimal(Decimal("1389.4412345678")) == "1,389.4412345678"
    assert korean.currency("JPY") == "JPY (일본 엔화)"
    assert japanese.country("KR") == "韓国"
    assert japanese.country("ZZ9") == "ZZ9"
