"""Proves the record: chains of hashes, and everything that follows from them, row by row."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from adapters.db.queries import chain, ledger
from app.audit.replay.parallel import processes_for, proved


@dataclass
class Proof:
    """What was looked at, and a sentence for everything that is wrong."""

    events: int = 0
    streams: int = 0
    wrong: list[str] = field(default_factory=list)


def verify(connection: Connection, processes: int | None = None) -> Proof:
    """Look at every stream, piece by piece; `connection` should see one instant, as `Store.reading` gives it.

    More than one of `processes` share the streams, each on a connection of its own that sees the same instant; by
    default one for each processor where the journal is long enough to make up for starting them.
    """
    proof = Proof()
    streams = chain.streams(connection)
    if processes is None:
        processes = processes_for(connection)
    for one in proved(connection, streams, processes):
        proof.streams += 1
        proof.events += one.events
        proof.wrong += [finding.sentence for finding in one.findings]
    proof.wrong += [f"{row.stream}: entries in {row.currency} do not balance" for row in ledger.unbalanced(connection)]
    return proof
