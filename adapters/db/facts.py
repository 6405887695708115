"""Statements of sources: written whole and for good, and read as the facts that a waterfall runs on.

A statement's rows count in its newest version; earlier versions stay as they were.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from psycopg import Copy

from adapters.db import tables
from adapters.db.store import Transaction, stream_of
from domain.errors import Broken
from domain.events import EVENT, ImportedRows, StatementImported, StatementKind
from domain.revenue import Standing

Row = dict[str, Any]
_COLUMNS = {
    True: ("payer", "territory", "media", '"window"'),
    False: ("name",),
}
_READ = 10_000


def standing(transaction: Transaction, production: str, kind: StatementKind, source: str, name: str) -> Standing | None:
    """The version of a statement that counts; None while there is none.

    Raises:
        Broken: the journal has no import where the statement says it does.
    """
    table, journal = tables.statement_version.c, tables.journal_event.c
    query = (
        sa.select(table.version, table.sha256, table.seq, journal.body)
        .join_from(
            tables.statement_version,
            tables.journal_event,
            sa.and_(journal.stream == stream_of(production), journal.seq == table.seq),
            isouter=True,
        )
        .where(table.production == production, table.kind == kind, table.source == source, table.statement == name)
        .order_by(table.version.desc())
        .limit(1)
    )
    row = transaction.connection.execute(query).one_or_none()
    if row is None:
        return None
    event = EVENT.validate_json(row.body) if row.body else None
    if not isinstance(event, StatementImported):
        raise Broken(f"Event {row.seq} of {production} should be the import of {source} {name}: it is not.")
    return Standing(row.version, row.sha256, event.rows.totals)


def open_version(transaction: Transaction, production: str, version: int, rows: ImportedRows) -> int:
    """Register the next version of a statement, which the next event of the production's stream is about.

    Answers with its number, by which its rows name it.
    """
    head, table = tables.stream_head.c, tables.statement_version
    seq = sa.select(head.seq + 1).where(head.stream == stream_of(production)).scalar_subquery()
    added = (
        sa.insert(table)
        .values(
            production=production,
            kind=rows.kind,
            source=rows.source,
            statement=rows.statement,
            version=version,
            count=rows.count,
            sha256=rows.sha256,
            seq=seq,
        )
        .returning(table.c.id)
    )
    number: int = transaction.connection.execute(added).scalar_one()
    return number


@contextmanager
def copying(transaction: Transaction, kind: StatementKind) -> Iterator[Copy]:
    """Take rows in PostgreSQL's text form, in the order of the table's columns, into the table of a kind."""
    table, named = _table(kind)
    columns = f'statement, line, "on", currency, minor, bank_rate, {named}, amount'
    driver: Any = transaction.connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}, rate_rule, rate_source, fixing_on, rate) FROM STDIN") as copy,
    ):
        yield copy


def statements(connection: sa.Connection, production: str, kind: StatementKind | None = None) -> list[Row]:
    """Every version of every statement of a production, by source and statement, the newest version last."""
    table = tables.statement_version.c
    query = sa.select(table.kind, table.source, table.statement, table.version, table.count, table.sha256, table.seq)
    query = query.where(table.production == production)
    if kind is not None:
        query = query.where(table.kind == kind)
    ordered = query.order_by(table.kind, table.source, table.statement, table.version)
    return [dict(row) for row in connection.execute(ordered).mappings()]


def _table(kind: StatementKind) -> tuple[str, str]:
    receipts = kind is StatementKind.RECEIPT
    return "receipt_row" if receipts else "fact_row", ", ".join(_COLUMNS[receipts])
