"""Bank movements in suspense: nothing explains them yet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, between, only, paged
from adapters.db.streams import production_of, stream_of
from adapters.db.suspense import SUSPENDED
from domain.ledger.accounts import SUSPENSE
from domain.reads import EVERYTHING, Sight
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class MovementRow:
    """A movement in suspense. `open` is its unexplained part and `amount` all of it, negative when money went out.

    `references` are as the bank gave them, by kind, those of the whole entry included. `may_be` is an earlier movement
    that it may tell again. `why` says what kept it from being explained. `suggests` are the receipts that expect
    exactly what is open.
    """

    production: str
    account: str
    movement: str
    since: date
    booked_on: date | None
    open: Money
    amount: Money
    counterparty: str | None
    remittance: str | None
    references: Mapping[str, str]
    bank_reference: str
    may_be: str
    why: str
    suggests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MovementFilter:
    """Selects movements."""

    production: str | None = None
    account: str | None = None
    since: date | None = None
    until: date | None = None


_JOURNAL, _ENTRY, _BOOKING = tables.journal_event.c, tables.entry.c, tables.booking.c
_ORDER = Order("movements", (_JOURNAL.recorded_at, _JOURNAL.stream, _JOURNAL.seq))


def unmatched(
    connection: Connection,
    chosen: MovementFilter | None = None,
    page: PageRequest = WHOLE,
    sight: Sight = EVERYTHING,
) -> Page[MovementRow]:
    """Return the movements in suspense, oldest first, as the bank told them."""
    wanted = chosen or MovementFilter()
    stream = None if wanted.production is None else stream_of(wanted.production)
    about = (_ENTRY.stream, _ENTRY.account, _ENTRY.about, _ENTRY.currency)
    left = (
        sa.select(*about, sa.func.sum(_ENTRY.minor).label("open_minor"))
        .where(SUSPENDED, *only((_ENTRY.stream, stream)))
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
    booked = sa.and_(_BOOKING.stream == left.c.stream, _BOOKING.account == account, _BOOKING.movement == left.c.about)
    query = (
        sa.select(_JOURNAL.body, _JOURNAL.effective_on, left.c.open_minor, *tables.booking.columns)
        .join_from(tables.journal_event, left, told)
        .join(tables.booking, booked)
        .where(
            _JOURNAL.type == sa.literal_column("'movement-unmatched'"),
            *only((_JOURNAL.stream, stream), (account, wanted.account)),
            *between(_JOURNAL.effective_on, wanted.since, wanted.until),
        )
    )
    if not sight.everything:
        query = query.where(account.in_(sight.accounts))
    found = paged(connection, query, _ORDER, _unmatched, page)
    if not found.items:
        return found
    from adapters.db.queries.receipts import expecting  # noqa: PLC0415 - it imports what an empty list does not need

    receipts = expecting(connection, {row.production for row in found.items}, sight)
    items = (replace(row, suggests=tuple(receipts.get((row.production, row.open), ()))) for row in found.items)
    return replace(found, items=tuple(items))


def _unmatched(row: sa.Row[Any]) -> MovementRow:
    told, body = row.told, json.loads(row.body)
    references = {**told["entry_references"], **told["references"]}
    if row.kind is None and body["end_to_end_id"]:  # release 0.1.0 told it in the event alone
        references["end_to_end"] = body["end_to_end_id"]
    return MovementRow(
        production=production_of(row.stream),
        account=row.account,
        movement=row.movement,
        since=row.effective_on,
        booked_on=row.booked_on,
        open=Money(-int(row.open_minor), row.currency),
        amount=Money(row.minor, row.currency),
        counterparty=told["counterparty"] or body["counterparty"],
        remittance=told["remittance"],
        references=references,
        bank_reference=body["bank_reference"],
        may_be=row.about if row.fate == "suspense" else "",
        why=body["why"],
        suggests=(),
    )
