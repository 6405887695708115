"""Opens distributions by the settlement calendar: computes what is due and starts its workflow."""

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
    """A Temporal Schedule starts it every weekday morning, or a person by hand. Often nothing is due.

    A second start opens nothing twice: a computed period is no longer due, and the command's key is the period's.

    A period that cannot be computed (say, for a cost of unknown name) fails this workflow and is retried the next
    morning. Later periods wait, because they are posted in order anyway.
    """

    @workflow.run
    async def run(self, ref: ProductionRef) -> list[str]:
        """Returns the opened periods. Each continues in its own workflow."""
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
