"""What people ask of the records. Every answer is plain rows, JSON-ready: amounts written, dates in ISO form."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.store import production_of, stream_of
from domain.errors import NotFound
from domain.events import read_event
from domain.ledger.entries import suspense
from domain.ledger.journal import Fact, Head
from domain.values.money import Money

Row = dict[str, Any]
FETCH = 1_000
"""Rows fetched at a time where an answer may be long."""
_CURSORS = count(1)


def productions(connection: Connection) -> list[Row]:
    """Every production with the version of its agreement."""
    return _plain(connection.execute(sa.select(tables.production).order_by(tables.production.c.key)))


def the_production(connection: Connection, production: str) -> Row:
    """One production.

    Raises:
        NotFound: its agreement is not registered.
    """
    found = [row for row in productions(connection) if row["key"] == production]
    if not found:
        raise NotFound(
            f"There is no production {production!r} here: register its agreement with `sluice agreement register`.",
            production=production,
        )
    return found[0]


def agreement_versions(
    connection: Connection, production: str, as_of: date | None = None, through: int | None = None
) -> list[Row]:
    """The versions recorded for a production, oldest first: version, document, effective_on, recorded_at.

    With `as_of`, those that counted on that day; with `through`, those recorded up to that number in its stream.
    """
    journal = tables.journal_event
    query = sa.select(journal.c.body, journal.c.effective_on, journal.c.recorded_at).where(
        journal.c.stream == stream_of(production), journal.c.type.in_(["agreement-registered", "agreement-amended"])
    )
    if as_of is not None:
        query = query.where(journal.c.effective_on <= as_of)
    if through is not None:
        query = query.where(journal.c.seq <= through)
    return [
        {**_told(row.body), "effective_on": row.effective_on.isoformat(), "recorded_at": row.recorded_at.isoformat()}
        for row in connection.execute(query.order_by(journal.c.seq))
    ]


def milestones(connection: Connection, production: str) -> list[Row]:
    """The milestones that something has happened to."""
    table = tables.milestone
    return _plain(connection.execute(sa.select(table).where(table.c.production == production).order_by(table.c.id)))


def payments(
    connection: Connection, production: str | None = None, status: str | None = None, run: str | None = None
) -> list[Row]:
    """Payments by production, status and run, each with its amount written."""
    table = tables.payment
    query = sa.select(table).order_by(table.c.production, table.c.due_on.nulls_last(), table.c.id)
    for column, wanted in ((table.c.production, production), (table.c.status, status), (table.c.run, run)):
        if wanted is not None:
            query = query.where(column == wanted)
    return [_with_amount(row) for row in _plain(connection.execute(query))]


def payment(connection: Connection, payment_id: str) -> Row | None:
    """One payment."""
    table = tables.payment
    rows = _plain(connection.execute(sa.select(table).where(table.c.id == payment_id)))
    return _with_amount(rows[0]) if rows else None


def receipts(connection: Connection, production: str | None = None) -> list[Row]:
    """Expected receipts, each with its amount and what has arrived of it."""
    table = tables.receipt
    query = sa.select(table).order_by(table.c.production, table.c.due_on.nulls_last(), table.c.id)
    if production is not None:
        query = query.where(table.c.production == production)
    found = []
    for row in _plain(connection.execute(query)):
        received = Money(row.pop("received_minor"), row["currency"])
        found.append(_with_amount(row) | {"received": str(received)})
    return found


def runs(connection: Connection, production: str | None = None, status: str | None = None) -> list[Row]:
    """Runs, newest day first."""
    table = tables.run
    query = sa.select(table).order_by(table.c.execution_on.desc(), table.c.id)
    for column, wanted in ((table.c.production, production), (table.c.status, status)):
        if wanted is not None:
            query = query.where(column == wanted)
    return [_with_total(row) for row in _plain(connection.execute(query))]


def run(connection: Connection, run_id: str) -> Row | None:
    """One run."""
    table = tables.run
    rows = _plain(connection.execute(sa.select(table).where(table.c.id == run_id)))
    return _with_total(rows[0]) if rows else None


def balances(
    connection: Connection, production: str, effective: date | None = None, known: datetime | None = None
) -> list[Row]:
    """The balance of each ledger account and currency, debits positive.

    `effective`: only entries that count on that day or before; `known`: only those recorded at that instant or before.
    """
    entry, journal = tables.entry, tables.journal_event
    query = sa.select(entry.c.account, entry.c.currency, sa.func.sum(entry.c.minor).label("minor")).where(
        entry.c.stream == stream_of(production)
    )
    if effective is not None:
        query = query.where(entry.c.effective_on <= effective)
    if known is not None:
        same = sa.and_(journal.c.stream == entry.c.stream, journal.c.seq == entry.c.seq)
        query = query.join(journal, same).where(journal.c.recorded_at <= known)
    query = query.group_by(entry.c.account, entry.c.currency).order_by(entry.c.account, entry.c.currency)
    return [
        {"account": row.account, "currency": row.currency, "balance": str(Money(int(row.minor), row.currency))}
        for row in connection.execute(query)
    ]


def entries(
    connection: Connection, production: str, account: str | None = None, about: str | None = None
) -> Iterator[Row]:
    """Ledger entries in the order of the journal."""
    table = tables.entry
    query = sa.select(table).where(table.c.stream == stream_of(production)).order_by(table.c.seq, table.c.line)
    if account is not None:
        query = query.where(table.c.account == account)
    if about is not None:
        query = query.where(table.c.about == about)
    for row in connection.execute(query.execution_options(yield_per=FETCH)):
        yield {
            "seq": row.seq,
            "line": row.line,
            "effective_on": row.effective_on.isoformat(),
            "account": row.account,
            "amount": str(Money(row.minor, row.currency)),
            "about": row.about,
        }


def in_suspense(connection: Connection, production: str, account: str, bank_reference: str) -> Money | None:
    """What of a movement is in suspense, positive when it came in; None if it never was."""
    entry = tables.entry.c
    query = _suspended(production).where(entry.account == suspense(account), entry.about == bank_reference)
    row = connection.execute(query).one_or_none()
    return None if row is None else Money(-int(row.minor), row.currency)


def unmatched(connection: Connection, production: str | None = None) -> list[Row]:
    """Movements that are in suspense, oldest first, with what the bank said of them."""
    journal, entry = tables.journal_event.c, tables.entry.c
    still = _suspended(production).where(entry.account.startswith(suspense(""))).having(sa.func.sum(entry.minor) != 0)
    left = {(row.stream, row.account, row.about): row for row in connection.execute(still)}
    query = sa.select(journal.stream, journal.body, journal.effective_on).where(
        journal.type == "movement-unmatched", journal.stream.in_({stream for stream, _, _ in left})
    )
    found = []
    for row in connection.execute(query.order_by(journal.recorded_at, journal.stream, journal.seq)):
        body = _told(row.body)
        held = left.get((row.stream, suspense(body["account"]), body["bank_reference"]))
        if held is not None:
            told = {name: body[name] for name in ("account", "bank_reference", "counterparty", "end_to_end_id", "why")}
            amount, since = str(Money(-int(held.minor), held.currency)), row.effective_on.isoformat()
            found.append({"production": production_of(row.stream), "since": since, "open": amount, **told})
    return found


def _suspended(production: str | None) -> sa.Select[tuple[str, str, str, str, Any]]:
    """What the ledger holds for each account's matter, by currency, of one production or of all."""
    entry = tables.entry.c
    about = (entry.stream, entry.account, entry.about, entry.currency)
    query = sa.select(*about, sa.func.sum(entry.minor).label("minor")).group_by(*about)
    return query if production is None else query.where(entry.stream == stream_of(production))


