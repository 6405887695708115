"""What each role may not do, tried; and that an auditor's reads of bank data are on record before they are answered."""
# ruff: noqa: S608 - the names in these statements are our own

from contextlib import suppress

import pytest
import sqlalchemy as sa
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.pool import NullPool

from adapters.db.audited import BankData
from adapters.db.known import settle
from adapters.db.store import Store
from domain.errors import Broken
from tests.world import PRODUCTION, World

BANK_DATA = ("SELECT content FROM document", "SELECT * FROM document", "SELECT * FROM bank_file")
ANNOUNCE = "SELECT audit_announce('vera', 'the audit of 2025', ARRAY['{0}'], NULL)"


@pytest.fixture(scope="module")
def records(module_database, tmp_path_factory):
    """A payment is settled: agreements, bank files both ways."""
    world = World(module_database.app_url, tmp_path_factory.mktemp("world"))
    world.register()
    world.clock.to(world.clock.at.date().replace(month=2, day=14))
    world.send()
    world.take()
    world.close()
    return module_database


@pytest.fixture
def role(records):
    """Engines by role."""
    engines = {name: create_engine(getattr(records, f"{name}_url"), poolclass=NullPool) for name in ROLES}
    yield engines
    for engine in engines.values():
        engine.dispose()


ROLES = ("app", "auditor", "owner")


def tried(engine, *statements):
    """Statements in one transaction; an auditor's begins read-only, which the grants do not need."""
    with engine.begin() as connection:
        for statement in ("SET TRANSACTION READ WRITE", *statements):
            found = connection.exec_driver_sql(statement)
        return found.all() if found.returns_rows else []


def everything(engine, kind="r"):
    """The tables of the schema."""
    query = f"SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = '{kind}'"
    return sorted(row[0] for row in tried(engine, query) if row[0] != "alembic_version")


def agreement(role):
    return tried(role["app"], "SELECT document FROM production")[0][0]


def reads(role):
    return tried(role["owner"], "SELECT role, who, why, production, documents FROM audit_read ORDER BY id")


