"""Streams the database's part of an evidence bundle, so that memory use stays constant."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.queries.chain import FETCH
from adapters.db.streams import stream_of

SNAPSHOTS = ("production", "milestone", "payment", "receipt", "run", "distribution", "proposal", "credit")


def entries(connection: Connection, production: str) -> Iterator[str]:
    """Yield a production's ledger entries in journal order, as JSON objects."""
    table = tables.entry
    return _written(connection, table, table.c.stream == stream_of(production), table.c.seq, table.c.line)


def snapshots(connection: Connection, production: str, name: str) -> Iterator[str]:
    """Yield a production's rows of a snapshot table in key order, as JSON objects."""
    table = tables.metadata.tables[name]
    own = (table.c.key if name == "production" else table.c.production) == production
    return _written(connection, table, own, *table.primary_key.columns)


def imports(connection: Connection, production: str) -> list[dict[str, Any]]:
    """Yield the versions of source statements in journal order."""
    table = tables.statement_version
    query = sa.select(table).where(table.c.production == production).order_by(table.c.seq)
    return [dict(row) for row in connection.execute(query).mappings()]


def kept(connection: Connection, digests: Sequence[str]) -> list[tuple[str, str]]:
    """Return the hash and name of each stored document among these hashes, in hash order."""
    table = tables.document.c
    wanted = table.sha256 == sa.any_(sa.literal(list(digests), sa.ARRAY(sa.Text)))
    query = sa.select(table.sha256, table.name).where(wanted).order_by(table.sha256)
    return [(row.sha256, row.name) for row in connection.execute(query)]


def _written(
    connection: Connection, table: sa.Table, own: sa.ColumnElement[bool], *order: sa.ColumnElement[Any]
) -> Iterator[str]:
    """Yield rows as JSON with sorted keys, so that equal rows give equal lines."""
    row = sa.select(sa.func.to_jsonb(sa.literal_column(f'"{table.name}"'))).select_from(table).where(own)
    for value in connection.execution_options(yield_per=FETCH).execute(row.order_by(*order)).scalars():
        yield json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
