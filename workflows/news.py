"""Telling another workflow that something of its own has changed."""

from temporalio import workflow
from temporalio.exceptions import TemporalError

with workflow.unsafe.imports_passed_through():
    from workflows.names import production_workflow


async def tell_production(production: str) -> None:
    """Ask a production's workflow to look again. If it has ended, it will look by itself when it is started."""
    await tell(production_workflow(production))


async def tell(workflow_id: str) -> None:
    """Ask a workflow to look again; one that has ended, or was never started, is not told."""
    try:
        await workflow.get_external_workflow_handle(workflow_id).signal("look_again")
    except TemporalError as error:
        workflow.logger.info("%s not told: %s", workflow_id, error)