FORBIDDEN = (
    "CREATE TABLE mine (x int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "ALTER TABLE entry DISABLE TRIGGER ALL",
    "ALTER TABLE entry ADD COLUMN mine int",
    "ALTER TABLE audit_read DISABLE TRIGGER ALL",
    "DROP TRIGGER append_only ON entry",
    "DROP TABLE entry",
    "SET session_replication_role = replica",
    "SET ROLE sluice_owner",
    "SET SESSION AUTHORIZATION sluice_owner",
    "ALTER ROLE sluice_auditor SUPERUSER",
    "COPY entry TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
    "INSERT INTO audit_read (role, who, why, documents) VALUES ('r', 'w', 'y', '{}')",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
@pytest.mark.parametrize("name", ["app", "auditor"])
def test_neither_the_application_nor_an_auditor_gets_round_the_guards(role, name, statement):
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner|must be|set role|Only roles"):
        tried(role[name], statement)


def test_an_auditor_writes_to_no_table_at_all(role):
    for table in everything(role["owner"]):
        for statement in (f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                tried(role["auditor"], statement)
    for sequence in everything(role["owner"], "S"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            tried(role["auditor"], f"SELECT nextval('{sequence}')")


def test_an_auditors_session_begins_read_only(role):
    with pytest.raises(DBAPIError, match="read-only transaction"), role["auditor"].begin() as connection:
        connection.exec_driver_sql(ANNOUNCE.format("0" * 64))


def test_an_auditor_reads_every_table_but_bank_data(role):
    for table in everything(role["owner"]):
        if table not in {"document", "bank_file"}:
            tried(role["auditor"], f"SELECT * FROM {table} LIMIT 1")
    tried(role["auditor"], "SELECT sha256, name, stored_at FROM document")
    for statement in BANK_DATA:
        with pytest.raises(ProgrammingError, match="permission denied"):
            tried(role["auditor"], statement)


def test_an_auditor_who_reads_bank_data_is_on_record_first(role):
    digest = agreement(role)
    before = len(reads(role))
    data = BankData(role["auditor"], "vera", "the audit of 2025")
    assert b"LIGHTHOUSE" in data.document(digest)
    assert {file.direction for file in data.bank_files(PRODUCTION)} == {"in", "out"}
    assert reads(role)[before:] == [
        ("sluice_auditor", "vera", "the audit of 2025", None, [digest]),
        ("sluice_auditor", "vera", "the audit of 2025", PRODUCTION, []),
    ]


def test_a_read_whose_record_is_not_committed_is_not_answered(role):
    digest = agreement(role)
    with role["auditor"].connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ WRITE")
        ticket = connection.exec_driver_sql(ANNOUNCE.format(digest)).scalar_one()
        connection.exec_driver_sql("SAVEPOINT s")
        with pytest.raises(DBAPIError, match="not announced"):
            connection.exec_driver_sql(f"SELECT * FROM audit_document({ticket}, '{digest}')")


def test_a_record_opens_what_it_names_to_whom_it_names_and_to_nobody_else(role):
    digest = agreement(role)
    with role["auditor"].connect() as connection, role["auditor"].connect() as other:
        connection.exec_driver_sql("SET TRANSACTION READ WRITE")
        ticket = connection.exec_driver_sql(ANNOUNCE.format(digest)).scalar_one()
        connection.commit()
        assert connection.exec_driver_sql(f"SELECT * FROM audit_document({ticket}, '{digest}')").all()
        with pytest.raises(DBAPIError, match="was not announced"):
            connection.exec_driver_sql(f"SELECT * FROM audit_document({ticket}, '{'0' * 64}')")
        connection.rollback()
        assert connection.exec_driver_sql(f"SELECT * FROM audit_bank_files({ticket})").all() == []
        with pytest.raises(DBAPIError, match="not announced"):
            other.exec_driver_sql(f"SELECT * FROM audit_document({ticket}, '{digest}')")


@pytest.mark.parametrize("who", ["", "  "])
def test_a_reader_without_a_name_reads_nothing(role, who):
    with pytest.raises(DBAPIError, match="say who reads"):
        BankData(role["auditor"], who, "why").document(agreement(role))


def test_nobody_else_may_announce_or_read_so(role):
    with pytest.raises(ProgrammingError, match="permission denied"):
        tried(role["app"], ANNOUNCE.format("0" * 64))
    with pytest.raises(ProgrammingError, match="permission denied"):
        tried(role["auditor"], "SELECT audit_ticket(1)")


def test_what_a_document_hashes_to_can_be_asked_without_reading_it(role):
    digest = agreement(role)
    assert tried(role["auditor"], f"SELECT document_digest('{digest}')") == [(digest,)]
    assert tried(role["auditor"], f"SELECT document_digest('{'0' * 64}')") == [(None,)]


def test_the_application_reads_as_it_always_did_and_leaves_no_record(role):
    before = reads(role)
    data = BankData(role["app"], "worker", "its work")
    assert data.document(agreement(role))
    assert data.bank_files(PRODUCTION)
    with pytest.raises(Broken, match="is not kept"):
        data.document("0" * 64)
    assert reads(role) == before


@pytest.mark.parametrize("name", ["app", "auditor"])
def test_nobody_but_the_owner_hands_rights_out(role, name):
    rights = "SELECT relacl::text FROM pg_class WHERE relname = 'document'"
    before = tried(role["owner"], rights)
    with suppress(DBAPIError):  # for one that may grant nothing of its own, PostgreSQL only warns
        tried(role[name], "GRANT ALL ON document TO PUBLIC")
    assert tried(role["owner"], rights) == before


def test_an_auditor_can_wait_for_what_is_being_recorded(role):
    with Store(role["auditor"]).reading() as connection:
        now = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    settle(role["auditor"], now)
