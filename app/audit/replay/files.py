"""Checks that named documents and bank files are kept, match their hashes, and that no others exist."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath

from sqlalchemy import Connection

from adapters.bank import read
from adapters.bank.folder import folder_of
from adapters.db import audit
from adapters.db.audit import Waiting
from adapters.db.audited_reads import Announced, BankFileRecord
from adapters.db.rates import figures_on
from adapters.rates import published
from domain.audit.findings import Finding, broken, unfaithful
from domain.audit.refold import CommandBatch, DecodedFact
from domain.errors import BadInput
from domain.events import (
    AgreementAmended,
    AgreementProposed,
    AgreementRegistered,
    BankFileRefused,
    Event,
    PartyMatched,
    PayeeNotified,
    RunDoubted,
    RunSubmitted,
    StatementImported,
    StatementsIssued,
)
from domain.ledger.journal import sha256
from domain.rates import Rate, source_key
from domain.state import State

_TAKEN, _REFUSED = "bank-file", "bank-file-refused"


@dataclass
class Files:
    """What the walked streams say about documents and bank files. Called for every batch, like a check."""

    named: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Documents by SHA-256, each with the stream and the number of the first event that names it."""
    sent: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """Orders and enquiries by folder and message id: SHA-256, and the record of the event."""
    delivered: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """Files put into the outbox, by folder and file name without its ending: SHA-256 and record."""
    taken: dict[tuple[str, str], str] = field(default_factory=dict)
    """Files taken in, by folder and SHA-256, with the record of the event."""

    def __call__(self, state: State, batch: CommandBatch) -> Iterator[Finding]:
        """Note what a batch names. Never yields a finding."""
        first = batch.facts[0]
        kind, _, rest = first.fact.command_key.partition("/")
        folder, _, digest = rest.partition("/")
        if kind in {_TAKEN, _REFUSED} and not batch.refused:
            self.named.setdefault(digest, _place(first))
            if kind == _TAKEN:
                self.taken[folder, digest] = first.record
        for told in batch.facts:
            if told.event is not None:
                for document in _documents(told.event):
                    self.named.setdefault(document, _place(told))
                self._sent(state, told)
        return iter(())

    def named_by(self, digest: str) -> int | None:
        """Return the number of the first event that names a document, or None."""
        place = self.named.get(digest)
        return None if place is None else place[1]

    def _sent(self, state: State, told: DecodedFact) -> None:
        match told.event:
            case RunSubmitted(run=run, message_id=message_id, file=file):
                folder = folder_of(run.partition("/")[0], state.runs[run].account)
                times = state.runs[run].times_sent
                self.sent[folder, message_id] = (file, told.record)
                self.delivered[folder, f"{message_id}-{times}"] = (file, told.record)
            case RunDoubted(run=run, enquiry_message_id=message_id, file=file):
                folder = folder_of(run.partition("/")[0], state.runs[run].account)
                self.sent[folder, message_id] = self.delivered[folder, message_id] = (file, told.record)
            case _:
                return


def document_findings(records: Announced, files: Files, *, everything: bool) -> Iterator[Finding]:
    """Yield documents that do not match their hashes, and those that are named but not kept.

    `everything` checks all kept documents, otherwise only those that the walked streams name. They are hashed here, one
    in memory at a time, because the database's owner could make it report any hash.
    """
    missing = dict(files.named)
    named = ((digest, f"named by {_record(place)}") for digest, place in files.named.items())
    for digest, name in audit.documents(records.connection) if everything else named:
        content = records.document(digest)
        if content is None:
            continue
        missing.pop(digest, None)
        found = sha256(content)
        if found != digest:
            yield broken(f"document {digest}", f"{name} is not what was kept", digest, found)
    for digest, place in missing.items():
        yield broken(f"document {digest}", f"is named by {_record(place)}, and not kept")


def bank_file_findings(records: Announced, files: Files, production: str | None) -> Iterator[Finding]:
    """Yield differences between bank files, the outbox, and what the walked streams sent and took in."""
    sent, taken = dict(files.sent), dict(files.taken)
    for file in records.bank_files():
        if production is not None and not file.account.startswith(f"{production}."):
            continue
        if file.direction == "out":
            yield from _sent_as_told(file, sent.pop((file.account, file.message_id), None))
        elif file.direction == "in":
            taken.pop((file.account, file.sha256), None)
            yield from _says_what_it_is(records, file)
        else:
            yield broken(
                f"bank file {file.message_id} of {file.account}", "went neither out nor in", "", file.direction
            )
    for (folder, message_id), (_, record) in sent.items():
        yield broken(f"bank file {message_id} to {folder}", f"was sent by {record}, and is not on record")
    for (folder, digest), record in taken.items():
        yield broken(f"bank file {digest} from {folder}", f"was taken in by {record}, and is not on record")
    delivered = dict(files.delivered)
    for waiting in audit.outbox(records.connection):
        if production is None or waiting.target.startswith(f"{production}."):
            yield from _delivered_as_told(waiting, delivered.pop((waiting.target, PurePath(waiting.name).stem), None))
    for (folder, name), (_, record) in delivered.items():
        yield broken(f"outbox {name} for {folder}", f"was put out by {record}, and is not on record")


