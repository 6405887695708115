import io
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image

from adapters.pictures import chart_kind
from adapters.sharing.forecast_chart import Panel, PartyLine, chart
from domain.errors import BadInput

POINTS = [(date(2025, 1, 1), Fraction(-9_000_000)), (date(2026, 4, 1), Fraction(1_000_000))]


def panels(names=("달빛 전문회사", "風車製作委員会"), scenarios=("低位", "기준")):
    courses = tuple(
        PartyLine(name, "recouped 2026-04-01 · 1.111 x · IRR 8.80 %", POINTS, POINTS[1][0]) for name in names
    )
    return [Panel(scenario, courses) for scenario in scenarios]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_forecast_gives_the_same_bytes(kind):
    assert chart("달빛と風車", "KRW", panels(), kind) == chart("달빛と風車", "KRW", panels(), kind)


def test_an_svg_has_no_date_and_its_letters_are_outlines():
    picture = chart("달빛", "KRW", panels(), "svg")
    root = etree.fromstring(picture)
    assert not list(root.iter("{http://www.w3.org/2000/svg}text"))
    assert b"dc:date" not in picture


def test_each_party_has_a_mark_where_it_has_recouped():
    with_marks = chart("T", "KRW", panels(), "svg")
    courses = [PartyLine(one.name, one.said, one.points, None) for one in panels()[0].courses]
    without = chart("T", "KRW", [Panel("低位", courses), Panel("기준", courses)], "svg")
    assert with_marks.count(b"<use") - without.count(b"<use") >= 4


def test_a_png_grows_with_its_scenarios():
    small, large = (
        Image.open(io.BytesIO(chart("T", "KRW", panels(scenarios=map(str, range(n))), "png"))).size for n in (1, 7)
    )
    assert large[0] > small[0]
    assert large[1] > 2 * small[1]


def test_nobody_to_draw_is_an_empty_picture():
    assert chart("T", "KRW", [Panel("low", ())], "png")


def test_a_name_that_no_font_has_is_refused_and_no_box_is_drawn():
    with pytest.raises(BadInput, match="Names may be in Latin"):
        chart("T", "KRW", panels(names=["\U00012000"]), "svg")


def test_a_chart_of_another_kind_is_refused():
    assert chart_kind(Path("a.SVG")) == "svg"
    with pytest.raises(BadInput, match=r"end in .svg or .png"):
        chart_kind(Path("a.pdf"))
