"""The sweep of the archive: proves, every hour, that every workflow that has ended has its history there."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.histories import HistoryActivities
    from activities.views import SweepView
    from workflows.policies import SWEEP


@workflow.defn(name="SweepHistories")
class SweepHistoriesWorkflow:
    """Started by the Temporal Schedule `sweep-histories`; it is about no production."""

    @workflow.run
    async def run(self) -> SweepView:
        """Archive what the workers have not archived yet; fail if a history is missing for good."""
        view = await workflow.execute_activity_method(HistoryActivities.sweep_histories, **SWEEP)
        if view.gaps:
            first = view.first_gaps[0]
            raise ApplicationError(
                f"The archive lacks {view.gaps} of the histories that there must be, "
                f"the first of {first.workflow_id}: {first.why}.",
                view,
                type="HistoryGap",
                non_retryable=True,
            )
        return view
