"""Whole streams of the journal, from the first fact to the head, fetched in batches for proofs."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from domain.ledger.journal import Fact, Head

FETCH = 1_000
"""Rows per batch of a long answer."""
_CURSORS = count(1)
_EVENT = tables.journal_event.c


def streams(connection: Connection) -> list[str]:
    """Return the streams of the journal."""
    table = tables.stream_head
    return list(connection.execute(sa.select(table.c.stream).order_by(table.c.stream)).scalars())


def events(connection: Connection) -> int:
    """Return the number of events by the heads of all streams."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.sum(tables.stream_head.c.seq), 0))).scalar_one())


def head(connection: Connection, stream: str) -> Head:
    """Return the recorded head of a stream."""
    table = tables.stream_head
    row = connection.execute(sa.select(table).where(table.c.stream == stream)).one_or_none()
    return Head() if row is None else Head(row.seq, bytes(row.hash))


def fact(connection: Connection, stream: str, seq: int) -> Fact:
    """Return one fact of a stream, which must exist."""
    row = connection.execute(sa.select(tables.journal_event).where(_EVENT.stream == stream, _EVENT.seq == seq)).one()
    return Fact(
        stream=row.stream,
        seq=row.seq,
        type=row.type,
        body=row.body.encode(),
        effective_on=row.effective_on,
        recorded_at=row.recorded_at,
        actor=row.actor,
        command_key=row.command_key,
        prev_hash=bytes(row.prev_hash),
        hash=bytes(row.hash),
    )


def facts(connection: Connection, stream: str) -> Iterator[Fact]:
    """Yield the facts of a stream from its start. There may be a million, so they bypass SQLAlchemy."""
    rows = streamed(
        connection,
        "SELECT seq, type, body, effective_on, recorded_at, actor, command_key, prev_hash, hash, acted"
        " FROM journal_event"
        " WHERE stream = %s ORDER BY seq",
        (stream,),
    )
    for seq, kind, body, effective_on, recorded_at, actor, key, before, link, acted in rows:
        yield Fact(
            stream, seq, kind, body.encode(), effective_on, recorded_at, actor, key, before, link, acted.encode()
        )


def streamed(
    connection: Connection, statement: str, parameters: Sequence[object] = (), rows: int = FETCH
) -> Iterator[tuple[Any, ...]]:
    """Yield the driver's rows of a statement of our own, in batches from a server-side cursor.

    Other queries may run in between.
    """
    driver: Any = connection.connection.driver_connection
    with driver.cursor(name=f"streamed_{next(_CURSORS)}", binary=True) as cursor:
        cursor.itersize = rows
        cursor.execute(statement, parameters)
        yield from cursor


def read_through(
    connection: Connection, statement: str, parameters: Sequence[object] = ()
) -> Iterator[tuple[Any, ...]]:
    """Stream rows in one round trip instead of three. No other query may run before the last row."""
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        yield from cursor.stream(statement, parameters, binary=True, size=FETCH)
