"""Compares imported rows of sources' statements with their events."""

from collections.abc import Iterator

from sqlalchemy import Connection

from adapters.db import audit
from adapters.db.imported_rows import altered
from adapters.db.streams import production_of
from domain.audit.findings import Finding, broken
from domain.audit.refold import CommandBatch
from domain.events import StatementImported
from domain.state import State


class Imports:
    """A check of a stream's batches; see `domain.audit.refold.Check`."""

    def __init__(self, connection: Connection, stream: str) -> None:
        self._connection = connection
        self._stream, self._production = stream, production_of(stream)
        self._imports: dict[int, StatementImported] = {}

    def __call__(self, state: State, batch: CommandBatch) -> Iterator[Finding]:  # noqa: ARG002 - as every check is asked
        """Compare the rows of an import with its event."""
        for decoded in batch.facts:
            if isinstance(decoded.event, StatementImported):
                self._imports[decoded.fact.seq] = decoded.event
                wrong = altered(self._connection, self._production, decoded.fact.seq, decoded.event)
                if wrong:
                    record, _, said = wrong.partition(": ")
                    yield broken(record, said)

    def end(self) -> Iterator[Finding]:
        """Yield registered statement versions that differ from the events, or have none."""
        for row in audit.statement_versions(self._connection, self._production):
            event = self._imports.get(row["seq"])
            name = f"{self._stream} event {row['seq']}"
            statement = f"{row['source']} {row['statement']} version {row['version']}"
            if event is None:
                yield broken(name, f"{statement} is registered for it, and it imports nothing")
            elif row["count"] != event.rows.count:
                yield broken(name, f"{statement} is registered with another count", event.rows.count, row["count"])
