"""Checks that a worker asks for work, before a command waits for one."""

import asyncio
import time

from app.bootstrap import Services
from app.health.temporal import workers
from domain import health
from domain.errors import SluiceError

_PATIENCE_S, _PAUSE_S = 4.0, 0.25
"""How long a worker that has just started may take to ask for work, and how often it is looked for."""


class NoWorker(SluiceError):
    """No worker asks for the work that a command would be. It was not sent."""


async def require_worker(services: Services) -> None:
    """Return once a worker of the current build asks for work.

    A worker that was killed less than two minutes ago still counts, because Temporal lists it.

    Raises:
        NoWorker: there is none.
    """
    queue, until = services.settings.task_queue, time.monotonic() + _PATIENCE_S
    while True:
        found = await workers(services.client, queue)
        ailment = health.unserved(queue, found) if found.builds else health.no_worker(queue)
        if ailment is None:
            return
        if time.monotonic() > until:
            raise NoWorker(f"Nothing was sent: {ailment.why} ({ailment.what}). To go on, {ailment.todo}.", queue=queue)
        await asyncio.sleep(_PAUSE_S)
