"""Scenes with fake activities, because they need days or rare answers.

`IN_NO_TIME` scenes run on the time-skipping server, `LONG_LIVED` ones on a server that soon suggests to continue as
new. A scene returns the handle of the run to keep.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from temporalio import activity
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker

from activities.views import AccountRef, DistributionRef, HistoryGap, MilestoneRef, PlannedRun, ProductionRef, SweepView
from app.worker.worker import WORKFLOWS
from domain.commands import (
    AllocateMovement,
    ApproveDistribution,
    ApproveMilestone,
    ComputeDistribution,
    CorrectPayment,
    HoldPayment,
    RejectMilestone,
    ReleaseRun,
    ResumePayment,
    SubmitMilestone,
)
from tests.workflows.doubles import NoSchedules, OneMilestone, OneProduction, OneRun
from tests.workflows.one_distribution import OneDistribution
from workflows.distribution import DistributionWorkflow
from workflows.milestone import MilestoneWorkflow
from workflows.open_runs import OpenRunsWorkflow
from workflows.payment_run import PaymentRunWorkflow
from workflows.production import ProductionWorkflow
from workflows.sweep_histories import SweepHistoriesWorkflow
from workflows.updates import update_of

NOBODY = "recorder"
"""The identity of client and worker. It keeps the machine's name out of histories."""
ABOUT: dict[str, Any] = {"production": "HANA", "period": "2027-Q1"}
HANA = ProductionRef(production="HANA")
PLANNED = PlannedRun(production="HANA", run="R1", account="a", currency="KRW", on=date(2026, 4, 1), by="system")
DAY = timedelta(hours=25)
"""A little longer than a workflow waits for news."""


@dataclass
class Stage:
    """A server, and a task queue of the scene's own."""

    name: str
    client: Client
    sleep: Callable[[timedelta], Awaitable[None]]

    @asynccontextmanager
    async def working(self, *activities: Any) -> AsyncIterator[None]:
        """A worker with every workflow and these activities."""
        async with Worker(
            self.client, task_queue=self.name, identity=NOBODY, workflows=WORKFLOWS, activities=activities
        ):
            yield

    async def start(self, run: Any, *refs: Any, name: str = "") -> WorkflowHandle:
        return await self.client.start_workflow(
            run,
            args=list(refs),
            id=name or f"{self.name}/{uuid.uuid4().hex[:8]}",
            task_queue=self.name,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )

    def newest(self, handle: WorkflowHandle) -> WorkflowHandle:
        """The newest run of a workflow."""
        return self.client.get_workflow_handle(handle.id)


Staged = Callable[[Stage], Awaitable[WorkflowHandle]]


def _completed() -> list[Any]:
    """The activities of a production with nothing left to do."""
    return [*OneProduction(complete=True).all, NoSchedules().open_days, NoSchedules().close_days]


async def distribution_forgotten(stage: Stage) -> WorkflowHandle:
    async with stage.working(*OneDistribution().all):
        handle = await stage.start(DistributionWorkflow.run, DistributionRef(**ABOUT))
        await handle.result()
    return handle


async def distribution_answered_and_refused_at_first(stage: Stage) -> WorkflowHandle:
    """Everybody approves, a later period waits, and a payee lacks an account for a while."""
    distribution = OneDistribution()
    distribution.refuse_order, distribution.before = True, ("2027-Q2",)
    async with stage.working(*distribution.all, *_completed()):
        handle = await stage.start(DistributionWorkflow.run, DistributionRef(**ABOUT))
        await handle.execute_update(
            update_of(DistributionWorkflow, ComputeDistribution), ComputeDistribution(key="c", by="sora", **ABOUT)
        )
        for user in ("min", "ao"):
            command = ApproveDistribution(key=user, by=user, revision=1, **ABOUT)
            await handle.execute_update(update_of(DistributionWorkflow, ApproveDistribution), command)
        await stage.sleep(timedelta(hours=1))
        distribution.refuse_order = False
        await handle.result()
    return handle


