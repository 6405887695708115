"""What holds for every rule and every amount."""

import itertools
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tax.in_force import RulesInForce
from domain.tax.kinds import IncomeKind, PayeeKind
from domain.tax.quote import quote
from domain.tax.readings import Readings
from domain.values.money import Money
from tests.domain.tax.tables import ON_FILE, TABLES, payment

RULES = [(table, rule) for table in TABLES.values() for rule in table.rules]
CONDITIONS = {"form", "beneficial_owner", "threshold", "share_held", "no_base", "days_below", "exchange_programme"}
READINGS = [
    Readings(),
    Readings(kr_included_split="total", kr_taiwan_local="on_top", kr_trade_2027="enacted", kr_base_rate="basic"),
]
IN_FORCE = {name: RulesInForce(table) for name, table in TABLES.items()}
DAYS = [date(2026, 9, 15), date(2027, 3, 1)]


def schedules(readings):
    in_force = {name: RulesInForce(table, readings) for name, table in TABLES.items()}
    return [in_force[table.country].schedule(rule, day) for table, rule in RULES for day in DAYS]


@pytest.mark.parametrize("readings", READINGS, ids=["default", "other"])
@given(data=st.data())
def test_tax_is_whole_units_never_more_than_exact_and_never_falls(readings, data):
    schedule = data.draw(st.sampled_from(schedules(readings)))
    gross = data.draw(st.integers(0, 3_000_000) | st.integers(0, 10**15))
    tax, more = schedule.tax(gross), schedule.tax(gross + data.draw(st.integers(1, 5_000)))
    assert 0 <= tax.national <= gross
    assert tax.withheld <= schedule.exact(gross) <= gross
    assert not tax.national % schedule.unit
    assert not tax.local % schedule.unit
    assert more.withheld >= tax.withheld
    assert sum(tax.components.values()) in {0, tax.national}


ASKED = [
    ("KR", "KR", "individual", "services"),
    ("KR", "KR", "individual", "occasional-fee"),
    ("KR", "JP", "company", "copyright-licence"),
    ("KR", "US", "company", "copyright-licence"),
    ("KR", "KR", "company", "loan-interest"),
    ("JP", "JP", "individual", "services"),
    ("JP", "KR", "company", "copyright-licence"),
    ("JP", "KR", "company", "silent-partnership"),
    ("JP", "JP", "company", "services"),
]


@given(
    asked=st.sampled_from(ASKED),
    net=st.integers(1, 2_000_000) | st.integers(1, 10**12),
    vat=st.sampled_from([0, 10]),
    form=st.sampled_from([None, ON_FILE]),
)
def test_a_gross_up_leaves_exactly_the_net_and_is_the_largest_that_does(asked, net, vat, form):
    payer, country, kind, income = asked
    table, law = TABLES[payer], IN_FORCE[payer]
    wanted = payment(country, kind, income, f"{table.currency} {net}", form=form, net=True)
    found = quote(law, wanted, Fraction(vat))
    if found.is_held:  # only a tax on top can jump over a net amount
        assert vat
        assert found.needs
        return
    assert found.gross == found.net + found.national + found.local
    assert found.net.minor + found.gross.minor * vat // 100 == net
    for more in range(1, 60):
        gross = Money(found.gross.minor + more, table.currency)
        other = quote(law, payment(country, kind, income, str(gross), form=form))
        assert other.net.minor + gross.minor * vat // 100 != net


def everything():
    """Each payer, payee, kind and income that any rule is for."""
    for table in TABLES.values():
        countries = sorted({country for rule in table.rules for country in rule.payees})
        for country, kind, income in itertools.product(countries, PayeeKind, IncomeKind):
            yield table, country, kind, income


@pytest.mark.parametrize("readings", READINGS, ids=["default", "other"])
def test_rules_leave_no_gaps_between_days_and_do_not_overlap(readings):
    first, last = date(2020, 1, 1), date(2032, 1, 1)
    in_force = {name: RulesInForce(table, readings) for name, table in TABLES.items()}
    for table, country, kind, income in everything():
        edges = {first}
        for rule in table.rules:
            edges |= {day for day in (rule.first_day, rule.last_day and rule.last_day + timedelta(1)) if day}
        ends = []
        for day in sorted(edge for edge in edges if first <= edge <= last):
            paid = payment(country, kind, income, f"{table.currency} 1000", paid_on=day)
            rules = in_force[table.country].fitting(paid)
            plain = [rule.id for rule in rules if not rule.conditional]
            assert len(plain) <= 1, (country, kind, income, day, plain)
            assert not plain or rules[-1].id == plain[0], "a rule behind one without conditions is never reached"
            asks = [rule.model_dump(include=CONDITIONS) for rule in rules]
            assert all(one not in asks[:n] for n, one in enumerate(asks)), (country, kind, income, day)
            ends.append(bool(rules))
        assert len(set(ends)) == 1, f"a gap: {table.country} {country} {kind} {income}"


def test_every_rule_can_apply_and_names_its_law():
    for table, rule in RULES:
        assert rule.law
        readings = Readings(**rule.readings)
        paid = payment(rule.payees[0], rule.kinds[0], rule.income[0], f"{table.currency} 1000", paid_on=rule.first_day)
        assert rule in RulesInForce(table, readings).fitting(paid)


def test_a_rule_of_the_domestic_law_ends_each_list_of_treaty_rules():
    for table, country, kind, income in everything():
        paid = payment(country, kind, income, f"{table.currency} 1000")
        rules = IN_FORCE[table.country].fitting(paid)
        if any(rule.form for rule in rules):
            assert not rules[-1].conditional, (table.country, country, kind, income)
