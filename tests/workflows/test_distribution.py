"""The distribution's workflow: what it waits for, what it does by itself, when it ends."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from activities.views import DistributionRef
from domain.commands import (
    ApproveDistribution,
    ComputeDistribution,
    ObjectToDistribution,
    ResolveObjection,
)
from tests.workflows.doubles import NoSchedules, OneProduction
from tests.workflows.one_distribution import OneDistribution
from workflows.distribution import DistributionWorkflow
from workflows.updates import update_of

REF = DistributionRef(production="HANA", period="2027-Q1")
ABOUT = {"production": "HANA", "period": "2027-Q1"}
COMPUTE = ComputeDistribution(key="c", by="sora", **ABOUT)
MIN = ApproveDistribution(key="a1", by="min", revision=1, **ABOUT)
AOI = ApproveDistribution(key="a2", by="aoi", revision=1, **ABOUT)
OBJECT = ObjectToDistribution(key="o", by="aoi", revision=1, reason="the rate", **ABOUT)
RESOLVE = ResolveObjection(key="r", by="aoi", reason="agreed", **ABOUT)


@pytest.fixture
def distribution():
    return OneDistribution()


@pytest.fixture
def production():
    return OneProduction()


@pytest.fixture
def as_user(working, distribution, production):
    days = NoSchedules()
    return working(*distribution.all, *production.all, days.open_days, days.close_days)


async def start(environment, queue):
    return await environment.client.start_workflow(
        DistributionWorkflow.run, REF, id="distribution/HANA/2027-Q1", task_queue=queue
    )


async def test_when_all_have_answered_it_is_posted_and_paid_out_at_once(time_skipping, as_user, distribution):
    async with as_user as queue:
        handle = await start(time_skipping, queue)
        for update, request in (
            (update_of(DistributionWorkflow, ComputeDistribution), COMPUTE),
            (update_of(DistributionWorkflow, ApproveDistribution), MIN),
            (update_of(DistributionWorkflow, ApproveDistribution), AOI),
        ):
            await handle.execute_update(update, request)
        assert (await handle.result()).status == "ordered"
        assert distribution.done == ["computed", "approve", "approve", "posted", "ordered"]
        lived = await handle.describe()
        assert lived.close_time - lived.start_time < timedelta(hours=1)


async def test_silence_is_no_objection_once_the_window_has_passed(time_skipping, as_user, distribution):
    async with as_user as queue:
        handle = await start(time_skipping, queue)
        await handle.execute_update(update_of(DistributionWorkflow, ComputeDistribution), COMPUTE)
        await time_skipping.sleep(timedelta(days=9))
        assert distribution.done == ["computed"]
        distribution.window_over = True
        assert (await handle.result()).status == "ordered"


async def test_it_goes_on_until_the_objection_is_resolved(time_skipping, as_user, distribution):
    async with as_user as queue:
        handle = await start(time_skipping, queue)
        await handle.execute_update(update_of(DistributionWorkflow, ComputeDistribution), COMPUTE)
        await handle.execute_update(update_of(DistributionWorkflow, ObjectToDistribution), OBJECT)
        await handle.execute_update(update_of(DistributionWorkflow, ApproveDistribution), MIN)
        await time_skipping.sleep(timedelta(days=40))
        assert distribution.done == ["computed", "object", "approve", "posted", "ordered"]
        await handle.execute_update(update_of(DistributionWorkflow, ResolveObjection), RESOLVE)
        assert (await handle.result()).disputing == ()


async def test_a_payout_that_is_refused_is_tried_again_and_not_all_the_time(time_skipping, as_user, distribution):
    distribution.status, distribution.refuse_order = "posted", True
    async with as_user as queue:
        handle = await start(time_skipping, queue)
        await time_skipping.sleep(timedelta(days=3, hours=1))
        assert distribution.done == ["refused"] * 4
        distribution.refuse_order = False
        assert (await handle.result()).status == "ordered"


async def test_a_later_period_waits_for_the_earlier_one_and_is_notified_of_its_posting(
    time_skipping, as_user, distribution
):
    distribution.after, distribution.window_over = "2026-Q4", True
    async with as_user as queue:
        handle = await start(time_skipping, queue)
        await handle.execute_update(update_of(DistributionWorkflow, ComputeDistribution), COMPUTE)
        await time_skipping.sleep(timedelta(hours=1))
        assert distribution.done == ["computed"]
        distribution.after = None
        await handle.signal(DistributionWorkflow.look_again)
        await handle.result()
        lived = await handle.describe()
        assert lived.close_time - lived.start_time < timedelta(hours=3)


async def test_a_distribution_that_is_not_computed_within_a_day_ends(time_skipping, as_user):
    async with as_user as queue:
        handle = await start(time_skipping, queue)
        assert (await handle.result()).status == "none"


async def test_a_production_that_had_ended_opens_its_days_again(time_skipping, as_user, production):
    production.standing = {"version": 1, "complete": True}
    async with as_user as queue:
        handle = await start(time_skipping, queue)
        for update, request in (
            (update_of(DistributionWorkflow, ComputeDistribution), COMPUTE),
            (update_of(DistributionWorkflow, ApproveDistribution), MIN),
            (update_of(DistributionWorkflow, ApproveDistribution), AOI),
        ):
            await handle.execute_update(update, request)
        await handle.result()
        again = time_skipping.client.get_workflow_handle("production/HANA")
        assert (await asyncio.wait_for(again.result(), 20))["version"] == 1


@pytest.mark.parametrize("foreign", [{"period": "2027-Q2"}, {"production": "OTHER"}, {"by": "system"}])
async def test_a_command_that_is_not_its_own_is_not_admitted(time_skipping, as_user, distribution, foreign):
    async with as_user as queue:
        handle = await start(time_skipping, queue)
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update(
                update_of(DistributionWorkflow, ComputeDistribution), COMPUTE.model_copy(update=foreign)
            )
        assert distribution.done == []
