"""Files that came from banks: taken in or refused, and what became of their bookings."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, between, only, paged
from adapters.db.streams import OF_PRODUCTIONS
from domain.reads import EVERYTHING, Sight


@dataclass(frozen=True, slots=True)
class BankFileRow:
    """A file of the folder of `account`. `status` is taken or refused, and `why` it was refused.

    `format` is given for account reports. `became` counts their bookings by fate, or the events of a bank's answer.
    `reports` are those of the event that took the file in, with sums and balances.
    """

    production: str
    account: str
    name: str
    recorded_at: datetime
    status: str
    format: str | None
    message_id: str | None
    became: Mapping[str, int]
    why: str | None
    sha256: str
    reports: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class BankFileFilter:
    """Selects files. The days are those on which they came, in UTC."""

    production: str | None = None
    account: str | None = None
    status: str | None = None
    since: date | None = None
    until: date | None = None


_FILE, _COMMAND, _JOURNAL = tables.bank_file.c, tables.command.c, tables.journal_event.c


def bank_files(
    connection: Connection,
    chosen: BankFileFilter | None = None,
    page: PageRequest = WHOLE,
    sight: Sight = EVERYTHING,
) -> Page[BankFileRow]:
    """Return the files that came from banks, newest first."""
    wanted = chosen or BankFileFilter()
    found = sa.union_all(_taken(), _refused()).subquery()
    named = ("production", "account", "status")
    day = sa.cast(sa.func.timezone("UTC", found.c.recorded_at), sa.Date)
    query = sa.select(found).where(
        *only(*((found.c[name], getattr(wanted, name)) for name in named)),
        *between(day, wanted.since, wanted.until),
    )
    if not sight.everything:
        query = query.where(found.c.account.in_(sight.accounts))
    keys = (found.c.recorded_at, found.c.production, found.c.account, found.c.sha256, found.c.message_id)
    return paged(connection, query, Order("bank files", keys, descending=True), partial(_row, connection), page)


def _taken() -> sa.Select[Any]:
    return sa.select(
        sa.func.split_part(_FILE.account, ".", 1, type_=sa.Text).label("production"),
        sa.func.substr(_FILE.account, sa.func.strpos(_FILE.account, ".") + 1, type_=sa.Text).label("account"),
        _FILE.name,
        _FILE.recorded_at,
        sa.literal("taken").label("status"),
        _FILE.message_id,
        _FILE.sha256,
        sa.literal("").label("why"),
    ).where(_FILE.direction == "in")


def _refused() -> sa.Select[Any]:
    body = sa.cast(_JOURNAL.body, JSONB)
    return sa.select(
        sa.func.substr(_JOURNAL.stream, len(OF_PRODUCTIONS) + 1),
        body["account"].astext,
        body["name"].astext,
        _JOURNAL.recorded_at,
        sa.literal("refused"),
        sa.literal(""),
        body["file"].astext,
        body["why"].astext,
    ).where(_JOURNAL.type == sa.literal_column("'bank-file-refused'"))


def _row(connection: Connection, row: sa.Row[Any]) -> BankFileRow:
    taken, became = None, Counter[str]()
    if row.status == "taken":
        taken, became = _became(connection, f"bank-file/{row.production}.{row.account}/{row.sha256}")
    body = taken or {}
    return BankFileRow(
        production=row.production,
        account=row.account,
        name=row.name,
        recorded_at=row.recorded_at,
        status=row.status,
        format=body.get("format"),
        message_id=row.message_id or None,
        became=dict(sorted(became.items())),
        why=row.why or None,
        sha256=row.sha256,
        reports=tuple(body.get("reports", ())),
    )


def _became(connection: Connection, key: str) -> tuple[Mapping[str, Any] | None, Counter[str]]:
    """The event that took a file in, and its bookings by fate; of a bank's answer, its events by type."""
    events = sa.and_(_JOURNAL.stream == _COMMAND.stream, _JOURNAL.seq.between(_COMMAND.first_seq, _COMMAND.last_seq))
    taking = sa.case((_JOURNAL.type == "bank-file-taken", _JOURNAL.body))
    told = connection.execute(
        sa.select(_JOURNAL.type, taking)
        .join_from(tables.command, tables.journal_event, events)
        .where(_COMMAND.key == key)
    ).all()
    body = next((json.loads(written) for _, written in told if written is not None), None)
    if body is None:
        return None, Counter(kind for kind, _ in told)
    fates = Counter[str]()
    for tally in (each for report in body["reports"] for each in report["tallies"]):
        fates[tally["fate"]] += tally["bookings"]
    return body, fates
