"""Waiting until what was recorded by an instant is all there to be read."""

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
    """Something that may be recorded as of the instant asked for is still under way."""

    passing = True


def settle(engine: Engine, known: datetime) -> None:
    """Return once nothing can be recorded any more with a time up to `known`; begin reading after that.

    A fact's time is the database's clock when its command took the end of the stream, some moments before it is there
    to be read. Whoever may have such a time holds a lock on `stream_head` by now, and is waited for.

    Raises:
        BadInput: `known` is in the future.
        StillRecording: a command has been holding a stream for too long.
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
