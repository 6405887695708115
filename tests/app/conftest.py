import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.temporal.refusals import Refusals
from adapters.temporal.seals import Keys, Sealing
from app.bootstrap import Services
from app.settings import Settings
from app.worker.plugin import SluicePlugin
from app.worker.worker import ACTIVITIES_AT_ONCE, worker_of
from tests.world import World

KEYS = Keys({"test": bytes(range(32))})
"""What the client and the worker of a test seal with."""


async def _end_all(client: Client) -> None:
    """End every workflow and schedule of this process's server. Lists lag behind, so two must come back empty."""
    quiet = 0
    while quiet < 2:
        running = [workflow async for workflow in client.list_workflows("ExecutionStatus='Running'")]
        quiet = 0 if running else quiet + 1
        for workflow in running:
            with suppress(RPCError):  # it has just ended by itself
                await client.get_workflow_handle(workflow.id, run_id=workflow.run_id).terminate("the test is over")
        await asyncio.sleep(0.1)
    async for schedule in await client.list_schedules():
        with suppress(RPCError):
            await client.get_schedule_handle(schedule.id).delete()


@pytest.fixture
async def services(database, temporal, tmp_path):
    """A world with the real Temporal server and a worker; `services.world` is the world.

    Workflow ids are business keys, the same in every test: what an earlier test left would never answer this one.
    """
    world = World(database.app_url, tmp_path)
    refusals = Refusals()
    client = await Client.connect(temporal.address, plugins=[SluicePlugin(Sealing(KEYS, refusals.note))])
    await _end_all(client)
    settings = Settings(data=tmp_path, task_queue=f"q-{uuid.uuid4().hex[:8]}", worker_versioning=False)
    made = Services(
        settings=settings,
        handler=world.handler,
        client=client,
        folder=world.folder,
        facts_of=world.facts_of,
        refusals=refusals,
    )
    object.__setattr__(made, "world", world)
    with ThreadPoolExecutor(ACTIVITIES_AT_ONCE) as threads:
        async with worker_of(made, threads):
            yield made
    await _end_all(client)  # the worker is gone, so that none of them can start another
    world.close()
