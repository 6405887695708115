"""Queries Temporal for running, failed and stuck workflows, for schedules, and for workers."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, TaskQueueType, VersioningBehavior, WorkerVersioningMode
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflow.v1 import WorkflowExecutionVersioningInfo
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    GetWorkflowExecutionHistoryReverseRequest,
)
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.health import TASK_ATTEMPTS, Retried, Running, Workers

_AT_ONCE = 20
_NEWEST_EVENTS = 20
_PATIENCE = timedelta(seconds=10)
ASKS_WITHIN = timedelta(minutes=2)
"""A worker asks for work at least once a minute. Temporal lists a stopped one for five minutes."""
_SCHEDULED_BY = "TemporalScheduledById"


@dataclass(frozen=True, slots=True)
class Failed:
    """A workflow whose last run failed. `schedule` names the schedule that started it, if any.

    `code` is that of the domain's error that it ended in, empty for others.
    """

    name: str
    kind: str
    closed: datetime
    cause: str
    code: str
    schedule: str | None


@dataclass(frozen=True)
class Schedules:
    """The names of all schedules, and of the paused ones."""

    known: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)


async def running(client: Client, task_queue: str) -> list[Running]:
    """Return every running workflow of a task queue, with what it waits for."""
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def one(name: str, run_id: str | None) -> Running | None:
        """Describe one run, a few at once. Return None if it is gone."""
        async with at_once:
            described = await _described(client, name, run_id)
            return None if described is None else await _looked_into(client, described)

    listed = [
        (each.id, each.run_id)
        async for each in client.list_workflows(f"{_of(task_queue)} AND ExecutionStatus = 'Running'")
    ]
    found = await asyncio.gather(*(one(*each) for each in listed))
    return [each for each in found if each is not None]


async def still_running(client: Client, names: Iterable[str]) -> set[str]:
    """Return which workflows run. Each is asked by name, because lists may lag."""
    found = set()
    for name in names:
        described = await _described(client, name)
        if described is not None and described.status is WorkflowExecutionStatus.RUNNING:
            found.add(name)
    return found


async def failed(client: Client, task_queue: str, since: datetime) -> AsyncIterator[Failed]:
    """Yield workflows of a task queue whose last run failed since then."""
    query = f"{_of(task_queue)} AND ExecutionStatus IN ('Failed', 'TimedOut') AND CloseTime > '{since.isoformat()}'"
    seen: set[str] = set()
    async for each in client.list_workflows(query):
        if each.id in seen or each.close_time is None:
            continue
        seen.add(each.id)
        described = await _described(client, each.id)
        if described is None or described.status not in {
            WorkflowExecutionStatus.FAILED,
            WorkflowExecutionStatus.TIMED_OUT,
        }:
            continue  # a later run continues, or ended in another way
        by = [str(value) for value in each.search_attributes.get(_SCHEDULED_BY, ())]
        cause, code = await _cause(client, each.id)
        closed = described.close_time or each.close_time
        yield Failed(each.id, each.workflow_type, closed, cause, code, by[0] if by else None)


async def schedules(client: Client) -> Schedules:
    """Return the schedules of the namespace."""
    found = Schedules()
    async for each in await client.list_schedules():
        found.known.add(each.id)
        if each.schedule is not None and each.schedule.state.paused:
            found.paused.add(each.id)
    return found


async def workers(client: Client, task_queue: str) -> Workers:
    """Return the builds whose workers ask for work, and the build that gets new work."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    answer = await client.workflow_service.describe_task_queue(request, timeout=_PATIENCE)
    since = datetime.now(UTC) - ASKS_WITHIN
    polling = (one.deployment_options for one in answer.pollers if one.last_access_time.ToDatetime(UTC) > since)
    return Workers(
        frozenset(
            each.build_id
            if each.worker_versioning_mode == WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED
            else ""
            for each in polling
        ),
        answer.versioning_info.current_deployment_version.build_id,
    )


def _of(task_queue: str) -> str:
    """Return the query that limits lists to one task queue of the namespace."""
    return "TaskQueue = '" + task_queue.replace("'", "") + "'"


async def _described(client: Client, name: str, run_id: str | None = None) -> WorkflowExecutionDescription | None:
    try:
        return await client.get_workflow_handle(name, run_id=run_id).describe(rpc_timeout=_PATIENCE)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def _looked_into(client: Client, described: WorkflowExecutionDescription) -> Running:
    raw = described.raw_description
    attempt = raw.pending_workflow_task.attempt if raw.HasField("pending_workflow_task") else 0
    activities = tuple(
        Retried(each.activity_type.name, each.attempt, each.last_failure.message) for each in raw.pending_activities
    )
    cause = await _task_failure(client, described) if attempt >= TASK_ATTEMPTS else ""
    pinned_to = _pinned_to(raw.workflow_execution_info.versioning_info)
    return Running(described.id, described.start_time, attempt, cause, activities, pinned_to)


def _pinned_to(info: WorkflowExecutionVersioningInfo) -> str:
    """Return the build that a workflow is pinned to, or an empty string if it is not pinned."""
    if info.HasField("versioning_override"):
        return info.versioning_override.pinned.version.build_id
    pinned = info.behavior == VersioningBehavior.VERSIONING_BEHAVIOR_PINNED
    return info.deployment_version.build_id if pinned else ""


async def _task_failure(client: Client, described: WorkflowExecutionDescription) -> str:
    """Return the message of the newest workflow task failure."""
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace,
        execution=WorkflowExecution(workflow_id=described.id, run_id=described.run_id),
        maximum_page_size=_NEWEST_EVENTS,
    )
    answer = await client.workflow_service.get_workflow_execution_history_reverse(request, timeout=_PATIENCE)
    for event in answer.history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            return event.workflow_task_failed_event_attributes.failure.message
    return ""


async def _cause(client: Client, name: str) -> tuple[str, str]:
    """Return the message of the first cause, and its type; empty if it has none."""
    try:
        await client.get_workflow_handle(name).result(rpc_timeout=_PATIENCE)
    except WorkflowFailureError as error:
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        if isinstance(cause, ApplicationError):
            return cause.message, cause.type or ""
        return str(cause), ""
    except RPCError:
        pass
    return "", ""
