"""Reads records for an audit: every column of every row, streamed. The rows may have been tampered with."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from adapters.db import rows, tables
from adapters.db.queries.chain import facts, read_through, streamed
from adapters.db.streams import HOUSE, stream_of
from domain.audit.books import Commanded, Entered
from domain.bank.identity import KnownBooking
from domain.bank.statements import BankStatement
from domain.events import Event, MovementAllocated, MovementAllocationUndone, read_event
from domain.ledger.journal import Fact
from domain.schemas import SCHEMAS, Schemas

Row = dict[str, Any]
SNAPSHOTS: Mapping[str, str] = {
    "production": "key",
    "milestone": "id",
    "payment": "id",
    "receipt": "id",
    "run": "id",
    "distribution": "period",
    "proposal": "document",
    "credit": "id",
}
"""The snapshot tables, each with the column that names a row among its production's."""


class KeptRate(NamedTuple):
    """An imported rate with the document that it came in."""

    source: str
    on: date
    base: str
    quote: str
    rate: Decimal


class Waiting(NamedTuple):
    """An outbox row, done or not."""

    id: int
    kind: str
    target: str
    name: str
    document: str | None


def entries(connection: Connection, stream: str) -> Iterator[Entered]:
    """A stream's ledger entries in the order of the journal."""
    named = "seq, line, account, currency, minor, about, effective_on"
    query = f"SELECT {named} FROM entry WHERE stream = %s ORDER BY seq, line"  # noqa: S608 - names of our own
    return map(Entered._make, streamed(connection, query, (stream,)))


def balances(connection: Connection, stream: str) -> Iterator[tuple[str, str, int]]:
    """The balance of each of a stream's accounts and currencies, in minor units."""
    query = (
        "SELECT account, currency, sum(minor)::text FROM entry WHERE stream = %s"
        " GROUP BY account, currency ORDER BY account, currency"
    )
    for account, currency, minor in read_through(connection, query, (stream,)):
        yield account, currency, int(minor)


def commands(connection: Connection, stream: str) -> Iterator[Commanded]:
    """A stream's commands in the order in which they were carried out."""
    query = "SELECT key, payload, first_seq, last_seq FROM command WHERE stream = %s ORDER BY first_seq, key"
    return map(Commanded._make, streamed(connection, query, (stream,)))


def command_payload(connection: Connection, key: str) -> str | None:
    """The hash of the command that was carried out under a key. None if none was."""
    query = sa.select(tables.command.c.payload).where(tables.command.c.key == key)
    return connection.execute(query).scalar_one_or_none()


def allocations_for(
    connection: Connection, production: str, account: str, movement: str, schemas: Schemas
) -> list[MovementAllocated | MovementAllocationUndone]:
    """Return what was said of a movement, and taken back, in the order of the journal."""
    table = tables.journal_event.c
    body = sa.cast(table.body, JSONB)
    query = sa.select(table.body).where(
        table.stream == stream_of(production),
        table.type.in_(["movement-allocated", "movement-allocation-undone"]),
        body["account"].astext == account,
        body["movement"].astext == movement,
    )
    found = (read_event(written, schemas) for written in connection.execute(query.order_by(table.seq)).scalars())
    return [one for one in found if isinstance(one, MovementAllocated | MovementAllocationUndone)]


class Wrote(NamedTuple):
    """What is recorded under a command's key: its events by number. `payload` is None if only refusals exist."""

    payload: str | None
    first_seq: int
    last_seq: int
    actor: str
    events: tuple[tuple[int, Event], ...]


def wrote(connection: Connection, stream: str, key: str, schemas: Schemas = SCHEMAS) -> Wrote | None:
    """Return what a command of a stream wrote, by its key; None if the key has no record."""
    journal, command = tables.journal_event.c, tables.command.c
    of_key = sa.and_(command.key == key, command.stream == stream)
    payload = connection.execute(sa.select(command.payload).where(of_key)).scalar_one_or_none()
    query = sa.select(journal.seq, journal.actor, journal.body).where(
        journal.stream == stream, journal.command_key == key
    )
    rows = connection.execute(query.order_by(journal.seq)).all()
    if not rows:
        return None
    events = tuple((row.seq, event) for row in rows if (event := _event(row.body, schemas)) is not None)
    carried_out = [row.seq for row in rows if '"type":"command-refused"' not in row.body] or [row.seq for row in rows]
    return Wrote(payload, carried_out[0], carried_out[-1], rows[-1].actor, events)


def fell_due(connection: Connection, stream: str, user: str) -> frozenset[int]:
    """Return how many due events each command of a user wrote."""
    command = tables.command.c
    days = sa.and_(command.stream == stream, command.key.startswith("fall-due/", autoescape=True))
    query = sa.select(command.last_seq - command.first_seq + 1).where(days, command.key.endswith(f"/{user}"))
    return frozenset(connection.execute(query.distinct()).scalars())


def _event(body: str, schemas: Schemas) -> Event | None:
    try:
        return read_event(body, schemas)
    except ValueError:  # reported when the stream is replayed
        return None


