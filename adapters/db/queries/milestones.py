"""Milestones with recorded events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, only, paged
from adapters.db.streams import OF_PRODUCTIONS
from domain.reads import EVERYTHING, Sight


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone. `evidence` is document id → SHA-256, `approvals` user → party.

    `submitted_on` is the day on which the newest evidence was handed in.
    `reason` is why its newest round was rejected, by whom if not by the passing of its deadline.
    """

    production: str
    id: str
    status: str
    round: int
    submitted_by: str | None
    evidence: Mapping[str, str]
    approvals: Mapping[str, Any]
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
_REJECTION: Any = sa.cast(_JOURNAL.body, JSONB)
_WHY = (
    sa.select(_REJECTION["by"].astext.label("rejected_by"), _REJECTION["reason"].astext.label("reason"))
    .where(_TABLE.status == "rejected", _JOURNAL.stream == sa.literal(OF_PRODUCTIONS) + _TABLE.production)
    .where(_JOURNAL.type == sa.literal_column("'milestone-rejected'"), _REJECTION["milestone"].astext == _TABLE.id)
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


def milestone(connection: Connection, production: str, milestone_id: str) -> MilestoneRow | None:
    """Return one milestone; None while it has no events."""
    query = _MILESTONES.where(_TABLE.production == production, _TABLE.id == milestone_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else MilestoneRow(*row)
