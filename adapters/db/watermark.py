"""Waits until everything recorded by an instant is visible to readers."""

import time
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Engine

from domain.errors import BadInput, SluiceError

_PATIENCE_S = 90.0
"""Longer than the database lets a command hold a stream (see `app.bootstrap.CONNECTION`)."""
_LOOK_S = 0.02

_NOW = sa.text("SELECT clock_timestamp()")
_WRITERS = sa.text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowShareLock' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND relation = 'stream_head'::regclass"
)


class StillRecording(SluiceError):
    """A command that may record facts as of the requested instant is still running."""

    passing = True


def settle(engine: Engine, known: datetime) -> None:
    """Return once no fact can be recorded with a time up to `known`; start reading after that.

    A fact's time is the database clock when its command locks the stream, shortly before the commit. Any command that
    may have such a time holds a lock on `stream_head`, so this waits for those locks.

    Raises:
        BadInput: `known` is in the future.
        StillRecording: a command has held a stream for too long.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        now: datetime = connection.execute(_NOW).scalar_one()
        if known > now:
            raise BadInput(
                f"{known.isoformat()} is still to come (the database has {now.astimezone(UTC).isoformat()}): what will "
                "be known then, nobody knows yet."
            )
        before = frozenset(connection.execute(_WRITERS).scalars())
        give_up_at = time.monotonic() + _PATIENCE_S
        while before & frozenset(connection.execute(_WRITERS).scalars()):
            if time.monotonic() > give_up_at:
                raise StillRecording("A command is being recorded and does not end: ask again in a minute.")
            time.sleep(_LOOK_S)
