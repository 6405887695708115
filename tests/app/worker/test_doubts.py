"""The run's workflow on real servers, when the bank calls its order a duplicate or rejects what it had accepted."""

import asyncio

import pytest

from activities.views import RunRef
from adapters.db import histories
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from app.worker.archivist import Archivist
from app.worker.workflow_starts import WorkflowStarts
from tests.doubtful import ACCEPTED, CLOSED, DUPLICATE, correct, report
from tests.world import PRODUCTION, SEOUL, eventually
from workflows.names import run_workflow


@pytest.fixture
async def sent(services):
    """WR-A is at the bank, sent by its run's workflow."""
    world = services.world
    world.register()
    world.clock.at = world.clock.at.replace(month=2, day=14, tzinfo=SEOUL)
    world.run = RunRef(production=PRODUCTION, run=world.prepare().run)
    world.release(world.run.run)
    await WorkflowStarts(services).run(world.run.run)
    await eventually(lambda: world.runs.run_standing(world.run).times_sent == 1)
    return services


async def audit(services):
    """What an audit finds once the run's history is archived."""
    run = run_workflow(services.world.run.run)
    while True:
        await Archivist(services).step()
        with services.store.reading() as records:
            if run in {one.workflow_id for one in histories.listed(records.connection)}:
                return [finding.full for finding in (await audited(records.connection, Scope(PRODUCTION))).findings]
        await asyncio.sleep(0.1)


async def test_a_duplicate_is_enquired_about_at_once_and_sent_once(sent):
    world = sent.world
    report(world, "S1", group=DUPLICATE)
    await WorkflowStarts(sent).run(world.run.run)
    await eventually(lambda: world.runs.run_standing(world.run).enquiries == 1)
    assert world.statuses()["WR-A"] == "unknown"
    world.deliver()
    world.take()
    assert world.statuses()["WR-A"] == "settled"
    await WorkflowStarts(sent).run(world.run.run)
    view = await sent.client.get_workflow_handle(run_workflow(world.run.run)).result()
    assert (view["times_sent"], view["enquiries"], view["open"]) == (1, 1, 0)
    assert world.their_bank.effects(world.payment("WR-A")) == 1
    assert await audit(sent) == []


async def test_the_history_of_a_run_whose_attempt_stays_in_doubt_is_what_an_audit_makes_of_the_record(sent):
    world = sent.world
    report(world, "S1", group=ACCEPTED)
    report(world, "S2", first=CLOSED)
    await WorkflowStarts(sent).run(world.run.run)
    await eventually(lambda: world.runs.run_standing(world.run).enquiries == 1)
    correct(world)
    await WorkflowStarts(sent).run(world.run.run)
    report(world, "S3", first=CLOSED)
    await WorkflowStarts(sent).run(world.run.run)
    view = await sent.client.get_workflow_handle(run_workflow(world.run.run)).result()
    assert (view["times_sent"], view["enquiries"], view["open"]) == (1, 1, 0)
    assert await audit(sent) == []


async def test_a_run_that_has_ended_goes_on_while_the_bank_may_book_what_it_accepted_after_all(sent):
    world = sent.world
    report(world, "S1", group=CLOSED)
    await WorkflowStarts(sent).run(world.run.run)
    await sent.client.get_workflow_handle(run_workflow(world.run.run)).result()
    report(world, "S2", first=ACCEPTED)  # after all
    correct(world)
    await WorkflowStarts(sent).run(world.run.run)
    handle = sent.client.get_workflow_handle(run_workflow(world.run.run))
    assert (await handle.describe()).status.name == "RUNNING"
    assert world.runs.run_standing(world.run).open == 1
