"""The doctor where workers of several builds come and go: what waits for a build that nobody runs is told."""

import asyncio
import uuid

import pytest
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client

from adapters.embedded.temporal import EmbeddedTemporal
from app.bootstrap import Services
from app.health.doctor import examine
from app.settings import Settings
from app.stack.supervisor import running
from app.worker.deployment import Deployment
from app.worker.plugin import SluicePlugin
from domain.health import AilmentKind
from tests.app.worker.test_deployment import (
    OUTSIDE,
    opened,
    until_current,
    working,
)


@pytest.fixture
def world(world):
    world.register()
    world.clock.to(world.clock.at.date().replace(month=2, day=14))
    return world


async def of_build(world, server, queue, build_id):
    client = await Client.connect(server.address, plugins=[SluicePlugin()])
    settings = Settings(data=world.data, task_queue=queue, build_id=build_id, **OUTSIDE)
    services = Services(settings=settings, handler=world.handler, client=client, folder=world.folder)
    object.__setattr__(services, "world", world)
    return services


async def found_in_the_end(services, whats):
    """Wait until these and no others are said to be without workers: lists and routing lag behind."""
    for _ in range(100):
        found = [one for one in (await examine(services)).ailments if one.kind is AilmentKind.BUILD_WITHOUT_WORKER]
        if {one.what for one in found} == whats:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(found)


async def test_what_waits_for_a_build_that_no_worker_runs_is_told_until_it_is_let_go(world, tmp_path):
    server, queue = EmbeddedTemporal(tmp_path / "temporal", tmp_path / "temporal.log"), f"b-{uuid.uuid4().hex[:8]}"
    with running(server):
        async with working(await of_build(world, server, queue, "before")) as before:
            handle, _ = await opened(before)
            await found_in_the_end(before, set())
    with running(server):  # in this life it remembers no worker of the one before
        async with working(await of_build(world, server, queue, "after")) as after:
            told = {one.what: one.why for one in await found_in_the_end(after, {f"task queue {queue}", "build before"})}
            assert told[f"task queue {queue}"].startswith("new work goes to build before, of which no worker asks")
            assert told["build before"] == f"1 workflow began on it and no worker of it asks for work: {handle.id}"
            decided = Deployment(after.client, queue)
            await until_current(decided, "after")
            await found_in_the_end(after, {"build before"})
            assert await decided.release("before") == 1
            await found_in_the_end(after, set())


async def test_new_work_that_goes_to_workers_without_a_build_is_told_where_all_have_one(world, temporal):
    async with working(await of_build(world, temporal, f"b-{uuid.uuid4().hex[:8]}", "one")) as services:
        await found_in_the_end(services, set())
        await services.client.workflow_service.set_worker_deployment_current_version(
            SetWorkerDeploymentCurrentVersionRequest(
                namespace=services.client.namespace,
                deployment_name=services.settings.task_queue,
                identity=services.client.identity,
            )
        )
        (found,) = await found_in_the_end(services, {f"task queue {services.settings.task_queue}"})
        assert found.why.startswith("new work goes to workers without versioning")