async def milestone_without_a_deadline(stage: Stage) -> WorkflowHandle:
    async with stage.working(*OneMilestone().all):
        handle = await stage.start(MilestoneWorkflow.run, MilestoneRef(production="HANA", milestone="lock"))
        await stage.sleep(DAY)
        await handle.execute_update(update_of(MilestoneWorkflow, SubmitMilestone), _submit("s"))
        approve = ApproveMilestone(key="a", by="ji", production="HANA", milestone="lock", round=1)
        await handle.execute_update(update_of(MilestoneWorkflow, ApproveMilestone), approve)
        await handle.result()
    return handle


def _submit(key: str) -> SubmitMilestone:
    return SubmitMilestone(key=key, by="ji", production="HANA", milestone="lock", evidence={})


def _release(key: str = "r") -> ReleaseRun:
    return ReleaseRun(key=key, by="sora", production="HANA", run="R1", sha256="a" * 64)


async def run_not_sent_at_first(stage: Stage) -> WorkflowHandle:
    """The payments changed since the release, and are unchanged again a day later."""
    run = OneRun()
    run.refuse_send = True
    async with stage.working(*run.all):
        handle = await stage.start(PaymentRunWorkflow.run, PLANNED)
        await handle.execute_update(update_of(PaymentRunWorkflow, ReleaseRun), _release())
        await stage.sleep(timedelta(hours=1))
        run.refuse_send = False
        while run.status != "submitted":
            await stage.sleep(timedelta(hours=1))
        run.silent = 0
        await handle.signal(PaymentRunWorkflow.look_again)
        await handle.result()
    return handle


async def open_runs_twice(stage: Stage) -> WorkflowHandle:
    """The day is opened while its run is already open."""
    run = OneRun()
    run.planned = [PLANNED]
    ref = AccountRef(production="HANA", account="a")
    async with stage.working(*run.all):
        await (await stage.start(OpenRunsWorkflow.run, ref)).result()
        handle = await stage.start(OpenRunsWorkflow.run, ref)
        await handle.result()
    return handle


async def production_completed(stage: Stage) -> WorkflowHandle:
    """Payments are held, resumed and corrected, suspense is allocated, a day passes, and nothing is left."""
    production, schedules = OneProduction(), NoSchedules()
    about: dict[str, Any] = {"by": "sora", "production": "HANA"}
    paid: dict[str, Any] = {**about, "payment": "HANA.P1"}
    money: dict[str, Any] = {**about, "account": "a", "movement": "B1", "to": "charges", "reason": "a fee"}
    async with stage.working(*production.all, schedules.open_days, schedules.close_days):
        handle = await stage.start(ProductionWorkflow.run, HANA)
        await handle.execute_update(
            update_of(ProductionWorkflow, HoldPayment), HoldPayment(key="h", reason="tax form", **paid)
        )
        await handle.execute_update(update_of(ProductionWorkflow, ResumePayment), ResumePayment(key="r", **paid))
        await handle.execute_update(
            update_of(ProductionWorkflow, CorrectPayment), CorrectPayment(key="c", reason="account", **paid)
        )
        await handle.execute_update(update_of(ProductionWorkflow, AllocateMovement), AllocateMovement(key="m", **money))
        await stage.sleep(DAY)
        production.standing = {"complete": True}
        await handle.signal(ProductionWorkflow.look_again)
        await handle.result()
    return handle


async def production_never_registered(stage: Stage) -> WorkflowHandle:
    async with stage.working(*OneProduction(version=0).all):
        handle = await stage.start(ProductionWorkflow.run, HANA)
        await handle.result()
    return handle


def _sweep(view: SweepView) -> Any:
    @activity.defn(name="sweep_histories")
    async def sweep_histories() -> SweepView:
        return view

    return sweep_histories


async def sweep_of_a_whole_archive(stage: Stage) -> WorkflowHandle:
    async with stage.working(_sweep(SweepView(closed=7, archived=1))):
        handle = await stage.start(SweepHistoriesWorkflow.run)
        await handle.result()
    return handle


