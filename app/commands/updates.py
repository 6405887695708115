"""Asking the workflow that is responsible.

It is started if it does not run, asked again while it has no room, and what it refuses comes as the domain's error.
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
"""Temporal let nothing in: too many updates are under way, or the worker has just gone. Nothing was done."""
_PATIENCE_S, _FIRST_PAUSE_S, _LONGEST_PAUSE_S = 60.0, 0.05, 1.0
"""How long room is waited for, and how often it is asked for."""


@dataclass(frozen=True)
class Starting:
    """A workflow as it is started, unless it runs already; it then reads from the journal where it is."""

    workflow: Any
    argument: Record
    name: str

    def on(self, task_queue: str) -> WithStartWorkflowOperation[Any, Any]:
        """The start, for one attempt: Temporal's client takes none twice."""
        return WithStartWorkflowOperation(
            self.workflow,
            self.argument,
            id=self.name,
            task_queue=task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )


async def send_update(services: Services, start: Starting, update: Update[View], request: Record) -> View:
    """Send an update, under an id of this attempt's own, and again while there is no room for it.

    Temporal answers a known id as it did before, also when that was a refusal whose cause has been put right since.
    That a command counts once is seen to by its command key.

    Raises:
        SluiceError: what the domain refuses.
    """
    check_size(request)
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
    """The domain's error inside a failed update; the failure itself if it is of another kind."""
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, ApplicationError) and cause.type:
            data = cause.details[0] if cause.details and isinstance(cause.details[0], dict) else {}
            return errors.named(cause.type, cause.message, data) or failure
        cause = cause.__cause__
    return failure
