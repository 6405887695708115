"""Which code takes the next step: builds side by side, upgraded under what runs, and current by decision."""

import asyncio
import shutil
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from temporalio.client import Client

import domain
from activities.views import PlannedRun, ProductionRef
from app.bootstrap import Services
from app.settings import Settings
from app.worker import deployment
from app.worker.deployment import Deployment, build_of_sources
from app.worker.plugin import SluicePlugin
from app.worker.worker import ACTIVITIES_AT_ONCE, see_to_current, worker_of
from domain.commands import (
    CancelRun,
)
from domain.errors import NotFound
from tests.world import PRODUCTION, World
from workflows.payment_run import PaymentRunWorkflow
from workflows.production import ProductionWorkflow
from workflows.updates import update_of


@pytest.fixture
async def installation(database, temporal, tmp_path):
    """Makes services of a build; all of one test work on one task queue."""
    world = World(database.app_url, tmp_path)
    client = await Client.connect(temporal.address, plugins=[SluicePlugin()])
    queue = f"d-{uuid.uuid4().hex[:8]}"
    world.register()
    world.clock.to(world.clock.at.date().replace(month=2, day=14))

    def of(build_id, **settings):
        made = Settings(data=tmp_path, task_queue=queue, build_id=build_id, **settings)
        services = Services(settings=made, handler=world.handler, client=client, folder=world.folder)
        object.__setattr__(services, "world", world)
        return services

    yield of
    world.close()


@asynccontextmanager
async def working(services):
    with ThreadPoolExecutor(ACTIVITIES_AT_ONCE) as threads:
        async with worker_of(services, threads):
            await see_to_current(services)
            yield services


async def opened(services):
    """A prepared run that waits for its release."""
    planned = services.world.open_day()[0]
    handle = await services.client.start_workflow(
        PaymentRunWorkflow.run, planned, id=f"run/{uuid.uuid4().hex}", task_queue=services.settings.task_queue
    )
    for _ in range(200):
        if planned.run in services.world.snapshots().runs:
            return handle, planned
        await asyncio.sleep(0.1)
    raise AssertionError("it was never prepared")


async def cancelled(handle, planned: PlannedRun):
    """The run's last step; answers with the builds that made its steps."""
    command = CancelRun(key="cancel", by="dohyun", production=PRODUCTION, run=planned.run, reason="wrong day")
    await handle.execute_update(update_of(PaymentRunWorkflow, CancelRun), command)
    await handle.result()
    return await builds(handle)


async def builds(handle):
    """The builds that made a run's steps."""
    done = [event.workflow_task_completed_event_attributes for event in (await handle.fetch_history()).events]
    return {each.deployment_version.build_id for each in done if each.deployment_version.build_id}


async def until_current(decided, build_id):
    """What a worker asks for is known a moment after it has started."""
    for _ in range(100):
        with suppress(NotFound):
            return await decided.make_current(build_id)
        await asyncio.sleep(0.1)
    raise AssertionError(await decided.versions())


OUTSIDE = {"database_url": "postgresql+psycopg://x@localhost/x", "temporal_address": "localhost:1"}


def test_the_build_id_is_the_same_in_every_process_of_the_same_code():
    told = "from app.worker.deployment import build_of_sources; print(build_of_sources())"
    again = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True, timeout=60)
    assert again.stdout.strip() == build_of_sources()


def test_other_sources_are_another_build(tmp_path, monkeypatch):
    before = build_of_sources()
    copy = tmp_path / "domain"
    shutil.copytree(Path(domain.__file__).parent, copy)
    monkeypatch.setattr(domain, "__file__", str(copy / "__init__.py"))
    assert build_of_sources.__wrapped__() == before
    changed = copy / "values" / "money.py"
    changed.write_bytes(changed.read_bytes() + b"\n")
    assert build_of_sources.__wrapped__() != before


async def test_an_upgraded_embedded_stack_goes_on_with_a_run_of_an_older_build(installation):
    async with working(installation("before")) as services:
        handle, planned = await opened(services)
    async with working(installation("after")):
        assert await cancelled(handle, planned) == {"before", "after"}


async def test_a_run_from_before_versioning_goes_on_too(installation):
    async with working(installation("none", worker_versioning=False)) as services:
        handle, planned = await opened(services)
    async with working(installation("after")):
        assert await cancelled(handle, planned) == {"after"}


async def test_side_by_side_a_run_ends_on_the_build_it_began_on_and_a_production_moves(installation):
    async with working(installation("before", **OUTSIDE)) as services:
        queue = services.settings.task_queue
        handle, planned = await opened(services)
        production = await services.client.start_workflow(
            ProductionWorkflow.run, ProductionRef(production=PRODUCTION), id=f"production/{queue}", task_queue=queue
        )
        async with working(installation("after", **OUTSIDE)):
            decided = Deployment(services.client, queue)
            assert await decided.current() == "before"  # a rollout is for people to decide
            await until_current(decided, "after")
            assert {each.build_id: each.status for each in await decided.versions()} == {
                "after": "current",
                "before": "draining",
            }
            assert await cancelled(handle, planned) == {"before"}
            await production.signal(ProductionWorkflow.look_again)
            while "after" not in await builds(production):
                await asyncio.sleep(0.1)
            await production.terminate("the test is over")


async def test_what_is_pinned_to_a_build_whose_workers_are_gone_can_be_let_go(installation):
    async with working(installation("before", **OUTSIDE)) as services:
        handle, planned = await opened(services)
    async with working(installation("after", **OUTSIDE)):
        decided = Deployment(services.client, services.settings.task_queue)
        await until_current(decided, "after")
        released = 0
        for _ in range(100):  # lists lag behind
            released += await decided.release("before")
            if released:
                break
            await asyncio.sleep(0.1)
        assert released == 1
        assert await cancelled(handle, planned) == {"before", "after"}


async def test_a_build_without_workers_is_not_made_current(installation):
    decided = Deployment(installation("x").client, installation("x").settings.task_queue)
    assert (await decided.current(), await decided.versions()) == (None, [])
    with pytest.raises(NotFound, match="start one"):
        await decided.make_current("nobody")
    async with working(installation("one")):
        with pytest.raises(NotFound, match="start one"):
            await decided.make_current("nobody")


def test_every_worker_says_which_code_it_runs_also_without_versioning(tmp_path):
    config = deployment.worker_deployment(Settings(data=tmp_path, worker_versioning=False))
    assert config.version.build_id == build_of_sources()
    assert not config.use_worker_versioning
