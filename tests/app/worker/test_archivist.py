"""The archive: every run that ends is kept, soon, once, and whole; what is missing is named."""

import asyncio
import dataclasses
import json
import uuid
from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest
from temporalio import workflow
from temporalio.client import WorkflowFailureError, WorkflowHistory
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

import activities.histories
from activities.views import AccountRef, ProductionRef
from adapters.db import histories
from adapters.db.queries import chain
from adapters.db.streams import stream_of
from adapters.temporal.executions import Executions
from adapters.temporal.opening import open_history
from app.worker.archivist import SWEEP, Archivist, keep_sweeping
from domain.events import HistoryStatus
from domain.ledger.journal import sha256
from tests.app.conftest import KEYS
from tests.world import PRODUCTION, SIGNED_ALONE
from workflows.open_runs import OpenRunsWorkflow
from workflows.production import ProductionWorkflow
from workflows.sweep_histories import SweepHistoriesWorkflow

MEGABYTE = "x" * 1_000_000


@workflow.defn(sandboxed=False)
class Chain:
    """Continues as new as often as it is told to, and takes in whatever it is told meanwhile."""

    def __init__(self) -> None:
        self._heard = 0

    @workflow.run
    async def run(self, links: int, listen: int = 0, listen_at_last: int = 0) -> str:
        await workflow.wait_condition(lambda: self._heard >= (listen if links else max(listen, listen_at_last)))
        if links:
            workflow.continue_as_new(args=[links - 1, 0, listen_at_last])
        return "done"

    @workflow.signal
    def hear(self, _: str) -> None:
        self._heard += 1


@asynccontextmanager
async def chains(services):
    """Lets `Chain` run on a queue of its own; answers with what starts one and waits for its end."""
    queue = f"chains-{uuid.uuid4().hex[:8]}"
    object.__setattr__(services.settings, "task_queue", queue)

    async def one(name, *arguments, say=()):
        handle = await services.client.start_workflow(Chain.run, args=list(arguments), id=name, task_queue=queue)
        for words in say:
            await handle.signal(Chain.hear, words)
        await handle.result()
        runs = []
        while len(runs) <= arguments[0]:
            listed = services.client.list_workflows(f"WorkflowId = '{name}' AND TaskQueue = '{queue}'")
            runs = [run.run_id async for run in listed]
        return runs

    async with Worker(services.client, task_queue=queue, workflows=[Chain]):
        yield one


@pytest.mark.parametrize("name", ["open-runs/P/it is; --/1", "open-runs/P/\u202ewrap/1", "open-runs/P/" + "x" * 400])
async def test_a_name_that_somebody_made_up_is_archived_like_any_other(services, name):
    """An account's name, as somebody asks for its day, stands in the id of the workflow that refuses it."""
    async with chains(services) as chain:
        (run_id,) = await chain(name, 0)
        await until_archived(services, 1)
    (row,) = archived(services)
    assert (row.workflow_id, row.run_id) == (name, run_id)


async def until_archived(services, count, archivist=None):
    """Lists lag behind what has happened."""
    archivist = archivist or Archivist(services)
    for _ in range(200):
        await archivist.step()
        rows = archived(services)
        if len(rows) >= count:
            return rows
        await asyncio.sleep(0.1)
    raise AssertionError(rows)


def archived(services, production=None):
    with services.store.reading() as records:
        return list(histories.listed(records.connection, production))


def journalled(services, production):
    with services.store.reading() as records:
        facts = list(chain.facts(records.connection, stream_of(production)))
    return [fact.event for fact in facts if fact.type == "history-archived"]


class Forgetful(Executions):
    """Temporal after its retention: it has nothing of the runs in `gone` (the real one forgets after half a minute)."""

    gone: frozenset[str] = frozenset()

    async def closed(self, since=None):
        async for page in super().closed(since):
            yield [run for run in page if run.run_id not in self.gone]

    async def history(self, run):
        return None if run.run_id in self.gone else await super().history(run)

    async def knows(self, workflow_id, run_id=None):
        if run_id is not None:
            return run_id not in self.gone and await super().knows(workflow_id, run_id)
        runs = [
            each.run_id async for each in self.client.list_workflows(f"{self._ours} AND WorkflowId = '{workflow_id}'")
        ]
        return not self.gone.issuperset(runs)


def after_retention(services, *gone):
    """The archive of a Temporal that has forgotten some runs."""
    forgetful = Forgetful(services.client, services.settings.task_queue)
    object.__setattr__(forgetful, "gone", frozenset(gone))
    return dataclasses.replace(services.histories, executions=forgetful)


