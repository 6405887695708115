"""What is recorded is never edited: tried as every role, on every table of records."""
# ruff: noqa: S608 - the names in these statements are our own

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.pool import NullPool

from adapters.db import histories, tables
from app.database import upgrade
from domain.events import HistoryArchived
from domain.ledger.journal import sha256
from tests.domain.event_samples import SAMPLES
from tests.world import PRODUCTION, World

RECORDS = {
    "journal_event": "body",
    "entry": "account",
    "command": "payload",
    "document": "name",
    "bank_file": "name",
    "booking": "movement",
    "bank_statement": "report",
    "rate": "base",
    "rate_correction": "reason",
    "statement_version": "source",
    "receipt_row": "payer",
    "fact_row": "name",
    "audit_read": "who",
    "history": "status",
}
STREAM = f"production/{PRODUCTION}"


@pytest.fixture(scope="module")
def records(module_database, tmp_path_factory):
    """A database in which every table of records has a row."""
    world = World(module_database.app_url, tmp_path_factory.mktemp("world"))
    world.register()
    with world.store.transaction() as transaction:
        digest = transaction.keep("rates.csv", b"rates")
        transaction.connection.execute(
            sa.text("INSERT INTO rate VALUES ('ECB', '2025-01-06', 'EUR', 'KRW', 1, :d)"), {"d": digest}
        )
        transaction.connection.execute(
            sa.insert(tables.rate_correction).values(
                source="ECB", on=date(2025, 1, 6), base="EUR", quote="KRW", rate=2, document=digest, by="x", reason="y"
            )
        )
        transaction.received("a", "M1", "m.xml", digest)
        transaction.connection.execute(
            sa.text(
                "INSERT INTO booking VALUES"
                " ('s', 'a', 'm', 'm', NULL, '', '', NULL, NULL, 'KRW', 1, 1, 'suspense', '', '{}')"
            )
        )
        transaction.connection.execute(
            sa.insert(tables.bank_statement).values(
                stream="s",
                taken_on=date(2025, 1, 6),
                seq=1,
                place=1,
                account="a",
                report="r",
                last_page=True,
                currency="KRW",
                bookings=0,
                net_minor=0,
            )
        )
        on, row = date(2025, 1, 6), {"statement": 1, "line": 2, "currency": "KRW", "minor": 1, "amount": 1}
        named = {"payer": "", "territory": "", "media": "", "window": ""}
        version = {"source": "s", "statement": "1", "version": 1, "count": 1, "sha256": digest, "seq": 1}
        for insert in (
            sa.insert(tables.statement_version).values(production="P", kind="cost", converted_to="KRW", **version),
            sa.insert(tables.receipt_row).values(on=on, **row, **named),
            sa.insert(tables.fact_row).values(on=on, **row, name="n"),
        ):
            transaction.connection.execute(insert)
        archived = next(sample for sample in SAMPLES if isinstance(sample, HistoryArchived))
        histories.keep(transaction, "P", archived.model_copy(update={"sha256": sha256(b"{}")}), b"{}")
    world.clock.to(world.clock.at.date().replace(day=20))
    world.open_day()
    world.close()
    return module_database


@pytest.fixture(params=["app", "auditor", "owner"])
def role(records, request):
    engine = create_engine(getattr(records, f"{request.param}_url"), poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def owner(records):
    engine = create_engine(records.owner_url, poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def app(records):
    engine = create_engine(records.app_url, poolclass=NullPool)
    yield engine
    engine.dispose()


def tried(engine, *statements):
    """Carry out statements in one transaction; an auditor's session begins read-only, which the grants do not need."""
    with engine.begin() as connection:
        for statement in ("SET TRANSACTION READ WRITE", *statements):
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize("table", RECORDS)
def test_no_role_changes_or_removes_a_record(role, table):
    for statement in (
        f"UPDATE {table} SET {RECORDS[table]} = {RECORDS[table]}",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
    ):
        with pytest.raises(ProgrammingError, match=r"never edited|permission denied"):
            tried(role, statement)


@pytest.mark.parametrize("table", RECORDS)
def test_the_grants_refuse_the_application_before_any_trigger_does(app, table):
    for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
        with app.begin() as connection:
            granted = sa.text("SELECT has_table_privilege(:t, :p)")
            assert not connection.execute(granted, {"t": table, "p": privilege}).scalar_one()


def test_the_application_makes_and_drops_no_tables_and_no_triggers(app):
    for statement in (
        "CREATE TABLE mine (x int)",
        "DROP TABLE entry",
        "ALTER TABLE entry DISABLE TRIGGER ALL",
        "DROP TRIGGER append_only ON entry",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(ProgrammingError):
            tried(app, statement)


@pytest.mark.parametrize(
    "parts",
    [[("KRW", 1)], [("KRW", 1), ("KRW", -2)], [("KRW", 1), ("JPY", -1)]],
    ids=["one-sided", "uneven", "across currencies"],
)
def test_unbalanced_entries_are_refused_even_from_the_owner(owner, parts):
    values = ", ".join(
        f"('{STREAM}', 1, {90 + i}, 'a', '{c}', {m}, 'x', '2025-01-06')" for i, (c, m) in enumerate(parts)
    )
    with pytest.raises(DBAPIError, match="do not balance"):
        tried(owner, f"INSERT INTO entry VALUES {values}")


def test_a_balanced_pair_that_is_inserted_one_by_one_is_refused_too(owner):
    pair = [
        f"INSERT INTO entry VALUES ('{STREAM}', 1, {90 + i}, 'a', 'KRW', {m}, 'x', '2025-01-06')"
        for i, m in ((1, 5), (2, -5))
    ]
    with pytest.raises(DBAPIError, match="do not balance"):
        tried(owner, *pair)


@pytest.mark.parametrize(("stream", "seq"), [(STREAM, 999), ("production/NOBODY", 1)])
def test_entries_of_an_event_that_does_not_exist_are_refused(owner, stream, seq):
    values = ", ".join(f"('{stream}', {seq}, {i}, 'a', 'KRW', {m}, 'x', '2025-01-06')" for i, m in ((1, 5), (2, -5)))
    with pytest.raises(DBAPIError, match="does not exist"):
        tried(owner, f"INSERT INTO entry VALUES {values}")


def test_a_document_under_another_hash_than_its_own_is_refused(owner):
    with pytest.raises(DBAPIError, match="check constraint"):
        tried(owner, "INSERT INTO document (sha256, name, content) VALUES (repeat('a', 64), 'x', 'y')")


def test_upgrading_an_up_to_date_database_changes_nothing(records, owner):
    described = sa.text("SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY 1, 2")
    with owner.begin() as connection:
        before = connection.execute(described).all()
    upgrade(records.owner_url)
    upgrade(records.owner_url)
    with owner.begin() as connection:
        assert connection.execute(described).all() == before
