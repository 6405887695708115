"""The plugin that configures Temporal's client, worker and replayer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.plugin import SimplePlugin
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    ReplayerConfig,
    WorkerConfig,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from adapters.temporal.internals import unversioned
from adapters.temporal.payloads import DATA_CONVERTER
from adapters.temporal.seals import Sealing
from domain.errors import BadInput, SluiceError
from domain.values.record import Record
from workflows.policies import HEARTBEAT

_PASSED_THROUGH = ("domain", "activities", "adapters", "workflows.names", "workflows.policies", "pydantic_core")
"""Pass both domain and activities through, or neither: one alone would make two copies of every class."""
_EXPECTED = ApplicationErrorCategory.BENIGN  # a refusal is an answer and needs no traceback in the log

log = structlog.get_logger()


class SluicePlugin(SimplePlugin):
    """Sets versioned payloads, turns refusals into Temporal errors, and lets a bug fail its workflow.

    `sealing` is the codec of clients and workers. Without one, payloads are open, as in archived histories.
    """

    def __init__(self, sealing: Sealing | None = None) -> None:
        super().__init__(
            "sluice",
            data_converter=replace(DATA_CONVERTER, payload_codec=sealing),
            interceptors=[_Boundary()],
            workflow_runner=_runner,
            workflow_failure_exception_types=[Exception],
        )

    def configure_worker(self, config: WorkerConfig) -> WorkerConfig:
        """Configure a worker. Without Worker Versioning, workflows do not declare how they are versioned."""
        config = super().configure_worker(config)
        deployment, runner = config.get("deployment_config"), config["workflow_runner"]
        if (deployment is None or not deployment.use_worker_versioning) and isinstance(runner, SandboxedWorkflowRunner):
            config["workflow_runner"] = unversioned(runner)
        return config

    def configure_replayer(self, config: ReplayerConfig) -> ReplayerConfig:
        """Configure a replayer like a worker, but let code that does not fit a history fail the replay.

        In a worker such code fails the workflow. The replayer would wait for ever for a failure that no history has.
        """
        return {**super().configure_replayer(config), "workflow_failure_exception_types": []}


def _runner(runner: WorkflowRunner | None) -> WorkflowRunner:
    if not isinstance(runner, SandboxedWorkflowRunner):
        raise TypeError("Sluice's workflows run in Temporal's sandbox; another runner was configured.")
    return replace(runner, restrictions=runner.restrictions.with_passthrough_modules(*_PASSED_THROUGH))


class _Boundary(Interceptor):
    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Wrap the activity in the boundary."""
        return _ActivityBoundary(next)


class _ActivityBoundary(ActivityInboundInterceptor):
    """Binds ids to the log, sends heartbeats, and turns refusals into errors that Temporal does not retry."""

    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        """Keep the outbound interceptor, which sends heartbeats."""
        self._outbound = outbound
        super().init(outbound)

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        """Run an activity with its ids in the log. A refusal is raised as an `ApplicationError` of its code."""
        info = activity.info()
        with structlog.contextvars.bound_contextvars(
            workflow=info.workflow_id, activity=info.activity_type, **_ids(input.args)
        ):
            try:
                _whole(input)
                async with self._heartbeats():
                    return await super().execute_activity(input)
            except SluiceError as error:
                if error.passing and info.attempt == 1:
                    log.warning("activity.waits", why=error.sentence)
                raise ApplicationError(
                    error.sentence, error.data, type=error.code, non_retryable=not error.passing, category=_EXPECTED
                ) from error

    @asynccontextmanager
    async def _heartbeats(self) -> AsyncIterator[None]:
        """Send heartbeats while the activity runs, so that a killed worker's activity is soon retried elsewhere."""

        async def beat() -> None:
            """Send three heartbeats in each heartbeat timeout."""
            while True:
                await asyncio.sleep(HEARTBEAT.total_seconds() / 3)
                self._outbound.heartbeat()

        beating = asyncio.create_task(beat())
        try:
            yield
        finally:
            beating.cancel()


def _whole(input: ExecuteActivityInput) -> None:  # noqa: A002 - as Temporal calls it
    """Refuse an activity without its input: Temporal would retry it for ever.

    Raises:
        BadInput: an argument is missing.
    """
    if any(argument is None for argument in input.args):
        raise BadInput("The workflow was started without its input, which no part of Sluice does: terminate it.")


def _ids(arguments: Any) -> dict[str, str]:
    """Return the production, payment, run and milestone that an activity's arguments name."""
    names = ("production", "payment", "run", "milestone")
    found = {
        name: getattr(argument, name, None) for argument in arguments if isinstance(argument, Record) for name in names
    }
    return {name: value for name, value in found.items() if isinstance(value, str)}
