"""Due periods by the settlement calendar: when, by which name, and never twice."""

from datetime import date
from types import MappingProxyType

import pytest

from domain.sharing import distributions as d
from domain.sharing.settlement import due_periods
from domain.sharing.waterfall.model import Settlement
from tests.domain.sharing.test_distributions import computed
from tests.domain.sharing.waterfall.deal import fact, facts

RULE = Settlement(after="run-ends", first_days=90)
ENDS = facts(fact("date", "2026-12-01", "run-ends"))
"""The first day is 1 March 2027, then quarters end."""
NOTHING = MappingProxyType({})
LONG_AGO = date(2020, 1, 1)


def due(today, known=NOTHING, given=ENDS, rule=RULE, since=LONG_AGO):
    return due_periods(rule, given, known, since, date.fromisoformat(today))


def known(*periods):
    found = {}
    for period in periods:
        d.apply(found, computed(period, mori={"fee": 1}))
    return found


@pytest.mark.parametrize(
    ("today", "periods"),
    [
        ("2027-03-01", ()),
        ("2027-03-02", ("2027-03-01",)),
        ("2027-03-31", ("2027-03-01",)),
        ("2027-04-01", ("2027-03-01", "2027-Q1")),
        ("2027-10-05", ("2027-03-01", "2027-Q1", "2027-Q2", "2027-Q3")),
    ],
)
def test_a_period_is_due_from_the_day_after_its_last(today, periods):
    assert due(today) == periods


def test_nothing_is_due_before_the_day_is_known_from_which_the_calendar_counts():
    assert due("2030-01-01", given=facts()) == ()
    assert due("2030-01-01", given=facts(fact("date", "2026-12-01", "delivered"))) == ()
    assert due("2030-01-01", rule=None) == ()


def test_what_is_computed_is_not_due_and_neither_is_what_came_before_it():
    assert due("2027-10-05", known("2027-Q2")) == ("2027-Q3",)
    assert due("2027-10-05", known("2027-Q1", "2027-Q2", "2027-Q3")) == ()


def test_a_period_that_was_computed_under_another_name_is_not_due():
    found = known("2027-Q2")
    (one,) = found.values()
    assert due("2027-07-05", {"2027-H1": one}) == ()


def test_a_period_that_ended_before_the_waterfall_began_is_not_due():
    assert due("2027-10-05", since=date(2027, 6, 30)) == ("2027-Q2", "2027-Q3")
    assert due("2027-10-05", since=date(2027, 7, 1)) == ("2027-Q3",)


def test_without_months_there_is_one_settlement():
    assert due("2030-01-01", rule=Settlement(after="run-ends", first_days=90, months=())) == ("2027-03-01",)
