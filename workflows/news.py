"""Telling a production that something of its own has changed."""

from temporalio import workflow
from temporalio.exceptions import TemporalError

with workflow.unsafe.imports_passed_through():
    from workflows.names import production_workflow


async def tell_production(production: str) -> None:
    """Ask a production's workflow to look again. If it has ended, it will look by itself when it is started."""
    try:
        await workflow.get_external_workflow_handle(production_workflow(production)).signal("look_again")
    except TemporalError as error:
        workflow.logger.info("production not told: %s", error)
