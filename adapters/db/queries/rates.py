"""What was computed with imported exchange rates: runs, and rows of statements that count."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import distinct_on

from adapters.db import tables


@dataclass(frozen=True, slots=True)
class QuotedRun:
    """A run that pays at an imported rate, with its payments and their status."""

    production: str
    run: str
    status: str
    source: str
    fixing_on: date
    base: str
    quote: str
    rate: Decimal
    payments: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ConvertedRows:
    """Rows of a statement's newest version that were converted at one rate; `first_on` is the first one's day."""

    production: str
    kind: str
    source: str
    statement: str
    currency: str
    converted_to: str
    rate_source: str
    fixing_on: date
    rate: Decimal
    first_on: date
    rows: int


def quoted_runs(connection: Connection, days: Collection[date]) -> list[QuotedRun]:
    """Return the runs that pay at a published rate of one of these days, by production and run."""
    run, payment = tables.run.c, tables.payment.c
    fixing_on = run.quote["fixing_on"].astext
    query = (
        sa.select(run.production, run.id, run.status, run.quote)
        .where(fixing_on.in_([day.isoformat() for day in days]), run.quote["source"].astext != "contract")
        .order_by(run.production, run.id)
    )
    found = []
    for row in connection.execute(query).all():
        members = connection.execute(sa.select(payment.id, payment.status).where(payment.run == row.id))
        found.append(
            QuotedRun(
                row.production,
                row.id,
                row.status,
                row.quote["source"],
                date.fromisoformat(row.quote["fixing_on"]),
                row.quote["base"],
                row.quote["quote"],
                Decimal(row.quote["rate"]),
                tuple(sorted((each.id, each.status) for each in members)),
            )
        )
    return found


def converted_rows(connection: Connection, since: date, until: date) -> list[ConvertedRows]:
    """Return what counts and was converted at a published rate whose last day is from `since` to `until`."""
    version = tables.statement_version.c
    named = (version.production, version.kind, version.source, version.statement)
    newest = (
        sa.select(version.id, *named, version.converted_to)
        .ext(distinct_on(*named))
        .order_by(*named, version.version.desc())
        .subquery()
    )
    found = []
    for table in (tables.receipt_row, tables.fact_row):
        row = table.c
        keys = (*(newest.c[one.name] for one in named), row.currency, newest.c.converted_to)
        at = (row.rate_source, row.fixing_on, row.rate)
        query = (
            sa.select(*keys, *at, sa.func.min(row.on), sa.func.count())
            .join_from(table, newest, newest.c.id == row.statement)
            .where(row.fixing_on.between(since, until), row.rate_rule.not_in(("contract", "bank_rate")))
            .group_by(*keys, *at)
            .order_by(*keys, *at)
        )
        found += [ConvertedRows(*each) for each in connection.execute(query)]
    return found
