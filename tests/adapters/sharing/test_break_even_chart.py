from fractions import Fraction

import pytest

from adapters.sharing.break_even_chart import GrossBar, GrossPanel, break_even_chart
from domain.errors import BadInput


def panels(name="製作費"):
    bars = (
        GrossBar(name, "1,000 on 2026-01-01", Fraction(0), Fraction(1000), is_party=False),
        GrossBar("투자자", "90,000", Fraction(1000), Fraction(90_000), is_party=True),
        GrossBar("Nobody", "never", None, None, is_party=True),
    )
    return [GrossPanel("기준", Fraction(5000), bars), GrossPanel("empty", Fraction(0), ())]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_break_even_gives_the_same_bytes(kind):
    assert break_even_chart("달빛", "KRW", panels(), kind) == break_even_chart("달빛", "KRW", panels(), kind)


def test_a_name_that_no_font_has_is_refused():
    with pytest.raises(BadInput, match="Names may be in Latin"):
        break_even_chart("T", "KRW", panels(name="\U0001f600\u0e01"), "svg")