def bookings(connection: Connection, stream: str) -> Iterator[tuple[str, KnownBooking]]:
    """Return the bookings on record of a stream, each with its account."""
    names = [column.name for column in tables.booking.columns]
    query = f"SELECT {', '.join(names)} FROM booking WHERE stream = %s"  # noqa: S608 - names of our own
    for values in read_through(connection, query, (stream,)):
        row = dict(zip(names, values, strict=True))
        yield row["account"], rows.booking_of(row)


def bank_statements(connection: Connection, stream: str) -> Iterator[BankStatement]:
    """Return the banks' statements on record of a stream."""
    names = [column.name for column in tables.bank_statement.columns]
    query = f"SELECT {', '.join(names)} FROM bank_statement WHERE stream = %s"  # noqa: S608 - names of our own
    for values in read_through(connection, query, (stream,)):
        yield rows.bank_statement_of(dict(zip(names, values, strict=True)))


def documents(connection: Connection) -> Iterator[tuple[str, str]]:
    """Every kept document, by hash and name."""
    yield from streamed(connection, "SELECT sha256, name FROM document ORDER BY sha256")


def rate_documents(connection: Connection) -> list[str]:
    """The documents that rates, or corrections of them, came in."""
    named = (sa.select(table.c.document) for table in (tables.rate, tables.rate_correction))
    return sorted(connection.execute(sa.union(*named)).scalars())


def rates(connection: Connection, document: str) -> Iterator[KeptRate]:
    """Return the rates and corrections that are recorded as imported from a document."""
    query = " UNION ALL ".join(
        f'SELECT source, "on", base, quote, rate FROM {table} WHERE document = %s'  # noqa: S608 - names of our own
        for table in ("rate", "rate_correction")
    )
    return map(KeptRate._make, streamed(connection, query, (document, document)))


def outbox(connection: Connection) -> Iterator[Waiting]:
    """Return the bank files that transactions placed in the outbox, done or not."""
    query = "SELECT id, kind, target, name, document FROM outbox WHERE kind = 'bank-file' ORDER BY id"
    return map(Waiting._make, streamed(connection, query))


def statement_versions(connection: Connection, production: str) -> Iterator[Row]:
    """The versions of statements that are registered for a production, in the order of their events."""
    table = tables.statement_version
    query = sa.select(table).where(table.c.production == production).order_by(table.c.seq, table.c.id)
    for row in connection.execute(query.execution_options(yield_per=1_000)).mappings():
        yield dict(row)


def orphaned_rows(connection: Connection) -> list[str]:
    """Rows of sources' statements that belong to no registered version, as a sentence for each version missing."""
    found = []
    for table in (tables.receipt_row, tables.fact_row):
        version = tables.statement_version.c.id
        query = (
            sa.select(table.c.statement, sa.func.count())
            .where(~sa.exists().where(version == table.c.statement))
            .group_by(table.c.statement)
            .order_by(table.c.statement)
        )
        found += [f"{table.name} of version {number}: {count} rows" for number, count in connection.execute(query)]
    return found


def snapshots(connection: Connection, table: str, production: str) -> Iterator[Row]:
    """A production's rows of a snapshot table, JSON-ready as `adapters.db.rows` makes them."""
    where = "key" if table == "production" else "production"
    named = [column.name for column in tables.metadata.tables[table].columns]
    columns = ", ".join(f'"{name}"' for name in named)
    query = f"SELECT {columns} FROM {table} WHERE {where} = %s ORDER BY {SNAPSHOTS[table]}"  # noqa: S608 - our own
    for row in read_through(connection, query, (production,)):
        yield {name: _json_ready(value) for name, value in zip(named, row, strict=True)}


def people_facts(connection: Connection) -> Iterator[Fact]:
    """The facts of people in the order in which they were recorded."""
    return (fact for fact in facts(connection, HOUSE) if fact.type.startswith("people-"))


def people_snapshots(connection: Connection, table: str) -> Iterator[Row]:
    """The house's rows of a snapshot table of people, as `adapters.db.people` makes them."""
    named = [column.name for column in tables.metadata.tables[table].columns]
    query = f"SELECT {', '.join(named)} FROM {table} ORDER BY 1"  # noqa: S608 - names of our own
    for row in read_through(connection, query):
        yield dict(zip(named, row, strict=True))


def unnamed_documents(connection: Connection, streams: list[str], productions: list[str]) -> Iterator[tuple[str, str]]:
    """Return rows whose stream or production is unknown to the store: the table, and the unknown name."""
    tables_of = [("journal_event", "stream"), ("entry", "stream"), ("command", "stream")]
    tables_of += [("booking", "stream"), ("bank_statement", "stream")]
    tables_of += [(table, "key" if table == "production" else "production") for table in SNAPSHOTS]
    tables_of += [("statement_version", "production")]
    for table, column in tables_of:
        known = streams if column == "stream" else productions
        query = (
            f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ALL(%s)"  # noqa: S608 - names of our own
            f" ORDER BY {column}"
        )
        for (name,) in streamed(connection, query, (known,)):
            yield table, name


def _json_ready(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
