"""What a command reads does not grow with the journal, also before anybody has counted its rows anew."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from activities.agreement import AgreementActivities
from adapters.db.queries.agreement import agreement_versions
from adapters.db.store import Store
from bench.ledger import Post, promise
from domain.commands import HoldPayment, ResumePayment
from tests.world import PRODUCTION

MANY = 20_000
GROWN = ("journal_event", "entry", "command", "payment")
JOURNAL = f"""
INSERT INTO journal_event
SELECT 'production/OTHER', n, 'payment-held', '{{}}', '2025-01-06', now(), 'x', 'other/' || n, sha256('x'), sha256('x')
FROM generate_series(1, {MANY}) n;
INSERT INTO entry
SELECT 'production/OTHER', n, line, 'a', 'KRW', 3 - 2 * line, 'x', '2025-01-06'
FROM generate_series(1, {MANY}) n, generate_series(1, 2) line;
INSERT INTO command
SELECT 'other/' || n, repeat('0', 64), 'production/OTHER', n, n FROM generate_series(1, {MANY}) n;
INSERT INTO payment
SELECT 'OTHER.' || n, 'OTHER', n::text, 'production', 'a', 'b', 'c', 'KRW', 1, NULL, NULL, 'scheduled', NULL, 1
FROM generate_series(1, {MANY}) n;
"""  # noqa: S608


@pytest.fixture
def owner(database):
    engine = sa.create_engine(database.owner_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def one_session(database):
    """A store with one session, whose plans are those that it made when there was little to read."""
    engine = sa.create_engine(database.app_url, pool_size=1, max_overflow=0)
    yield Store(engine)
    engine.dispose()


def rows_read_in_sequence(store, owner):
    """How many rows of the tables that grow were read without an index."""
    with store.engine.begin() as connection:
        connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
    query = sa.text("SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname = ANY(:tables)")
    with owner.begin():
        return int(owner.execute(query, {"tables": list(GROWN)}).scalar_one())


def test_a_command_reads_no_table_through(registered, one_session, owner):
    registered.clock.forward(days=60)
    registered.open_day()
    productions = AgreementActivities(replace(registered.handler, store=one_session))
    names = {"by": "eunwoo", "production": PRODUCTION, "payment": registered.payment("WR-A")}

    def hold_and_resume(number):
        productions.hold(HoldPayment(key=f"hold/{number}", reason="tax form", **names))
        productions.resume(ResumePayment(key=f"resume/{number}", **names))

    posts = [Post(PRODUCTION, number, 1) for number in range(15)]
    promise(one_session, posts)
    for number in range(10):
        hold_and_resume(number)
        one_session.handle(posts[number].request(), in_company=True)
    with owner.begin():
        owner.exec_driver_sql(JOURNAL)
    before = rows_read_in_sequence(one_session, owner)
    for number in range(10, 15):
        hold_and_resume(number)
        one_session.handle(posts[number].request(), in_company=True)
    assert rows_read_in_sequence(one_session, owner) - before < MANY


@pytest.mark.parametrize("production", [PRODUCTION, "OTHER"])
def test_versions_of_an_agreement_are_found_among_many_events_of_other_types(registered, owner, production):
    with owner.begin():
        owner.exec_driver_sql(JOURNAL)
    owner.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE journal_event")
    asked = []

    def hear(connection, cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    sa.event.listen(registered.store.engine, "before_cursor_execute", hear)
    with registered.store.reading() as records:
        found = agreement_versions(records.connection, production)
        statement, parameters = asked[-1]
        plan = records.connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()
    assert len(found) == (production == PRODUCTION)
    assert any("journal_event_by_type" in line for line in plan)
