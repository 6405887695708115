"""Proves the record: its chains of hashes, and everything that follows from them, row by row."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from adapters.db.queries import chain, ledger
from app.audit.replay.parallel import processes_for, proved


@dataclass
class Proof:
    """The numbers of events and streams read, and a sentence for each error."""

    events: int = 0
    streams: int = 0
    wrong: list[str] = field(default_factory=list)


def verify(connection: Connection, processes: int | None = None) -> Proof:
    """Verify every stream. `connection` should see one instant, as `Store.reading` gives it.

    With several `processes`, streams are shared among them, each with a connection that sees the same instant. The
    default is one for each processor if the journal is long enough, else one.
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
