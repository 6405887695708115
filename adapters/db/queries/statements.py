"""Statements that were issued to parties, from the journal."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, only, paged
from adapters.db.streams import stream_of
from domain.reads import EVERYTHING, Sight


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement issued by the event `seq`. `sha256` is its document's.

    `fetched_on` is the first day on which somebody of the party itself fetched it.
    """

    production: str
    period: str
    party: str
    issued_on: date
    seq: int
    sha256: str
    fetched_on: date | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """A statement as a file that somebody fetched: by whom for which party, in which form and language, and when."""

    on: date
    at: datetime
    by: str
    reader: str
    form: str
    language: str
    sha256: str


@dataclass(frozen=True, slots=True)
class StatementFilter:
    """Selects statements."""

    production: str
    period: str | None = None
    party: str | None = None


_JOURNAL = tables.journal_event.c


def statements(
    connection: Connection, chosen: StatementFilter, page: PageRequest = WHOLE, sight: Sight = EVERYTHING
) -> Page[StatementRow]:
    """Return statements of a production in the order in which they were issued."""
    body = sa.cast(_JOURNAL.body, JSONB)
    elements = sa.func.jsonb_array_elements(body["statements"])
    issued = elements.table_valued(sa.column("item", JSONB), with_ordinality="place").render_derived(name="issued")
    party, period = issued.c.item["party"].astext, body["period"].astext
    query = (
        sa.select(
            sa.literal(chosen.production).label("production"),
            period.label("period"),
            party.label("party"),
            _JOURNAL.effective_on,
            _JOURNAL.seq,
            issued.c.item["sha256"].astext.label("sha256"),
            _first_fetched(chosen.production, issued.c.item["sha256"].astext, party).label("fetched_on"),
        )
        .select_from(tables.journal_event.join(issued, sa.true()))
        .where(
            _JOURNAL.stream == stream_of(chosen.production),
            _JOURNAL.type == "statements-issued",
            *only((period, chosen.period), (party, chosen.party)),
        )
    )
    if not sight.everything:
        query = query.where(party == sight.party)
    order = Order("statements", (_JOURNAL.seq, sa.type_coerce(issued.c.place, sa.BigInteger())))
    return paged(connection, query, order, _statement, page)


def _statement(row: sa.Row[Any]) -> StatementRow:
    columns: Any = row[:7]
    return StatementRow(*columns)


def _first_fetched(
    production: str, document: sa.ColumnElement[str], party: sa.ColumnElement[str]
) -> sa.ScalarSelect[date]:
    """The first day on which a party's own people fetched a document."""
    table = tables.journal_event.alias("fetch")
    body = sa.cast(table.c.body, JSONB)
    return (
        sa.select(sa.func.min(table.c.effective_on))
        .where(
            table.c.stream == stream_of(production),
            table.c.type == "statement-fetched",
            body["document"].astext == document,
            body["reader"].astext == party,
        )
        .scalar_subquery()
    )


def fetches(connection: Connection, production: str, document: str) -> list[Fetch]:
    """Return who fetched the statement with a document, in order."""
    body = sa.cast(_JOURNAL.body, JSONB)
    named = ("by", "reader", "form", "language", "sha256")
    query = (
        sa.select(_JOURNAL.effective_on, _JOURNAL.recorded_at, *(body[name].astext for name in named))
        .where(
            _JOURNAL.stream == stream_of(production),
            _JOURNAL.type == "statement-fetched",
            body["document"].astext == document,
        )
        .order_by(_JOURNAL.seq)
    )
    return [Fetch(*row) for row in connection.execute(query)]
