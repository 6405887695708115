"""The opening of a debtor account's day: what is due falls due, and its runs are started."""

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
    """Started by a Temporal Schedule every weekday morning, or by hand; opening a day twice opens nothing twice.

    That is the doing of a run's key in the database. A run whose workflow ended without making it (nothing was due any
    more, or preparing it was refused) is not in the database, and may be opened again under its name.
    """

    @workflow.run
    async def run(self, ref: AccountRef) -> list[str]:
        """Answers the ids of the runs that were started; each goes on by itself."""
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
