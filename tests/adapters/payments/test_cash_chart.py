import io
from datetime import date
from fractions import Fraction

import pytest
from lxml import etree
from PIL import Image

from adapters.payments.cash_chart import BalanceLine, BalancePanel, balance_chart

FIRST, LAST = date(2025, 2, 3), date(2025, 5, 5)
POINTS = [(date(2025, 3, 17), Fraction(-1_800_000_000)), (date(2025, 3, 22), Fraction(600_000_000))]


def panel(title="계좌 spc-krw", *, known=True, limit=0):
    lines = [BalanceLine("as planned", [], None), BalanceLine("30 days late", POINTS, POINTS[0][0])]
    return BalancePanel(title, "KRW", FIRST, LAST, Fraction(300_000_000), known, Fraction(limit), lines)


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_forecast_gives_the_same_bytes(kind):
    panels = [panel(), panel("口座", known=False, limit=100)]
    assert balance_chart("달빛と風車", panels, kind) == balance_chart("달빛と風車", panels, kind)


def test_each_account_has_a_panel_and_the_picture_grows_with_them():
    one, two = (Image.open(io.BytesIO(balance_chart("x", [panel()] * count, "png"))).height for count in (1, 2))
    assert two > 1.5 * one


def test_the_first_day_on_which_it_is_short_has_a_mark():
    def markers(short_on):
        lines = [BalanceLine("x", POINTS, short_on)]
        alone = BalancePanel("a", "KRW", FIRST, LAST, Fraction(1), True, Fraction(0), lines)
        root = etree.fromstring(balance_chart("x", [alone], "svg"))
        return len([one for one in root.iter() if "#b00020" in (one.get("style") or "")])

    assert markers(POINTS[0][0]) > markers(None)


def test_a_forecast_without_accounts_is_an_empty_picture():
    assert balance_chart("x", [], "png").startswith(b"\x89PNG")
