"""Proves the record: chains of hashes, and everything that follows from them, row by row."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from adapters.db import queries
from app.audit.imports import Imports
from app.audit.stream import prove


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
        one = prove(connection, stream, [Imports(connection, stream)])
        proof.events += one.events
        proof.wrong += [finding.sentence for finding in one.findings]
    proof.wrong += [
        f"{row['stream']}: entries in {row['currency']} do not balance" for row in queries.unbalanced(connection)
    ]
    return proof
