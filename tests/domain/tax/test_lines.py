"""Lines of one payment under one rule are one base."""

from datetime import date

import pytest

from domain.errors import BadInput
from domain.tax.in_force import RulesInForce
from domain.tax.lines import quote_lines
from tests.domain.tax.tables import TABLES, payment

JAPAN = RulesInForce(TABLES["JP"])


def test_only_lines_that_are_taxed_count_for_the_million():
    design = payment("JP", "individual", "services", "JPY 700000")
    printing = payment("JP", "individual", "goods", "JPY 600000")
    found = quote_lines(JAPAN, [design, printing])
    assert [one.withheld.minor for one in found] == [71_470, 0]
    assert sum(one.net.minor for one in found) == 1_228_530


def test_two_lines_under_one_rule_exceed_the_million_together():
    lines = [payment("JP", "individual", income, "JPY 700000") for income in ("services", "copyright-licence")]
    (found,) = quote_lines(JAPAN, lines)
    assert found.gross.minor == 1_400_000
    assert found.withheld.minor == 102_100 + 81_680
    assert found.why.endswith("2 lines together")


def test_a_licence_services_and_an_artists_fee_are_three_answers():
    lines = [
        payment("KR", "individual", income, "JPY 1000000") for income in ("copyright-licence", "services", "artist-fee")
    ]
    assert [one.rule.id for one in quote_lines(JAPAN, lines)] == [
        "jp-abroad-royalty",
        "jp-abroad-services",
        "jp-abroad-artist",
    ]


def test_a_held_line_does_not_hold_the_others():
    lines = [payment("KR", "individual", income, "JPY 1000000") for income in ("occasional-fee", "services")]
    taxed, held = quote_lines(JAPAN, lines)
    assert (taxed.rule.id, held.is_held) == ("jp-abroad-services", True)


@pytest.mark.parametrize(
    "other",
    [{"paid_on": date(2026, 9, 16)}, {"country": "JP"}, {"amount": "USD 1.00"}, {"net": True}],
)
def test_lines_of_several_payments_are_refused(other):
    line = {"country": "KR", "kind": "individual", "income": "services", "amount": "JPY 1"}
    with pytest.raises(BadInput):
        quote_lines(JAPAN, [payment(**line), payment(**{**line, **other})])
