"""Waiting for news, and signalling other workflows."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import TemporalError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from domain.values.record import Record
    from workflows.names import production_workflow


async def no_news_within(news: Callable[[], bool], limit: timedelta) -> bool:
    """Wait for news. True if none came in time.

    A long history also ends the wait, so that the caller can continue as new. Refused commands are no news, but ten
    thousand of them would reach the server's limit within a day.
    """
    try:
        await workflow.wait_condition(lambda: news() or workflow.info().is_continue_as_new_suggested(), timeout=limit)
    except TimeoutError:
        return True
    return False


async def notify_production(production: str) -> None:
    """Signal a production's workflow to look again. An ended one looks by itself when it is restarted."""
    await notify(production_workflow(production))


async def notify(workflow_id: str) -> bool:
    """Signal a workflow to look again. False if it has ended or was never started."""
    try:
        await workflow.get_external_workflow_handle(workflow_id).signal("look_again")
    except TemporalError as error:
        workflow.logger.info("%s not notified: %s", workflow_id, error)
        return False
    return True


async def start_or_notify(run: Callable[[Any, Any], Awaitable[Any]], ref: Record, workflow_id: str) -> None:
    """Start a workflow, or signal it if it is running.

    If it ends between the two attempts it is started after all, so that the news is not lost.
    """
    while True:
        try:
            await workflow.start_child_workflow(
                run,
                ref,
                id=workflow_id,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            )
        except WorkflowAlreadyStartedError:
            if await notify(workflow_id):
                return
        else:
            return
