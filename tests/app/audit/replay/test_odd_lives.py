"""Honest lives that are told in an odd order: repeats, retries, restarts and people who act at the same instant."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from datetime import date
from functools import partial

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client

from adapters.db import histories
from adapters.db.store import Store
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from app.bootstrap import Services
from app.commands.client import CommandClient
from app.commands.routes import Routes
from app.payments.preview import preview
from app.settings import Settings
from app.worker.archivist import Archivist
from app.worker.gateway import Gateway
from app.worker.plugin import SluicePlugin
from app.worker.worker import ACTIVITIES_AT_ONCE, worker_of
from domain.commands import (
    AmendAgreement,
    ApproveMilestone,
    CancelRun,
    HoldPayment,
    RejectMilestone,
    ReleaseRun,
    ResumePayment,
    SubmitMilestone,
)
from domain.errors import IdempotencyConflict, NotFound, SluiceError
from domain.identity import Role
from domain.ledger.journal import sha256
from tests.app.conftest import _end_all
from tests.world import EVIDENCE, PRODUCTION, SIGNED_ALONE, World, eventually
from workflows.names import run_workflow
from workflows.payment_run import PaymentRunWorkflow

pytestmark = pytest.mark.timeout(90)


class LosingAnswers(Store):
    """A store that breaks off after the first commit of every command, before anybody hears of it."""

    def __init__(self, engine):
        super().__init__(engine)
        self.lost = set()

    def carry_out(self, command, context, decide):
        outcome = super().carry_out(command, context, decide)
        if command.key not in self.lost:
            self.lost.add(command.key)
            raise ConnectionError("the answer was lost")
        return outcome


@pytest.fixture
async def house(database, temporal, tmp_path):
    """A registered production whose first milestone is accepted, on the day on which its instalments are due."""
    world = World(database.app_url, tmp_path)
    client = await Client.connect(temporal.address, plugins=[SluicePlugin()])
    await _end_all(client)
    settings = Settings(data=tmp_path, task_queue=f"q-{uuid.uuid4().hex[:8]}", worker_versioning=False)
    services = Services(
        settings=settings, handler=world.handler, client=client, folder=world.folder, facts_of=world.facts_of
    )
    agreement = tmp_path / "drama.yaml"
    agreement.write_bytes(SIGNED_ALONE)
    house = House(services, world, agreement)
    async with AsyncExitStack() as house.worker:
        await house.work()
        await house.by("seoyeon").register(house.agreement)
        world.open_accounts()
        world.employ("nami", "spc", Role.RELEASER)
        yield house
        await house.worker.aclose()
    await _end_all(client)
    world.close()


class House:
    worker: AsyncExitStack

    def __init__(self, services, world, agreement):
        self.services, self.world, self.agreement = services, world, agreement

    async def work(self):
        """Begin to work with a worker of its own."""
        threads = self.worker.enter_context(ThreadPoolExecutor(ACTIVITIES_AT_ONCE))
        await self.worker.enter_async_context(worker_of(self.services, threads))

    async def restart(self):
        await self.worker.aclose()
        await self.work()

    async def accept(self):
        await self.by("seoyeon").send(
            SubmitMilestone, production=PRODUCTION, milestone="closing", evidence=EVIDENCE["closing"]
        )
        await self.by("jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
        await self.by("kenta").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
        self.world.clock.to(date(2025, 2, 14))

    def by(self, user):
        return CommandClient(self.services, user)

    async def open_run(self):
        (run,) = await self.by("dohyun").open_runs(PRODUCTION, "spc-krw")
        await eventually(lambda: run in self.world.snapshots().runs)
        return run

    async def release(self, run, by="sora"):
        return await self.by(by).send(ReleaseRun, run=run, sha256=preview(self.world.handler, run).head.sha256)

    async def sent(self):
        """Wait until a released run is at the bank."""
        await eventually(lambda: "submitted" in self.world.statuses().values())

    async def settled(self):
        """Let the bank work until it has paid."""
        while "settled" not in self.world.statuses().values():
            self.world.their_bank.step()
            with suppress(ExceptionGroup):  # an answer was lost: it is taken in again
                await Gateway(self.services).step()
            await asyncio.sleep(0.05)
        await Gateway(self.services).step()

    async def findings(self):
        """End what still goes on, archive everything, and audit it."""
        client, queue = self.services.client, self.services.settings.task_queue
        archivist = Archivist(self.services)
        ran = set()
        async for one in client.list_workflows(f"TaskQueue = '{queue}'"):
            ran.add((one.id, one.run_id))
            with suppress(Exception):  # it has ended by itself
                await client.get_workflow_handle(one.id, run_id=one.run_id).terminate("the production is recorded")
        while await asyncio.to_thread(self._missing, ran):
            with suppress(ExceptionGroup):  # an answer was lost: it is archived again
                await archivist.step()
            await asyncio.sleep(0.1)
        with self.services.store.reading() as records:
            report = await audited(records.connection, Scope())
        assert report.histories >= len(ran) > 2
        return "\n".join(finding.full for finding in report.findings)

    def _missing(self, ran):
        with self.services.store.reading() as records:
            return ran - histories.archived(records.connection, sorted(ran))


async def test_a_release_repeated_while_the_run_is_at_the_bank_audits_clean(house):
    await house.accept()
    run = await house.open_run()
    digest = preview(house.world.handler, run).head.sha256
    await house.by("sora").send(ReleaseRun, run=run, sha256=digest)
    await house.sent()
    await house.by("sora").send(ReleaseRun, run=run, sha256=digest)
    await house.settled()
    await house.by("sora").send(ReleaseRun, run=run, sha256=digest)
    assert house.world.events().count("run-released") == 1
    assert await house.findings() == ""


async def test_releases_by_two_people_and_by_one_twice_at_the_same_instant_audit_clean(house):
    await house.accept()
    run = await house.open_run()
    digest = preview(house.world.handler, run).head.sha256
    releases = [house.by(user).send(ReleaseRun, run=run, sha256=digest) for user in ("sora", "nami", "sora", "nami")]
    answers = await asyncio.gather(*releases, return_exceptions=True)
    assert sum(isinstance(answer, SluiceError) for answer in answers) == 2
    await house.settled()
    assert house.world.events().count("run-released") == 1
    assert await house.findings() == ""


async def test_repeated_decisions_on_a_milestone_audit_clean(house):
    submitted = partial(house.by("seoyeon").send, SubmitMilestone, production=PRODUCTION, milestone="closing")
    with pytest.raises(SluiceError):
        await house.by("jiho").send(
            RejectMilestone, production=PRODUCTION, milestone="closing", round=1, reason="too early"
        )
    await submitted(evidence=EVIDENCE["closing"])
    await asyncio.gather(
        *(
            house.by("jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
            for _ in range(3)
        )
    )
    await house.by("yui").send(
        RejectMilestone, production=PRODUCTION, milestone="closing", round=1, reason="a page is missing"
    )
    await house.by("yui").send(
        RejectMilestone, production=PRODUCTION, milestone="closing", round=1, reason="a page is missing"
    )
    await submitted(evidence=EVIDENCE["closing"])
    with pytest.raises(IdempotencyConflict):
        await house.by("yui").send(
            RejectMilestone, production=PRODUCTION, milestone="closing", round=1, reason="for another reason"
        )
    await house.by("jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=2)
    await house.by("kenta").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=2)
    await house.by("jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=2)
    await house.by("jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    assert house.world.events().count("milestone-approved") == 3
    assert await house.findings() == ""


async def test_an_amendment_while_a_run_is_under_way_and_a_repeated_one_audit_clean(house, tmp_path):
    await house.accept()
    run = await house.open_run()
    await house.release(run)
    await house.sent()
    second = tmp_path / "second.yaml"
    second.write_bytes(SIGNED_ALONE.replace(b"version: 1", b"version: 2", 1))
    await house.by("seoyeon").amend(second)
    digest = sha256(second.read_bytes())
    again = AmendAgreement(
        key=f"amend/{PRODUCTION}/{digest[:16]}/seoyeon", by="seoyeon", production=PRODUCTION, document=digest
    )
    for _ in range(2):
        await house.by("seoyeon").deliver(again)
        await house.by("seoyeon").register(house.agreement)
    await house.settled()
    await house.by("seoyeon").deliver(again)
    assert await house.findings() == ""


async def test_cancelling_twice_and_paying_in_the_next_run_audits_clean(house):
    await house.accept()
    run = await house.open_run()
    command = CancelRun(key="cancel/1", by="dohyun", production=PRODUCTION, run=run, reason="not today")
    for _ in range(2):
        await house.by("dohyun").deliver(command)
    with pytest.raises(SluiceError):
        await house.by("dohyun").send(CancelRun, run=run, reason="not today")
    await house.release(await house.open_run())
    await house.settled()
    await house.by("dohyun").deliver(command)
    assert await house.findings() == ""


async def test_answers_that_were_lost_after_the_commit_audit_clean(house):
    object.__setattr__(house.world.handler, "store", LosingAnswers(house.world.store.engine))
    await house.accept()
    await house.release(await house.open_run())
    await house.settled()
    assert await house.findings() == ""


async def test_workers_that_restart_and_runs_that_begin_again_audit_clean(house):
    await house.accept()
    run = await house.open_run()
    await house.restart()
    await house.release(run)
    await house.sent()
    await house.restart()
    begun = house.services.client.get_workflow_handle(run_workflow(run))
    await begun.terminate("its history is lost")
    await house.release(run)
    await Gateway(house.services).starts.everything_unfinished()
    await house.settled()
    await house.release(run)
    assert house.world.events().count("run-released") == 1
    assert await house.findings() == ""


async def test_a_run_with_nothing_to_pay_that_another_person_prepares_later_audits_clean(house):
    await house.accept()
    run = await house.open_run()
    await house.by("dohyun").send(CancelRun, run=run, reason="once more")
    held = house.world.payment("WR-A")
    await house.by("eunwoo").send(HoldPayment, payment=held, reason="tax form")
    planned = Routes(house.services).planned(run)
    another = planned.model_copy(update={"run": f"{run[:-1]}2", "by": "system"})
    name, queue = run_workflow(another.run), house.services.settings.task_queue
    view = await house.services.client.execute_workflow(PaymentRunWorkflow.run, another, id=name, task_queue=queue)
    assert view.status == "empty"
    await house.by("eunwoo").send(ResumePayment, payment=held)
    assert await house.open_run() == another.run
    await house.release(another.run)
    await house.settled()
    assert await house.findings() == ""


async def test_evidence_for_a_milestone_that_no_version_has_audits_clean(house):
    await house.accept()
    with pytest.raises(NotFound):
        await house.by("seoyeon").send(
            SubmitMilestone, production=PRODUCTION, milestone="nowhere", evidence=EVIDENCE["closing"]
        )
    assert await house.findings() == ""


async def test_a_run_that_an_operator_reset_audits_clean(house):
    await house.accept()
    run = await house.open_run()
    await house.release(run)
    await house.sent()
    client, name = house.services.client, run_workflow(run)
    told = await client.get_workflow_handle(name).fetch_history()
    completed = [e.event_id for e in told.events if e.HasField("workflow_task_completed_event_attributes")]
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=name, run_id=told.run_id),
            reason="a test",
            workflow_task_finish_event_id=completed[1],
            request_id=uuid.uuid4().hex,
        )
    )
    await house.release(run)
    await house.settled()
    await house.release(run)
    assert house.world.events().count("run-released") == 1
    assert await house.findings() == ""
