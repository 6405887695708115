"""Payloads that came through Temporal without a seal, counted by reason and day."""

from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from adapters.db import tables


class RefusedPayloads(NamedTuple):
    """How often payloads were refused for a reason on a day, and the last one's workflow and time."""

    why: str
    times: int
    last_workflow: str
    last_at: datetime


def count(connection: Connection, why: str, times: int, last_workflow: str) -> None:
    """Add to the count of the database's day."""
    table = tables.refused_payload
    row = insert(table).values(why=why, times=times, last_workflow=last_workflow)
    more = {
        "times": table.c.times + row.excluded.times,
        "last_workflow": row.excluded.last_workflow,
        "last_at": sa.func.now(),
    }
    connection.execute(row.on_conflict_do_update(index_elements=[table.c.why, table.c.on], set_=more))


def since(connection: Connection, days: timedelta) -> list[RefusedPayloads]:
    """Return what was refused in the last days, the newest first."""
    table = tables.refused_payload.c
    columns = (table.why, table.times, table.last_workflow, table.last_at)
    query = sa.select(*columns).where(table.last_at > sa.func.now() - days).order_by(table.last_at.desc(), table.why)
    return [RefusedPayloads(*row) for row in connection.execute(query)]
