"""What each role may not do, tried; and that an auditor's reads of bank data are on record before they are answered."""
# ruff: noqa: S608 - the names in these statements are our own

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
import sqlalchemy as sa
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.pool import NullPool

from adapters.db.audited_reads import Announced, BankData, everything, record_evidence_read
from adapters.db.rates import keep_rates
from adapters.db.store import Store
from adapters.db.watermark import settle
from adapters.rates import read_rates
from domain.errors import Broken
from tests.world import EXAMPLES, PRODUCTION, World

BANK_DATA = ("SELECT content FROM document", "SELECT * FROM document", "SELECT * FROM bank_file")
ANNOUNCE_WHOLE = "SELECT audit_announce_whole('vera', 'the audit of 2025', {0})"
ANNOUNCE = "SELECT audit_announce('vera', 'the audit of 2025', ARRAY['{0}'], NULL)"


@pytest.fixture(scope="module")
def records(module_database, tmp_path_factory):
    """A payment is settled: agreements, bank files both ways."""
    world = World(module_database.app_url, tmp_path_factory.mktemp("world"))
    world.register()
    world.clock.to(world.clock.at.date().replace(month=2, day=14))
    world.send()
    world.take()
    with world.store.transaction() as transaction:
        raw, rates = read_rates(EXAMPLES / "rates" / "ecb-illustrative.xml")
        keep_rates(transaction, "ecb.xml", raw, rates)
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


