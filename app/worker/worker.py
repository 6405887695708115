"""The worker: Temporal's workflows and activities, gateway and archivist in one process."""

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError
from temporalio.worker import Worker

from adapters.clock import Clock, SystemClock
from adapters.db import health
from app.bootstrap import Services
from app.health.metrics import measured
from app.identity.first_users import load_people
from app.worker.archivist import Archivist
from app.worker.collector import collect_seldom
from app.worker.deployment import Deployment, worker_deployment
from app.worker.gateway import Gateway
from domain.errors import ClockOff, NotFound
from domain.health.clocks import check_drift
from workflows.distribution import DistributionWorkflow
from workflows.milestone import MilestoneWorkflow
from workflows.open_distributions import OpenDistributionsWorkflow
from workflows.open_runs import OpenRunsWorkflow
from workflows.payment_run import PaymentRunWorkflow
from workflows.production import ProductionWorkflow
from workflows.sweep_histories import SweepHistoriesWorkflow

WORKFLOWS = [
    ProductionWorkflow,
    MilestoneWorkflow,
    OpenRunsWorkflow,
    PaymentRunWorkflow,
    DistributionWorkflow,
    OpenDistributionsWorkflow,
    SweepHistoriesWorkflow,
]
ACTIVITIES_AT_ONCE = 16
LAST_TRANSACTIONS = timedelta(seconds=10)
"""How long a stopping worker lets its transactions finish before it interrupts them."""
GIVEN_UP_AFTER = timedelta(seconds=3)
"""When another worker takes over a workflow that a killed worker had cached. It reads the history first."""
ASKED_SOON_S = 0.05
BEGUN_OPEN = "It was started with input that is not sealed."
CLOCK_IS_CHECKED_EVERY_S = 30.0

log = structlog.get_logger()


def worker_of(services: Services, threads: ThreadPoolExecutor) -> Worker:
    """Return a Temporal worker with every workflow and activity. Blocking activities run on `threads`."""
    return Worker(
        services.client,
        task_queue=services.settings.task_queue,
        workflows=WORKFLOWS,
        activities=services.activities(),
        activity_executor=threads,
        max_concurrent_activities=ACTIVITIES_AT_ONCE,
        graceful_shutdown_timeout=LAST_TRANSACTIONS,
        deployment_config=worker_deployment(services.settings),
        sticky_queue_schedule_to_start_timeout=GIVEN_UP_AFTER,
    )


async def serve(services: Services, machine: Clock | None = None) -> None:
    """Work until SIGINT or SIGTERM, then let running activities finish.

    Raises:
        ClockOff: the machine's clock differs from the database's, at the start or later.
    """
    machine = machine or SystemClock()
    await check_clock(services, machine)
    await end_what_is_open(services)
    collect_seldom()
    if ignored := await asyncio.to_thread(load_people, services.handler):
        log.warning("users.ignored", why=ignored)
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    with ThreadPoolExecutor(ACTIVITIES_AT_ONCE, thread_name_prefix="activity") as threads:
        async with worker_of(services, threads), measured(services):
            besides = (Gateway(services).run(), Archivist(services).run(), see_to_current(services))
            beside = [asyncio.create_task(each) for each in besides]
            log.info("worker.started", task_queue=services.settings.task_queue)
            clock = asyncio.create_task(watch_clock(services, machine))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait([stopping, clock], return_when=asyncio.FIRST_COMPLETED)
            for task in (*beside, stopping, clock):
                task.cancel()
            await asyncio.gather(*beside, stopping, return_exceptions=True)
    log.info("worker.stopped")
    with suppress(asyncio.CancelledError):
        await clock


async def end_what_is_open(services: Services) -> None:
    """End the workflows that were started with open input: before payloads were sealed, or by somebody else.

    No workflow holds facts. The gateway begins those of the records anew, sealed.
    """
    executions = services.histories.executions
    async for workflow_id, run_id in executions.begun_open():
        await executions.end(workflow_id, run_id, BEGUN_OPEN)
        log.info("workflow.begun_anew", workflow=workflow_id, why=BEGUN_OPEN)


async def check_clock(services: Services, machine: Clock) -> None:
    """Compare the machine's clock with the database's. If the database does not answer, skip the check."""

    def _compare() -> None:
        with services.store.reading() as records:
            sent_at = machine.now()
            theirs = health.now(records.connection)
            check_drift(sent_at, theirs, machine.now())

    try:
        await asyncio.to_thread(_compare)
    except SQLAlchemyError as error:
        log.warning("clock.unknown", why=str(error).partition("\n")[0])
    except ClockOff as error:
        log.error("clock.off", why=error.sentence)  # noqa: TRY400 - a clock has no traceback
        raise


async def watch_clock(services: Services, machine: Clock) -> None:
    """Check the machine's clock regularly.

    Raises:
        ClockOff: the clock is wrong.
    """
    while True:
        await asyncio.sleep(CLOCK_IS_CHECKED_EVERY_S)
        await check_clock(services, machine)


async def see_to_current(services: Services) -> None:
    """Make this worker's code current: always in the embedded stack, elsewhere only if no version is.

    Elsewhere people decide on a rollout: `sluice deployment make-current`.
    """
    settings = services.settings
    mine, deployment = worker_deployment(settings), Deployment(services.client, settings.task_queue)
    if not mine.use_worker_versioning:
        return
    reported = ""
    while True:
        try:
            current = await deployment.current()
            if current is None or (settings.embedded and current != mine.version.build_id):
                await deployment.make_current(mine.version.build_id)
                log.info("deployment.current", build_id=mine.version.build_id, before=current)
            elif current != mine.version.build_id:
                log.warning("deployment.waits", build_id=mine.version.build_id, current=current)
        except NotFound:  # this worker's first poll is under way
            await asyncio.sleep(ASKED_SOON_S)
        except RPCError as error:
            if str(error) != reported:
                log.warning("deployment.trouble", why=str(error))
            reported = str(error)
            await asyncio.sleep(1)
        else:
            return
