"""Productions, and the versions of their agreements."""

import json
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.streams import stream_of
from domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class ProductionRow:
    """A production with the version of its agreement in force. `document` is that version's SHA-256."""

    key: str
    title: str
    version: int
    document: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A recorded version of an agreement. `document` is its SHA-256."""

    type: str
    production: str
    title: str
    version: int
    document: str
    effective_on: date
    recorded_at: datetime


def productions(connection: Connection) -> list[ProductionRow]:
    """Return every production, by key."""
    table = tables.production.c
    query = sa.select(table.key, table.title, table.version, table.document).order_by(table.key)
    return [ProductionRow(*row) for row in connection.execute(query)]


def the_production(connection: Connection, production: str) -> ProductionRow:
    """Return one production.

    Raises:
        NotFound: its agreement is not registered.
    """
    table = tables.production.c
    query = sa.select(table.key, table.title, table.version, table.document).where(table.key == production)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no production {production!r} here: register its agreement with `sluice agreement register`.",
            production=production,
        )
    return ProductionRow(*row)


def the_only_production(connection: Connection, named: str | None) -> str:
    """Return the named production, or the only one if none is named.

    Raises:
        NotFound: it is not registered, or there are several to choose from.
    """
    if named is not None:
        return the_production(connection, named).key
    known = [row.key for row in productions(connection)]
    if len(known) == 1:
        return known[0]
    if not known:
        raise NotFound("There is no production here: register an agreement with `sluice agreement register`.")
    raise NotFound(f"There are the productions {', '.join(known)}: say which one with --production.")


def agreement_versions(
    connection: Connection, production: str, as_of: date | None = None, through: int | None = None
) -> list[VersionRow]:
    """Return the versions recorded for a production, oldest first.

    `as_of` selects those that counted on that day. `through` selects those recorded up to that number in its stream.
    """
    journal = tables.journal_event.c
    query = sa.select(journal.body, journal.effective_on, journal.recorded_at).where(
        journal.stream == stream_of(production), journal.type.in_(["agreement-registered", "agreement-amended"])
    )
    if as_of is not None:
        query = query.where(journal.effective_on <= as_of)
    if through is not None:
        query = query.where(journal.seq <= through)
    return [
        VersionRow(**json.loads(body), effective_on=effective_on, recorded_at=recorded_at)
        for body, effective_on, recorded_at in connection.execute(query.order_by(journal.seq))
    ]


def document(connection: Connection, sha256: str) -> bytes | None:
    """Return a stored document's bytes."""
    table = tables.document.c
    content = connection.execute(sa.select(table.content).where(table.sha256 == sha256)).scalar_one_or_none()
    return None if content is None else bytes(content)