def relations(engine, kind="r"):
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
    for table in relations(role["owner"]):
        for statement in (f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                tried(role["auditor"], statement)
    for sequence in relations(role["owner"], "S"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            tried(role["auditor"], f"SELECT nextval('{sequence}')")


def test_an_auditors_session_begins_read_only(role):
    with pytest.raises(DBAPIError, match="read-only transaction"), role["auditor"].begin() as connection:
        connection.exec_driver_sql(ANNOUNCE.format("0" * 64))


def test_an_auditor_reads_every_table_but_bank_data(role):
    for table in relations(role["owner"]):
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


def documents(role):
    """By which event's number the production names each document, none for what it does not; the rates' come last."""
    events = tried(role["app"], "SELECT seq, body || command_key FROM journal_event")
    named = {}
    for (digest,) in tried(role["app"], "SELECT sha256 FROM document"):
        named[digest] = next((seq for seq, said in events if digest in said), None)
    return dict(sorted(named.items(), key=lambda item: item[1] is None))


@pytest.mark.parametrize("production", [PRODUCTION, None])
def test_an_audit_of_everything_is_on_record_once_and_first_whatever_it_reads(role, production):
    named = documents(role)
    *_, rates = named
    before = len(reads(role))
    with everything(role["auditor"], "vera", "the audit of 2025", production) as (connection, ticket):
        assert reads(role)[before:] == [("sluice_auditor", "vera", "the audit of 2025", production, [])]
        announced = Announced(connection, ticket, named.get)
        read = {digest for digest in named if announced.document(digest)}
        files = list(announced.bank_files())
    assert read == named.keys() - ({rates} if production else set())
    assert len(reads(role)) == before + 1
    with Store(role["app"]).reading() as records:
        assert files == list(Announced(records.connection).bank_files())
    assert {file.direction for file in files} == {"in", "out"}


def test_an_audit_of_another_production_reads_nothing_of_this_one(role):
    with everything(role["auditor"], "vera", "the audit of 2025", PRODUCTION[:-1]) as (connection, ticket):
        records = Announced(connection, ticket, documents(role).get)
        assert [records.document(digest) for digest in documents(role)] == [None] * len(documents(role))
        assert list(records.bank_files()) == []


def test_a_document_is_the_productions_only_by_an_event_that_names_it_or_by_a_bank_file(role):
    digest = agreement(role)
    with everything(role["auditor"], "vera", "the audit of 2025", PRODUCTION) as (connection, ticket):
        for number in (None, 3):
            assert Announced(connection, ticket, {digest: number}.get).document(digest) is None
        (*_, taken) = Announced(connection, ticket).bank_files()
        assert Announced(connection, ticket).document(taken.sha256)


@contextmanager
def announced(role, age_s=0):
    """A session of an auditor who announced an audit so many seconds ago: the ticket is the owner's to date."""
    with role["auditor"].connect() as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        connection.rollback()
        insert = (
            "INSERT INTO audit_read (role, who, why, production, documents, whole, session, at) VALUES"
            f" ('sluice_auditor', 'vera', 'audit', NULL, '{{}}', true, {pid},"
            f" clock_timestamp() - interval '{age_s} seconds') RETURNING id"
        )
        yield connection, tried(role["owner"], insert)[0][0]


def reading(connection, statement, isolation="REPEATABLE READ"):
    connection.exec_driver_sql(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
    return connection.exec_driver_sql(statement).all()


def test_an_audit_may_last_but_has_to_begin_within_a_minute_of_its_announcement(role):
    with announced(role, age_s=50) as (connection, ticket):
        files = f"SELECT count(*) FROM audit_whole_bank_files({ticket})"
        found = reading(connection, files)
        time.sleep(11)
        assert connection.exec_driver_sql(files).all() == found
    with announced(role, age_s=61) as (connection, ticket), pytest.raises(DBAPIError, match="committed or too old"):
        reading(connection, f"SELECT * FROM audit_whole_bank_files({ticket})")


def test_an_announced_audit_sees_one_instant_or_nothing(role):
    for isolation in ("READ COMMITTED", "READ UNCOMMITTED"):
        with announced(role) as (connection, ticket), pytest.raises(DBAPIError, match="sees one instant"):
            reading(connection, f"SELECT * FROM audit_whole_bank_files({ticket})", isolation)


def test_an_audit_whose_announcement_is_not_committed_is_not_answered(role):
    with role["auditor"].connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE")
        ticket = connection.exec_driver_sql(ANNOUNCE_WHOLE.format("NULL")).scalar_one()
        connection.exec_driver_sql("SAVEPOINT s")
        with pytest.raises(DBAPIError, match="not announced"):
            connection.exec_driver_sql(f"SELECT * FROM audit_whole_document({ticket}, '{agreement(role)}', 1)")
    with role["auditor"].connect() as connection, pytest.raises(DBAPIError, match="not announced"):
        reading(connection, f"SELECT * FROM audit_whole_bank_files({ticket})")


def test_announcements_of_documents_and_of_everything_do_not_open_each_others_doors(role):
    digest = agreement(role)
    with role["auditor"].connect() as connection, announced(role) as (other, whole):
        connection.exec_driver_sql("SET TRANSACTION READ WRITE")
        ticket = connection.exec_driver_sql(ANNOUNCE.format(digest)).scalar_one()
        connection.commit()
        with pytest.raises(DBAPIError, match="not announced"):
            reading(connection, f"SELECT * FROM audit_whole_document({ticket}, '{digest}', 1)")
        connection.rollback()
        with pytest.raises(DBAPIError, match="not announced"):
            reading(connection, f"SELECT * FROM audit_whole_document({whole}, '{digest}', 1)")
        with pytest.raises(DBAPIError, match="was not announced"):
            other.exec_driver_sql(f"SELECT * FROM audit_document({whole}, '{digest}')")


@pytest.mark.parametrize("who", ["", "  "])
def test_a_reader_without_a_name_reads_nothing(role, who):
    with pytest.raises(DBAPIError, match="say who reads"):
        BankData(role["auditor"], who, "why").document(agreement(role))
    with pytest.raises(DBAPIError, match="say who reads"), everything(role["auditor"], who, "why", None):
        pass


def test_nobody_else_may_announce_or_read_so(role):
    for statement in (ANNOUNCE.format("0" * 64), ANNOUNCE_WHOLE.format("NULL")):
        with pytest.raises(ProgrammingError, match="permission denied"):
            tried(role["app"], statement)
    for function in ("audit_ticket", "audit_whole_ticket"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            tried(role["auditor"], f"SELECT {function}(1)")


def test_every_role_records_who_reads_evidence_and_opens_nothing_with_it(role):
    for name in ("app", "auditor"):
        record_evidence_read(role[name], "jiho", "the plan", ["0" * 64], PRODUCTION)
        with pytest.raises(DBAPIError, match="say who reads evidence"):
            record_evidence_read(role[name], " ", "the plan", ["0" * 64], PRODUCTION)
    *_, (number, last) = tried(role["owner"], "SELECT id, who FROM audit_read ORDER BY id")
    assert last == "jiho"
    with pytest.raises(DBAPIError, match="not announced"):
        tried(role["auditor"], f"SELECT * FROM audit_document({number}, '{'0' * 64}')")


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
    with everything(role["app"], "worker", "its work", None) as (connection, ticket):
        assert ticket is None
        assert Announced(connection).document(agreement(role))
    assert reads(role) == before


@pytest.mark.parametrize("name", ["app", "auditor"])
def test_nobody_but_the_owner_hands_rights_out(role, name):
    rights = "SELECT relacl::text FROM pg_class WHERE relname = 'document'"
    before = tried(role["owner"], rights)
    with suppress(DBAPIError):  # for one that may grant nothing of its own, PostgreSQL only warns
        tried(role[name], "GRANT ALL ON document TO PUBLIC")
    assert tried(role["owner"], rights) == before


def test_an_auditor_can_wait_for_what_is_being_recorded(role):
    with ThreadPoolExecutor(1) as auditors:
        with role["app"].begin() as recording:
            recording.execute(sa.text("SELECT seq FROM stream_head LIMIT 1 FOR UPDATE"))
            with Store(role["auditor"]).reading() as records:
                now = records.connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
            settled = auditors.submit(settle, role["auditor"], now)
            with pytest.raises(TimeoutError):
                settled.result(timeout=0.5)
        assert settled.result(timeout=30) is None
