"""The workflows of runs: released, sent, awaited and doubted; opened once, or again if nothing was made."""

import asyncio
from datetime import date, timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateStage

from activities.views import AccountRef, PlannedRun
from domain.commands import (
    CancelRun,
    ReleaseRun,
)
from tests.workflows.doubles import Gate, OneRun
from workflows.names import run_workflow
from workflows.open_runs import OpenRunsWorkflow
from workflows.payment_run import PaymentRunWorkflow
from workflows.updates import update_of

PLANNED = PlannedRun(production="HANA", run="R1", account="a", currency="KRW", on=date(2026, 4, 1), by="system")
RELEASE = ReleaseRun(key="r", by="yun", production="HANA", run="R1", sha256="0" * 64)
CANCEL = CancelRun(key="c", by="sora", production="HANA", run="R1", reason="wrong")
DAY = AccountRef(production="HANA", account="a")


@pytest.fixture
async def run():
    return OneRun()


async def start(environment, queue, run):
    """Started, and prepared."""
    handle = await environment.client.start_workflow(
        PaymentRunWorkflow.run, PLANNED, id=run_workflow("R1"), task_queue=queue
    )
    await asyncio.wait_for(run.prepared.wait(), 20)
    return handle


async def test_it_goes_from_release_to_the_banks_last_answer(time_skipping, working, run):
    async with working(*run.all) as queue:
        handle = await start(time_skipping, queue, run)
        await handle.execute_update(update_of(PaymentRunWorkflow, ReleaseRun), RELEASE)
        await time_skipping.sleep(timedelta(seconds=30))
        assert run.calls == ["prepare", "release", "send"]
        run.silent = 0
        await handle.signal(PaymentRunWorkflow.look_again)
        assert (await handle.result()).status == "submitted"


async def test_an_unreleased_run_is_escalated_at_the_cut_off_and_only_once(time_skipping, working, run):
    async with working(*run.all) as queue:
        await start(time_skipping, queue, run)
        await time_skipping.sleep(timedelta(minutes=59))
        assert run.calls == ["prepare"]
        await time_skipping.sleep(timedelta(minutes=2))
        assert run.calls == ["prepare", "escalate"]
        await time_skipping.sleep(timedelta(days=3))
        assert run.calls == ["prepare", "escalate"]


async def test_a_silent_bank_gets_an_enquiry_and_no_resend(time_skipping, working, run):
    async with working(*run.all) as queue:
        handle = await start(time_skipping, queue, run)
        await handle.execute_update(update_of(PaymentRunWorkflow, ReleaseRun), RELEASE)
        await time_skipping.sleep(timedelta(seconds=110))
        assert run.calls[-1] == "send"
        await time_skipping.sleep(timedelta(seconds=20))
        assert run.calls[-1] == "doubt"
        await time_skipping.sleep(timedelta(seconds=120))
        assert run.calls.count("send") == 1


async def test_a_bank_that_calls_an_order_a_duplicate_is_asked_at_once_and_nothing_is_sent_again(
    time_skipping, working, run
):
    async with working(*run.all) as queue:
        handle = await start(time_skipping, queue, run)
        await handle.execute_update(update_of(PaymentRunWorkflow, ReleaseRun), RELEASE)
        run.unasked = 1
        await handle.signal(PaymentRunWorkflow.look_again)
        await time_skipping.sleep(timedelta(seconds=5))
        assert run.calls == ["prepare", "release", "send", "doubt"]
        await time_skipping.sleep(timedelta(days=3))
        assert run.calls.count("send") == 1


async def test_a_run_lasts_until_the_bank_can_book_none_of_its_attempts(time_skipping, working, run):
    async with working(*run.all) as queue:
        handle = await start(time_skipping, queue, run)
        await handle.execute_update(update_of(PaymentRunWorkflow, ReleaseRun), RELEASE)
        run.unasked, run.silent = 1, 1  # rejected after it was accepted
        await handle.signal(PaymentRunWorkflow.look_again)
        await time_skipping.sleep(timedelta(minutes=30))
        assert run.calls.count("doubt") > 1
        run.silent = 0
        await handle.signal(PaymentRunWorkflow.look_again)
        assert (await handle.result()).status == "submitted"


async def test_enquiries_at_a_silent_bank_become_less_frequent(time_skipping, working, run):
    async with working(*run.all) as queue:
        handle = await start(time_skipping, queue, run)
        await handle.execute_update(update_of(PaymentRunWorkflow, ReleaseRun), RELEASE)
        await time_skipping.sleep(timedelta(days=3))
        # After 2, 4, 8 … 1024 minutes, and from then on once a day.
        assert 10 <= run.calls.count("doubt") <= 13


