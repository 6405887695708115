"""Parties whose names are like those on a public list: nothing is paid to them until two people have decided.

A decision is about an entry as it reads in a version of its list. A later version in which the entry reads the same
needs none; a changed entry does. What leaves a list is not forgotten: a match ends by a decision only.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from domain.agreement.model import Agreement
from domain.commands import ClearMatch, require
from domain.errors import IllegalTransition, NotFound, SamePerson
from domain.events import ClearanceApproved, Event, PartyMatched
from domain.identity import Person
from domain.payees.accounts import owners
from domain.payees.model import Payees


class ListedEntry(Struct, frozen=True):
    """An entry of a list by the id that its publisher gives it, with all its names."""

    id: str
    names: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """The hash of the entry as it reads, whatever the order of its names."""
        written = json.dumps([self.id, *sorted(self.names)], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(written.encode()).hexdigest()


class KnownList(Struct, frozen=True):
    """The newest version of a list. `document` is the SHA-256 of its file."""

    source: str
    published_on: date
    document: str
    entries: tuple[ListedEntry, ...]


class ScreenedParty(Struct, frozen=True):
    """A party whose name is like `listed_name` of an entry, by `score` of 100."""

    party: str
    source: str
    entry: ListedEntry
    listed_name: str
    score: int
    document: str
    published_on: date


def matched(payees: Payees, found: Iterable[ScreenedParty]) -> list[Event]:
    """The matches that are new, or of entries that read otherwise than when they were found."""
    events: list[Event] = []
    for one in sorted(found, key=lambda each: (each.party, each.source, each.entry.id)):
        name, digest = f"{one.source}/{one.entry.id}/{one.party}", one.entry.sha256
        known = payees.matches.get(name)
        if known is None or known.entry_sha256 != digest:
            events.append(
                PartyMatched(
                    match=name,
                    party=one.party,
                    source=one.source,
                    published_on=one.published_on,
                    document=one.document,
                    entry=one.entry.id,
                    entry_sha256=digest,
                    listed_name=one.listed_name,
                    score=one.score,
                )
            )
    return events


def clear(payees: Payees, agreement: Agreement, command: ClearMatch, person: Person) -> list[Event]:
    """Approve that a match is of somebody else; the second approval, by another person, ends it.

    Raises:
        NotFound: there is no such match.
        IllegalTransition: it is cleared.
        SamePerson: the person has approved it before.
    """
    require(person, ClearMatch, owners(agreement, [one.id for one in agreement.accounts]), f"clear {command.match}")
    known = payees.matches.get(command.match)
    if known is None:
        raise NotFound(f"There is no match {command.match}: `sluice party list` lists them.", match=command.match)
    if known.cleared:
        raise IllegalTransition(f"Match {command.match} is cleared already.", match=command.match)
    if known.cleared_by is not None and person.is_behind(known.cleared_by):
        who = person.known_as(known.cleared_by)
        raise SamePerson(f"{who} has approved it: a second person must, so ask a colleague.")
    return [
        ClearanceApproved(
            match=command.match,
            reason=command.reason,
            by=person.user,
            cleared=known.cleared_by is not None,
            entry_sha256=known.entry_sha256,
            document=known.document,
        )
    ]
