"""Updates of workflows.

The workflow is started if needed, and the update is retried while Temporal has no room. A refusal is raised as the
domain's error.
"""

import asyncio
import time
import uuid
from dataclasses import dataclass
from typing import Any, TypeVar

from temporalio.client import WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.workflow import UpdateMethodMultiParam

from app.bootstrap import Services
from app.commands.present import require_worker
from domain import errors
from domain.values.record import Record
from workflows.admission import check_size

View = TypeVar("View")
Update = UpdateMethodMultiParam[[Any, Any], View]
"""A workflow's update method."""

_NO_ROOM = frozenset(
    {
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.FAILED_PRECONDITION,
    }
)
"""Temporal admitted nothing: too many updates are under way, or the worker has just gone. Nothing was done."""
_PATIENCE_S, _FIRST_PAUSE_S, _LONGEST_PAUSE_S = 60.0, 0.05, 1.0
"""How long to wait for room, and how often to retry."""


@dataclass(frozen=True)
class Starting:
    """The start of a workflow, unless it runs already. A new one reads its state from the journal."""

    workflow: Any
    argument: Record
    name: str

    def on(self, task_queue: str) -> WithStartWorkflowOperation[Any, Any]:
        """Return the start for one attempt: Temporal's client accepts each only once."""
        return WithStartWorkflowOperation(
            self.workflow,
            self.argument,
            id=self.name,
            task_queue=task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )


async def send_update(services: Services, start: Starting, update: Update[View], request: Record) -> View:
    """Send an update under a new id for each attempt, and retry while there is no room.

    For a known id, Temporal repeats its first answer, even a refusal whose cause is gone. The command key ensures that
    a command counts once.

    Raises:
        NoWorker: no worker asks for work; nothing was sent.
        SluiceError: the domain refuses the command.
    """
    check_size(request)
    await require_worker(services)
    until, pause_s = time.monotonic() + _PATIENCE_S, _FIRST_PAUSE_S
    while True:
        try:
            answer: View = await services.client.execute_update_with_start_workflow(
                update, request, start_workflow_operation=start.on(services.settings.task_queue), id=uuid.uuid4().hex
            )
        except WorkflowUpdateFailedError as failure:
            raise refusal_in(failure) from failure
        except RPCError as error:
            if error.status not in _NO_ROOM or time.monotonic() > until:
                raise
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        else:
            return answer


def refusal_in(failure: BaseException) -> BaseException:
    """Return the domain's error inside a failed update, or the failure itself if there is none."""
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, ApplicationError) and cause.type:
            data = cause.details[0] if cause.details and isinstance(cause.details[0], dict) else {}
            return errors.named(cause.type, cause.message, data) or failure
        cause = cause.__cause__
    return failure
