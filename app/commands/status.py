"""What became of a command, for whoever sent it and whoever reads the journal."""

from pathlib import Path

from adapters.db.queries.commands import CommandRow, command
from app.reads import reading, reads
from domain.errors import WrongRole
from domain.reads import Resource


def command_of(data: Path | None, key: str, user: str) -> CommandRow | None:
    """Return what is recorded under a key; None if nothing is that the user may see."""
    with reading(data) as connection:
        found = command(connection, key)
    if found is None or user == found.by:
        return found
    return found if found.production and _reads_journal(data, found.production, user) else None


def _reads_journal(data: Path | None, production: str, user: str) -> bool:
    try:
        with reads(data, production, user) as its:
            return its.may(Resource.JOURNAL)
    except WrongRole:
        return False
