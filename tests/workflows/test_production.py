"""The production's workflow: starts what is open, ends when nothing is, and loses no command."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateStage

from activities.views import ProductionRef
from domain.commands import (
    AmendAgreement,
    HoldPayment,
    PassProposal,
)
from tests.workflows.doubles import Gate, NoSchedules, OneMilestone, OneProduction
from workflows.names import milestone_workflow, production_workflow
from workflows.production import ProductionWorkflow
from workflows.updates import update_of

REF = ProductionRef(production="HANA")
AMEND = AmendAgreement(key="a", by="ji", production="HANA", document="d" * 64)


@pytest.fixture
async def schedules():
    return NoSchedules()


async def start(environment, queue):
    return await environment.client.start_workflow(
        ProductionWorkflow.run, REF, id=production_workflow("HANA"), task_queue=queue
    )


async def test_it_opens_the_days_and_starts_a_workflow_for_each_open_milestone(time_skipping, working, schedules):
    production, milestone = OneProduction(open_milestones=("lock", "wrap")), OneMilestone()
    async with working(*production.all, *milestone.all, schedules.open_days, schedules.close_days) as queue:
        handle = await start(time_skipping, queue)
        await time_skipping.sleep(timedelta(minutes=1))
        assert schedules.calls == ["open 1"]
        for name in ("lock", "wrap"):
            child = time_skipping.client.get_workflow_handle(milestone_workflow("HANA", name))
            assert (await child.describe()).status.name == "RUNNING"
        production.standing = {"complete": True}
        await handle.signal(ProductionWorkflow.look_again)
        assert (await handle.result()).complete
        assert schedules.calls == ["open 1", "close 1"]


async def test_what_it_tended_is_not_tended_again_until_something_changes(time_skipping, working, schedules):
    production = OneProduction()
    async with working(*production.all, schedules.open_days, schedules.close_days) as queue:
        handle = await start(time_skipping, queue)
        for _ in range(3):
            await handle.signal(ProductionWorkflow.look_again)
            await time_skipping.sleep(timedelta(minutes=1))
        assert schedules.calls == ["open 1"]
        await handle.execute_update(update_of(ProductionWorkflow, AmendAgreement), AMEND)
        await time_skipping.sleep(timedelta(minutes=1))
        assert schedules.calls == ["open 1", "open 2"]


async def test_lost_news_is_noticed_within_a_day(time_skipping, working, schedules):
    production = OneProduction()
    async with working(*production.all, schedules.open_days, schedules.close_days) as queue:
        handle = await start(time_skipping, queue)
        await time_skipping.sleep(timedelta(hours=1))
        production.standing = {"complete": True}
        await time_skipping.sleep(timedelta(hours=25))
        assert (await asyncio.wait_for(handle.result(), 20)).complete


async def test_one_that_nobody_registers_ends_after_a_day(time_skipping, working, schedules):
    production = OneProduction(version=0)
    async with working(*production.all, schedules.open_days, schedules.close_days) as queue:
        handle = await start(time_skipping, queue)
        assert not (await handle.result()).registered
        assert schedules.calls == []


async def test_what_is_proposed_is_waited_for_until_its_day_and_then_decided(time_skipping, working, schedules):
    production = OneProduction(version=0, seconds_left=3_600, proposals=("version 1 waits",))
    async with working(*production.all, schedules.open_days, schedules.close_days) as queue:
        handle = await start(time_skipping, queue)
        await time_skipping.sleep(timedelta(minutes=50))
        assert production.asked == []
        production.standing = {**production.standing, "passed": ("d" * 64,)}
        await time_skipping.sleep(timedelta(minutes=20))
        (passed,) = production.asked
        assert isinstance(passed, PassProposal)
        assert (passed.key, passed.by) == (f"proposal-day/HANA/{'d' * 16}", "system")
        assert schedules.calls == ["open 2"]
        assert (await handle.describe()).status.name == "RUNNING"


async def test_an_unregistered_production_is_kept_while_something_is_proposed(time_skipping, working, schedules):
    production = OneProduction(version=0, seconds_left=1_000_000, proposals=("version 1 waits",))
    async with working(*production.all, schedules.open_days, schedules.close_days) as queue:
        handle = await start(time_skipping, queue)
        await time_skipping.sleep(timedelta(days=3))
        assert (await handle.describe()).status.name == "RUNNING"


async def test_an_amendment_that_comes_as_it_ends_keeps_it_going(time_skipping, working, schedules):
    production = OneProduction(complete=True)
    production.amending = gate = Gate()
    async with working(*production.all, schedules.open_days, schedules.close_days) as queue:
        handle = await start(time_skipping, queue)
        update = await handle.start_update(
            update_of(ProductionWorkflow, AmendAgreement), AMEND, wait_for_stage=WorkflowUpdateStage.ACCEPTED
        )
        await gate.reached.wait()
        await asyncio.sleep(0.2)  # it waits for the amendment now, with its days closed
        gate.opened.set()
        assert (await update.result()).version == 2
        await time_skipping.sleep(timedelta(minutes=1))
        assert (await handle.describe()).status.name == "RUNNING"
        assert schedules.calls[-1] == "open 2"


async def test_a_command_for_another_production_or_by_the_system_is_refused(time_skipping, working, schedules):
    production = OneProduction()
    async with working(*production.all, schedules.open_days, schedules.close_days) as queue:
        handle = await start(time_skipping, queue)
        hold = HoldPayment(key="h", by="eunwoo", production="OTHER", payment="P", reason="x")
        for request in (hold, hold.model_copy(update={"production": "HANA", "by": "system"})):
            with pytest.raises(WorkflowUpdateFailedError):
                await handle.execute_update(update_of(ProductionWorkflow, HoldPayment), request)
        assert production.asked == []
