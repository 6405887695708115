"""Hearing what is put to the database, whoever puts it: SQLAlchemy or the driver itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa


@contextmanager
def heard(engine: sa.Engine, hear: Callable[[str], None]) -> Iterator[None]:
    """Inside, `hear` is called with each statement that connections taken from the pool are about to execute."""

    class Heard(psycopg.Cursor):
        def execute(self, query, *given, **more):
            hear(str(query))
            return super().execute(query, *given, **more)

    def taken(connection, *_):
        connection.cursor_factory = Heard

    def given_back(connection, *_):
        if connection is not None:
            connection.cursor_factory = psycopg.Cursor

    sa.event.listen(engine, "checkout", taken)
    sa.event.listen(engine, "checkin", given_back)
    try:
        yield
    finally:
        sa.event.remove(engine, "checkout", taken)
        sa.event.remove(engine, "checkin", given_back)
