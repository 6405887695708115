"""Statements of sources: the rows that were imported, against the event that says what they are."""

from collections.abc import Iterator

from sqlalchemy import Connection

from adapters.db.facts import altered
from adapters.db.store import production_of
from domain.audit.findings import Finding, broken
from domain.audit.refold import Stretch
from domain.events import StatementImported
from domain.state import State


class Imports:
    """A check of a stream's stretches; see `domain.audit.refold.Check`."""

    def __init__(self, connection: Connection, stream: str) -> None:
        self._connection = connection
        self._production = production_of(stream)

    def __call__(self, state: State, stretch: Stretch) -> Iterator[Finding]:  # noqa: ARG002 - as every check is asked
        """Compare the rows that an import brought with what its event says of them."""
        for told in stretch.told:
            if isinstance(told.event, StatementImported):
                wrong = altered(self._connection, self._production, told.fact.seq, told.event)
                if wrong:
                    record, _, said = wrong.partition(": ")
                    yield broken(record, said)