async def test_a_workflow_that_ended_is_archived_as_it_was_received_but_opened(services):
    services.world.register()
    ref = AccountRef(production=PRODUCTION, account="spc-krw")
    handle = await services.client.start_workflow(
        OpenRunsWorkflow.run, ref, id=f"open-runs/{PRODUCTION}/spc-krw", task_queue=services.settings.task_queue
    )
    await handle.result()
    (row,) = await until_archived(services, 1)
    assert (row.production, row.workflow_type, row.status) == (PRODUCTION, "OpenRuns", "completed")
    with services.store.reading() as records:
        content = histories.the_history(records.connection, row.workflow_id, row.run_id).json()
    received = await handle.fetch_history()
    assert b"spc-krw" not in received.events[0].workflow_execution_started_event_attributes.input.SerializeToString()
    open_history(received, services.client.namespace, KEYS)
    assert b"spc-krw" in received.events[0].workflow_execution_started_event_attributes.input.SerializeToString()
    assert list(WorkflowHistory.from_json(row.workflow_id, content.decode()).events) == list(received.events)
    (event,) = journalled(services, PRODUCTION)
    assert (event.run_id, event.sha256, event.events) == (row.run_id, row.sha256, len(received.events))
    assert services.world.wrong() == []


async def test_however_a_workflow_ends_it_is_archived(services):
    async def started(name, **more):
        return await services.client.start_workflow(
            ProductionWorkflow.run,
            ProductionRef(production=name),
            id=f"production/{name}",
            task_queue=services.settings.task_queue,
            **more,
        )

    await (await started("ENDED")).terminate("the test wants it")
    await (await started("LATE", execution_timeout=timedelta(seconds=1))).describe()
    cancelled = await started("CANCEL")
    await cancelled.cancel()
    poisoned = await services.client.start_workflow(
        "Production", {"nonsense": 1}, id="production/POISON", task_queue=services.settings.task_queue
    )
    with pytest.raises(WorkflowFailureError):
        await poisoned.result()
    rows = await until_archived(services, 4)
    assert {row.production: row.status for row in rows} == {
        "ENDED": HistoryStatus.TERMINATED,
        "LATE": HistoryStatus.TIMED_OUT,
        "CANCEL": HistoryStatus.CANCELLED,
        "POISON": HistoryStatus.FAILED,
    }


async def test_each_run_of_a_chain_is_archived_with_the_one_it_continues(services):
    async with chains(services) as chain:
        await chain("house", 2)
        rows = {row.continued_from: row for row in await until_archived(services, 3)}
    first = rows[""]
    second = rows[first.run_id]
    third = rows[second.run_id]
    assert [row.status for row in (first, second, third)] == ["continued-as-new", "continued-as-new", "completed"]
    assert {row.production for row in rows.values()} == {""}
    assert len(journalled(services, "")) == 3


async def test_a_history_of_many_megabytes_is_archived(services):
    async with chains(services) as chain:
        await chain("long", 0, 8, say=[MEGABYTE] * 8)
        (row,) = await until_archived(services, 1)
    with services.store.reading() as records:
        kept = histories.the_history(records.connection, row.workflow_id, row.run_id)
    assert len(kept.json()) > 8 * len(MEGABYTE)
    assert len(kept.packed) < len(MEGABYTE)


async def test_several_archivists_at_once_archive_each_history_once(services):
    async with chains(services) as chain:
        await asyncio.gather(*(chain(f"house-{number}", 1) for number in range(5)))
        for _ in range(3):
            await asyncio.gather(*(Archivist(services).step() for _ in range(4)))
        rows = await until_archived(services, 10)
    assert len(rows) == len(journalled(services, "")) == 10


async def test_a_history_that_reads_otherwise_the_second_time_is_kept_as_it_was_first(services, monkeypatch):
    async with chains(services) as chain:
        await chain("house", 0)
        await until_archived(services, 1)
    (page,) = [page async for page in services.histories.executions.closed()]
    read = vars(activities.histories)["as_archived"]

    def spaced(run, history):
        event, content = read(run, history)
        content += b" "
        return event.model_copy(update={"sha256": sha256(content)}), content

    monkeypatch.setattr(activities.histories, "as_archived", spaced)
    assert await services.histories.archive(page[0])
    assert len(archived(services)) == 1


async def test_what_one_archivist_missed_while_it_was_away_the_next_one_finds(services):
    async with chains(services) as chain:
        await chain("before", 0)
        archivist = Archivist(services)
        await until_archived(services, 1, archivist)
        await chain("meanwhile", 0)
        await until_archived(services, 2, archivist)
        await chain("away", 0)
    rows = await until_archived(services, 3)
    assert {row.workflow_id for row in rows} == {"before", "meanwhile", "away"}


async def test_a_whole_archive_has_no_gaps(services, monkeypatch):
    monkeypatch.setattr(activities.histories, "SOON", timedelta(0))
    async with chains(services) as chain:
        await chain("house", 2)
        await until_archived(services, 3)
    assert await services.histories.gaps() == []


async def test_what_ended_and_is_not_archived_yet_is_a_gap_after_a_while(services, monkeypatch):
    async with chains(services) as chain:
        (run_id,) = await chain("house", 0)
        assert await services.histories.gaps() == []
        monkeypatch.setattr(activities.histories, "SOON", timedelta(0))
        (gap,) = await services.histories.gaps()
    assert (gap.workflow_id, gap.run_id) == ("house", run_id)
    assert gap.why.startswith("ended at 20")


