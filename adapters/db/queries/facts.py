"""Statements of imported facts (receipts, costs, advances …), with all their versions."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, only, paged
from adapters.db.streams import stream_of


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A version of a source's statement of one kind of fact, imported by the event `seq`, with its number of rows.

    `reason` is why it restates the version before, where somebody said it.
    """

    kind: str
    source: str
    statement: str
    version: int
    count: int
    sha256: str
    seq: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ImportFilter:
    """Selects imported statements."""

    production: str
    kind: str | None = None
    source: str | None = None
    statement: str | None = None


_TABLE = tables.statement_version.c
_ORDER = Order("imports", (_TABLE.kind, _TABLE.source, _TABLE.statement, _TABLE.version))


def imported(connection: Connection, chosen: ImportFilter, page: PageRequest = WHOLE) -> Page[ImportRow]:
    """Return every version of every statement of a production, by source and statement, newest version last."""
    journal = tables.journal_event.c
    query = sa.select(
        *(_TABLE.kind, _TABLE.source, _TABLE.statement, _TABLE.version, _TABLE.count, _TABLE.sha256, _TABLE.seq),
        sa.cast(journal.body, JSONB)["reason"].astext,
    )
    query = query.join_from(
        tables.statement_version,
        tables.journal_event,
        sa.and_(journal.stream == stream_of(chosen.production), journal.seq == _TABLE.seq),
        isouter=True,
    ).where(
        *only(
            (_TABLE.production, chosen.production),
            (_TABLE.kind, chosen.kind),
            (_TABLE.source, chosen.source),
            (_TABLE.statement, chosen.statement),
        )
    )
    return paged(connection, query, _ORDER, _import, page)


def _import(row: sa.Row[Any]) -> ImportRow:
    columns: Any = row[:8]
    return ImportRow(*columns)


def sources(connection: Connection, production: str) -> set[str]:
    """Return the sources whose statements of receipts were imported."""
    query = sa.select(_TABLE.source).where(_TABLE.production == production, _TABLE.kind == "receipt")
    return set(connection.execute(query.distinct()).scalars())
