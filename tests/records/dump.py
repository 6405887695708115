"""The database of a record: one text file for each table, in COPY format, in the order of loading.

The first line of a file names its columns. Rows are in the order of the primary key, and times are in UTC. The tables'
owner loads the files with every trigger active, because a record holds nothing that the triggers refuse.
"""

from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

_NOT_OURS = {"alembic_version"}
_LAST = {"entry"}
"""Its trigger reads rows of other tables."""


def revision_of(url: str) -> str:
    """Return the schema's revision."""
    with _connected(url) as connection:
        return str(_value(connection.execute("SELECT version_num FROM alembic_version")))


def dump(url: str, folder: Path) -> list[str]:
    """Write every table to a folder, and return their names in the order of loading."""
    keys = _tables(url)
    with _connected(url) as connection:
        for table, key in keys.items():
            rows = sql.SQL("SELECT * FROM {} ORDER BY {}").format(sql.Identifier(table), _names(key))
            copy = sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT text, HEADER true)").format(rows)
            with connection.cursor().copy(copy) as written:
                (folder / f"{table}.tsv").write_bytes(b"".join(written))
    return list(keys)


def load(url: str, folder: Path, tables: list[str]) -> None:
    """Fill the tables of a database with the dumped schema. Sequences continue after the last number."""
    with _connected(url) as connection, connection.transaction():
        for table in tables:
            raw = (folder / f"{table}.tsv").read_bytes()
            columns = raw.partition(b"\n")[0].decode().split("\t")
            named = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT text, HEADER match)")
            with connection.cursor().copy(named.format(sql.Identifier(table), _names(columns))) as copy:
                copy.write(raw)
            for column in columns:
                _count_on(connection, table, column)


def _count_on(connection: psycopg.Connection[Any], table: str, column: str) -> None:
    sequence = _value(connection.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column]))
    if sequence is not None:
        last = sql.SQL("SELECT setval(%s, coalesce(max({}), 0) + 1, false) FROM {}")
        connection.execute(last.format(sql.Identifier(column), sql.Identifier(table)), [sequence])


def _tables(url: str) -> dict[str, list[str]]:
    """Return each table with its primary key. A referenced table precedes the tables that refer to it."""
    engine = sa.create_engine(url)
    known = sa.inspect(engine)
    names = [name for name, _ in known.get_sorted_table_and_fkc_names() if name is not None]
    names.sort(key=lambda name: name in _LAST)  # stable: other tables keep their order
    keys = {name: known.get_pk_constraint(name)["constrained_columns"] for name in names if name not in _NOT_OURS}
    engine.dispose()
    return keys


def _value(found: psycopg.Cursor[Any]) -> Any:
    row = found.fetchone()
    assert row is not None
    return row[0]


def _names(columns: list[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _connected(url: str) -> psycopg.Connection[Any]:
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True, options="-c TimeZone=UTC")
