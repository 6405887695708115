"""Milestones with recorded events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, only, paged
from adapters.db.streams import OF_PRODUCTIONS, stream_of
from domain.events import Event, read_event
from domain.reads import EVERYTHING, Sight


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone. `evidence` is document id → SHA-256, `approvals` pairs of user and party.

    `submitted_on` is the day on which the newest evidence was handed in.
    `reason` is why its newest round was rejected, by whom if not by the passing of its deadline.
    """

    production: str
    id: str
    status: str
    round: int
    submitted_by: str | None
    evidence: Mapping[str, str]
    approvals: Sequence[tuple[str, str]]
    deadline_on: date | None
    escalated_to: str | None
    accepted_on: date | None
    submitted_on: date | None
    rejected_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class MilestoneFilter:
    """Selects milestones."""

    production: str
    status: str | None = None


_TABLE = tables.milestone.c
_ORDER = Order("milestones", (_TABLE.production, _TABLE.id))
_JOURNAL = tables.journal_event.c
_EVENTS = (
    "milestone-submitted",
    "milestone-approved",
    "milestone-rejected",
    "milestone-escalated",
    "milestone-accepted",
)
_BODY: Any = sa.cast(_JOURNAL.body, JSONB)
_WHY = (
    sa.select(_BODY["by"].astext.label("rejected_by"), _BODY["reason"].astext.label("reason"))
    .where(_TABLE.status == "rejected", _JOURNAL.stream == sa.literal(OF_PRODUCTIONS) + _TABLE.production)
    .where(_JOURNAL.type == sa.literal_column("'milestone-rejected'"), _BODY["milestone"].astext == _TABLE.id)
    .order_by(_JOURNAL.seq.desc())
    .limit(1)
    .lateral("why")
)
_COLUMNS = (*tables.milestone.columns, _WHY.c.rejected_by, _WHY.c.reason)
_MILESTONES = sa.select(*_COLUMNS).select_from(tables.milestone).join(_WHY, sa.true(), isouter=True)


def milestones(
    connection: Connection, chosen: MilestoneFilter, page: PageRequest = WHOLE, sight: Sight = EVERYTHING
) -> Page[MilestoneRow]:
    """Return milestones of a production, by id."""
    query = _MILESTONES.where(*only((_TABLE.production, chosen.production), (_TABLE.status, chosen.status)))
    if not sight.everything:
        query = query.where(_TABLE.id.in_(sight.milestones))
    return paged(connection, query, _ORDER, lambda row: MilestoneRow(*row[: len(_COLUMNS)]), page)


def milestone_events(connection: Connection, production: str, milestone_id: str) -> list[tuple[Event, date]]:
    """Return the events of a milestone in order, each with the day on which it counts."""
    query = sa.select(_JOURNAL.body, _JOURNAL.effective_on).where(
        _JOURNAL.stream == stream_of(production),
        _JOURNAL.type.in_(_EVENTS),
        _BODY["milestone"].astext == milestone_id,
    )
    rows = connection.execute(query.order_by(_JOURNAL.seq))
    return [(read_event(body.encode()), on) for body, on in rows]


def milestone(connection: Connection, production: str, milestone_id: str) -> MilestoneRow | None:
    """Return one milestone; None while it has no events."""
    query = _MILESTONES.where(_TABLE.production == production, _TABLE.id == milestone_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else MilestoneRow(*row)
