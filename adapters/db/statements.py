"""Recorded statements: their signature, their issue, and their documents."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.streams import stream_of
from domain.errors import Broken
from domain.events import DistributionObjected, read_event

Row = dict[str, Any]


def head(connection: Connection, production: str) -> tuple[int, str, datetime]:
    """Return the last event of a production: its number, its hash in hexadecimal, and its recording time."""
    table = tables.journal_event.c
    query = sa.select(table.seq, table.hash, table.recorded_at).where(table.stream == stream_of(production))
    row = connection.execute(query.order_by(table.seq.desc()).limit(1)).one()
    return row.seq, bytes(row.hash).hex(), row.recorded_at


def computed_at(connection: Connection, production: str, period: str) -> int:
    """Return the number of the event that last computed a period's distribution.

    Raises:
        Broken: there is no such event.
    """
    table = tables.journal_event.c
    query = sa.select(sa.func.max(table.seq)).where(
        table.stream == stream_of(production),
        table.type == "distribution-computed",
        table.body.contains(f'"period":"{period}"', autoescape=True),
    )
    found: int | None = connection.execute(query).scalar_one()
    if found is None:
        raise Broken(f"No event of {production} computed {period}, which is on record as distributed.", period=period)
    return found


def objected_on(connection: Connection, production: str) -> Mapping[tuple[str, str], date]:
    """Return the day of each party's last objection, by period and party."""
    table = tables.journal_event.c
    query = sa.select(table.body, table.effective_on).where(
        table.stream == stream_of(production), table.type == "distribution-objected"
    )
    found = {}
    for row in connection.execute(query.order_by(table.seq)):
        event = read_event(row.body)
        assert isinstance(event, DistributionObjected)  # noqa: S101 - the type says so
        found[event.period, event.party] = row.effective_on
    return found