async def test_what_the_bank_never_saw_is_sent_again(time_skipping, working, run):
    async with working(*run.all) as queue:
        handle = await start(time_skipping, queue, run)
        await handle.execute_update(update_of(PaymentRunWorkflow, ReleaseRun), RELEASE)
        await time_skipping.sleep(timedelta(seconds=130))
        run.silent, run.unsent = 0, 1
        await handle.signal(PaymentRunWorkflow.look_again)
        await time_skipping.sleep(timedelta(seconds=5))
        assert run.calls[-1] == "send"
        assert run.calls.count("send") == 2


async def test_an_accepted_payment_is_waited_for_without_asking(time_skipping, working, run):
    async with working(*run.all) as queue:
        handle = await start(time_skipping, queue, run)
        await handle.execute_update(update_of(PaymentRunWorkflow, ReleaseRun), RELEASE)
        await time_skipping.sleep(timedelta(seconds=5))
        run.silent, run.accepted = 0, 1
        await handle.signal(PaymentRunWorkflow.look_again)
        await time_skipping.sleep(timedelta(days=3))
        assert (await handle.describe()).status.name == "RUNNING"
        assert "doubt" not in run.calls
        run.accepted = 0
        await time_skipping.sleep(timedelta(days=1))  # even if the news of it is lost
        assert (await handle.describe()).status.name == "COMPLETED"


async def test_a_run_that_an_amendment_stopped_waits_for_its_cancellation(time_skipping, working, run):
    run.refuse_send = True
    async with working(*run.all) as queue:
        handle = await start(time_skipping, queue, run)
        await handle.execute_update(update_of(PaymentRunWorkflow, ReleaseRun), RELEASE)
        await time_skipping.sleep(timedelta(hours=1))
        assert (await handle.describe()).status.name == "RUNNING"
        assert run.calls.count("send refused") <= 2
        assert (await handle.execute_update(update_of(PaymentRunWorkflow, CancelRun), CANCEL)).status == "cancelled"
        assert (await handle.result()).status == "cancelled"


async def test_a_second_cancellation_in_flight_when_it_ends_is_still_answered(time_skipping, working, run):
    run.cancelling = gate = Gate()
    async with working(*run.all) as queue:
        handle = await start(time_skipping, queue, run)
        stage = WorkflowUpdateStage.ACCEPTED
        updates = [
            await handle.start_update(update_of(PaymentRunWorkflow, CancelRun), CANCEL, wait_for_stage=stage)
            for _ in range(3)
        ]
        await gate.reached.wait()
        gate.opened.set()
        answers = await asyncio.wait_for(asyncio.gather(*(update.result() for update in updates)), 20)
        assert {answer.status for answer in answers} == {"cancelled"}
        assert (await handle.result()).status == "cancelled"


@pytest.mark.parametrize("foreign", [{"run": "R2"}, {"by": "system"}], ids=["run", "by"])
async def test_a_release_of_another_run_is_refused(time_skipping, working, run, foreign):
    async with working(*run.all) as queue:
        handle = await start(time_skipping, queue, run)
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update(update_of(PaymentRunWorkflow, ReleaseRun), RELEASE.model_copy(update=foreign))
        assert run.calls == ["prepare"]


async def open_day(environment, queue, name):
    return await environment.client.execute_workflow(OpenRunsWorkflow.run, DAY, id=name, task_queue=queue)


async def test_a_day_that_is_opened_twice_starts_each_run_once(time_skipping, working, run):
    run.planned = [PLANNED]
    async with working(*run.all) as queue:
        assert await open_day(time_skipping, queue, "o1") == ["R1"]
        assert await open_day(time_skipping, queue, "o2") == ["R1"]
        assert run.calls == ["prepare"]


async def test_a_run_of_which_nothing_came_can_be_opened_again_the_same_day(time_skipping, working, run):
    run.planned, run.status = [PLANNED], "empty"
    async with working(*run.all) as queue:
        await open_day(time_skipping, queue, "o1")
        await time_skipping.client.get_workflow_handle(run_workflow("R1")).result()
        run.status = "prepared"
        await open_day(time_skipping, queue, "o2")
        await time_skipping.sleep(timedelta(seconds=1))
        assert run.calls == ["prepare", "prepare"]
        assert (await time_skipping.client.get_workflow_handle(run_workflow("R1")).describe()).status.name == "RUNNING"


async def test_opening_a_day_does_not_wait_for_its_runs(time_skipping, working, run):
    run.planned = [PLANNED]
    async with working(*run.all) as queue:
        await asyncio.wait_for(open_day(time_skipping, queue, "o1"), 20)
        assert (await time_skipping.client.get_workflow_handle(run_workflow("R1")).describe()).status.name == "RUNNING"