def rate_findings(records: Announced) -> Iterator[Finding]:
    """Yield imported rates that differ from their file, and rates of such a file that are missing."""
    connection = records.connection
    for digest in audit.rate_documents(connection):
        raw = records.document(digest)
        if raw is None:
            for kept in audit.rates(connection, digest):
                name = f"rate {kept.source} {kept.base}/{kept.quote} of {kept.on}"
                yield broken(name, f"names document {digest}, which is not kept")
            continue
        try:
            written = {_key(rate): rate.rate for _, rate in published(raw, digest[:12])}
        except BadInput as error:
            yield broken(f"document {digest}", f"holds no rates any more: {error.sentence}")
            continue
        seen = set()
        for kept in audit.rates(connection, digest):
            key = (source_key(kept.source), kept.on, kept.base, kept.quote)
            seen.add(key)
            if written.get(key) != kept.rate:
                name = f"rate {kept.source} {kept.base}/{kept.quote} of {kept.on}"
                yield broken(name, f"is not that of document {digest[:12]}…", written.get(key, ""), kept.rate)
        for key, rate in written.items():
            source, on, base, quote = key
            if key not in seen and rate not in figures_on(records, source, on).get((base, quote), ()):
                name = f"rate {source} {base}/{quote} of {on}"
                yield broken(name, f"is in document {digest[:12]}…, and not on record", rate)


def _documents(event: Event) -> Iterator[str]:
    match event:
        case AgreementProposed() | AgreementRegistered() | AgreementAmended() | PayeeNotified() | PartyMatched():
            yield event.document
        case RunSubmitted() | RunDoubted() | BankFileRefused():
            yield event.file
        case StatementsIssued():
            yield from (one.sha256 for one in event.statements)
        case StatementImported() if event.rows.mapping is not None:
            yield event.rows.mapping
        case _:
            return


def _place(told: DecodedFact) -> tuple[str, int]:
    return told.fact.stream, told.fact.seq


def _record(place: tuple[str, int]) -> str:
    return f"{place[0]} event {place[1]}"


def _sent_as_told(file: BankFileRecord, told: tuple[str, str] | None) -> Iterator[Finding]:
    name = f"bank file {file.message_id} to {file.account}"
    if told is None:
        yield broken(name, "is on record, and no event sent it")
    elif file.sha256 != told[0]:
        yield broken(name, f"is another document than {told[1]} sent", told[0], file.sha256)
    elif file.name != file.message_id:
        yield broken(name, "bears another name than its message id", file.message_id, file.name)


def _says_what_it_is(records: Announced, file: BankFileRecord) -> Iterator[Finding]:
    name = f"bank file {file.message_id} from {file.account}"
    raw = records.document(file.sha256)
    if raw is None:
        yield broken(name, "is not kept", file.sha256)
        return
    try:
        said = read.message_id(raw)
    except BadInput as error:
        yield broken(name, f"cannot be read any more: {error.sentence}")
        return
    if said != file.message_id:
        yield broken(name, f"is a file of another message id in document {file.sha256[:12]}…", file.message_id, said)


def _delivered_as_told(waiting: Waiting, told: tuple[str, str] | None) -> Iterator[Finding]:
    name = f"outbox {waiting.name} for {waiting.target}"
    if told is None:
        yield broken(name, "is on record, and no event put it out")
    elif waiting.document != told[0]:
        yield broken(name, f"is another document than {told[1]} put out", told[0], waiting.document)


def _key(rate: Rate) -> tuple[str, date, str, str]:
    return (source_key(rate.source), rate.on, rate.base, rate.quote)


def unnamed_findings(connection: Connection, streams: list[str], productions: list[str]) -> Iterator[Finding]:
    """Yield rows that belong to no known stream or production."""
    for table, name in audit.unnamed_documents(connection, streams, productions):
        yield unfaithful(f"{table} rows of {name!r}", "belong to nothing that the journal knows")
    for sentence in audit.orphaned_rows(connection):
        yield unfaithful(sentence, "are not of a statement that is registered")
