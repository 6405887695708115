"""Imported exchange rates, stored with their source file and never changed."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from adapters.db import tables
from adapters.db.records import Records
from adapters.db.store import Transaction
from domain.errors import BadInput
from domain.rates import Rate


def keep_rates(transaction: Transaction, name: str, raw: bytes, rates: Sequence[Rate]) -> int:
    """Store a file and its rates; return how many rates are new.

    Raises:
        BadInput: a rate is already stored with another value. Published rates are not revised.
    """
    digest = transaction.keep(name, raw)
    rows = [
        {"source": r.source, "on": r.on, "base": r.base, "quote": r.quote, "rate": r.rate, "document": digest}
        for r in rates
    ]
    if not rows:
        return 0
    added = transaction.connection.execute(
        insert(tables.rate).on_conflict_do_nothing().returning(tables.rate.c.on), rows
    ).all()
    if len(added) < len(rows):
        _same(transaction, rates)
    return len(added)


def rates_on(records: Records, source: str, on: date) -> Mapping[tuple[str, str], Decimal]:
    """Return all rates of a source for a day: (base, quote) to units of quote for one base."""
    table = tables.rate.c
    rows = records.connection.execute(
        sa.select(table.base, table.quote, table.rate).where(table.source == source, table.on == on)
    )
    return {(row.base, row.quote): row.rate for row in rows}


def _same(records: Records, rates: Sequence[Rate]) -> None:
    for rate in rates:
        known = rates_on(records, rate.source, rate.on).get((rate.base, rate.quote))
        if known != rate.rate:
            raise BadInput(
                f"{rate.source} {rate.base}/{rate.quote} of {rate.on} is known as {known}, not {rate.rate}: "
                "nothing was imported; import a revised series under a source name of its own."
            )
