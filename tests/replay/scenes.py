"""Scenes on the real parts: one production in its own database, its bank, and the real Temporal server."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, time
from pathlib import Path

from temporalio.client import Client, WorkflowHandle

from activities.views import AccountRef, DistributionRef, MilestoneRef, ProductionRef
from adapters.sandbox_bank.faults import FaultKind, add_fault
from app.bootstrap import Services
from app.payments.preview import preview
from app.settings import Settings
from app.worker.gateway import Gateway
from domain.commands import (
    AmendAgreement,
    ApproveMilestone,
    CancelRun,
    ComputeDistribution,
    ObjectToDistribution,
    RegisterAgreement,
    RejectMilestone,
    ReleaseRun,
    ResolveObjection,
    SubmitMilestone,
)
from tests.domain.sharing.waterfall.deal import fact, receipt
from tests.world import (
    PRODUCTION,
    SETTLEMENT,
    SIGNED_ALONE,
    UNSHARED,
    WATERFALL,
    World,
    approve_command,
    eventually,
    submit_command,
)
from workflows.distribution import DistributionWorkflow
from workflows.milestone import MilestoneWorkflow
from workflows.names import distribution_workflow
from workflows.open_distributions import OpenDistributionsWorkflow
from workflows.open_runs import OpenRunsWorkflow
from workflows.payment_run import PaymentRunWorkflow
from workflows.production import ProductionWorkflow
from workflows.updates import update_of


class Scene:
    """One production in its own database, with its own worker."""

    def __init__(self, name: str, client: Client, world: World, folder: Path) -> None:
        self.name, self.client, self.world = name, client, world
        settings = Settings(data=folder, task_queue=name)
        self.services = Services(
            settings=settings, handler=world.handler, client=client, folder=world.folder, facts_of=world.facts_of
        )
        self.gateway = Gateway(self.services)

    async def production(self) -> WorkflowHandle:
        handle = await self.client.start_workflow(
            ProductionWorkflow.run,
            ProductionRef(production=PRODUCTION),
            id=f"{self.name}/production",
            task_queue=self.name,
        )
        digest = self.world.keep(SIGNED_ALONE)
        register = RegisterAgreement(key="register", by="seoyeon", production=PRODUCTION, document=digest)
        await handle.execute_update(update_of(ProductionWorkflow, RegisterAgreement), register)
        self.world.open_accounts()
        return handle

    async def milestone(self) -> WorkflowHandle:
        self.world.register()
        ref = MilestoneRef(production=PRODUCTION, milestone="closing")
        handle = await self.client.start_workflow(
            MilestoneWorkflow.run, ref, id=f"{self.name}/milestone", task_queue=self.name
        )
        await handle.execute_update(update_of(MilestoneWorkflow, SubmitMilestone), submit_command("closing"))
        return handle

    async def run(self) -> tuple[WorkflowHandle, str]:
        """Open a run of WR-A on the day it is due."""
        self.world.register()
        self.world.clock.to(date(2025, 2, 14))
        (planned,) = self.world.open_day()
        handle = await self.client.start_workflow(
            PaymentRunWorkflow.run, planned, id=f"run/{planned.run}", task_queue=self.name
        )
        await eventually(lambda: planned.run in self.world.snapshots().runs)
        return handle, planned.run

    async def release(self, handle: WorkflowHandle, run: str) -> None:
        sha256 = preview(self.world.handler, run).head.sha256
        command = ReleaseRun(key=f"release/{run}", by="sora", production=PRODUCTION, run=run, sha256=sha256)
        await handle.execute_update(update_of(PaymentRunWorkflow, ReleaseRun), command)

    def fault(self, kind: FaultKind) -> None:
        add_fault(self.world.their_bank.books.db, self.world.payment("WR-A"), kind, reason="AC04", seconds=0)

    async def until_settled(self) -> None:
        while self.world.statuses()["WR-A"] != "settled":
            self.world.their_bank.step()
            await self.gateway.step()
            await asyncio.sleep(0.05)
        await self.gateway.step()  # the gateway signals the run


async def milestone_accepted(scene: Scene) -> WorkflowHandle:
    handle = await scene.milestone()
    for user in ("jiho", "kenta"):
        await handle.execute_update(update_of(MilestoneWorkflow, ApproveMilestone), approve_command("closing", user))
    await handle.result()
    return handle


async def milestone_rejected_then_resubmitted(scene: Scene) -> WorkflowHandle:
    handle = await scene.milestone()
    reject = RejectMilestone(
        key="reject", by="kenta", production=PRODUCTION, milestone="closing", round=1, reason="page 3 is missing"
    )
    await handle.execute_update(update_of(MilestoneWorkflow, RejectMilestone), reject)
    await handle.execute_update(update_of(MilestoneWorkflow, SubmitMilestone), submit_command("closing", key="again"))
    for user in ("jiho", "kenta"):
        await handle.execute_update(update_of(MilestoneWorkflow, ApproveMilestone), approve_command("closing", user, 2))
    await handle.result()
    return handle


async def milestone_escalated(scene: Scene) -> WorkflowHandle:
    handle = await scene.milestone()
    deadline = scene.world.snapshots().milestones["closing"].deadline_on
    assert deadline is not None
    scene.world.clock.to(deadline, time(23, 59, 59))
    await handle.execute_update(update_of(MilestoneWorkflow, ApproveMilestone), approve_command("closing", "jiho"))
    scene.world.clock.forward(minutes=5)
    await eventually(lambda: scene.world.snapshots().milestones["closing"].escalated_to is not None)
    await handle.execute_update(update_of(MilestoneWorkflow, ApproveMilestone), approve_command("closing", "kenta"))
    await handle.result()
    return handle


async def run_settled(scene: Scene) -> WorkflowHandle:
    handle, run = await scene.run()
    await scene.release(handle, run)
    await scene.until_settled()
    await handle.result()
    return handle


async def run_cancelled(scene: Scene) -> WorkflowHandle:
    handle, run = await scene.run()
    cancel = CancelRun(key="cancel", by="dohyun", production=PRODUCTION, run=run, reason="wrong day")
    await handle.execute_update(update_of(PaymentRunWorkflow, CancelRun), cancel)
    await handle.result()
    return handle


async def run_escalated(scene: Scene) -> WorkflowHandle:
    scene.world.register()
    scene.world.clock.to(date(2025, 2, 14), time(15, 29, 59))
    (planned,) = scene.world.open_day()
    handle = await scene.client.start_workflow(
        PaymentRunWorkflow.run, planned, id=f"run/{planned.run}", task_queue=scene.name
    )
    await eventually(lambda: "run-escalated" in scene.world.events())
    await scene.release(handle, planned.run)
    await scene.until_settled()
    await handle.result()
    return handle


async def run_doubted_and_found(scene: Scene) -> WorkflowHandle:
    handle, run = await scene.run()
    scene.fault(FaultKind.LOSE_ANSWER)
    await scene.release(handle, run)
    await scene.until_settled()
    await handle.result()
    return handle


async def run_lost_and_resent(scene: Scene) -> WorkflowHandle:
    handle, run = await scene.run()
    scene.fault(FaultKind.LOSE_FILE)
    await scene.release(handle, run)
    await scene.until_settled()
    await handle.result()
    return handle


async def open_runs(scene: Scene) -> WorkflowHandle:
    scene.world.register()
    scene.world.clock.to(date(2025, 2, 14))
    ref = AccountRef(production=PRODUCTION, account="spc-krw")
    handle = await scene.client.start_workflow(
        OpenRunsWorkflow.run, ref, id=f"{scene.name}/open-runs", task_queue=scene.name
    )
    (run,) = await handle.result()
    await eventually(lambda: run in scene.world.snapshots().runs)
    await scene.client.get_workflow_handle(f"run/{run}").terminate("the scene is over")
    return handle


async def production_registered_and_amended(scene: Scene) -> WorkflowHandle:
    handle = await scene.production()
    scene.world.clock.to(date(2025, 2, 14))
    ref = AccountRef(production=PRODUCTION, account="spc-krw", by="dohyun")
    (run,) = await handle.execute_update(ProductionWorkflow.open_runs, ref)
    digest = scene.world.keep(
        SIGNED_ALONE.replace(b"version: 1", b"version: 2", 1).replace(b"JPY 18500000", b"JPY 19000000", 1)
    )
    amend = AmendAgreement(key="amend", by="seoyeon", production=PRODUCTION, document=digest)
    await handle.execute_update(update_of(ProductionWorkflow, AmendAgreement), amend)
    await asyncio.sleep(1)  # the workflow reacts to the amendment
    await scene.client.get_workflow_handle(f"run/{run}").terminate("the scene is over")
    return handle


async def distribution_disputed_and_resolved(scene: Scene) -> WorkflowHandle:
    world, about = scene.world, {"production": PRODUCTION, "period": "2025-Q1"}
    world.register(UNSHARED + WATERFALL)
    world.clock.to(date(2025, 4, 1))
    world.facts.append(receipt("2025-02-03", "KRW 1000"))
    handle = await scene.client.start_workflow(
        DistributionWorkflow.run, DistributionRef(**about), id=f"{scene.name}/distribution", task_queue=scene.name
    )
    view = await handle.execute_update(
        update_of(DistributionWorkflow, ComputeDistribution), ComputeDistribution(key="compute", by="dohyun", **about)
    )
    assert view.answer_by is not None
    world.clock.to(view.answer_by, time(23, 59, 59))
    dispute = ObjectToDistribution(key="object", by="jiho", revision=1, positions=("fee",), reason="the rate", **about)
    await handle.execute_update(update_of(DistributionWorkflow, ObjectToDistribution), dispute)
    world.clock.forward(minutes=5)
    await eventually(lambda: "payouts-ordered" in world.events())
    await handle.execute_update(
        update_of(DistributionWorkflow, ResolveObjection),
        ResolveObjection(key="resolve", by="jiho", reason="agreed", **about),
    )
    await handle.result()
    return handle


async def open_distributions(scene: Scene) -> WorkflowHandle:
    """Open two due periods. The workflow of the second is open already."""
    world = scene.world
    world.register(UNSHARED + WATERFALL + SETTLEMENT)
    world.facts += [receipt("2025-02-03", "KRW 1000"), fact("date", "2025-01-20", "first-broadcast")]
    world.clock.to(date(2025, 4, 1), time(8))
    ref = DistributionRef(production=PRODUCTION, period="2025-Q1")
    name = distribution_workflow(PRODUCTION, ref.period)
    await scene.client.start_workflow(DistributionWorkflow.run, ref, id=name, task_queue=scene.name)
    handle = await scene.client.start_workflow(
        OpenDistributionsWorkflow.run,
        ProductionRef(production=PRODUCTION),
        id=f"{scene.name}/open-distributions",
        task_queue=scene.name,
    )
    await handle.result()
    return handle


Played = Callable[[Scene], Awaitable[WorkflowHandle]]
SCENES: tuple[Played, ...] = (
    milestone_accepted,
    milestone_rejected_then_resubmitted,
    milestone_escalated,
    run_settled,
    run_cancelled,
    run_escalated,
    run_doubted_and_found,
    run_lost_and_resent,
    open_runs,
    production_registered_and_amended,
    distribution_disputed_and_resolved,
    open_distributions,
)
