"""Compares two versions of an agreement: files, versions on record, and proposals."""

import re
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from adapters.agreement.documents import load_agreement, reread_agreement
from adapters.db import queries
from adapters.db.records import Records
from app.reads import Reads, reads
from domain.agreement.difference import AgreementChange, difference
from domain.agreement.effects import PartyEffect, ShareEffect, party_effects, share_effects, touched
from domain.agreement.model import Agreement
from domain.errors import BadInput, NotFound
from domain.state import State

_NAMED = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]{0,15})(?:@([0-9]+))?")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference of two versions. `before` and `after` name them; `touches` is empty where nothing is on record."""

    before: str
    after: str
    changes: tuple[AgreementChange, ...]
    parties: tuple[PartyEffect, ...]
    shares: tuple[ShareEffect, ...]
    touches: tuple[str, ...]


def compare(data: Path | None, first: str, second: str | None, user: str) -> Comparison:
    """Compare two versions: each a file, a SHA-256, PRODUCTION for the version in force, or PRODUCTION@VERSION.

    Without a second one, the first is a production, whose one open proposal is compared with the version in force.

    Raises:
        BadInput: a file cannot be read, or no production is named.
        NotFound: there is no such production, version or proposal, or there are several proposals to choose from.
    """
    if second is not None and _is_file(first) and _is_file(second):
        return _compared(load_agreement(Path(first)).agreement, load_agreement(Path(second)).agreement, first, second)
    named = (_NAMED.fullmatch(each) for each in (first, second or "") if not _is_file(each))
    production = next((match[1] for match in named if match), None)
    if production is None:
        raise BadInput("Name a production, or two files, such as: sluice agreement diff HARBOUR harbour-2.yaml.")
    with reads(data, production, user) as reading:
        on_record = _OnRecord(reading, production)
        second = second or on_record.proposed()
        after = on_record.agreement(second)
        if after is None:
            raise NotFound(f"No version of {production} is in force: name a file or a proposal to compare.")
        every = sa.true()
        records = Records(reading.connection)
        state = records.state(production, payments=every, receipts=every, milestones=True, distributions=True)
        return _compared(on_record.agreement(first), after, first, second, state)


@dataclass(frozen=True)
class _OnRecord:
    """The documents of a production on record."""

    reading: Reads
    production: str

    def agreement(self, name: str) -> Agreement | None:
        """Return the agreement of a name; None for the version in force where there is none yet."""
        if _is_file(name):
            return load_agreement(Path(name)).agreement
        document = self._document(name)
        raw = queries.agreement.document(self.reading.connection, document) if document is not None else None
        return None if raw is None else reread_agreement(raw, "the kept document")

    def proposed(self) -> str:
        """Return the document of the one open proposal."""
        waiting = [row.document for row in self.reading.proposals(waiting=True)]
        if not waiting:
            raise NotFound(f"Nothing is proposed in {self.production}: name two versions to compare.")
        if len(waiting) > 1:
            raise NotFound(
                f"{len(waiting)} versions are proposed in {self.production}: name one of {_listed(waiting)}."
            )
        return waiting[0]

    def _document(self, name: str) -> str | None:
        versions = self.reading.versions()
        if _SHA256.fullmatch(name):
            proposed = self.reading.proposals(waiting=False)
            known = {row.document for row in versions} | {row.document for row in proposed}
            if name not in known:
                raise NotFound(f"No document {name[:12]}… is an agreement of {self.production}.")
            return name
        match = _NAMED.fullmatch(name)
        if match is None or match[1] != self.production:
            raise NotFound(
                f"{name!r} is neither a file nor a version of {self.production}, such as {self.production}@1."
            )
        of_number = [row.document for row in versions if match[2] is None or row.version == int(match[2])]
        if not of_number and match[2] is not None:
            raise NotFound(f"{self.production} has no version {match[2]}: `sluice agreement show` lists them.")
        return of_number[-1] if of_number else None


def _compared(
    before: Agreement | None, after: Agreement, first: str, second: str, state: State | None = None
) -> Comparison:
    changes = difference(before, after)
    touches: tuple[str, ...] = ()
    if before is not None and state is not None:
        touches = touched(before, after, changes, state.payments, state.receipts, state.distributions)
    parties, shares = party_effects(before, after), share_effects(before, after)
    return Comparison(_titled(before, first), _titled(after, second), changes, parties, shares, touches)


def _titled(agreement: Agreement | None, name: str) -> str:
    if agreement is None:
        return f"nothing in force ({name})"
    return f"{agreement.production} version {agreement.version} of {agreement.effective_on} ({name})"


def _is_file(name: str) -> bool:
    return Path(name).is_file()


def _listed(names: list[str]) -> str:
    return " or ".join(names)