async def sweep_that_finds_a_gap(stage: Stage) -> WorkflowHandle:
    gap = HistoryGap(workflow_id="run/HANA/a/KRW/2026-04-01/1", why="the journal has facts that only this one makes")
    async with stage.working(_sweep(SweepView(closed=7, archived=0, gaps=1, first_gaps=(gap,)))):
        handle = await stage.start(SweepHistoriesWorkflow.run)
        try:
            await handle.result()
        except WorkflowFailureError:
            return handle
    raise AssertionError("it should have failed")


async def _until_continued(
    stage: Stage, handle: WorkflowHandle, news: Callable[[int], Awaitable[Any]]
) -> WorkflowHandle:
    """Signal a workflow until it continues as new. Returns that run."""
    first = handle.first_execution_run_id or handle.result_run_id
    kept = stage.client.get_workflow_handle(handle.id, run_id=first)
    for number in range(100):
        described = await kept.describe()
        if described.status is not None and described.status.name == "CONTINUED_AS_NEW":
            return kept
        await news(number)
        await asyncio.sleep(0.05)
    raise AssertionError("it never continued as new")


async def distribution_continued(stage: Stage) -> WorkflowHandle:
    async with stage.working(*OneDistribution("computed").all):
        handle = await stage.start(DistributionWorkflow.run, DistributionRef(**ABOUT))
        return await _until_continued(
            stage, handle, lambda _: stage.newest(handle).signal(DistributionWorkflow.look_again)
        )


async def milestone_continued(stage: Stage) -> WorkflowHandle:
    milestone = OneMilestone()

    async with stage.working(*milestone.all):
        handle = await stage.start(MilestoneWorkflow.run, MilestoneRef(production="HANA", milestone="lock"))

        async def news(number: int) -> None:
            if number % 2 == 0:
                await stage.newest(handle).execute_update(
                    update_of(MilestoneWorkflow, SubmitMilestone), _submit(f"s{number}")
                )
                return
            reject = RejectMilestone(
                key=f"r{number}", by="ji", production="HANA", milestone="lock", round=1, reason="unreadable"
            )
            await stage.newest(handle).execute_update(update_of(MilestoneWorkflow, RejectMilestone), reject)

        return await _until_continued(stage, handle, news)


async def run_continued(stage: Stage) -> WorkflowHandle:
    async with stage.working(*OneRun().all):
        handle = await stage.start(PaymentRunWorkflow.run, PLANNED)
        return await _until_continued(
            stage, handle, lambda _: stage.newest(handle).signal(PaymentRunWorkflow.look_again)
        )


async def production_continued(stage: Stage) -> WorkflowHandle:
    schedules = NoSchedules()
    async with stage.working(*OneProduction().all, schedules.open_days, schedules.close_days):
        handle = await stage.start(ProductionWorkflow.run, HANA)
        # a held payment gives the workflow nothing to do
        hold = HoldPayment(key="h", by="ji", production="HANA", payment="P", reason="a form is missing")
        request = lambda _: stage.newest(handle).execute_update(update_of(ProductionWorkflow, HoldPayment), hold)  # noqa: E731
        return await _until_continued(stage, handle, request)


async def production_with_a_proposal_that_has_its_day(stage: Stage) -> WorkflowHandle:
    """A registration that all have approved waits for its day, and is in force and done with on the next."""
    production, schedules = OneProduction(version=0, seconds_left=600, proposals=("version 1 waits",)), NoSchedules()
    async with stage.working(*production.all, schedules.open_days, schedules.close_days):
        handle = await stage.start(ProductionWorkflow.run, HANA)
        await stage.sleep(timedelta(minutes=5))
        production.standing = {**production.standing, "passed": ("d" * 64,), "complete": True}
        await stage.sleep(timedelta(minutes=10))
        await handle.result()
    return handle


IN_NO_TIME: tuple[Staged, ...] = (
    distribution_forgotten,
    distribution_answered_and_refused_at_first,
    milestone_without_a_deadline,
    run_not_sent_at_first,
    open_runs_twice,
    production_completed,
    production_never_registered,
    production_with_a_proposal_that_has_its_day,
    sweep_of_a_whole_archive,
    sweep_that_finds_a_gap,
)
LONG_LIVED: tuple[Staged, ...] = (distribution_continued, milestone_continued, run_continued, production_continued)
