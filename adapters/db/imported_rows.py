"""The rows of imported statements as they are stored: their canonical form, and whether they are what was imported."""

import hashlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from adapters.db import tables
from domain.events import StatementImported, StatementKind
from domain.values.currency import exponent

_COLUMNS = {
    True: ("payer", "territory", "media", '"window"'),
    False: ("name",),
}


def altered(connection: sa.Connection, production: str, number: int, event: StatementImported) -> str | None:
    """Return what is wrong with the rows that an event imported; None if they match it.

    The check recomputes the rows' SHA-256, and each amount from its minor units and rate.
    """
    rows, table = event.rows, tables.statement_version.c
    what = f"production/{production} event {number}: the rows of {rows.source} {rows.statement} version {event.version}"
    version = connection.execute(
        sa.select(table.id).where(
            table.production == production,
            table.kind == rows.kind,
            table.source == rows.source,
            table.statement == rows.statement,
            table.version == event.version,
            table.seq == number,
            table.sha256 == rows.sha256,
        )
    ).scalar_one_or_none()
    if version is None:
        return f"{what} are not registered as it says"
    if _digest(connection, rows.kind, version) != rows.sha256:
        return f"{what} are not what was imported"
    if _miscounted(connection, rows.kind, version):
        return f"{what} are converted into other amounts than their rates make"
    return None


def canonical_rows(connection: sa.Connection, kind: StatementKind, version: int) -> Iterator[bytes]:
    """Return the canonical form of a statement's rows, which its hash covers, as PostgreSQL copies it out.

    Counts are part of it if any row has them.
    """
    table, named = row_table(kind, counted=_counted(connection, kind, version))
    amount = {StatementKind.METRIC: "amount", StatementKind.DATE: "''"}.get(kind, "minor")
    columns = f"\"on\", coalesce(currency, ''), {amount}, coalesce(bank_rate::text, ''), {named}"
    return _copied(connection, f"SELECT {columns} FROM {table} WHERE statement = {version} ORDER BY line")  # noqa: S608 - names of our own


def converted_rows(connection: sa.Connection, kind: StatementKind, version: int) -> Iterator[bytes]:
    """Return a statement's converted rows: line, amount, and rule, source, day and rate if converted."""
    table, _ = row_table(kind, counted=False)
    columns = "line, amount, coalesce(rate_rule, ''), coalesce(rate_source, ''), coalesce(fixing_on::text, '')"
    columns += ", coalesce(rate::text, '')"
    return _copied(connection, f"SELECT {columns} FROM {table} WHERE statement = {version} ORDER BY line")  # noqa: S608 - names of our own


def _counted(connection: sa.Connection, kind: StatementKind, version: int) -> bool:
    if kind is not StatementKind.RECEIPT:
        return False
    row = tables.receipt_row.c
    counted = sa.select(sa.exists().where(row.statement == version, row.counts.is_not(None)))
    return connection.execute(counted).scalar_one()


def _copied(connection: sa.Connection, query: str) -> Iterator[bytes]:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
        for block in copy:
            yield bytes(block)


def _digest(connection: sa.Connection, kind: StatementKind, version: int) -> str:
    """The SHA-256 of a statement's rows in their canonical form."""
    digest = hashlib.sha256()
    for block in canonical_rows(connection, kind, version):
        digest.update(block)
    return digest.hexdigest()


def _miscounted(connection: sa.Connection, kind: StatementKind, version: int) -> bool:
    table = tables.receipt_row if kind is StatementKind.RECEIPT else tables.fact_row
    row = table.c
    here = row.statement == version
    currencies = connection.execute(sa.select(row.currency).where(here, row.currency.is_not(None)).distinct()).scalars()
    wrong = [
        sa.and_(row.currency == code, row.amount * 10 ** exponent(code) != row.minor * sa.func.coalesce(row.rate, 1))
        for code in currencies.all()
    ]
    return bool(wrong) and connection.execute(sa.select(sa.exists().where(here, sa.or_(*wrong)))).scalar_one()


def row_table(kind: StatementKind, *, counted: bool) -> tuple[str, str]:
    """Return the table of a kind, its text columns, and its counts column."""
    receipts = kind is StatementKind.RECEIPT
    named = (*_COLUMNS[receipts], "counts") if counted else _COLUMNS[receipts]
    return "receipt_row" if receipts else "fact_row", ", ".join(named)
