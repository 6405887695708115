"""Somebody who may do everything in the database, and rewrites a production so that it all agrees again."""

import json
from collections.abc import Callable

from psycopg import Connection
from psycopg import sql as names

from adapters.db import rows
from adapters.db.queries import chain
from domain.events import Event, PaymentsSettled
from domain.ledger import journal
from domain.ledger.entries import postings
from domain.ledger.journal import Fact, Head
from domain.state import State, fold
from domain.values.money import Money
from tests.evidence import STREAM
from tests.world import PRODUCTION, World


def more_settled(event: Event) -> Event:
    """Another thousand went out of the account for each settled payment."""
    if not isinstance(event, PaymentsSettled):
        return event
    more = [
        line.model_copy(update={"booked": line.booked + Money(1000, line.booked.currency)}) for line in event.payments
    ]
    return event.model_copy(update={"payments": tuple(more)})


def rechained(facts: list[Fact], change: Callable[[Event], Event]) -> list[Fact]:
    """The facts with changed events, chained as if they had always been so."""
    made: list[Fact] = []
    head = Head()
    for fact in facts:
        kept = {name: getattr(fact, name) for name in ("effective_on", "recorded_at", "actor", "command_key", "acted")}
        made += journal.chained(fact.stream, head, [change(fact.event)], **kept)
        head = Head(made[-1].seq, made[-1].hash)
    return made


def rewrite(world: World, connection: Connection, change: Callable[[Event], Event] = more_settled) -> None:
    """Rewrite the production's journal, entries, snapshots and head, consistently; triggers are off."""
    with world.store.reading() as records:
        facts = rechained(list(chain.facts(records.connection, STREAM)), change)
    connection.execute("SET session_replication_role = replica")
    connection.execute("DELETE FROM entry WHERE stream = %s", [STREAM])
    for fact in facts:
        connection.execute(
            "UPDATE journal_event SET body = %s, prev_hash = %s, hash = %s WHERE stream = %s AND seq = %s",
            [fact.body.decode(), fact.prev_hash, fact.hash, STREAM, fact.seq],
        )
        for line, entry in enumerate(postings(fact.event), start=1):
            posted = [STREAM, fact.seq, line, entry.account, entry.amount.currency, entry.amount.minor, entry.about]
            connection.execute(
                "INSERT INTO entry VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", [*posted, fact.effective_on]
            )
    connection.execute("UPDATE stream_head SET hash = %s WHERE stream = %s", [facts[-1].hash, STREAM])
    state = fold(State(), [(fact.event, fact.effective_on) for fact in facts])
    for table, made in (
        ("payment", [rows.payment_row(PRODUCTION, one) for one in state.payments.values()]),
        ("run", [rows.run_row(PRODUCTION, one) for one in state.runs.values()]),
    ):
        connection.execute(
            names.SQL("DELETE FROM {} WHERE production = %s").format(names.Identifier(table)), [PRODUCTION]
        )
        fill = "INSERT INTO {0} SELECT * FROM jsonb_populate_recordset(NULL::{0}, %s::jsonb)"
        connection.execute(names.SQL(fill).format(names.Identifier(table)), [json.dumps(made)])
