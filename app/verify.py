"""Proves the record: chains of hashes, balanced entries that are exactly what the events post, and rows as imported."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import Connection

from adapters.db import queries
from adapters.db.facts import altered
from adapters.db.store import production_of
from domain.errors import SluiceError
from domain.events import StatementImported
from domain.journal import Fact, broken_links
from domain.ledger import postings

_IMPORT = StatementImported.model_fields["type"].default


@dataclass
class Proof:
    """What was looked at, and a sentence for everything that is wrong."""

    events: int = 0
    streams: int = 0
    wrong: list[str] = field(default_factory=list)


def verify(connection: Connection) -> Proof:
    """Look at every stream, piece by piece; `connection` should see one instant, as `Store.reading` gives it."""
    proof = Proof()
    for stream in queries.streams(connection):
        proof.streams += 1
        facts = _imported(connection, stream, _counted(proof, queries.facts(connection, stream)), proof)
        checked = _posted(connection, stream, facts, proof)
        proof.wrong += broken_links(stream, checked, queries.head(connection, stream))
    proof.wrong += [
        f"{row['stream']}: entries in {row['currency']} do not balance" for row in queries.unbalanced(connection)
    ]
    return proof


def _counted(proof: Proof, facts: Iterator[Fact]) -> Iterator[Fact]:
    for fact in facts:
        proof.events += 1
        yield fact


def _imported(connection: Connection, stream: str, facts: Iterator[Fact], proof: Proof) -> Iterator[Fact]:
    """Pass facts on, comparing the rows that an import brought with what its event says of them."""
    for fact in facts:
        if fact.type == _IMPORT and isinstance(event := fact.event, StatementImported):
            wrong = altered(connection, production_of(stream), fact.seq, event)
            proof.wrong += [wrong] if wrong else []
        yield fact


def _posted(connection: Connection, stream: str, facts: Iterator[Fact], proof: Proof) -> Iterator[Fact]:
    """Pass facts on, comparing what each posts with the entries on record."""
    recorded = groupby(queries.entries(connection, production_of(stream)), key=lambda entry: entry["seq"])
    seq, entries = next(recorded, (None, iter(())))
    for fact in facts:
        while seq is not None and seq < fact.seq:
            proof.wrong.append(f"{stream}: entries name event {seq}, which is not in the journal")
            seq, entries = next(recorded, (None, iter(())))
        found = []
        if seq == fact.seq:
            found = [(entry["account"], entry["amount"], entry["about"]) for entry in entries]
            seq, entries = next(recorded, (None, iter(())))
        try:
            expected = [(entry.account, str(entry.amount), entry.about) for entry in postings(fact.event)]
        except SluiceError as error:
            proof.wrong.append(error.sentence)
            expected = found
        if found != expected:
            proof.wrong.append(f"{stream} event {fact.seq}: its entries are not what a {fact.type} event posts")
        yield fact
    while seq is not None:
        proof.wrong.append(f"{stream}: entries name event {seq}, which is not in the journal")
        seq, entries = next(recorded, (None, iter(())))
