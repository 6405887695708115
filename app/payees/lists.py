"""Imports lists of names, and compares the parties of every production with them."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from activities.payees import PayeeActivities
from adapters.command_handler import CommandHandler
from adapters.db.name_lists import found_among, keep_list
from adapters.db.queries.agreement import productions
from adapters.sanctions.reader import read_list
from domain.agreement.productions import the_production
from domain.commands import ScreenParties, make
from domain.errors import BadInput
from domain.identity import SYSTEM
from domain.ledger.journal import sha256
from domain.payees.screening import matched


@dataclass(frozen=True, slots=True)
class ImportedList:
    """A version of a list: whether it is new here, its entries, and the matches that it brought, by production."""

    source: str
    published_on: date
    sha256: str
    entries: int
    new: bool
    matches: dict[str, int]


def import_list(
    handler: CommandHandler, file: Path, source: str | None, published_on: date | None, by: str
) -> ImportedList:
    """Import a list, and hold what is due to parties whose names are on it.

    `source` and `published_on` are needed where the file does not say them.

    Raises:
        BadInput: the file is no list that can be read, or they are missing.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror or error}: name a list of names.") from error
    found = read_list(raw, str(file))
    name, day = source or found.source, published_on or found.published_on
    if name is None or day is None:
        raise BadInput(f"{file} does not say which list it is, or of which day: give --source and --published.")
    with handler.store.transaction() as transaction:
        new = keep_list(transaction, file.name, raw, name, day, by)
    matches = {production: count for production in _all(handler) if (count := screen(handler, production))}
    return ImportedList(name, day, sha256(raw), len(found.entries), new, matches)


def screen(handler: CommandHandler, production: str) -> int:
    """Compare a production's parties with the newest lists; return how many matches are new."""
    with handler.store.reading() as records:
        known = the_production(records.state(production).production, production).payees
        new = matched(known, found_among(records, handler.agreement(records, production)))
    if new:
        digest = sha256(" ".join(event.model_dump_json() for event in new).encode())[:16]
        command = make(ScreenParties, beside={"digest": digest}, by=SYSTEM.user, production=production)
        PayeeActivities(handler).screen(command)
    return len(new)


def _all(handler: CommandHandler) -> list[str]:
    with handler.store.reading() as records:
        return [row.key for row in productions(records.connection)]
