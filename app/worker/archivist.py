"""The archivist: it runs beside every worker and archives each workflow's history soon after its end.

The hourly sweep (`workflows/sweep_histories.py`) checks that none is missing, and archives those that are.
"""

import asyncio
from datetime import datetime, timedelta

import structlog
from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
)

from adapters.temporal.executions import Closed
from app.bootstrap import Services
from workflows.sweep_histories import SweepHistoriesWorkflow

SWEEP = "sweep-histories"
"""The id of the schedule, and the beginning of its workflows' ids."""
EVERY = timedelta(hours=1)
POLL_S = 1.0
AFTER_TROUBLE_S = 5.0
_LAG = timedelta(minutes=1)
"""Temporal's lists may lag by this much. The sweep finds whatever appears later."""

log = structlog.get_logger()


class Archivist:
    """Runs beside the Temporal worker in one process. Any number may run."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._histories = services.histories
        self._since: datetime | None = None
        self._gone: set[Closed] = set()

    async def run(self) -> None:
        """Work until cancelled. Errors are logged once and retried."""
        scheduled, reported = False, ""
        while True:
            try:
                if not scheduled:
                    await keep_sweeping(self._services)
                    scheduled = True
                await self.step()
            except Exception as error:
                if str(error) != reported:
                    log.exception("archive.trouble", retry_every_s=AFTER_TROUBLE_S)
                reported = str(error)
                await asyncio.sleep(AFTER_TROUBLE_S)
            else:
                if reported:
                    log.info("archive.trouble_over")
                    reported = ""
                await asyncio.sleep(POLL_S)

    async def step(self) -> int:
        """Archive the histories that ended since the last call, at first all, and return their number.

        Raises:
            ExceptionGroup: some could not be archived and will be retried; the others are archived.
        """
        archived, newest, trouble = 0, self._since, []
        async for page in self._histories.executions.closed(self._since):
            newest = max([run.at - _LAG for run in page] + ([newest] if newest else []), default=None)
            for run in await self._histories.missing(page):
                try:
                    archived += await self._archive(run)
                except Exception as error:  # noqa: BLE001 - told below, together with the others
                    error.add_note(f"history of {run.workflow_id} (run {run.run_id})")
                    trouble.append(error)
        if trouble:
            raise ExceptionGroup("what makes trouble is archived later", trouble)
        self._since = newest
        return archived

    async def _archive(self, run: Closed) -> bool:
        if run in self._gone:
            return False
        kept = await self._histories.archive(run)
        if not kept:
            self._gone.add(run)
            log.error("history.gap", history=run.workflow_id, run_id=run.run_id, why="Temporal has it no more")
        return kept


async def keep_sweeping(services: Services) -> None:
    """Create or update the hourly schedule of the sweep. The call is idempotent."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            SweepHistoriesWorkflow.run, id=SWEEP, task_queue=services.settings.task_queue
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=EVERY),
    )
    try:
        await services.client.create_schedule(SWEEP, schedule)
    except ScheduleAlreadyRunningError:
        await services.client.get_schedule_handle(SWEEP).update(lambda _: ScheduleUpdate(schedule=schedule))
