"""The application's role, with SQL of somebody's own: which bank files it gets into the outbox."""
# ruff: noqa: S608 - the values in these statements are our own

import json
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from activities.views import RunRef
from adapters.bank.folder import folder_of
from adapters.db import tables
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from tests.world import PRODUCTION, World

STREAM = f"production/{PRODUCTION}"
FOLDER = folder_of(PRODUCTION, "spc-krw")


@pytest.fixture(scope="module")
def paid(module_database, tmp_path_factory):
    """A run is at the bank: its order is in the outbox, done."""
    world = World(module_database.app_url, tmp_path_factory.mktemp("world"))
    world.register()
    world.clock.to(date(2025, 2, 14))
    world.send()
    yield world
    world.close()


def tried(world, *statements, **values):
    """Statements in one transaction."""
    with world.store.engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement), values)


@pytest.fixture
def prepared(registered):
    """A run waits for its release; the world has its id."""
    registered.clock.to(date(2025, 2, 14))
    registered.run = registered.prepare().run
    return registered


def the_order(world):
    with world.store.reading() as records:
        query = sa.select(tables.outbox).where(tables.outbox.c.kind == "bank-file").order_by(tables.outbox.c.id)
        return records.connection.execute(query).first()


def forged(world, kind, body, actor="system", after=1):
    """An event at the end of the production's stream that no command made, as SQL; its hash is nobody's."""
    with world.store.reading() as records:
        seq = records.connection.execute(sa.select(sa.func.max(tables.journal_event.c.seq))).scalar_one()
    return (
        "INSERT INTO journal_event (stream, seq, type, body, effective_on, recorded_at, actor, command_key, prev_hash,"
        f" hash) VALUES ('{STREAM}', {seq + after}, '{kind}', '{json.dumps(body)}', '2025-02-14', now(), '{actor}',"
        " 'forged', sha256(''), sha256(''))"
    )


POST = "INSERT INTO outbox (kind, target, name, document) VALUES ('bank-file', :target, :name, :document)"


def refused(match):
    return pytest.raises(ProgrammingError, match=match)


def test_a_file_that_no_run_submitted_is_refused(paid):
    digest = paid.keep(b"<pay>me</pay>", "mine.xml")
    with refused("that no run submitted"):
        tried(paid, POST, target=FOLDER, name="mine.xml", document=digest)
    with refused("that no run submitted"):
        tried(paid, POST, target=FOLDER, name="mine.xml", document=the_order(paid).document)


def test_an_order_is_not_sent_a_second_time(paid):
    order = the_order(paid)
    with refused("more often than it was submitted"):
        tried(paid, POST, target=order.target, name=order.name.replace("-0.", "-1."), document=order.document)


def test_an_order_is_not_sent_to_another_bank(paid):
    order = the_order(paid)
    with refused("is of the account spc-krw, not of"):
        tried(paid, POST, target=folder_of(PRODUCTION, "spc-jpy"), name=order.name, document=order.document)


CHANGES = ("done_at = NULL", "name = 'x'", "target = 'x'", "document = NULL", "created_at = now()", "kind = 'run-news'")


@pytest.mark.parametrize("change", CHANGES)
def test_a_row_of_the_outbox_is_only_marked_as_done(paid, change):
    tried(paid, "UPDATE outbox SET done_at = now()")
    with refused("can only be marked as done"):
        tried(paid, f"UPDATE outbox SET {change}")


def test_a_run_that_nobody_released_is_not_submitted_by_an_event_of_ones_own(prepared):
    digest = prepared.keep(b"<pay>me more</pay>", "mine.xml")
    body = {"type": "run-submitted", "run": prepared.run, "message_id": "mine", "file": digest}
    with refused("which no second person released"):
        tried(
            prepared, forged(prepared, "run-submitted", body), POST, target=FOLDER, name="mine-0.xml", document=digest
        )


def released_by(world, actor):
    """Statements that forge the release of the waiting run and its submission, and put a file of one's own in."""
    digest = world.keep(b"<pay>me most</pay>", "mine.xml")
    with world.store.reading() as records:
        run = records.connection.execute(sa.select(tables.run).where(tables.run.c.id == world.run)).one()
    release = {"type": "run-released", "run": run.id, "by": actor or run.prepared_by, "sha256": run.sha256}
    submit = {"type": "run-submitted", "run": run.id, "message_id": "mine", "file": digest}
    statements = (
        forged(world, "run-released", release, actor or run.prepared_by),
        forged(world, "run-submitted", submit, after=2),
        POST,
    )
    return statements, {"target": FOLDER, "name": "mine-0.xml", "document": digest}


def test_who_prepared_a_run_does_not_release_it_with_an_event_of_their_own(prepared):
    statements, values = released_by(prepared, actor="")
    with refused("which no second person released"):
        tried(prepared, *statements, **values)


async def test_a_release_that_is_forged_in_the_name_of_another_is_found_by_the_audit(prepared):
    statements, values = released_by(prepared, actor="sora")
    tried(prepared, *statements, **values)
    with prepared.store.reading() as records:
        report = await audited(records.connection, Scope(PRODUCTION))
    assert any("hash" in finding.full for finding in report.findings)


def test_a_snapshot_that_says_released_sends_nothing(prepared):
    tried(prepared, "UPDATE run SET status = 'released', released_by = 'sora' WHERE id = :run", run=prepared.run)
    before = prepared.events()
    with refused("which no second person released"):
        prepared.runs.send(RunRef(production=PRODUCTION, run=prepared.run))
    assert prepared.events() == before
