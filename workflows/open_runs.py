"""Opens a debtor account's day: due payments fall due, and their runs are started."""

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from activities.runs import RunActivities
    from activities.views import AccountRef
    from workflows.names import run_workflow
    from workflows.payment_run import PaymentRunWorkflow
    from workflows.policies import TRANSACTION


@workflow.defn(name="OpenRuns")
class OpenRunsWorkflow:
    """A Temporal Schedule starts it every weekday morning, or a person by hand.

    A second start opens nothing twice, because a run's key is unique in the database. A run whose workflow ended
    without making it (nothing was due, or it was refused) is not in the database, and may be opened again under its
    name.
    """

    @workflow.run
    async def run(self, ref: AccountRef) -> list[str]:
        """Returns the ids of the started runs. Each continues in its own workflow."""
        await workflow.execute_activity_method(RunActivities.fall_due, ref, **TRANSACTION)
        started = []
        for planned in await workflow.execute_activity_method(RunActivities.plan_runs, ref, **TRANSACTION):
            try:
                await workflow.start_child_workflow(
                    PaymentRunWorkflow.run,
                    planned,
                    id=run_workflow(planned.run),
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                    parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                )
            except WorkflowAlreadyStartedError:
                workflow.logger.info("run %s is open already", planned.run)
            started.append(planned.run)
        return started
