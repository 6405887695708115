import uuid
from contextlib import asynccontextmanager

import pytest
from temporalio.worker import Worker

from app.worker.plugin import SluicePlugin
from app.worker.worker import WORKFLOWS


@pytest.fixture
def working(time_skipping):
    """`async with working(*activities) as queue`: a worker with every workflow and these activities."""

    @asynccontextmanager
    async def work(*activities):
        queue = f"q-{uuid.uuid4().hex[:8]}"
        async with Worker(
            time_skipping.client,
            task_queue=queue,
            workflows=WORKFLOWS,
            activities=activities,
            plugins=[SluicePlugin()],
        ):
            yield queue

    return work
