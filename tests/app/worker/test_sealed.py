"""Whoever reaches Temporal's port without a key of the installation starts, decides and ends nothing."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from temporalio.api.command.v1 import Command, ScheduleActivityTaskCommandAttributes
from temporalio.api.common.v1 import ActivityType, Payloads, WorkflowExecution
from temporalio.api.enums.v1 import CommandType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.update.v1 import Input, Meta, Request
from temporalio.api.workflowservice.v1 import (
    PollActivityTaskQueueRequest,
    PollWorkflowTaskQueueRequest,
    RespondActivityTaskCompletedRequest,
    RespondWorkflowTaskCompletedRequest,
    UpdateWorkflowExecutionRequest,
)
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.views import AccountRef, DistributionRef, MilestoneRef, ProductionRef, RunRef
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from app.commands.client import CommandClient
from app.health.doctor import examine
from app.worker.archivist import Archivist
from app.worker.gateway import Gateway
from app.worker.worker import end_what_is_open
from app.worker.workflow_starts import WorkflowStarts
from domain.commands import ApproveMilestone, SubmitMilestone
from domain.health import AilmentKind
from tests.world import EVIDENCE, PRODUCTION, approve_command
from workflows.milestone import MilestoneWorkflow
from workflows.names import milestone_workflow, production_workflow
from workflows.production import ProductionWorkflow
from workflows.sweep_histories import SweepHistoriesWorkflow

CLOSING = milestone_workflow(PRODUCTION, "closing")
REF = MilestoneRef(production=PRODUCTION, milestone="closing")
INPUTS = {
    "Production": ProductionRef(production=PRODUCTION),
    "Milestone": REF,
    "OpenRuns": AccountRef(production=PRODUCTION, account="spc-krw"),
    "PaymentRun": RunRef(production=PRODUCTION, run=f"{PRODUCTION}-1"),
    "Distribution": DistributionRef(production=PRODUCTION, period="2027-Q1"),
    "OpenDistributions": ProductionRef(production=PRODUCTION),
}


@pytest.fixture
async def thief(temporal):
    """A client of Temporal that knows all of Sluice but a key."""
    return await Client.connect(temporal.address, data_converter=pydantic_data_converter)


@pytest.fixture
async def submitted(services):
    """The closing of a registered production waits for two approvals, in a workflow that runs."""
    services.world.register()
    client = CommandClient(services, "seoyeon")
    await client.send(SubmitMilestone, production=PRODUCTION, milestone="closing", evidence=EVIDENCE["closing"])
    return services


def journal(services):
    return services.world.events()


def cause(error):
    while not isinstance(error, ApplicationError):
        error = error.__cause__
    return error.type, error.message


async def plain(value):
    return Payloads(payloads=await pydantic_data_converter.encode([value]))


@pytest.mark.parametrize("kind", INPUTS)
async def test_a_workflow_that_is_started_with_plain_input_fails_and_does_nothing(services, thief, kind):
    services.world.register()
    before = journal(services)
    queue = services.settings.task_queue
    handle = await thief.start_workflow(kind, INPUTS[kind], id=f"theirs/{kind}", task_queue=queue)
    with pytest.raises(WorkflowFailureError) as raised:
        await handle.result()
    assert cause(raised.value) == (
        "NotSealed",
        "What was sent to Sluice through Temporal is refused: it is not sealed.",
    )
    assert journal(services) == before


@pytest.mark.parametrize("name", ["approve", "reject", "submit"])
async def test_a_plain_update_is_refused_and_the_workflow_goes_on(submitted, thief, name):
    before = journal(submitted)
    with pytest.raises(WorkflowUpdateFailedError) as raised:
        await thief.get_workflow_handle(CLOSING).execute_update(name, approve_command("closing", "jiho"))
    assert cause(raised.value)[0] == "NotSealed"
    assert journal(submitted) == before
    await CommandClient(submitted, "jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    assert len(journal(submitted)) == len(before) + 1


async def test_a_plain_update_that_starts_its_workflow_does_nothing(services, thief):
    services.world.register()
    before = journal(services)
    start = WithStartWorkflowOperation(
        "Milestone",
        REF,
        id=CLOSING,
        task_queue=services.settings.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    with pytest.raises(RPCError, match="closing workflow"):
        await thief.execute_update_with_start_workflow(
            "approve", approve_command("closing", "jiho"), start_workflow_operation=start
        )
    assert journal(services) == before


async def test_signals_of_somebody_else_change_nothing(submitted, thief):
    await WorkflowStarts(submitted).production(PRODUCTION)
    before = journal(submitted)
    for workflow_id in (CLOSING, production_workflow(PRODUCTION)):
        handle = thief.get_workflow_handle(workflow_id)
        for arguments in ([], [approve_command("closing", "jiho")]):
            await handle.signal("look_again", args=arguments)
            await handle.signal("approve", args=arguments)
    await CommandClient(submitted, "jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    assert len(journal(submitted)) == len(before) + 1


async def test_an_activity_that_somebody_else_completes_ends_its_workflow_and_no_more(services, thief):
    """A worker of theirs takes the task and answers that everything is approved."""
    services.world.register()
    before, queue = journal(services), uuid.uuid4().hex
    async with Worker(services.client, task_queue=queue, workflows=[MilestoneWorkflow]):
        handle = await services.client.start_workflow(MilestoneWorkflow.run, REF, id=CLOSING, task_queue=queue)
        task = await thief.workflow_service.poll_activity_task_queue(
            PollActivityTaskQueueRequest(namespace=thief.namespace, task_queue=TaskQueue(name=queue), identity="thief"),
            timeout=timedelta(seconds=30),
        )
        assert b"closing" not in task.input.SerializeToString()
        done = await plain({"production": PRODUCTION, "milestone": "closing", "status": "accepted", "over": True})
        await thief.workflow_service.respond_activity_task_completed(
            RespondActivityTaskCompletedRequest(namespace=thief.namespace, task_token=task.task_token, result=done)
        )
        with pytest.raises(WorkflowFailureError) as raised:
            await handle.result()
    assert cause(raised.value)[0] == "NotSealed"
    assert journal(services) == before


async def test_a_workflow_task_that_somebody_else_answers_gives_an_activity_no_command(services, thief):
    services.world.register()
    before, queue = journal(services), uuid.uuid4().hex
    await services.client.start_workflow(MilestoneWorkflow.run, REF, id=CLOSING, task_queue=queue)
    task = await thief.workflow_service.poll_workflow_task_queue(
        PollWorkflowTaskQueueRequest(namespace=thief.namespace, task_queue=TaskQueue(name=queue), identity="thief"),
        timeout=timedelta(seconds=30),
    )
    schedule = ScheduleActivityTaskCommandAttributes(
        activity_id="1",
        activity_type=ActivityType(name="approve"),
        task_queue=TaskQueue(name=queue),
        input=await plain(approve_command("closing", "jiho")),
    )
    schedule.start_to_close_timeout.FromTimedelta(timedelta(seconds=30))
    schedule.retry_policy.maximum_attempts = 1
    await thief.workflow_service.respond_workflow_task_completed(
        RespondWorkflowTaskCompletedRequest(
            namespace=thief.namespace,
            task_token=task.task_token,
            identity="thief",
            commands=[
                Command(
                    command_type=CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
                    schedule_activity_task_command_attributes=schedule,
                )
            ],
        )
    )
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            services.client, task_queue=queue, activities=services.activities(), activity_executor=threads
        ):
            handle = services.client.get_workflow_handle(CLOSING)
            failed = [each async for each in _until_failed(handle)]
    assert "NotSealed" in str(failed[-1])
    assert journal(services) == before


async def _until_failed(handle):
    async for event in handle.fetch_history_events(wait_new_event=True):
        if event.HasField("activity_task_failed_event_attributes"):
            yield event
            return


async def _approval_as_sent(client):
    """The sealed approval in the history of the milestone, as anybody with the port reads it."""
    async for event in client.get_workflow_handle(CLOSING).fetch_history_events():
        if event.HasField("workflow_execution_update_accepted_event_attributes"):
            found = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
            if found.name == "approve":
                return found.args
    raise AssertionError


async def _again(client, workflow_id, name, args):
    answer = await client.workflow_service.update_workflow_execution(
        UpdateWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id),
            request=Request(meta=Meta(update_id=uuid.uuid4().hex), input=Input(name=name, args=args)),
        )
    )
    return str(answer.outcome)


async def test_a_sealed_decision_is_sent_again_in_vain(submitted, thief):
    await CommandClient(submitted, "jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    before = journal(submitted)
    approval = await _approval_as_sent(thief)
    assert b"jiho" not in approval.SerializeToString()
    await WorkflowStarts(submitted).production(PRODUCTION)
    assert "NotSealed" in await _again(thief, production_workflow(PRODUCTION), "amend", approval)
    assert "NotSealed" not in await _again(thief, CLOSING, "approve", approval)
    assert "ApproveMilestone is no RejectMilestone" in await _again(thief, CLOSING, "reject", approval)
    assert journal(submitted) == before


async def test_what_was_refused_is_shown_by_the_doctor_and_archived_so_that_an_audit_agrees(submitted, thief):
    queue = submitted.settings.task_queue
    with pytest.raises(WorkflowFailureError):
        await thief.execute_workflow("Milestone", REF, id=milestone_workflow(PRODUCTION, "opening"), task_queue=queue)
    with pytest.raises(WorkflowUpdateFailedError):
        await thief.get_workflow_handle(CLOSING).execute_update("approve", approve_command("closing", "jiho"))
    for user in ("jiho", "kenta"):
        await CommandClient(submitted, user).send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    await submitted.client.get_workflow_handle(CLOSING).result()
    await Gateway(submitted).step()
    found = [each for each in (await examine(submitted)).ailments if each.kind is AilmentKind.NOT_SEALED]
    assert [(each.what, each.why) for each in found] == [
        (CLOSING, "2 payloads of that day were refused: it is not sealed")
    ]
    while await Archivist(submitted).step() < 2:
        continue
    with submitted.store.reading() as records:
        report = await audited(records.connection, Scope(PRODUCTION))
    assert [each.full for each in report.findings] == []
    assert report.histories == 2


async def test_workflows_of_the_release_before_are_begun_anew_and_go_on(services, thief):
    """Their histories, and the input of their schedules, are open."""
    services.world.register()
    services.world.submit("closing")
    queue = services.settings.task_queue
    stopped = uuid.uuid4().hex
    object.__setattr__(services.settings, "task_queue", stopped)
    for run, ref, name in (
        (ProductionWorkflow.run, ProductionRef(production=PRODUCTION), production_workflow(PRODUCTION)),
        (MilestoneWorkflow.run, REF, CLOSING),
    ):
        await thief.start_workflow(run, ref, id=name, task_queue=stopped)
    sweep = await services.client.start_workflow(SweepHistoriesWorkflow.run, id="sweep-1", task_queue=stopped)
    while len([each async for each in services.histories.executions.running()]) < 3:
        await asyncio.sleep(0.05)  # Temporal's lists lag behind
    await end_what_is_open(services)
    described = await services.client.get_workflow_handle(CLOSING).describe()
    assert described.status.name == "TERMINATED"
    assert (await sweep.describe()).status.name == "RUNNING"
    object.__setattr__(services.settings, "task_queue", queue)
    await WorkflowStarts(services).everything_unfinished()
    for user in ("jiho", "kenta"):
        await CommandClient(services, user).send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    assert (await services.client.get_workflow_handle(CLOSING).result())["status"] == "accepted"
