"""The milestone's workflow: what wakes it, what it returns, and that it loses no news."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateStage

from activities.views import MilestoneRef
from domain.commands import (
    ApproveMilestone,
    RejectMilestone,
    SubmitMilestone,
)
from tests.workflows.doubles import Gate, OneMilestone
from workflows.milestone import MilestoneWorkflow
from workflows.updates import update_of

REF = MilestoneRef(production="HANA", milestone="lock")
SUBMIT = SubmitMilestone(key="s", by="ji", production="HANA", milestone="lock", evidence={})
APPROVE = ApproveMilestone(key="a", by="aoi", production="HANA", milestone="lock", round=1)


@pytest.fixture
async def milestone():
    return OneMilestone()


async def start(environment, queue):
    return await environment.client.start_workflow(
        MilestoneWorkflow.run, REF, id="milestone/HANA/lock", task_queue=queue
    )


async def test_it_ends_when_the_milestone_is_accepted(time_skipping, working, milestone):
    async with working(*milestone.all) as queue:
        handle = await start(time_skipping, queue)
        assert (
            await handle.execute_update(update_of(MilestoneWorkflow, SubmitMilestone), SUBMIT)
        ).status == "submitted"
        assert (
            await handle.execute_update(update_of(MilestoneWorkflow, ApproveMilestone), APPROVE)
        ).status == "accepted"
        assert (await handle.result()).status == "accepted"


async def test_a_deadline_that_passes_is_noticed(time_skipping, working, milestone):
    async with working(*milestone.all) as queue:
        handle = await start(time_skipping, queue)
        await handle.execute_update(update_of(MilestoneWorkflow, SubmitMilestone), SUBMIT)
        await time_skipping.sleep(timedelta(seconds=590))
        assert milestone.calls == ["submitted"]
        await time_skipping.sleep(timedelta(seconds=30))
        assert milestone.calls == ["submitted", "escalated"]


async def test_a_decision_that_comes_while_it_looks_is_not_lost(time_skipping, working, milestone):
    milestone.gate = gate = Gate()
    async with working(*milestone.all) as queue:
        handle = await start(time_skipping, queue)
        await gate.reached.wait()
        await handle.execute_update(update_of(MilestoneWorkflow, SubmitMilestone), SUBMIT)
        await handle.execute_update(update_of(MilestoneWorkflow, ApproveMilestone), APPROVE)
        gate.opened.set()
        await asyncio.wait_for(handle.result(), 20)
        lived = await handle.describe()
        assert lived.close_time - lived.start_time < timedelta(hours=1)


async def test_a_submission_that_comes_while_it_looks_starts_its_deadline(time_skipping, working, milestone):
    milestone.gate = gate = Gate()
    async with working(*milestone.all) as queue:
        handle = await start(time_skipping, queue)
        await gate.reached.wait()
        await handle.execute_update(update_of(MilestoneWorkflow, SubmitMilestone), SUBMIT)
        gate.opened.set()
        await time_skipping.sleep(timedelta(minutes=30))
        assert milestone.calls == ["submitted", "escalated"]


async def test_an_update_in_flight_when_it_ends_is_still_answered(time_skipping, working, milestone):
    async with working(*milestone.all) as queue:
        handle = await start(time_skipping, queue)
        await handle.execute_update(update_of(MilestoneWorkflow, SubmitMilestone), SUBMIT)
        milestone.deciding = gate = Gate()
        first = asyncio.create_task(handle.execute_update(update_of(MilestoneWorkflow, ApproveMilestone), APPROVE))
        await gate.reached.wait()
        late = await handle.start_update(
            update_of(MilestoneWorkflow, RejectMilestone),
            RejectMilestone(key="r", by="ren", production="HANA", milestone="lock", round=1, reason="late"),
            wait_for_stage=WorkflowUpdateStage.ACCEPTED,
        )
        gate.opened.set()
        assert (await first).status == "accepted"
        assert (await asyncio.wait_for(late.result(), 20)).status == "rejected"


async def test_a_second_start_finds_it_accepted_and_ends(time_skipping, working):
    milestone = OneMilestone("accepted")
    async with working(*milestone.all) as queue:
        handle = await start(time_skipping, queue)
        assert (await handle.result()).status == "accepted"


@pytest.mark.parametrize(
    "foreign", [{"milestone": "wrap"}, {"production": "OTHER"}, {"by": "system"}], ids=["milestone", "production", "by"]
)
async def test_a_command_that_is_not_its_own_never_enters_its_history(time_skipping, working, milestone, foreign):
    async with working(*milestone.all) as queue:
        handle = await start(time_skipping, queue)
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update(
                update_of(MilestoneWorkflow, SubmitMilestone), SUBMIT.model_copy(update=foreign)
            )
        history = await handle.fetch_history()
        assert not [
            event for event in history.events if event.HasField("workflow_execution_update_accepted_event_attributes")
        ]
        assert milestone.calls == []
