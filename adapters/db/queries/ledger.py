"""Balances and entries of a production's books; debits are positive."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, between, only, paged
from adapters.db.streams import stream_of
from domain.ledger.books import DaySum
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
class PostedRow:
    """A line of the general ledger. `balance` is that of its account and currency after it, by effective day."""

    account: str
    effective_on: date
    seq: int
    line: int
    amount: Money
    balance: Money
    about: str


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A line of the journal of entries. `event` is the type of the event `seq` that posted it."""

    seq: int
    line: int
    effective_on: date
    event: str
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
_AT_ONCE = 5_000
"""Rows that a reader of the whole journal holds at a time."""
_BY_ACCOUNT = (_ENTRY.account, _ENTRY.currency, _ENTRY.effective_on, _ENTRY.seq, _ENTRY.line)


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


def day_sums(connection: Connection, production: str, on: date) -> list[DaySum]:
    """Return the sum of each account's entries by currency and effective day, until `on`."""
    of = (_ENTRY.account, _ENTRY.currency, _ENTRY.effective_on)
    query = (
        sa.select(*of, sa.func.sum(_ENTRY.minor))
        .where(_ENTRY.stream == stream_of(production), _ENTRY.effective_on <= on)
        .group_by(*of)
        .order_by(*of)
    )
    return [
        DaySum(account, day, Money(int(minor), currency)) for account, currency, day, minor in connection.execute(query)
    ]


def general_ledger(connection: Connection, chosen: EntryFilter, page: PageRequest = WHOLE) -> Page[PostedRow]:
    """Return entries by account, currency and effective day, with the balance after each.

    The balance counts the entries before `chosen.since` as well.
    """
    running = sa.func.sum(_ENTRY.minor).over(partition_by=_BY_ACCOUNT[:2], order_by=_BY_ACCOUNT[2:], rows=(None, 0))
    posted = (
        sa.select(tables.entry, running.label("balance"))
        .where(_ENTRY.stream == stream_of(chosen.production), *only((_ENTRY.account, chosen.account)))
        .subquery()
    )
    query = sa.select(posted).where(
        *only((posted.c.about, chosen.about)), *between(posted.c.effective_on, chosen.since, chosen.until)
    )
    order = Order("general-ledger", tuple(posted.c[key.name] for key in _BY_ACCOUNT))
    return paged(connection, query, order, _posted, page)


def journal(connection: Connection, production: str, since: date | None, until: date | None) -> Iterator[JournalRow]:
    """Yield the entries that count in a time, by effective day and event."""
    event = tables.journal_event.c
    query = (
        sa.select(tables.entry, event.type)
        .join(tables.journal_event, sa.and_(event.stream == _ENTRY.stream, event.seq == _ENTRY.seq))
        .where(_ENTRY.stream == stream_of(production), *between(_ENTRY.effective_on, since, until))
        .order_by(_ENTRY.effective_on, _ENTRY.seq, _ENTRY.line)
    )
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(query):
        amount = Money(row.minor, row.currency)
        yield JournalRow(row.seq, row.line, row.effective_on, row.type, row.account, amount, row.about)


def unbalanced(connection: Connection) -> list[Unbalanced]:
    """Return the streams and currencies whose entries do not sum to zero. Only tampering causes them."""
    query = (
        sa.select(_ENTRY.stream, _ENTRY.currency)
        .group_by(_ENTRY.stream, _ENTRY.currency)
        .having(sa.func.sum(_ENTRY.minor) != 0)
    )
    return [Unbalanced(*row) for row in connection.execute(query)]


def _posted(row: sa.Row[Any]) -> PostedRow:
    amount, balance = Money(row.minor, row.currency), Money(int(row.balance), row.currency)
    return PostedRow(row.account, row.effective_on, row.seq, row.line, amount, balance, row.about)


def _entry(row: sa.Row[Any]) -> EntryRow:
    return EntryRow(row.seq, row.line, row.effective_on, row.account, Money(row.minor, row.currency), row.about)
