"""Waiting for news, and telling another workflow that something of its own has changed."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import TemporalError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from domain.values.record import Record
    from workflows.names import production_workflow


async def no_news_within(news: Callable[[], bool], patience: timedelta) -> bool:
    """Wait for news; True when none came in time.

    A history that has grown long ends the wait as well, for whoever waits is to continue as new then: commands that are
    refused are no news, and ten thousand of them would come up against the server's limit before a day is over.
    """
    try:
        await workflow.wait_condition(
            lambda: news() or workflow.info().is_continue_as_new_suggested(), timeout=patience
        )
    except TimeoutError:
        return True
    return False


async def notify_production(production: str) -> None:
    """Ask a production's workflow to look again. If it has ended, it will look by itself when it is started."""
    await notify(production_workflow(production))


async def notify(workflow_id: str) -> bool:
    """Ask a workflow to look again; False of one that has ended, or was never started."""
    try:
        await workflow.get_external_workflow_handle(workflow_id).signal("look_again")
    except TemporalError as error:
        workflow.logger.info("%s not told: %s", workflow_id, error)
        return False
    return True


async def start_or_notify(run: Callable[[Any, Any], Awaitable[Any]], ref: Record, workflow_id: str) -> None:
    """Start a workflow that goes on by itself, or ask it to look again if it runs.

    One that ends between the two is started after all: what it was to be told would be lost otherwise.
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
