"""Today's code reads, proves and continues the records of every release."""
# ruff: noqa: S608 - the names in these statements are our own

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from adapters.db.store import Store
from adapters.embedded.postgres import APP, OWNER
from app.audit.evidence.heads import departures
from app.audit.replay.audit import Eyes, audited
from app.audit.replay.scope import Scope
from app.database import upgrade
from app.ledger.verify import verify
from app.stack.stack import EmbeddedStack
from domain.ledger.journal import sha256
from tests.app.audit.replay.remembering import Remembering
from tests.records.dump import dump
from tests.records.going_on import go_on
from tests.records.rendered import rendered
from tests.records.restored import records

pytestmark = pytest.mark.xdist_group("records")

KEPT = {
    "journal_event": "stream, seq, type, body, effective_on, recorded_at, actor, command_key, prev_hash, hash",
    "entry": "stream, seq, line, account, currency, minor, about, effective_on",
    "document": "sha256, name, content",
    "history": "workflow_id, run_id, sha256, content",
}
"""Columns of records that no migration may change. It may add others."""
CATALOGUE = (
    (
        "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
        " WHERE table_schema = 'public'"
    ),
    "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    (
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace"
    ),
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT pg_get_functiondef(oid), proacl::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace",
)


@pytest.fixture(scope="module", params=records(), ids=lambda one: one.home.name)
def record(request):
    return request.param


@pytest.fixture(scope="module")
def migrated(record, postgres):
    """The name of a release's database after the migrations, and its rows before them."""
    name = f"record_{record.home.name}"
    postgres.create_database(name)
    record.into(postgres.url(OWNER, name))
    before = kept(postgres.url(OWNER, name))
    upgrade(postgres.url(OWNER, name))
    yield name, before
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def url(migrated, postgres):
    """The application's URL of the migrated database."""
    return postgres.url(APP, migrated[0])


def asked(url, query):
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.text(query)).all()
    engine.dispose()
    return sorted(map(str, rows))


def kept(url):
    return {table: asked(url, f"SELECT {columns} FROM {table}") for table, columns in KEPT.items()}


@pytest.fixture(scope="module")
def eyes():
    """The audits' readers. A shared history is replayed once."""
    return Eyes(replayer=Remembering())


def wrong(url, eyes):
    """Return the findings of an audit by today's code, and of a proof of the journal."""
    store = Store(sa.create_engine(url))
    with store.reading() as reading:
        report = asyncio.run(audited(reading.connection, Scope(), eyes=eyes))
        found = verify(reading.connection).wrong
    store.engine.dispose()
    assert report.histories, "there are histories to replay"
    return [finding.full for finding in report.findings] + found


def test_a_record_is_restored_byte_for_byte(record, postgres, tmp_path):
    postgres.create_database("record_restored")
    url = postgres.url(OWNER, "record_restored")
    record.into(url)
    assert dump(url, tmp_path) == record.manifest["tables"]
    for path in (record.home / "database").iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    postgres.drop_database("record_restored")


def test_the_migrations_leave_what_is_on_record_as_it_is(migrated, postgres):
    name, before = migrated
    assert all(before.values())
    assert kept(postgres.url(OWNER, name)) == before


def test_a_migrated_database_has_the_tables_triggers_and_grants_of_a_new_one(migrated, postgres):
    for query in CATALOGUE:
        old, new = (asked(postgres.url(OWNER, name), query) for name in (migrated[0], "template_sluice"))
        assert old == new


@pytest.mark.parametrize("table", KEPT)
def test_what_was_recorded_then_cannot_be_edited_now(migrated, postgres, table):
    engine = sa.create_engine(postgres.url(OWNER, migrated[0]))
    with engine.connect() as connection, pytest.raises(DBAPIError, match="what is recorded is never edited"):
        connection.execute(sa.text(f"DELETE FROM {table}"))
    engine.dispose()


def test_the_three_verdicts_hold_by_todays_code(url, eyes):
    assert wrong(url, eyes) == []


def test_statements_are_rendered_byte_for_byte_as_they_were_issued(record, url):
    files = rendered(url, record.production)
    assert {name: sha256(content) for name, content in files.items()} == record.manifest["statements"]
    for path in (record.home / "statements").iterdir():
        assert files[path.name] == path.read_bytes()


def test_the_heads_that_were_anchored_are_in_the_journal(record, url):
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = list(departures(connection, record.home / "anchors", [record.manifest["signed_by"]]))
    engine.dispose()
    assert found == []


@pytest.mark.parametrize("temporal", [True, False], ids=["with Temporal's state", "with Temporal's state lost"])
def test_the_production_goes_on_to_its_next_payments_and_distribution(record, eyes, tmp_path, temporal):
    data = record.data_folder(tmp_path / "data", temporal=temporal)
    with EmbeddedStack(data) as stack:
        ended = asyncio.run(go_on(record, data))
        assert {workflow.partition("/")[0] for workflow, _ in ended} == (
            {"milestone", "production", "run"} if temporal else set()  # begun before seals: ended, and begun anew
        )
        assert wrong(stack.database_url, eyes) == []
