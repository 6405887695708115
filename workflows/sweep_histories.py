"""The hourly sweep of the archive: checks that every ended workflow has its history there."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.histories import HistoryActivities
    from activities.views import SweepView
    from workflows.policies import SWEEP


@workflow.defn(name="SweepHistories")
class SweepHistoriesWorkflow:
    """The Temporal Schedule `sweep-histories` starts it. It concerns no production."""

    @workflow.run
    async def run(self) -> SweepView:
        """Archive missing histories. Fail if one is missing for good."""
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
