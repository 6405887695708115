"""Temporal's own records of workflows, kept during its retention: what ended, how, and its history."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal.opening import begun_open, open_history
from adapters.temporal.seals import Sealing
from domain.events import HistoryArchived, HistoryStatus
from domain.ledger.journal import sha256

PAGE = 500
"""Executions per page of a list."""
_ENDED = {
    WorkflowExecutionStatus.COMPLETED: HistoryStatus.COMPLETED,
    WorkflowExecutionStatus.FAILED: HistoryStatus.FAILED,
    WorkflowExecutionStatus.CANCELED: HistoryStatus.CANCELLED,
    WorkflowExecutionStatus.TERMINATED: HistoryStatus.TERMINATED,
    WorkflowExecutionStatus.CONTINUED_AS_NEW: HistoryStatus.CONTINUED_AS_NEW,
    WorkflowExecutionStatus.TIMED_OUT: HistoryStatus.TIMED_OUT,
}
_IN_A_QUERY = "'Completed', 'Failed', 'Canceled', 'Terminated', 'ContinuedAsNew', 'TimedOut'"


@dataclass(frozen=True, slots=True)
class Closed:
    """A run of a workflow that has ended. `at` is the time of Temporal's clock, in UTC."""

    workflow_id: str
    run_id: str
    workflow_type: str
    status: HistoryStatus
    at: datetime


@dataclass(frozen=True, slots=True)
class Executions:
    """The workflows of one task queue."""

    client: Client
    task_queue: str

    async def closed(self, since: datetime | None = None) -> AsyncIterator[list[Closed]]:
        """Yield pages of runs that have ended (since an instant), newest first. Temporal's lists lag slightly."""
        query = f"{self._ours} AND ExecutionStatus IN ({_IN_A_QUERY})"
        if since is not None:
            query += f" AND CloseTime >= '{since.astimezone(UTC).isoformat(timespec='milliseconds')}'"
        found = self.client.list_workflows(query, page_size=PAGE)
        while True:
            await found.fetch_next_page()
            yield [
                Closed(each.id, each.run_id, each.workflow_type, _ENDED[each.status], each.close_time)
                for each in found.current_page or ()
                if each.status in _ENDED and each.close_time is not None
            ]
            if not found.next_page_token:
                return

    async def running(self) -> AsyncIterator[tuple[str, str]]:
        """Yield workflow and run id of everything that has not ended."""
        async for each in self.client.list_workflows(f"{self._ours} AND ExecutionStatus = 'Running'", page_size=PAGE):
            yield each.id, each.run_id

    async def history(self, run: Closed) -> WorkflowHistory | None:
        """Return the whole history of a run, opened; None if Temporal no longer has it."""
        try:
            found = await self.client.get_workflow_handle(run.workflow_id, run_id=run.run_id).fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        codec = self.client.data_converter.payload_codec
        if isinstance(codec, Sealing) and found.events:
            open_history(found, self.client.namespace, codec.keys)
        return found

    async def begun_open(self) -> AsyncIterator[tuple[str, str]]:
        """Yield workflow and run id of what runs and was started with input that is not sealed."""
        async for workflow_id, run_id in self.running():
            handle = self.client.get_workflow_handle(workflow_id, run_id=run_id)
            async for event in handle.fetch_history_events(page_size=1):
                if begun_open(event):
                    yield workflow_id, run_id
                break

    async def end(self, workflow_id: str, run_id: str, why: str) -> None:
        """Terminate a run, unless it has ended."""
        try:
            await self.client.get_workflow_handle(workflow_id, run_id=run_id).terminate(reason=why)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def continued_from(self, workflow_id: str, run_id: str) -> str:
        """Return the id of the run that this run continues, or "". Only the first event is read."""
        handle = self.client.get_workflow_handle(workflow_id, run_id=run_id)
        async for event in handle.fetch_history_events(page_size=1):
            return event.workflow_execution_started_event_attributes.continued_execution_run_id
        return ""

    async def knows(self, workflow_id: str, run_id: str | None = None) -> bool:
        """Return whether Temporal still has a workflow (or that run of it), running or not."""
        try:
            await self.client.get_workflow_handle(workflow_id, run_id=run_id).describe(
                rpc_timeout=timedelta(seconds=10)
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True

    @property
    def _ours(self) -> str:
        return f"TaskQueue = '{self.task_queue}'"


def as_archived(run: Closed, history: WorkflowHistory) -> tuple[HistoryArchived, bytes]:
    """Return the journal's event about a history, and the history's JSON in UTF-8."""
    content = history.to_json().encode()
    begun = history.events[0].workflow_execution_started_event_attributes
    return HistoryArchived(
        workflow_id=run.workflow_id,
        run_id=run.run_id,
        workflow_type=run.workflow_type,
        status=run.status,
        events=len(history.events),
        build_id=_build_id(history),
        sha256=sha256(content),
        continued_from=begun.continued_execution_run_id,
    ), content


def _build_id(history: WorkflowHistory) -> str:
    """Return the build of the last step. A run that is upgraded midway has several builds in its events."""
    for event in reversed(history.events):
        if event.HasField("workflow_task_completed_event_attributes"):
            done = event.workflow_task_completed_event_attributes
            return done.deployment_version.build_id or done.worker_version.build_id
    return ""
