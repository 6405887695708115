"""The archive of workflow histories: one row per ended run, with its compressed JSON as received.

Each row must match its hashes, and the journal's event holds the same hashes.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.queries.histories import Archived
from adapters.db.store import Transaction
from domain.errors import Broken, NotFound
from domain.events import HistoryArchived, HistoryStatus
from domain.ledger.journal import sha256

_FETCH = 1_000
"""Rows without their bytes, fetched at a time."""

Run = tuple[str, str]
"""Names a run of a workflow: its workflow id and run id."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An archive row with its compressed bytes, which can be megabytes; hold one at a time."""

    row: Archived
    packed: bytes

    def json(self) -> bytes:
        """Return the history as `WorkflowHistory.to_json` wrote it.

        Raises:
            Broken: the bytes are not those that were archived.
        """
        if sha256(self.packed) != self.row.packed_sha256:
            raise self._broken("its bytes are not those that were stored")
        try:
            content = zlib.decompress(self.packed)
        except zlib.error as error:
            raise self._broken(f"it cannot be unpacked ({error})") from error
        if sha256(content) != self.row.sha256:
            raise self._broken("its content does not have the hash that it was archived under")
        return content

    def _broken(self, how: str) -> Broken:
        return Broken(
            f"The archived history of {self.row.name} is not what was archived: {how}.",
            workflow_id=self.row.workflow_id,
            run_id=self.row.run_id,
        )


def keep(transaction: Transaction, production: str, archived: HistoryArchived, content: bytes) -> None:
    """Archive a history (JSON in UTF-8); the same transaction appends its event.

    Raises:
        Broken: the content does not match the event's hash.
    """
    if sha256(content) != archived.sha256:
        raise Broken(f"The history of {archived.workflow_id} does not have the hash under which it is to be archived.")
    packed = zlib.compress(content)
    row = archived.model_dump(exclude={"type"}) | {"production": production, "packed_sha256": sha256(packed)}
    transaction.connection.execute(sa.insert(tables.history).values(content=packed, **row))


def archived(connection: Connection, runs: Sequence[Run]) -> frozenset[Run]:
    """Which of these runs are in the archive."""
    table = tables.history.c
    columns = (sa.literal([run[part] for run in runs], sa.ARRAY(sa.Text)) for part in (0, 1))
    named = sa.func.unnest(*columns).table_valued("workflow_id", "run_id").render_derived()
    query = sa.select(table.workflow_id, table.run_id).join_from(
        tables.history, named, sa.and_(table.workflow_id == named.c.workflow_id, table.run_id == named.c.run_id)
    )
    return frozenset((row.workflow_id, row.run_id) for row in connection.execute(query))


def unheard_of(connection: Connection, workflow_ids: Sequence[str]) -> frozenset[str]:
    """Return the workflows of which the archive has no run."""
    table = tables.history.c
    known = sa.select(table.workflow_id).where(
        table.workflow_id == sa.any_(sa.literal(workflow_ids, sa.ARRAY(sa.Text)))
    )
    return frozenset(workflow_ids).difference(connection.execute(known.distinct()).scalars())


def given_up(connection: Connection, keys: Sequence[str]) -> frozenset[str]:
    """Return which of these keys belong to commands that gave up a history."""
    journal = tables.journal_event.c
    query = sa.select(journal.command_key).where(
        journal.command_key == sa.any_(sa.literal(keys, sa.ARRAY(sa.Text))), journal.type == "history-given-up"
    )
    return frozenset(connection.execute(query).scalars())


def beginnings_lost(connection: Connection) -> list[tuple[Run, Run]]:
    """Return the runs that continue a run missing from the archive, with that run."""
    run, other = tables.history.alias("run").c, tables.history.alias("other").c
    before = sa.exists().where(other.workflow_id == run.workflow_id, other.run_id == run.continued_from)
    query = sa.select(run.workflow_id, run.run_id, run.continued_from).where(run.continued_from != "", ~before)
    rows = connection.execute(query.order_by(run.workflow_id, run.run_id))
    return [((row.workflow_id, row.run_id), (row.workflow_id, row.continued_from)) for row in rows]


def ends_open(connection: Connection) -> list[Run]:
    """Return the runs that continued as new, while the archive lacks the continuing run."""
    run, other = tables.history.alias("run").c, tables.history.alias("other").c
    after = sa.exists().where(other.continued_from == run.run_id)
    query = sa.select(run.workflow_id, run.run_id).where(run.status == HistoryStatus.CONTINUED_AS_NEW, ~after)
    rows = connection.execute(query.order_by(run.workflow_id, run.run_id))
    return [(row.workflow_id, row.run_id) for row in rows]


def listed(connection: Connection, production: str | None = None, workflow_id: str | None = None) -> Iterator[Archived]:
    """Yield archive rows without bytes, by workflow and run, for one production or workflow."""
    query = _of(sa.select(*_DESCRIBED), production, workflow_id)
    with connection.execute(query.execution_options(yield_per=_FETCH)) as rows:
        for row in rows:
            yield Archived(*row)


def kept(connection: Connection, production: str | None = None) -> Iterator[Kept]:
    """Yield archive rows with bytes in the order of `listed`, with one in memory at a time."""
    query = _of(sa.select(*_DESCRIBED, tables.history.c.content), production)
    with connection.execute(query.execution_options(yield_per=1)) as rows:
        for row in rows:
            yield Kept(Archived(*row[:-1]), bytes(row[-1]))


def the_history(connection: Connection, workflow_id: str, run_id: str) -> Kept:
    """One history.

    Raises:
        NotFound: it is not in the archive.
    """
    table = tables.history.c
    query = sa.select(*_DESCRIBED, table.content).where(table.workflow_id == workflow_id, table.run_id == run_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            f"The archive has no history of {workflow_id} (run {run_id}): `sluice history list` lists what it has.",
            workflow_id=workflow_id,
            run_id=run_id,
        )
    return Kept(Archived(*row[:-1]), bytes(row[-1]))


_DESCRIBED = [each for each in tables.history.columns if each.name != "content"]


def _of(query: sa.Select[Any], production: str | None, workflow_id: str | None = None) -> sa.Select[Any]:
    table = tables.history.c
    if production is not None:
        query = query.where(table.production == production)
    if workflow_id is not None:
        query = query.where(table.workflow_id == workflow_id)
    return query.order_by(table.workflow_id, table.run_id)
