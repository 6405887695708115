"""Tax is due on the authority's days."""

from datetime import date

import pytest

from domain.calendar.overrides import CalendarOverride
from domain.tax.days import remittance_day, tax_days
from tests.domain.tax.tables import TABLES


@pytest.mark.parametrize(
    ("country", "paid_on", "due_on"),
    [
        ("KR", date(2026, 9, 15), date(2026, 10, 12)),
        ("JP", date(2026, 9, 15), date(2026, 10, 13)),
        ("KR", date(2026, 12, 31), date(2027, 1, 11)),
        ("JP", date(2026, 12, 1), date(2027, 1, 12)),
        ("KR", date(2026, 4, 20), date(2026, 5, 11)),
        ("JP", date(2026, 10, 20), date(2026, 11, 10)),
    ],
)
def test_tax_is_due_on_the_10th_of_the_next_month_or_the_next_open_day(country, paid_on, due_on):
    assert remittance_day(TABLES[country], paid_on) == due_on


@pytest.mark.parametrize(
    ("paid_on", "due_on"),
    [
        (date(2026, 10, 20), date(2026, 11, 30)),
        (date(2025, 11, 5), date(2026, 1, 5)),
        (date(2026, 12, 5), date(2027, 2, 1)),
    ],
)
def test_japan_gives_a_month_more_for_what_was_paid_abroad(paid_on, due_on):
    assert remittance_day(TABLES["JP"], paid_on, paid_abroad=True) == due_on


def test_korea_gives_no_more_for_what_was_paid_abroad():
    assert remittance_day(TABLES["KR"], date(2026, 10, 20), paid_abroad=True) == date(2026, 11, 10)


@pytest.mark.parametrize("closed", ["12-29", "12-30", "12-31", "01-02", "01-03"])
def test_the_japanese_office_is_closed_when_some_banks_are_open(closed):
    assert closed in TABLES["JP"].calendar.closed_too


def test_a_holiday_that_was_declared_late_moves_the_day():
    override = CalendarOverride(calendar="KR", on=date(2026, 10, 12), business_day=False, reason="declared")
    assert remittance_day(TABLES["KR"], date(2026, 9, 15), overrides=[override]) == date(2026, 10, 13)


def test_yearly_statements_move_over_weekends_and_holidays():
    days = {one.what: one.on for one in tax_days(TABLES["KR"], date(2027, 2, 1), date(2027, 3, 31))}
    assert days["지급명세서 (비거주자, 외국법인) of 2026"] == date(2027, 3, 2)


def test_days_are_those_asked_for_and_each_month_is_there_once():
    days = tax_days(TABLES["KR"], date(2026, 1, 1), date(2026, 12, 31))
    months = [one.paid_from for one in days if one.what.startswith("tax")]
    assert months == sorted(set(months))
    assert len(months) == 12


def test_a_monthly_statement_is_due_at_the_end_of_the_next_month():
    days = {one.what: one.on for one in tax_days(TABLES["KR"], date(2026, 10, 1), date(2026, 11, 30))}
    assert days["간이지급명세서 (사업소득) of 2026-09"] == date(2026, 11, 2)
