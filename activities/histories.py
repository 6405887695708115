"""The archive of workflow histories: keeps what Temporal deletes, and reports missing histories.

A history is known to be missing if another record proves that it existed:

    closed but not archived       Temporal lists an ended run that is not in the archive;
    a link of a chain             a run names the run it continues, and a continued run has a successor;
    no history behind facts       the journal has facts that only a workflow makes, and neither Temporal
                                  nor the archive has that workflow.

An auditor may give up what is missing for good (`domain/audit/lost_histories.py`). This is recorded, and the gap is no
longer reported. An ended workflow without facts or links that Temporal has deleted leaves no trace.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Protocol

import sqlalchemy as sa
import structlog
from temporalio import activity

from activities.views import HistoryGap, SweepView
from adapters.command_handler import CommandHandler
from adapters.db import histories, tables
from adapters.db.histories import Run
from adapters.db.records import Records
from adapters.db.store import Context, Transaction
from adapters.temporal.executions import (
    PAGE,
    Closed,
    Executions,
    as_archived,
)
from domain.audit.lost_histories import called, give_up, require_lost
from domain.commands import ArchiveHistory, GiveUpHistory, declared, make
from domain.errors import IdempotencyConflict, IllegalTransition, NotFound
from domain.events import HistoryArchived, HistoryGivenUp
from domain.identity import SYSTEM
from domain.ledger.journal import sha256
from domain.sharing.revenue import treasuries
from domain.state import State

SOON = timedelta(minutes=2)
"""How long after its end a run may be unarchived before it is a gap."""
_MAX_KEY_PART = 150
MAX_LISTED = 100
"""The most gaps that a sweep lists. It counts all."""

log = structlog.get_logger()


class Names(Protocol):
    """Builds and reads workflow ids; the module `workflows.names` implements it."""

    def production_of(self, workflow_id: str) -> str:
        """The production of a workflow id, or `""`."""

    def production_workflow(self, production: str) -> str:
        """The id of a production's workflow."""

    def milestone_workflow(self, production: str, milestone: str) -> str:
        """The id of a milestone's workflow."""

    def run_workflow(self, run: str) -> str:
        """The id of a payment run's workflow."""

    def distribution_workflow(self, production: str, period: str) -> str:
        """The id of the workflow of a period's distribution."""


