"""What people ask of the records: by the day that counts, and by what was known when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.db import queries
from tests.world import PRODUCTION, SEOUL, World


@pytest.fixture(scope="module")
def told(module_database, tmp_path_factory):
    """WR-A is paid on 14 February; closing was accepted on 3 February."""
    world = World(module_database.app_url, tmp_path_factory.mktemp("world"))
    world.register()
    world.before = datetime.now(UTC)  # type: ignore[attr-defined]
    world.clock.to(date(2025, 2, 3))
    world.accept("closing")
    world.clock.to(date(2025, 2, 14))
    world.run = world.send().run  # type: ignore[attr-defined]
    world.take()
    yield world
    world.close()


@pytest.fixture
def connection(told):
    with told.store.reading() as records:
        yield records.connection


def test_balances_of_a_day_leave_out_what_counts_later(connection):
    assert queries.balances(connection, PRODUCTION, effective=date(2025, 2, 13)) == []
    on_the_day = queries.balances(connection, PRODUCTION, effective=date(2025, 2, 14))
    assert {"account": "asset:bank:spc-krw", "currency": "KRW", "balance": "KRW -192000000"} in on_the_day
    assert queries.balances(connection, PRODUCTION) == on_the_day


def test_balances_as_they_were_known_leave_out_what_was_recorded_later(told, connection):
    assert queries.balances(connection, PRODUCTION, known=told.before) == []
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert queries.balances(connection, PRODUCTION, known=later) == queries.balances(connection, PRODUCTION)


def test_the_ledger_balances(connection):
    assert queries.unbalanced(connection) == []


def test_entries_can_be_asked_for_by_account_and_by_what_they_are_about(told, connection):
    payment = told.payment("WR-A")
    bank = list(queries.entries(connection, PRODUCTION, account="asset:bank:spc-krw"))
    assert [(e["amount"], e["about"]) for e in bank] == [("KRW -192000000", payment)]
    assert all(e["about"] == payment for e in queries.entries(connection, PRODUCTION, about=payment))


def test_payments_can_be_asked_for_by_status_and_run(told, connection):
    assert [p["instalment"] for p in queries.payments(connection, PRODUCTION, status="settled")] == ["WR-A"]
    assert [p["amount"] for p in queries.payments(connection, run=told.run)] == ["KRW 192000000"]
    assert queries.payment(connection, "nothing") is None


def test_receipts_say_what_arrived(connection):
    by_instalment = {r["instalment"]: r for r in queries.receipts(connection, PRODUCTION)}
    assert by_instalment["EQ-A"]["status"] == "owed"
    assert by_instalment["EQ-A"]["received"] == "KRW 0"
    assert by_instalment["TV-A"]["due_on"] == "2025-02-18"


def test_runs_and_milestones_are_rows_ready_for_json(told, connection):
    assert queries.run(connection, told.run)["total"] == "KRW 192000000"
    assert [r["id"] for r in queries.runs(connection, PRODUCTION, status="submitted")] == [told.run]
    assert [(m["id"], m["accepted_on"]) for m in queries.milestones(connection, PRODUCTION)] == [
        ("closing", "2025-02-03")
    ]


def test_agreement_versions_are_those_in_force_on_a_day(connection):
    assert [v["version"] for v in queries.agreement_versions(connection, PRODUCTION)] == [1]
    assert queries.agreement_versions(connection, PRODUCTION, as_of=date(2025, 1, 5)) == []


def test_the_newest_facts_come_oldest_first_and_by_what_they_name(told, connection):
    newest = queries.newest_facts(connection, PRODUCTION, 3)
    assert [fact.seq for fact in newest] == sorted(fact.seq for fact in newest)
    assert newest[-1].type == "payments-settled"
    about = queries.newest_facts(connection, PRODUCTION, 50, about=told.payment("WR-A"))
    assert {"payments-scheduled", "payments-fell-due", "payments-settled"} <= {fact.type for fact in about}


def test_streams_are_named(connection):
    assert queries.streams(connection) == [f"production/{PRODUCTION}"]


def test_a_fact_counts_on_the_business_day_and_is_recorded_by_the_databases_clock(told, connection):
    (fact,) = (f for f in queries.facts(connection, f"production/{PRODUCTION}") if f.type == "milestone-accepted")
    assert fact.effective_on == date(2025, 2, 3)
    assert fact.recorded_at > told.before.astimezone(SEOUL) - timedelta(minutes=1)
