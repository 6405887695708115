"""What of movements is in suspense, by the ledger's entries."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.conditions import any_of
from domain.ledger.accounts import SUSPENSE, suspense
from domain.values.money import Money

_ENTRY = tables.entry.c
SUSPENDED = sa.func.starts_with(_ENTRY.account, sa.literal_column(f"'{SUSPENSE}'"))
"""Whether an entry is on a suspense account. A literal, so that a query can use the partial index on suspense."""


def of_movements(stream: str, account: str, movements: Collection[str]) -> sa.ColumnElement[bool]:
    """Whether an entry puts some movements of a bank account into suspense, or takes them out."""
    return sa.and_(
        SUSPENDED, _ENTRY.stream == stream, _ENTRY.account == suspense(account), any_of(_ENTRY.about, movements)
    )


def in_suspense(connection: Connection, stream: str, account: str, movements: Collection[str]) -> dict[str, Money]:
    """Return what is in suspense of each movement, positive for money that came in. One that never was is left out."""
    query = (
        sa.select(_ENTRY.about, _ENTRY.currency, sa.func.sum(_ENTRY.minor))
        .where(of_movements(stream, account, movements))
        .group_by(_ENTRY.about, _ENTRY.currency)
    )
    return {about: Money(-int(minor), currency) for about, currency, minor in connection.execute(query)}
