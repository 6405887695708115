"""The archive of histories: what goes in comes out, and nothing else passes for it."""

import json

import pytest
import sqlalchemy as sa
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from adapters.db import histories
from domain.errors import Broken, NotFound
from domain.events import HistoryArchived, HistoryStatus
from domain.ledger.journal import sha256
from tests.world import PRODUCTION

CONTENT = json.dumps({"events": [{"eventId": "1", "이름": "하나" * 100}]}, ensure_ascii=False).encode()


def event(run_id: str = "r1", workflow_id: str = "run/X", content: bytes = CONTENT) -> HistoryArchived:
    return HistoryArchived(
        workflow_id=workflow_id,
        run_id=run_id,
        workflow_type="PaymentRun",
        status=HistoryStatus.COMPLETED,
        events=1,
        build_id="b",
        sha256=sha256(content),
    )


@pytest.fixture
def archive(world):
    with world.store.transaction() as transaction:
        histories.keep(transaction, PRODUCTION, event("r2"), CONTENT)
        histories.keep(transaction, PRODUCTION, event("r1"), CONTENT)
        histories.keep(transaction, "", event(workflow_id="sweep-histories"), CONTENT)
    return world.store


def changed(database, assignment: str) -> None:
    """Change a history as the superuser can who owns the tables."""
    engine = create_engine(database.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE history DISABLE TRIGGER ALL"))
        connection.execute(sa.text("ALTER TABLE history DROP CONSTRAINT history_check"))
        connection.execute(sa.text(f"UPDATE history SET {assignment} WHERE run_id = 'r2'"))  # noqa: S608
    engine.dispose()


def test_a_history_comes_out_as_it_went_in(archive):
    with archive.reading() as records:
        kept = histories.the_history(records.connection, "run/X", "r2")
        assert kept.json() == CONTENT
    assert (kept.row.production, kept.row.status, kept.row.name) == (PRODUCTION, "completed", "run/X (run r2)")


def test_the_archive_is_read_in_order_whole_or_by_production(archive):
    with archive.reading() as records:
        everything = [(row.workflow_id, row.run_id) for row in histories.listed(records.connection)]
        assert everything == [("run/X", "r1"), ("run/X", "r2"), ("sweep-histories", "r1")]
        assert [kept.row for kept in histories.kept(records.connection)] == list(histories.listed(records.connection))
        assert [kept.json() for kept in histories.kept(records.connection, PRODUCTION)] == [CONTENT, CONTENT]
        assert [row.run_id for row in histories.listed(records.connection, "", "sweep-histories")] == ["r1"]


def test_it_says_which_of_many_runs_it_has(archive):
    asked = [("run/X", "r1"), ("run/X", "r9"), ("run/Y", "r2")]
    with archive.reading() as records:
        assert histories.archived(records.connection, asked) == {("run/X", "r1")}
        assert histories.archived(records.connection, []) == frozenset()


def test_what_it_does_not_have_is_not_found(archive):
    with archive.reading() as records, pytest.raises(NotFound, match=r"run/X \(run r9\)"):
        histories.the_history(records.connection, "run/X", "r9")


def test_content_under_another_hash_is_not_taken(world):
    with pytest.raises(Broken), world.store.transaction() as transaction:
        histories.keep(transaction, PRODUCTION, event(), CONTENT + b" ")


def test_a_run_is_archived_once(archive):
    with pytest.raises(DBAPIError, match="history_pkey"), archive.transaction() as transaction:
        histories.keep(transaction, PRODUCTION, event("r1"), CONTENT)


def test_each_single_bit_of_the_stored_bytes_counts(archive, database):
    with archive.reading() as records:
        kept = histories.the_history(records.connection, "run/X", "r2")
    for place in range(8 * len(kept.packed)):
        flipped = bytearray(kept.packed)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(Broken, match="r2"):
            histories.Kept(kept.row, bytes(flipped)).json()


@pytest.mark.parametrize(
    ("assignment", "how"),
    [
        ("content = content || 'x'", "not those that were stored"),
        ("content = 'x', packed_sha256 = encode(sha256('x'), 'hex')", "cannot be unpacked"),
        ("sha256 = repeat('a', 64)", "does not have the hash"),
    ],
)
def test_a_tampered_row_is_named(archive, database, assignment, how):
    changed(database, assignment)
    with archive.reading() as records, pytest.raises(Broken, match=how):
        histories.the_history(records.connection, "run/X", "r2").json()
