"""Health figures from the database: the backlog, unfinished work, and unexplained money."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.doubts import doubts_of
from adapters.db.streams import production_of, stream_of
from domain.health import ComputedBy, RunWaiting, Suspended
from domain.ledger.accounts import SUSPENSE
from domain.payments.attempts import Doubt
from domain.payments.payments import AT_THE_BANK, ON_ITS_WAY, Status
from domain.values.money import Money

_HELD = sa.text(
    "SELECT max(recorded_at) FROM journal_event"
    " WHERE stream = :stream AND type = 'payment-held' AND body LIKE '%\"' || :payment || '\"%'"
)

_RELEASED = sa.text(
    "SELECT max(recorded_at) FROM journal_event"
    " WHERE stream = :stream AND type IN ('run-released', 'payments-not-found') AND body::jsonb ->> 'run' = :run"
)
_WAITING = (
    sa.select(
        tables.run,
        sa.func.count(tables.payment.c.id).label("payments"),
        sa.func.coalesce(sa.func.sum(tables.payment.c.minor), 0).label("minor"),
    )
    .join_from(tables.run, tables.payment, tables.payment.c.run == tables.run.c.id, isouter=True)
    .group_by(tables.run.c.id)
    .order_by(tables.run.c.id)
)


def now(connection: Connection) -> datetime:
    """Return the database's clock, which gives all times here."""
    at: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return at


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox backlog: its size, and the time and content of the oldest entry."""

    waiting: int
    oldest: datetime | None
    what: str


def outbox(connection: Connection) -> Outbox:
    """Return the outbox backlog."""
    table = tables.outbox.c
    waiting = table.done_at.is_(None)
    count = connection.execute(sa.select(sa.func.count()).where(waiting)).scalar_one()
    oldest = connection.execute(sa.select(tables.outbox).where(waiting).order_by(table.id).limit(1)).one_or_none()
    if oldest is None:
        return Outbox(0, None, "")
    return Outbox(count, oldest.created_at, f"{oldest.kind} {oldest.name} for {oldest.target}")


def statuses(connection: Connection) -> dict[str, int]:
    """Count payments by status."""
    table = tables.payment.c
    query = sa.select(table.status, sa.func.count()).group_by(table.status)
    return {status: int(count) for status, count in connection.execute(query)}


def unfinished_runs(connection: Connection) -> list[str]:
    """Return the runs that wait for release, or have attempts that the bank may still book."""
    payment, run = tables.payment.c, tables.run.c
    on_its_way = sa.select(payment.run).where(payment.run.is_not(None), payment.status.in_(sorted(ON_ITS_WAY)))
    in_doubt = {doubt.run for _, doubt in doubts(connection)}
    waiting = sa.or_(run.status == "prepared", run.id.in_(on_its_way), run.id.in_(in_doubt))
    query = sa.select(run.id).where(waiting).order_by(run.id)
    return list(connection.execute(query).scalars())


def open_distributions(connection: Connection) -> list[tuple[str, str]]:
    """Return production and period of each distribution that is in dispute or not paid out."""
    table = tables.distribution.c
    disputed = sa.cast(table.body["objections"], sa.Text) != "{}"
    query = sa.select(table.production, table.period).where(sa.or_(table.status != "ordered", disputed))
    return [(row.production, row.period) for row in connection.execute(query)]


_ENGINES = """
SELECT production, period, body->>'engine' AS engine,
       status <> 'ordered' OR body->'objections' <> '{}'
       OR until = max(until) FILTER (WHERE status <> 'computed') OVER (PARTITION BY production) AS goes_on
FROM distribution ORDER BY production, until
"""


def computed_by(connection: Connection) -> list[ComputedBy]:
    """Which engine computed each distribution, by production and period."""
    return [ComputedBy(**row) for row in connection.execute(sa.text(_ENGINES)).mappings()]


def submitted_milestones(connection: Connection) -> list[tuple[str, str]]:
    """Return production and milestone of each submitted milestone, whose deadline must be watched."""
    table = tables.milestone.c
    query = sa.select(table.production, table.id).where(table.status == "submitted")
    return [(row.production, row.id) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Late:
    """A payment that is due or at the bank, with its production, the account that it leaves, and the relevant day."""

    production: str
    account: str
    payment: str
    status: str
    on: date


def at_the_bank(connection: Connection) -> Iterator[Late]:
    """Payments that were sent and are not booked, with their runs' days."""
    payment, run = tables.payment.c, tables.run.c
    query = (
        sa.select(payment.production, payment.account, payment.id, payment.status, run.execution_on)
        .join_from(tables.payment, tables.run, run.id == payment.run)
        .where(payment.status.in_(sorted(AT_THE_BANK)))
        .order_by(payment.id)
    )
    for row in connection.execute(query):
        yield Late(row.production, row.account, row.id, row.status, row.execution_on)


