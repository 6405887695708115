"""Payment runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, between, only, paged
from adapters.db.streams import OF_PRODUCTIONS
from domain.reads import EVERYTHING, Sight
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class RunRow:
    """A payment run. `sha256` binds its preparation; `file` is the SHA-256 of what was sent to the bank.

    `count` and `total` are of what a release would pay while it waits for one, then of what was released. `left_out` is
    what was taken out of a prepared run since, such as held payments. `reason` is why it was cancelled.
    A run above limits waits for a second release after that of `first_released_by`.
    """

    id: str
    production: str
    account: str
    currency: str
    execution_on: date
    prepared_by: str
    count: int
    sha256: str
    status: str
    quote: Mapping[str, str] | None
    first_released_by: str | None
    released_by: str | None
    released_on: date | None
    message_id: str | None
    file: str | None
    times_sent: int
    enquiries: int
    total: Money
    left_out: Money | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Selects runs. `since` and `until` are execution days."""

    production: str | None = None
    status: str | None = None
    account: str | None = None
    since: date | None = None
    until: date | None = None


_TABLE, _PAYMENT, _JOURNAL = tables.run.c, tables.payment.c, tables.journal_event.c
_ORDER = Order("runs", (_TABLE.execution_on, _TABLE.id), descending=True)
_MEMBERS = (
    sa.select(sa.func.count().label("now"), sa.func.coalesce(sa.func.sum(_PAYMENT.minor), 0).label("now_minor"))
    .where(_TABLE.status == "prepared", _PAYMENT.run == _TABLE.id)
    .lateral("members")
)
_CANCELLED: Any = sa.cast(_JOURNAL.body, JSONB)
_WHY = (
    sa.select(_CANCELLED["reason"].astext.label("reason"))
    .where(_TABLE.status == "cancelled", _JOURNAL.stream == sa.literal(OF_PRODUCTIONS) + _TABLE.production)
    .where(_JOURNAL.type == sa.literal_column("'run-cancelled'"), _CANCELLED["run"].astext == _TABLE.id)
    .limit(1)
    .lateral("why")
)
_RUNS = (
    sa.select(tables.run, _TABLE["count"].label("gathered"), _MEMBERS.c.now, _MEMBERS.c.now_minor, _WHY.c.reason)
    .select_from(tables.run)
    .join(_MEMBERS, sa.true())
    .outerjoin(_WHY, sa.true())
)


def runs(
    connection: Connection, chosen: RunFilter | None = None, page: PageRequest = WHOLE, sight: Sight = EVERYTHING
) -> Page[RunRow]:
    """Return runs, newest day first."""
    wanted = chosen or RunFilter()
    query = _RUNS.where(
        *only((_TABLE.production, wanted.production), (_TABLE.status, wanted.status), (_TABLE.account, wanted.account)),
        *between(_TABLE.execution_on, wanted.since, wanted.until),
    )
    if not sight.everything:
        query = query.where(_TABLE.account.in_(sight.accounts))
    return paged(connection, query, _ORDER, _run, page)


def run(connection: Connection, run_id: str, sight: Sight = EVERYTHING) -> RunRow | None:
    """Return one run; None if there is none that the reader may see."""
    row = connection.execute(_RUNS.where(_TABLE.id == run_id)).one_or_none()
    found = None if row is None else _run(row)
    return found if found is not None and (sight.everything or found.account in sight.accounts) else None


def _run(row: sa.Row[Any]) -> RunRow:
    prepared = row.status == "prepared"
    count, minor = (row.now, int(row.now_minor)) if prepared else (row.gathered, row.total_minor)
    return RunRow(
        id=row.id,
        production=row.production,
        account=row.account,
        currency=row.currency,
        execution_on=row.execution_on,
        prepared_by=row.prepared_by,
        count=count,
        sha256=row.sha256,
        status=row.status,
        quote=row.quote,
        first_released_by=row.first_released_by,
        released_by=row.released_by,
        released_on=row.released_on,
        message_id=row.message_id,
        file=row.file,
        times_sent=row.times_sent,
        enquiries=row.enquiries,
        total=Money(minor, row.currency),
        left_out=Money(row.total_minor - minor, row.currency) if row.total_minor != minor else None,
        reason=row.reason,
    )