@dataclass(frozen=True)
class HistoryActivities:
    """Archives histories and finds gaps, between Temporal and the store."""

    handler: CommandHandler
    executions: Executions
    names: Names

    async def missing(self, closed: Sequence[Closed]) -> list[Closed]:
        """The runs that the archive does not have."""
        known = await asyncio.to_thread(self._archived, [(run.workflow_id, run.run_id) for run in closed])
        return [run for run in closed if (run.workflow_id, run.run_id) not in known]

    async def archive(self, run: Closed) -> bool:
        """Fetch a run's history and keep it, in one transaction with its event. False if Temporal deleted it.

        Several workers may do so at once: the first one's bytes count.
        """
        history = await self.executions.history(run)
        if history is None or not history.events:
            return False
        await asyncio.to_thread(lambda: self._keep(*as_archived(run, history)))
        return True

    @activity.defn
    async def sweep_histories(self) -> SweepView:
        """Archive what has ended, then report what is missing for good."""
        closed = archived = 0
        async for page in self.executions.closed():
            closed += len(page)
            for run in await self.missing(page):
                archived += await self.archive(run)
        found = await self.gaps()
        for gap in found:
            log.error("history.gap", history=gap.workflow_id, run_id=gap.run_id, why=gap.why)
        return SweepView(closed=closed, archived=archived, gaps=len(found), first_gaps=tuple(found[:MAX_LISTED]))

    async def gaps(self) -> list[HistoryGap]:
        """Every missing history that was not given up."""
        found = await self._missing_histories()
        known = await asyncio.to_thread(self._given_up, [_give_up_key(gap) for gap in found])
        return [gap for gap in found if _give_up_key(gap) not in known]

    async def lost(self, workflow_id: str, run_id: str | None) -> list[HistoryGap]:
        """What is missing of a workflow, or of one run of it. What Temporal still has is left out if there is more.

        Raises:
            IllegalTransition: nothing is missing: the archive or Temporal has it.
            NotFound: nothing is missing, and nothing says that it existed.
        """
        found = [
            gap
            for gap in await self._missing_histories()
            if gap.workflow_id == workflow_id and run_id in {None, gap.run_id}
        ]
        if not found:
            archived = await asyncio.to_thread(self._has_any, workflow_id, run_id)
            in_temporal = await self.executions.knows(workflow_id, run_id)
            require_lost(called(workflow_id, run_id or ""), archived=archived, in_temporal=in_temporal, missing=False)
        gone = [gap for gap in found if not await self.executions.knows(workflow_id, gap.run_id or None)]
        return gone or found

    async def give_up(self, command: GiveUpHistory) -> None:
        """Let an auditor declare a history lost for good."""
        in_temporal = await self.executions.knows(command.workflow_id, command.run_id or None)
        await asyncio.to_thread(self._give_up, command, in_temporal)

    async def _missing_histories(self) -> list[HistoryGap]:
        """Every missing history. The module docstring lists the proofs."""
        listed: set[str] = set()
        found: list[HistoryGap] = []
        async for page in self.executions.closed():
            listed.update(run.workflow_id for run in page)
            found += [
                HistoryGap(workflow_id=run.workflow_id, run_id=run.run_id, why=f"ended at {run.at:%Y-%m-%d %H:%M:%SZ}")
                for run in await self.missing(page)
                if run.at < datetime.now(UTC) - SOON
            ]
        running = {workflow_id: run_id async for workflow_id, run_id in self.executions.running()}
        found += [gap async for gap in self._broken_chains(running)]
        found += [gap async for gap in self._unexplained_facts(listed.union(running))]
        return found

    async def _broken_chains(self, running: dict[str, str]) -> AsyncIterator[HistoryGap]:
        """Archived chains that lack a link which Temporal does not have either."""
        beginnings, ends = await asyncio.to_thread(self._chains)
        goes_on: dict[str, str] = {}
        for workflow_id, run_id in running.items():
            before = await self.executions.continued_from(workflow_id, run_id)
            if before:
                goes_on[workflow_id] = before
        known = await asyncio.to_thread(self._archived, list(goes_on.items()))
        beginnings += [((each[0], running[each[0]]), each) for each in goes_on.items() if each not in known]
        for (workflow_id, run_id), (_, before) in beginnings:
            if not await self.executions.knows(workflow_id, before):
                yield HistoryGap(workflow_id=workflow_id, run_id=before, why=f"the run {run_id} continues it")
        for workflow_id, run_id in ends:
            if goes_on.get(workflow_id) != run_id and not await self.executions.knows(workflow_id):
                yield HistoryGap(workflow_id=workflow_id, why=f"the run {run_id} was continued as a new one")

    async def _unexplained_facts(self, in_temporal: set[str]) -> AsyncIterator[HistoryGap]:
        """Facts that only workflows make, without a workflow that can have made them."""
        for workflow_id in await asyncio.to_thread(self._without_history):
            if workflow_id not in in_temporal and not await self.executions.knows(workflow_id):
                yield HistoryGap(workflow_id=workflow_id, why="the journal has facts that only this workflow makes")

    def _keep(self, archived: HistoryArchived, content: bytes) -> None:
        production = self.names.production_of(archived.workflow_id)
        command = make(
            ArchiveHistory,
            beside={"workflow": _key_part(archived.workflow_id), "run_id": archived.run_id},
            by=SYSTEM.user,
            production=production,
            history=archived,
        )

        def _within(transaction: Transaction) -> tuple[State, list[HistoryArchived]]:
            histories.keep(transaction, production, archived, content)
            return State(), [archived]

        try:
            self.handler.store.carry_out(command, Context(self._today(production), command.by), _within)
        except IdempotencyConflict:  # two fetches of a history may differ in bytes
            if not self._archived([(archived.workflow_id, archived.run_id)]):
                raise

    def _give_up(self, command: GiveUpHistory, in_temporal: bool) -> None:
        def _within(transaction: Transaction) -> tuple[State, list[HistoryGivenUp]]:
            person = self.handler.person(command, transaction.people(*command.given_by))
            parties = self._responsible_parties(transaction, command.production) or (person.party,)
            run = (command.workflow_id, command.run_id)
            archived = run in histories.archived(transaction.connection, [run])
            return State(), give_up(command, person, parties, archived=archived, in_temporal=in_temporal)

        try:
            self.handler.in_context(command, Context(self._today(command.production), command.by), _within)
        except IdempotencyConflict:
            history = called(command.workflow_id, command.run_id)
            raise IllegalTransition(
                f"The history of {history} was given up before, by somebody else or for another reason: "
                "what the journal has of it stands."
            ) from None

    def _responsible_parties(self, records: Records, production: str) -> tuple[str, ...]:
        """The parties whose auditors may give up a production's histories."""
        if records.state(production).production is None:  # of no production, or never registered
            return ()
        return treasuries(self.handler.agreement(records, production))

    def _given_up(self, keys: Sequence[str]) -> frozenset[str]:
        with self.handler.store.reading() as records:
            return histories.given_up(records.connection, keys)

    def _has_any(self, workflow_id: str, run_id: str | None) -> bool:
        with self.handler.store.reading() as records:
            rows = histories.listed(records.connection, workflow_id=workflow_id)
            return any(run_id in {None, row.run_id} for row in rows)

    def _today(self, production: str) -> date:
        try:
            return self.handler.today(self.handler.in_force(production))
        except NotFound:  # of no production, or of one that was never registered
            return self.handler.clock.now().date()

    def _archived(self, runs: Sequence[Run]) -> frozenset[Run]:
        with self.handler.store.reading() as records:
            return histories.archived(records.connection, runs)

    def _chains(self) -> tuple[list[tuple[Run, Run]], list[Run]]:
        with self.handler.store.reading() as records:
            return histories.beginnings_lost(records.connection), histories.ends_open(records.connection)

    def _without_history(self) -> list[str]:
        found: list[str] = []
        with self.handler.store.reading() as records:
            expected = self._expected(records.connection)
            while ids := list(islice(expected, PAGE)):
                found += sorted(histories.unheard_of(records.connection, ids))
        return found

    def _expected(self, connection: sa.Connection) -> Iterator[str]:
        """The ids of the workflows that made the recorded facts."""
        production, milestone, run, distribution = (
            each.c for each in (tables.production, tables.milestone, tables.run, tables.distribution)
        )
        ids = self.names
        for query, named in (
            (sa.select(production.key), ids.production_workflow),
            (sa.select(milestone.production, milestone.id), ids.milestone_workflow),
            (sa.select(run.id), ids.run_workflow),
            (sa.select(distribution.production, distribution.period), ids.distribution_workflow),
        ):
            for row in connection.execute(query.execution_options(yield_per=PAGE)):
                yield named(*row)


def gap_key(gap: HistoryGap) -> dict[str, str]:
    """The fields of a give-up key that identify a gap: its run or, without one, the proof that it existed."""
    return {"workflow": _key_part(gap.workflow_id), "lost": gap.run_id or sha256(gap.why.encode())[:16]}


def _give_up_key(gap: HistoryGap) -> str:
    return declared(GiveUpHistory).key.format(**gap_key(gap))


def _key_part(workflow_id: str) -> str:
    """A workflow id for a command's key: the id, or its hash if a key may not contain it."""
    plain = workflow_id.isprintable() and " " not in workflow_id and len(workflow_id) <= _MAX_KEY_PART
    return workflow_id if plain else sha256(workflow_id.encode())