async def test_a_link_of_a_chain_that_is_gone_is_a_gap(services):
    async with chains(services) as chain:
        newest, middle, oldest = await chain("house", 2)
        after = after_retention(services, middle)
        assert (await after.sweep_histories()).archived == 2
        assert {row.run_id for row in archived(services)} == {oldest, newest}
        (gap,) = await after.gaps()
    assert (gap.workflow_id, gap.run_id, gap.why) == ("house", middle, f"the run {newest} continues it")


async def test_a_chain_whose_end_is_gone_is_a_gap(services):
    async with chains(services) as chain:
        newest, middle, oldest = await chain("house", 2)
        assert (await after_retention(services, newest, middle).sweep_histories()).archived == 1
        (gap,) = await after_retention(services, newest, middle, oldest).gaps()
    assert (gap.workflow_id, gap.why) == ("house", f"the run {oldest} was continued as a new one")


async def test_a_chain_that_goes_on_lacks_nothing_unless_what_it_continues_is_gone(services):
    async with chains(services):

        async def going_on(name):
            handle = await services.client.start_workflow(
                Chain.run, args=[1, 0, 1], id=name, task_queue=services.settings.task_queue
            )
            first = handle.result_run_id
            while (await services.client.get_workflow_handle(name).describe()).run_id == first:
                await asyncio.sleep(0.05)
            return first

        await going_on("whole")
        await until_archived(services, 1)
        assert await services.histories.gaps() == []
        lost = await going_on("broken")
        (gap,) = await after_retention(services, lost).gaps()
    assert (gap.workflow_id, gap.run_id) == ("broken", lost)


def registered_without_a_workflow(services, key):
    """A production of its own: Temporal may know the other one from an earlier test."""
    raw = SIGNED_ALONE.replace(b"production: LIGHTHOUSE", f"production: {key}".encode())
    services.world.register(raw, key)


async def test_facts_that_no_workflow_can_have_made_are_a_gap(services):
    registered_without_a_workflow(services, "GAPS")
    services.world.clock.to(date(2025, 2, 14))
    ref = AccountRef(production="GAPS", account="spc-krw")
    services.world.runs.fall_due(ref)
    (planned,) = services.world.runs.plan_runs(ref)
    services.world.runs.prepare(planned)
    gaps = await services.histories.gaps()
    assert [gap.workflow_id for gap in gaps] == ["production/GAPS", f"run/{planned.run}"]
    await services.client.start_workflow(
        ProductionWorkflow.run,
        ProductionRef(production="GAPS"),
        id="production/GAPS",
        task_queue=services.settings.task_queue,
    )
    assert [gap.workflow_id for gap in await services.histories.gaps()] == [f"run/{planned.run}"]


async def test_what_temporal_lists_and_has_no_more_is_not_archived(services):
    async with chains(services) as chain:
        await chain("house", 0)
        (page,) = [page async for page in services.histories.executions.closed()]
    gone = dataclasses.replace(page[0], run_id=str(uuid.uuid4()))
    assert not await services.histories.archive(gone)
    assert archived(services) == []


async def test_a_sweep_archives_what_it_finds(services):
    async def swept():
        return await services.client.execute_workflow(
            SweepHistoriesWorkflow.run, id=f"sweep-{uuid.uuid4().hex}", task_queue=services.settings.task_queue
        )

    while (view := await swept()).closed == 0:
        assert view.gaps == 0
    assert view.archived == view.closed == len(archived(services))
    assert archived(services)[0].workflow_type == "SweepHistories"
    assert archived(services)[0].production == ""


async def test_a_sweep_fails_loudly_where_a_history_is_gone(services):
    registered_without_a_workflow(services, "LOST")
    with pytest.raises(WorkflowFailureError) as failure:
        await services.client.execute_workflow(
            SweepHistoriesWorkflow.run, id="sweep-after-loss", task_queue=services.settings.task_queue
        )
    assert isinstance(failure.value.cause, ApplicationError)
    assert failure.value.cause.type == "HistoryGap"
    assert "The archive lacks 1 of the histories that there must be, the first of production/LOST" in str(
        failure.value.cause
    )


async def test_the_sweep_is_scheduled_once_however_many_workers_start(services):
    await keep_sweeping(services)
    await keep_sweeping(services)
    described = await services.client.get_schedule_handle(SWEEP).describe()
    assert described.schedule.spec.intervals[0].every == timedelta(hours=1)
    assert described.schedule.action.task_queue == services.settings.task_queue
    await services.client.get_schedule_handle(SWEEP).trigger()
    (row,) = await until_archived(services, 1)
    assert (row.workflow_type, row.status, row.production) == ("SweepHistories", "completed", "")
    assert row.workflow_id.startswith(f"{SWEEP}-20")


async def test_the_json_is_what_temporals_own_tools_read(services):
    async with chains(services) as chain:
        await chain("house", 0)
        (row,) = await until_archived(services, 1)
    with services.store.reading() as records:
        told = json.loads(histories.the_history(records.connection, row.workflow_id, row.run_id).json())
    assert [event["eventId"] for event in told["events"]] == [str(n + 1) for n in range(row.events)]
