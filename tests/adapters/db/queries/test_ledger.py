"""Balances and entries: by the day that counts, and by what was known when."""

from datetime import UTC, date, datetime, timedelta

from adapters.db.queries.ledger import BalanceRow, EntryFilter, balances, entries, unbalanced
from domain.values.money import Money
from tests.world import PRODUCTION


def test_balances_of_a_day_leave_out_what_counts_later(connection):
    assert balances(connection, PRODUCTION, effective=date(2025, 2, 13)) == []
    on_the_day = balances(connection, PRODUCTION, effective=date(2025, 2, 14))
    assert BalanceRow("asset:bank:spc-krw", "KRW", Money(-192_000_000, "KRW")) in on_the_day
    assert balances(connection, PRODUCTION) == on_the_day


def test_balances_as_they_were_known_leave_out_what_was_recorded_later(told, connection):
    assert balances(connection, PRODUCTION, known=told.before) == []
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert balances(connection, PRODUCTION, known=later) == balances(connection, PRODUCTION)


def test_the_ledger_balances(connection):
    assert unbalanced(connection) == []


def test_entries_can_be_asked_for_by_account_and_by_what_they_are_about(told, connection):
    payment = told.payment("WR-A")
    bank = entries(connection, EntryFilter(PRODUCTION, account="asset:bank:spc-krw")).items
    assert [(str(e.amount), e.about) for e in bank] == [("KRW -192000000", payment)]
    assert {e.about for e in entries(connection, EntryFilter(PRODUCTION, about=payment)).items} == {payment}
