"""Balances and entries of a production's books; debits are positive."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, between, only, paged
from adapters.db.streams import stream_of
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """The balance of a ledger account in one currency."""

    account: str
    currency: str
    balance: Money


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A line of the ledger. `seq` is its event; `about` is what it concerns."""

    seq: int
    line: int
    effective_on: date
    account: str
    amount: Money
    about: str


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Selects entries."""

    production: str
    account: str | None = None
    about: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Unbalanced:
    """A stream whose entries in a currency do not sum to zero."""

    stream: str
    currency: str


_ENTRY = tables.entry.c
_ORDER = Order("entries", (_ENTRY.seq, _ENTRY.line))


def balances(
    connection: Connection, production: str, effective: date | None = None, known: datetime | None = None
) -> list[BalanceRow]:
    """Return the balance of each ledger account and currency.

    `effective` is the last day on which entries count; `known` is the last instant at which they were recorded.
    """
    journal = tables.journal_event.c
    query = sa.select(_ENTRY.account, _ENTRY.currency, sa.func.sum(_ENTRY.minor)).where(
        _ENTRY.stream == stream_of(production), *between(_ENTRY.effective_on, None, effective)
    )
    if known is not None:
        same = sa.and_(journal.stream == _ENTRY.stream, journal.seq == _ENTRY.seq)
        query = query.join(tables.journal_event, same).where(journal.recorded_at <= known)
    query = query.group_by(_ENTRY.account, _ENTRY.currency).order_by(_ENTRY.account, _ENTRY.currency)
    return [
        BalanceRow(account, currency, Money(int(minor), currency))
        for account, currency, minor in connection.execute(query)
    ]


def entries(connection: Connection, chosen: EntryFilter, page: PageRequest = WHOLE) -> Page[EntryRow]:
    """Return ledger entries in the order of the journal."""
    query = sa.select(
        _ENTRY.seq, _ENTRY.line, _ENTRY.effective_on, _ENTRY.account, _ENTRY.minor, _ENTRY.currency, _ENTRY.about
    ).where(
        _ENTRY.stream == stream_of(chosen.production),
        *only((_ENTRY.account, chosen.account), (_ENTRY.about, chosen.about)),
        *between(_ENTRY.effective_on, chosen.since, chosen.until),
    )
    return paged(connection, query, _ORDER, _entry, page)


def unbalanced(connection: Connection) -> list[Unbalanced]:
    """Return the streams and currencies whose entries do not sum to zero. Only tampering causes them."""
    query = (
        sa.select(_ENTRY.stream, _ENTRY.currency)
        .group_by(_ENTRY.stream, _ENTRY.currency)
        .having(sa.func.sum(_ENTRY.minor) != 0)
    )
    return [Unbalanced(*row) for row in connection.execute(query)]


def _entry(row: sa.Row[Any]) -> EntryRow:
    return EntryRow(row.seq, row.line, row.effective_on, row.account, Money(row.minor, row.currency), row.about)
