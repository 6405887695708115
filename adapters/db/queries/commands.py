"""What became of commands, by their keys."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.queries.journal import EventRow, event_row
from adapters.db.streams import production_of

REFUSED = "command-refused"


@dataclass(frozen=True, slots=True)
class CommandRow:
    """What is recorded under a command's key. `status` is `done` or `refused`.

    `events` are what a done command recorded. `why` is the latest refusal of a refused one; a refused command may be
    given again under its key.
    """

    key: str
    status: str
    production: str
    by: str
    at: datetime
    why: str | None
    events: tuple[EventRow, ...]


def command(connection: Connection, key: str) -> CommandRow | None:
    """Return what is recorded under a key; None if nothing is."""
    journal = tables.journal_event
    query = sa.select(journal).where(journal.c.command_key == key).order_by(journal.c.stream, journal.c.seq)
    recorded = tuple(event_row(row) for row in connection.execute(query))
    if not recorded:
        return None
    done = tuple(event for event in recorded if event.type != REFUSED)
    last = (done or recorded)[-1]
    return CommandRow(
        key=key,
        status="done" if done else "refused",
        production=production_of(last.stream),
        by=last.actor,
        at=last.recorded_at,
        why=None if done else last.body["sentence"],
        events=done,
    )
