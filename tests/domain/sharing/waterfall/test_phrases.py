from datetime import date
from fractions import Fraction

import pytest

from domain.sharing.waterfall import phrases
from domain.sharing.waterfall.tokens import PhraseError
from domain.sharing.waterfall.trees import (
    Added,
    Compared,
    Constant,
    Name,
    Not,
    Scaled,
    SharePhrase,
    Since,
)
from domain.values.money import Money


def test_a_share_has_a_rate_and_a_base():
    assert phrases.share("10 % of what remains") == SharePhrase(Fraction(1, 10), None)
    assert phrases.share("10/110 of box-office") == SharePhrase(Fraction(1, 11), Name("box-office"))
    assert phrases.share("7.5% of gross") == SharePhrase(Fraction(3, 40), Name("gross"))
    assert phrases.share("what remains") == SharePhrase(Fraction(1), None)
    assert phrases.share("USD 5000").fixed == Money(500000, "USD")


def test_a_percentage_without_a_base_is_asked_of_what():
    with pytest.raises(PhraseError, match="of what"):
        phrases.share("10 %")


def test_hyphens_belong_to_names_and_a_minus_stands_between_spaces():
    assert phrases.sum_of("net-profit") == Name("net-profit")
    assert phrases.sum_of("net - profit") == Added((Name("net"), Scaled(Fraction(-1), Name("profit"))))


def test_conditions_compare_and_join():
    reached = Compared(Name("gp"), Scaled(Fraction(1, 5), Added((Name("a"), Name("b")))), strict=False)
    assert phrases.condition("gp reaches 20 % of (a + b)") == reached
    assert phrases.condition("before 2026-01-01") == Not(Since(date(2026, 1, 1)))
    assert phrases.condition("admissions is below 3000000") == Not(
        Compared(Name("admissions"), Constant(Fraction(3000000)), strict=False)
    )
    both = phrases.condition("(a + b) reaches c or (x and not y)")
    assert not both.every
    assert both.of[1].every


@pytest.mark.parametrize(
    ("read", "text", "sentence"),
    [
        (phrases.condition, "a has b", "should go on with"),
        (phrases.condition, "from soon", "needs a date"),
        (phrases.share, "10 % from gross", '"of"'),
        (phrases.share, "1/0 of gross", "above zero"),
        (phrases.sum_of, "JPY 1.5", "JPY has 0"),
        (phrases.sum_of, "a ; b", "cannot be read"),
        (phrases.sum_of, "(" * 50 + "a", "brackets"),
        (phrases.sum_of, "a" * 500, "characters"),
        (phrases.sum_of, "the best of a and b", '"lesser"'),
        (phrases.sum_of, "a +", "it ends there"),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_to_write(read, text, sentence):
    with pytest.raises(PhraseError, match=sentence):
        read(text)
