"""Checks archived histories: each is unchanged, agrees with the facts, and replays with today's code."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection

from activities.carriers import commands_by_activity
from adapters.db import audit, histories
from adapters.db.histories import Kept
from adapters.db.streams import production_of, stream_of
from app.audit.replay.histories import HistoryCheck
from app.audit.replay.scope import Scope
from app.audit.replay.steps import HistorySteps
from app.audit.replay.strict import StrictReplayer
from app.audit.replay.timeline import Timeline
from domain import events
from domain.audit.findings import Finding, broken, undetermined, unfaithful
from domain.audit.history_order import CLOSINGS
from domain.audit.lost_histories import called
from domain.audit.refold import CommandBatch
from domain.commands import TABLE
from domain.errors import Broken
from domain.events import HistoryArchived, HistoryGivenUp
from domain.schemas import SCHEMAS, Schemas
from domain.state import State
from workflows import names

Run = tuple[str, str]


_BY_WORKFLOWS = frozenset(
    one.repeated_in for one in TABLE if one.repeated_in and one.activity in commands_by_activity()
) | {
    events.MilestoneRejected,
    events.MilestoneEscalated,
    events.MilestoneAccepted,
    events.RunPrepared,
    events.RunFirstReleased,
    events.DistributionObjected,
    events.MovementAllocated,
    events.MovementAllocationUndone,
}
"""First events of the commands that workflows ask activities for, under keys of their own."""


@dataclass
class Archive:
    """What the walked streams say was archived. Called for every batch, like a check."""

    scope: Scope
    told: dict[Run, tuple[HistoryArchived, str, str]] = field(default_factory=dict)
    """By workflow and run: the event, its record, and the production of its stream."""
    given_up: list[HistoryGivenUp] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    """Keys of commands that only workflows carry out."""

    def __call__(self, state: State, batch: CommandBatch) -> Iterator[Finding]:  # noqa: ARG002 - as every check is asked
        """Note what a batch archives. Yields a finding for a run archived twice."""
        if type(batch.facts[0].event) in _BY_WORKFLOWS and self.scope.covers(batch.first.effective_on):
            self.asked.add(batch.first.command_key)
        for told in batch.facts:
            if isinstance(told.event, HistoryArchived) and self.scope.covers(told.fact.effective_on):
                run = (told.event.workflow_id, told.event.run_id)
                if run in self.told:
                    yield broken(told.record, f"archives {run[0]} (run {run[1]}) again, after {self.told[run][1]}")
                self.told[run] = (told.event, told.record, production_of(told.fact.stream))
            elif isinstance(told.event, HistoryGivenUp) and self.scope.covers(told.fact.effective_on):
                self.given_up.append(told.event)


@dataclass
class Histories:
    """Checks every history of a scope, one in memory at a time."""

    connection: Connection
    archive: Archive
    timelines: dict[str, Timeline]
    replayer: StrictReplayer
    read: Callable[[bytes], HistorySteps]
    schemas: Schemas = SCHEMAS
    looked_at: int = 0
    heard: set[str] = field(default_factory=set)
    """Keys of the commands that the histories ask for."""

    async def findings(self, tick: Callable[[int], None] = lambda _: None) -> AsyncIterator[Finding]:
        """Yield what does not hold."""
        left = dict(self.archive.told)
        scope = self.archive.scope
        for kept in histories.kept(self.connection, scope.production):
            told = left.pop((kept.row.workflow_id, kept.row.run_id), None)
            if told is None and not scope.whole:
                continue
            self.looked_at += 1
            async for finding in self.of(kept, told):
                yield finding
            tick(1)
        for (workflow_id, run_id), (_, record, _) in left.items():
            yield broken(f"history {workflow_id} (run {run_id})", f"was archived by {record}, and is not kept")

    def notes(self) -> Iterator[str]:
        """Yield what cannot be proved either way."""
        unheard = self.archive.asked - self.heard
        if unheard:
            first = ", ".join(sorted(unheard)[:3])
            yield (
                f"{len(unheard)} commands are asked for in no archived history ({first} …): "
                "their workflows still go on, their histories were given up, or the sweep names the gap"
            )
        for lost in self.archive.given_up:
            if (lost.workflow_id, lost.run_id) not in self.archive.told:
                name = called(lost.workflow_id, lost.run_id)
                yield f"the history of {name} is lost ({lost.why}): {lost.by} gave it up: {lost.reason}"

    async def of(self, kept: Kept, told: tuple[HistoryArchived, str, str] | None) -> AsyncIterator[Finding]:
        """Yield what does not hold of one history."""
        record = f"history {kept.row.name}"
        for finding in self._row(record, kept, told):
            yield finding
        try:
            content = kept.json()
        except Broken as error:
            yield broken(record, error.sentence)
            return
        for difference in await self.replayer.differences(content, closed=True):
            where = "" if difference.where == "history" else f" {difference.where}"
            yield undetermined(f"{record}{where}", difference.said, difference.expected, difference.found)
        for finding in self._facts(record, kept, content):
            yield finding

    def _row(self, record: str, kept: Kept, told: tuple[HistoryArchived, str, str] | None) -> Iterator[Finding]:
        row = kept.row
        if told is None:
            yield broken(record, "is in the archive, and no event says that it was archived")
            return
        event, where, production = told
        for name in ("workflow_type", "status", "events", "build_id", "sha256", "continued_from"):
            if getattr(row, name) != getattr(event, name):
                yield broken(record, f"its {name} is not what {where} says", getattr(event, name), getattr(row, name))
        if row.production != production or production != names.production_of(row.workflow_id):
            yield broken(record, f"is not of the production whose stream holds {where}", production, row.production)

    def _facts(self, record: str, kept: Kept, content: bytes) -> Iterator[Finding]:
        """Compare a history with its row and its facts. The replay reports an unreadable one."""
        row = kept.row
        try:
            told = self.read(content)
        except Exception:  # noqa: BLE001 - the strict replay has said what is wrong with it
            return
        if told.workflow_type != row.workflow_type:
            yield broken(record, "is of another workflow than its row says", told.workflow_type, row.workflow_type)
        if CLOSINGS.get(told.closed_by) != row.status:
            yield broken(record, "ended in another way than its row says", CLOSINGS.get(told.closed_by), row.status)
        count = told.events
        if count != row.events:
            yield broken(record, "has not as many events as its row says", row.events, count)
        timeline = self.timelines.get(row.production)
        if timeline is None:
            return
        stream = stream_of(row.production)
        witness = HistoryCheck(
            record,
            row.production,
            lambda key: audit.wrote(self.connection, stream, key, self.schemas),
            lambda user: audit.fell_due(self.connection, stream, user),
            timeline,
            self.schemas,
        )
        try:
            yield from witness.differences(told, row.workflow_id)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            yield unfaithful(record, f"tells what cannot be held against the facts: {error}")
        self.heard |= witness.heard