def unbalanced(connection: Connection) -> list[Row]:
    """Streams and currencies whose entries do not sum to zero; none, unless somebody tampered."""
    entry = tables.entry
    off = sa.func.sum(entry.c.minor)
    query = (
        sa.select(entry.c.stream, entry.c.currency, off.label("minor"))
        .group_by(entry.c.stream, entry.c.currency)
        .having(off != 0)
    )
    return _plain(connection.execute(query))


def streams(connection: Connection) -> list[str]:
    """The streams of the journal."""
    table = tables.stream_head
    return list(connection.execute(sa.select(table.c.stream).order_by(table.c.stream)).scalars())


def events(connection: Connection) -> int:
    """How many events all streams' heads count."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.sum(tables.stream_head.c.seq), 0))).scalar_one())


def head(connection: Connection, stream: str) -> Head:
    """Where the store says that a stream ends."""
    table = tables.stream_head
    row = connection.execute(sa.select(table).where(table.c.stream == stream)).one_or_none()
    return Head() if row is None else Head(row.seq, bytes(row.hash))


def facts(connection: Connection, stream: str) -> Iterator[Fact]:
    """The facts of a stream from its start, fetched piece by piece: past SQLAlchemy, for there may be a million."""
    rows = streamed(
        connection,
        "SELECT stream, seq, type, convert_to(body, 'UTF8'), effective_on, recorded_at, actor, command_key, prev_hash,"
        " hash FROM journal_event WHERE stream = %s ORDER BY seq",
        (stream,),
    )
    return map(Fact._make, rows)


def streamed(
    connection: Connection, statement: str, parameters: Sequence[object] = (), rows: int = FETCH
) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement of our own as the driver has them, fetched piece by piece from a cursor of the server.

    Other questions can be asked between them.
    """
    driver: Any = connection.connection.driver_connection
    with driver.cursor(name=f"streamed_{next(_CURSORS)}", binary=True) as cursor:
        cursor.itersize = rows
        cursor.execute(statement, parameters)
        yield from cursor


def read_through(
    connection: Connection, statement: str, parameters: Sequence[object] = ()
) -> Iterator[tuple[Any, ...]]:
    """The same for who asks nothing else before the last row: one way to the server and back, and not three."""
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        yield from cursor.stream(statement, parameters, binary=True, size=FETCH)


def newest_facts(connection: Connection, production: str, count: int, about: str | None = None) -> list[Fact]:
    """The last facts of a production, oldest first; with `about`, those whose body names it."""
    table = tables.journal_event
    query = sa.select(table).where(table.c.stream == stream_of(production))
    if about is not None:
        query = query.where(table.c.body.contains(f'"{about}"', autoescape=True))
    rows: Sequence[Any] = connection.execute(query.order_by(table.c.seq.desc()).limit(count)).all()
    return [_fact(row) for row in reversed(rows)]


def _fact(row: Any) -> Fact:
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


def _plain(result: sa.CursorResult[Any]) -> list[Row]:
    return [{name: _json_ready(value) for name, value in row.items()} for row in result.mappings()]


def _json_ready(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _with_amount(row: Row) -> Row:
    amount = Money(row.pop("minor"), row["currency"])
    booked = None
    if "booked_minor" in row:
        minor, currency = row.pop("booked_minor"), row.pop("booked_currency")
        booked = str(Money(minor, currency)) if currency else None
        row.pop("contract_minor")
        return row | {"amount": str(amount), "booked": booked}
    return row | {"amount": str(amount)}


def _with_total(row: Row) -> Row:
    return row | {"total": str(Money(row.pop("total_minor"), row["currency"]))}


def _told(body: str) -> Row:
    """What an event says, by the names of today."""
    return read_event(body).model_dump(mode="json")
