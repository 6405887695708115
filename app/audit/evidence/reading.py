"""Reads the record for an auditor's commands, as the auditor's role if there is one."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db.audited_reads import BankData, everything
from adapters.db.records import Records
from adapters.db.store import Store
from app.bootstrap import handler_of
from app.identity.login import authentication
from app.settings import Settings, load_settings
from app.stack.state import running_state
from domain.errors import WrongRole
from domain.identity import Role


@dataclass(frozen=True)
class Reading:
    """The records at one instant, and the bank data that the user may see."""

    settings: Settings
    connection: Connection
    bank_data: BankData


@dataclass(frozen=True)
class Auditing:
    """The records at one instant, with the ticket to the audited bank data. None means that none is needed."""

    settings: Settings
    connection: Connection
    ticket: int | None


@contextmanager
def reading(data: Path | None, user: str, why: str, production: str) -> Iterator[Reading]:
    """Read the records as an auditor.

    `user` and `why` are recorded with each read of bank data.

    Raises:
        WrongRole: the user is no auditor of the production.
        NotUp: embedded, and no stack is up on the data folder.
    """
    with opened(data) as (settings, store), store.reading() as records:
        require_auditor(settings, records, user, production)
        yield Reading(settings, records.connection, BankData(store.engine, user, why))


@contextmanager
def operating(data: Path | None) -> Iterator[Reading]:
    """Read what shows no facts, such as the heads of streams, as whoever operates the installation."""
    with opened(data) as (settings, store), store.reading() as records:
        yield Reading(settings, records.connection, BankData(store.engine, getpass.getuser(), "operation"))


@contextmanager
def auditing(data: Path | None, user: str, why: str, production: str | None) -> Iterator[Auditing]:
    """Read all records of a production, or of the house if None. `user` and `why` are as in `reading`.

    Raises:
        WrongRole: the user is no auditor of the production, or of every production.
        NotUp: embedded, and no stack is up on the data folder.
    """
    with opened(data) as (settings, store):
        with store.reading() as records:
            require_auditor(settings, records, user, production)
        with everything(store.engine, user, why, production) as (connection, ticket):
            yield Auditing(settings, connection, ticket)


def require_auditor(settings: Settings, records: Records, user: str, production: str | None) -> None:
    """Check that a user is an auditor of a production, or of every production if None.

    Raises:
        WrongRole: they are not.
        BadSettings: nobody is trusted here to say that they are this user.
    """
    authentication(settings, user)
    if Role.AUDITOR not in records.people(user).right(user, production or "")[1]:
        raise WrongRole(
            f"{user} is no auditor of {production or 'every production'}: `sluice user list` shows who is.", user=user
        )


@contextmanager
def opened(data: Path | None) -> Iterator[tuple[Settings, Store]]:
    """Open the settings and the store, as the auditor's role if its URL is set, else as the application's.

    Raises:
        NotUp: embedded, and no stack is up on the data folder.
    """
    settings = load_settings(data)
    if settings.database_url is None:
        url = running_state(settings.data).auditor_url
    else:
        url = settings.auditor_database_url or settings.database_url
    store = handler_of(settings, url).store
    try:
        yield settings, store
    finally:
        store.engine.dispose()


def instant_of(connection: Connection) -> datetime:
    """Return the database's time at which this reading began."""
    began: datetime = connection.execute(sa.text("SELECT transaction_timestamp()")).scalar_one()
    return began
