"""Bank movements in suspense: nothing explains them yet."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, between, only, paged
from adapters.db.streams import production_of, stream_of
from domain.reads import EVERYTHING, Sight
from domain.values.money import Money

SUSPENSE = "suspense:unmatched:"
"""Prefix of suspense accounts in the ledger, before the bank account's id."""


@dataclass(frozen=True, slots=True)
class MovementRow:
    """A movement in suspense. `open` is its unexplained part, negative when money went out."""

    production: str
    since: date
    open: Money
    account: str
    movement: str
    bank_reference: str
    counterparty: str | None
    end_to_end_id: str | None
    why: str


@dataclass(frozen=True, slots=True)
class MovementFilter:
    """Selects movements."""

    production: str | None = None
    account: str | None = None
    since: date | None = None
    until: date | None = None


_JOURNAL, _ENTRY = tables.journal_event.c, tables.entry.c
_ORDER = Order("movements", (_JOURNAL.recorded_at, _JOURNAL.stream, _JOURNAL.seq))
_SUSPENDED = sa.func.starts_with(_ENTRY.account, sa.literal_column(f"'{SUSPENSE}'"))
"""A literal, so that the query can use the partial index on suspense."""


def in_suspense(connection: Connection, production: str, account: str, bank_reference: str) -> Money | None:
    """Return the part of a movement that is in suspense, positive when it came in; None if it never was."""
    query = (
        sa.select(_ENTRY.currency, sa.func.sum(_ENTRY.minor))
        .where(
            _SUSPENDED,
            _ENTRY.stream == stream_of(production),
            _ENTRY.account == f"{SUSPENSE}{account}",
            _ENTRY.about == bank_reference,
        )
        .group_by(_ENTRY.currency)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Money(-int(row[1]), row[0])


def unmatched(
    connection: Connection,
    chosen: MovementFilter | None = None,
    page: PageRequest = WHOLE,
    sight: Sight = EVERYTHING,
) -> Page[MovementRow]:
    """Return the movements in suspense, oldest first, with the bank's details."""
    wanted = chosen or MovementFilter()
    stream = None if wanted.production is None else stream_of(wanted.production)
    about = (_ENTRY.stream, _ENTRY.account, _ENTRY.about, _ENTRY.currency)
    left = (
        sa.select(*about, sa.func.sum(_ENTRY.minor).label("minor"))
        .where(_SUSPENDED, *only((_ENTRY.stream, stream)))
        .group_by(*about)
        .having(sa.func.sum(_ENTRY.minor) != 0)
        .subquery()
    )
    body = sa.cast(_JOURNAL.body, JSONB)
    account = body["account"].astext
    told = sa.and_(
        left.c.stream == _JOURNAL.stream,
        left.c.account == sa.literal(SUSPENSE) + account,
        left.c.about == sa.func.coalesce(sa.func.nullif(body["movement"].astext, ""), body["bank_reference"].astext),
    )
    query = (
        sa.select(_JOURNAL.body, _JOURNAL.effective_on, _JOURNAL.stream, left.c.minor, left.c.currency)
        .join_from(tables.journal_event, left, told)
        .where(
            _JOURNAL.type == sa.literal_column("'movement-unmatched'"),
            *only((_JOURNAL.stream, stream), (account, wanted.account)),
            *between(_JOURNAL.effective_on, wanted.since, wanted.until),
        )
    )
    if not sight.everything:
        query = query.where(account.in_(sight.accounts))
    return paged(connection, query, _ORDER, _movement, page)


def _movement(row: sa.Row[Any]) -> MovementRow:
    body = json.loads(row.body)
    return MovementRow(
        production=production_of(row.stream),
        since=row.effective_on,
        open=Money(-int(row.minor), row.currency),
        account=body["account"],
        movement=body.get("movement") or body["bank_reference"],
        bank_reference=body["bank_reference"],
        counterparty=body["counterparty"],
        end_to_end_id=body["end_to_end_id"],
        why=body["why"],
    )
