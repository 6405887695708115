"""The proof of the record: whoever gets round every guard is still found out, and where."""
# ruff: noqa: S608 - the names in these statements are our own

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.ledger.verify import verify
from tests.world import PRODUCTION, World

STREAM = f"production/{PRODUCTION}"


@pytest.fixture
def told(database, tmp_path):
    """WR-A is paid."""
    world = World(database.app_url, tmp_path)
    world.register()
    world.clock.to(date(2025, 2, 14))
    world.send()
    world.take()
    yield world
    world.close()


@pytest.fixture
def tamper(database):
    """Changes what is recorded, as the owner with all triggers off."""
    engine = create_engine(database.owner_url, poolclass=NullPool)

    def change(table, statement):
        with engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            assert connection.exec_driver_sql(statement).rowcount == 1
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    yield change
    engine.dispose()


def seq_of(world, kind):
    query = sa.text("SELECT max(seq) FROM journal_event WHERE type = :t")
    with world.store.reading() as records:
        return records.connection.execute(query, {"t": kind}).scalar_one()


def run_of(world):
    (run,) = world.snapshots().runs
    return run


def test_an_honest_record_is_proved(told):
    with told.store.reading() as records:
        proof = verify(records.connection)
    assert proof.wrong == []
    assert (proof.streams, proof.events) == (2, len(told.events()) + 1), "with the stream of the house"


def test_a_flipped_byte_in_a_body_is_named(told, tamper):
    seq = seq_of(told, "run-released")
    tamper("journal_event", f"UPDATE journal_event SET body = replace(body, 'sora', 'yuri') WHERE seq = {seq}")
    assert told.wrong() == [
        f"{STREAM} event {seq}: its content is not what was hashed",
        f"{STREAM} event {seq}: says another name than its actor's",
        f"run {run_of(told)} of {PRODUCTION}: its released_by is not what the journal makes it",
    ]


@pytest.mark.parametrize("field", ["actor = 'x'", "effective_on = '2020-01-01'", "command_key = 'x'"])
def test_a_changed_field_beside_the_body_is_named(told, tamper, field):
    seq = seq_of(told, "run-released")
    tamper("journal_event", f"UPDATE journal_event SET {field} WHERE seq = {seq}")
    assert f"{STREAM} event {seq}: its content is not what was hashed" in told.wrong()


def test_a_dropped_event_is_named_and_so_are_its_entries(told, tamper):
    seq = seq_of(told, "payments-fell-due")
    tamper("journal_event", f"DELETE FROM journal_event WHERE seq = {seq}")
    named = {
        f"{STREAM} event {seq + 1}: does not chain to the event before it",
        f"{STREAM} event {seq + 1}: event {seq} is missing before it",
        f"{STREAM}: entries name event {seq}, which is not in the journal",
        f"balance of expense:production:fee in {STREAM}: is not what the events make it",
        f"payment {told.payment('WR-A')} of {PRODUCTION}: its status is not what the journal makes it",
    }
    assert named <= set(told.wrong())


def test_a_dropped_last_event_is_named(told, tamper):
    seq, last = seq_of(told, "payments-settled"), seq_of(told, "bookings-reported")
    for dropped in (last, seq):
        tamper("journal_event", f"DELETE FROM journal_event WHERE seq = {dropped}")
    wrong = told.wrong()
    assert any("ends at event" in sentence for sentence in wrong)
    assert any(f"entries name event {seq}" in sentence for sentence in wrong)


def test_a_changed_amount_of_an_entry_is_named(told, tamper):
    seq = seq_of(told, "payments-settled")
    tamper("entry", f"UPDATE entry SET minor = minor + 1 WHERE seq = {seq} AND line = 1")
    assert told.wrong() == [
        f"{STREAM} event {seq}: its entries are not what a payments-settled event posts",
        f"balance of liability:payable:writer in {STREAM}: is not what the events make it",
        f"participation in {STREAM}: liability:payable:writer: the ledger owes KRW -1, and it should be KRW 0.",
        f"{STREAM}: entries in KRW do not balance",
    ]


def test_an_entry_that_was_moved_to_another_account_is_named(told, tamper):
    seq = seq_of(told, "payments-settled")
    tamper("entry", f"UPDATE entry SET account = 'asset:bank:mine' WHERE seq = {seq} AND line = 1")
    assert told.wrong() == [
        f"{STREAM} event {seq}: its entries are not what a payments-settled event posts",
        f"balance of asset:bank:mine in {STREAM}: is not what the events make it",
        f"balance of liability:payable:writer in {STREAM}: is not what the events make it",
        f"participation in {STREAM}: liability:payable:writer: the ledger owes KRW 192000000, and it should be KRW 0.",
    ]


def test_a_body_that_is_no_event_is_named_and_the_rest_is_still_looked_at(told, tamper):
    seq = seq_of(told, "payments-settled")
    tamper("journal_event", f"UPDATE journal_event SET body = '{{}}' WHERE seq = {seq}")
    wrong = told.wrong()
    assert any("cannot be read" in sentence for sentence in wrong)
    assert any("not what was hashed" in sentence for sentence in wrong)
