"""Connections to the database, and read-only snapshots of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine

POOL_SIZE = 24
"""Database connections of a worker: one for each activity that can run at once, and a few for the gateway."""
CONNECTION = {
    "connect_timeout": 10,
    "options": "-c lock_timeout=25s -c idle_in_transaction_session_timeout=60s",
}
"""Nobody waits for a database, or for another's command on the same production, longer than an activity may take; and
one whose process is gone does not keep a production locked."""


def engine_of(database_url: str) -> Engine:
    """Return the engine for an SQLAlchemy URL; it connects on the first query."""
    return create_engine(database_url, pool_size=POOL_SIZE, max_overflow=0, pool_pre_ping=True, connect_args=CONNECTION)


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    """Return the driver's connection, for features that SQLAlchemy lacks."""
    driver: Any = connection.connection.driver_connection
    made: psycopg.Connection[Any] = driver
    return made


@contextmanager
def at_one_instant(connection: Connection) -> Iterator[None]:
    """Make a connection read-only with one snapshot for the block; see `adapters.db.store.Store.reading`.

    Read-only transactions block nobody, so the idle timeout is off: a proof may compute for minutes.
    """
    connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with connection.begin():
        try:
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield
        except KeyboardInterrupt:
            connection.invalidate()  # a connection in the middle of an answer cannot be rolled back
            raise
