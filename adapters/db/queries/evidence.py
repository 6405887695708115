"""Evidence of milestones: what was handed in, what of it is stored, and who has read it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB, array

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, only, paged
from adapters.db.streams import stream_of
from domain.reads import EVERYTHING, Sight


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A document of one round's evidence.

    `content` is `stored`, or `elsewhere` if only the hash was handed in. `name`, `size` (bytes) and `stored_by` are of
    the stored content. `read_by` are those who have fetched it, once each.
    """

    production: str
    milestone: str
    round: int
    document: str
    sha256: str
    submitted_by: str
    submitted_on: date
    content: str
    name: str | None
    size: int | None
    stored_by: str | None
    read_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EvidenceFilter:
    """Selects documents of evidence."""

    production: str
    milestone: str | None = None
    document: str | None = None
    round: int | None = None


@dataclass(frozen=True, slots=True)
class EvidenceRead:
    """One reading of stored content."""

    who: str
    why: str
    at: datetime


_SUBMITTED, _KEPT = tables.journal_event.alias("submitted"), tables.journal_event.alias("kept")
_BODY: Any = sa.cast(_SUBMITTED.c.body, JSONB)
_DOCUMENTS = sa.func.jsonb_each_text(_BODY["evidence"]).table_valued("key", "value").render_derived("document")
_MILESTONE, _ROUND = _BODY["milestone"].astext, sa.cast(_BODY["round"].astext, sa.Integer)
_NAME, _SHA256 = sa.cast(_DOCUMENTS.c.key, sa.Text), sa.cast(_DOCUMENTS.c.value, sa.Text)
_ORDER = Order("evidence", (_SUBMITTED.c.seq, _NAME))
_KEPT_BODY: Any = sa.cast(_KEPT.c.body, JSONB)


def evidence(
    connection: Connection, chosen: EvidenceFilter, page: PageRequest = WHOLE, sight: Sight = EVERYTHING
) -> Page[EvidenceRow]:
    """Return documents of evidence, in the order in which they were handed in."""
    stored = (
        sa.select(_KEPT_BODY["name"].astext.label("name"), _KEPT_BODY["size"].astext.label("size"), _KEPT.c.actor)
        .where(_KEPT.c.stream == _SUBMITTED.c.stream, _KEPT.c.type == "evidence-kept")
        .where(_KEPT_BODY["sha256"].astext == _SHA256)
        .order_by(_KEPT.c.seq.desc())
        .limit(1)
        .lateral("stored")
    )
    read = tables.audit_read.c
    readers = (
        sa.select(sa.func.array_agg(sa.distinct(read.who)).label("who"))
        .where(read.production == chosen.production, read.documents.contains(array([_SHA256])))
        .lateral("readers")
    )
    query = (
        sa.select(
            _MILESTONE.label("milestone"),
            _ROUND.label("round"),
            _NAME.label("document"),
            _SHA256.label("sha256"),
            _SUBMITTED.c.actor.label("submitted_by"),
            _SUBMITTED.c.effective_on,
            stored.c.name,
            stored.c.size,
            stored.c.actor.label("stored_by"),
            readers.c.who,
        )
        .select_from(_SUBMITTED)
        .join(_DOCUMENTS, sa.true())
        .outerjoin(stored, sa.true())
        .outerjoin(readers, sa.true())
        .where(_SUBMITTED.c.stream == stream_of(chosen.production), _SUBMITTED.c.type == "milestone-submitted")
        .where(*only((_MILESTONE, chosen.milestone), (_NAME, chosen.document), (_ROUND, chosen.round)))
    )
    if not sight.everything:
        query = query.where(_MILESTONE.in_(sight.milestones))
    return paged(connection, query, _ORDER, lambda row: _row(chosen.production, row), page)


def readings(connection: Connection, production: str, sha256: str) -> list[EvidenceRead]:
    """Return who has read stored content, when and why, the first one first."""
    read = tables.audit_read.c
    query = sa.select(read.who, read.why, read.at).where(
        read.production == production, read.documents.contains([sha256])
    )
    return [EvidenceRead(*row) for row in connection.execute(query.order_by(read.id))]


def _row(production: str, row: sa.Row[Any]) -> EvidenceRow:
    return EvidenceRow(
        production=production,
        milestone=row.milestone,
        round=row.round,
        document=row.document,
        sha256=row.sha256,
        submitted_by=row.submitted_by,
        submitted_on=row.effective_on,
        content="elsewhere" if row.stored_by is None else "stored",
        name=row.name,
        size=None if row.size is None else int(row.size),
        stored_by=row.stored_by,
        read_by=tuple(row.who or ()),
    )
