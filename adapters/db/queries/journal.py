"""The journal for people: the newest events first, a page at a time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, between, only, paged
from adapters.db.streams import stream_of


@dataclass(frozen=True, slots=True)
class EventRow:
    """A recorded event. `hash` is its link of the chain, in hexadecimal.

    `acted` says who was trusted to say who acted. It is None where Sluice itself did, and in earlier events.
    """

    stream: str
    seq: int
    type: str
    effective_on: date
    recorded_at: datetime
    actor: str
    command_key: str
    hash: str
    acted: Mapping[str, Any] | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Selects events. `about` is an id in the body; `since` and `until` are effective days."""

    production: str
    type: str | None = None
    actor: str | None = None
    about: str | None = None
    since: date | None = None
    until: date | None = None


_JOURNAL = tables.journal_event.c
_ORDER = Order("events", (_JOURNAL.seq,), descending=True)


def newest_events(connection: Connection, chosen: EventFilter, page: PageRequest = WHOLE) -> Page[EventRow]:
    """Return events of a production, newest first."""
    query = sa.select(tables.journal_event).where(
        _JOURNAL.stream == stream_of(chosen.production),
        *only((_JOURNAL.type, chosen.type), (_JOURNAL.actor, chosen.actor)),
        *between(_JOURNAL.effective_on, chosen.since, chosen.until),
    )
    if chosen.about is not None:
        query = query.where(_JOURNAL.body.contains(f'"{chosen.about}"', autoescape=True))
    return paged(connection, query, _ORDER, event_row, page)


def event_row(row: sa.Row[Any]) -> EventRow:
    """Return a row of the journal."""
    return EventRow(
        stream=row.stream,
        seq=row.seq,
        type=row.type,
        effective_on=row.effective_on,
        recorded_at=row.recorded_at,
        actor=row.actor,
        command_key=row.command_key,
        hash=bytes(row.hash).hex(),
        acted=json.loads(row.acted) if row.acted else None,
        body=json.loads(row.body),
    )
