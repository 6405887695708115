"""The opening of distributions by the settlement calendar: what is due is computed, and its workflow is started."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.distributions import DistributionActivities
    from activities.views import ProductionRef
    from domain.commands import ComputeDistribution, make
    from domain.identity import SYSTEM
    from workflows.distribution import DistributionWorkflow
    from workflows.names import distribution_workflow
    from workflows.notify import start_or_notify
    from workflows.policies import TRANSACTION


@workflow.defn(name="OpenDistributions")
class OpenDistributionsWorkflow:
    """Started by a Temporal Schedule every weekday morning, or by hand; on most of them nothing is due.

    Started twice it opens nothing twice: what is computed is not due any more, and the command's key is the period's.
    What cannot be computed (a cost of a name that the waterfall does not know) fails this workflow, loudly, and is
    tried again on the next morning; periods after it wait, since they are posted in order anyway.
    """

    @workflow.run
    async def run(self, ref: ProductionRef) -> list[str]:
        """Answers the periods that were opened; each goes on by itself."""
        opened = []
        for due in await workflow.execute_activity_method(DistributionActivities.due_distributions, ref, **TRANSACTION):
            command = make(
                ComputeDistribution,
                nonce="by-calendar",
                by=SYSTEM.user,
                production=due.production,
                period=due.period,
            )
            await workflow.execute_activity_method(DistributionActivities.compute_distribution, command, **TRANSACTION)
            await start_or_notify(DistributionWorkflow.run, due, distribution_workflow(due.production, due.period))
            opened.append(due.period)
        return opened