def doubts(connection: Connection) -> list[tuple[str, Doubt]]:
    """Return the payments of which the bank may still book an attempt that it said something else of, with each."""
    payment = tables.payment.c
    query = sa.select(payment.id, payment.doubts).where(payment.doubts.is_not(None)).order_by(payment.id)
    return [(name, doubt) for name, written in connection.execute(query) for doubt in doubts_of(written)]


def due_and_alone(connection: Connection) -> Iterator[Late]:
    """Return payments that are due and belong to no run."""
    payment = tables.payment.c
    query = sa.select(payment.production, payment.account, payment.id, payment.status, payment.due_on).where(
        payment.status == Status.DUE, payment.run.is_(None), payment.due_on.is_not(None)
    )
    for row in connection.execute(query.order_by(payment.id)):
        yield Late(row.production, row.account, row.id, row.status, row.due_on)


def prepared_runs(connection: Connection) -> Iterator[RunWaiting]:
    """Return the runs that wait for release, with their payments."""
    yield from (_of_run(row) for row in connection.execute(_WAITING.where(tables.run.c.status == "prepared")))


def unsent_runs(connection: Connection) -> Iterator[RunWaiting]:
    """Return runs whose released payments did not reach the bank, and since when."""
    for row in connection.execute(_WAITING.where(tables.payment.c.status == Status.RELEASED)).all():
        named = {"stream": stream_of(row.production), "run": row.id}
        since = connection.execute(_RELEASED, named).scalar_one()
        yield replace(_of_run(row), sent_before=row.times_sent > 0, since=since)


def _of_run(row: Any) -> RunWaiting:
    amount = str(Money(int(row.minor), row.currency))
    return RunWaiting(row.production, row.account, row.id, row.execution_on, row.payments, amount)


def held(connection: Connection) -> Iterator[tuple[str, datetime, str]]:
    """Return held payments: id, since when, and why."""
    payment = tables.payment.c
    query = sa.select(payment.production, payment.id, payment.reason).where(payment.status == Status.HELD)
    for row in connection.execute(query.order_by(payment.id)).all():
        named = {"stream": f"production/{row.production}", "payment": row.id}
        yield row.id, connection.execute(_HELD, named).scalar_one(), row.reason or ""


_SUSPENDED = sa.text(
    f"""
WITH open AS (
    SELECT e.stream, e.account, e.currency, e.about, -sum(e.minor) AS minor, min(j.recorded_at) AS since,
        COALESCE(min(j.body::jsonb ->> 'why') FILTER (WHERE j.type = 'movement-unmatched'), '') AS why
    FROM entry e JOIN journal_event j ON j.stream = e.stream AND j.seq = e.seq
    WHERE starts_with(e.account, '{SUSPENSE}')
    GROUP BY e.stream, e.account, e.currency, e.about HAVING sum(e.minor) <> 0
)
SELECT stream, account, currency, why, sum(minor)::text AS minor, min(since) AS since,
    array_agg(about ORDER BY since, about) AS movements
FROM open GROUP BY stream, account, currency, why, minor > 0
ORDER BY stream, account, min(since), why, minor > 0
"""  # noqa: S608 - our own text
)


def suspended(connection: Connection) -> Iterator[Suspended]:
    """Return the movements in suspense, by account and reason. What came in never hides what went out."""
    for row in connection.execute(_SUSPENDED):
        account = row.account.removeprefix(SUSPENSE)
        amount = str(Money(int(row.minor), row.currency))
        yield Suspended(production_of(row.stream), account, amount, tuple(row.movements), row.why, row.since)


def contradictions(connection: Connection, since: datetime) -> Iterator[tuple[str, str, str, datetime]]:
    """Return contradictory bank answers since an instant: production, payment, answer and time."""
    journal = tables.journal_event.c
    body: Any = sa.cast(journal.body, sa.dialects.postgresql.JSONB)
    query = sa.select(journal.stream, body["payment"].astext, body["answer"].astext, journal.recorded_at).where(
        journal.type == "answer-contradicted", journal.recorded_at >= since
    )
    for stream, payment, answer, at in connection.execute(query.order_by(journal.recorded_at)):
        yield production_of(stream), payment, answer, at
