"""Stores the content of evidence, and fetches it for those who may see it."""

import getpass
import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from activities.evidence import EvidenceActivities
from adapters.db.audited_reads import record_evidence_read
from adapters.db.queries.evidence import EvidenceFilter, EvidenceRead, EvidenceRow, readings
from adapters.db.queries.evidence import evidence as evidence_rows
from adapters.db.queries.paging import WHOLE
from adapters.evidence.files import plain_file, write_new
from adapters.evidence.store import EvidenceFolder, EvidenceStore, StoredContent
from app.bootstrap import handler_on
from app.evidence_keys import evidence_keys
from app.reads import Reads, reads
from app.settings import Settings, load_settings
from domain.commands import KeepEvidence, make
from domain.errors import BadInput, NotFound
from domain.evidence import shown_name

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class EvidenceShown:
    """A document of evidence, and who has fetched it."""

    row: EvidenceRow
    readings: tuple[EvidenceRead, ...]


def store_of(settings: Settings) -> EvidenceStore:
    """Return the store of evidence. Embedded, its key is made at first use.

    Raises:
        BadSettings: its keys cannot be used.
    """
    return EvidenceFolder(settings.evidence, evidence_keys(settings))


def stores(data: Path | None) -> bool:
    """Whether this installation stores evidence: outside the embedded stack, only with `evidence_keys`."""
    settings = load_settings(data)
    return settings.embedded or settings.evidence_keys is not None


def digests(data: Path | None, documents: Mapping[str, Path | str]) -> dict[str, str]:
    """Return the SHA-256 of each document: that of a file that will be stored, or the one that is given.

    Raises:
        BadInput: a file cannot be read, is no plain file, or is too large to be stored.
    """
    most = load_settings(data).evidence_up_to_mb
    return {name: each if isinstance(each, str) else _measured(each, most).sha256 for name, each in documents.items()}


def keep(
    data: Path | None, user: str, production: str, milestone: str, documents: Mapping[str, Path], key: str = ""
) -> None:
    """Store files as the content of a milestone's newest evidence, by document. `key` is the caller's own key.

    Raises:
        SluiceError: a file is not what was handed in, the user may not store it, or it cannot be stored.
    """
    settings = load_settings(data)
    with handler_on(data) as handler:
        activities = EvidenceActivities(handler, store_of(settings))
        with handler.store.reading() as records:
            known = records.state(production, milestones=True).milestones.get(milestone)
        for document, path in documents.items():
            measured = _measured(path, settings.evidence_up_to_mb)
            command = make(
                KeepEvidence,
                key=key,
                nonce=uuid.uuid4().hex[:12],
                by=user,
                production=production,
                milestone=milestone,
                round=known.round if known is not None else 0,
                evidence=document,
                sha256=measured.sha256,
                name=shown_name(path.name),
                size=measured.size,
            )
            with plain_file(path) as source:
                activities.keep(command, source)


def shown(
    data: Path | None, user: str, production: str, milestone: str, document: str, round_: int | None
) -> EvidenceShown:
    """Return a document of evidence, of the newest round if none is named.

    Raises:
        NotFound: there is none, or the user may not see it.
        WrongRole: the user may see no evidence.
    """
    with reads(data, production, user) as reading:
        row = _the_row(reading, EvidenceFilter(production, milestone, document, round_))
        return EvidenceShown(row, tuple(readings(reading.connection, production, row.sha256)))


def fetch(
    data: Path | None, user: str, production: str, milestone: str, document: str, round_: int | None, out: Path
) -> EvidenceRow:
    """Write the stored content of a document to a new file, after it is on record who reads it.

    Raises:
        NotFound: there is none, it is kept elsewhere, the store lacks it, or the user may not see it.
        WrongRole: the user may see no evidence.
        Broken: the store has it changed.
    """
    row = shown(data, user, production, milestone, document, round_).row
    if row.content != "stored":
        raise NotFound(
            f"The content of {document} of {milestone} is kept elsewhere: only its SHA-256 was handed in, {row.sha256}."
        )
    store = store_of(load_settings(data))
    write_new(out, _announced(data, user or getpass.getuser(), row, store))
    return row


def exported(
    settings: Settings, connection: Connection, user: str, production: str
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield the blocks of each stored content of a production by SHA-256, after it is on record who takes them."""
    rows = evidence_rows(connection, EvidenceFilter(production)).items
    digests = sorted({row.sha256 for row in rows if row.content == "stored"})
    if digests:
        store = store_of(settings)
        record_evidence_read(connection.engine, user or getpass.getuser(), "export of evidence", digests, production)
        yield from ((digest, store.blocks(digest)) for digest in digests)


def _announced(data: Path | None, who: str, row: EvidenceRow, store: EvidenceStore) -> Iterator[bytes]:
    with handler_on(data) as handler:
        why = f"evidence {row.document} of {row.milestone}, round {row.round}"
        record_evidence_read(handler.store.engine, who, why, [row.sha256], row.production)
    yield from store.blocks(row.sha256)


def _the_row(reading: Reads, chosen: EvidenceFilter) -> EvidenceRow:
    found = reading.evidence(chosen, WHOLE).items
    if not found:
        raise NotFound(
            f"There is no evidence {chosen.document} of {chosen.milestone}"
            + (f" in round {chosen.round}" if chosen.round is not None else "")
            + f": `sluice evidence list {chosen.production}` shows what there is."
        )
    return found[-1]


def _measured(path: Path, most: int) -> StoredContent:
    """Return the SHA-256 and size of a file that may be stored. A file that grows is read no further than the limit."""
    digest, size = hashlib.sha256(), 0
    with plain_file(path) as file:
        if path.stat().st_size <= most * _MEGABYTE:
            while (block := file.read(_MEGABYTE)) and size <= most * _MEGABYTE:
                digest.update(block)
                size += len(block)
            if size <= most * _MEGABYTE:
                return StoredContent(digest.hexdigest(), size)
    raise BadInput(
        f"{path} has more than {most:,} MB, the most that is stored (`evidence_up_to_mb`): keep it elsewhere and hand "
        "in its hash, as ID=sha256:…, which `sha256sum` tells."
    )
