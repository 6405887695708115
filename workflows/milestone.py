"""One milestone: evidence, decisions and deadlines, until it is accepted."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import VersioningBehavior

with workflow.unsafe.imports_passed_through():
    from activities.milestones import MilestoneActivities
    from activities.views import MilestoneRef, MilestoneView
    from domain.commands import Command, PassDeadline, make
    from domain.identity import SYSTEM
    from workflows.notify import no_news_within, notify_production
    from workflows.policies import REMINDER, TRANSACTION
    from workflows.updates import carries_commands


@workflow.defn(name="Milestone", versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
@carries_commands("Milestone")
class MilestoneWorkflow:
    """Id `milestone/{production}/{milestone}`. Its production starts it, or the first command for it."""

    @workflow.init
    def __init__(self, ref: MilestoneRef) -> None:
        self._ref = ref
        self._view: MilestoneView | None = None
        self._one_at_a_time = asyncio.Lock()

    @workflow.run
    async def run(self, ref: MilestoneRef) -> MilestoneView:
        """Wait for decisions, and for a deadline, until the milestone is accepted or dropped."""
        view = await self._newest()
        while not view.over:
            wait = REMINDER if view.seconds_left is None else timedelta(seconds=view.seconds_left + 1)
            if await no_news_within(lambda: self._view is not None, wait):
                await self._pass_deadline(view)
            view = await self._newest()
            if workflow.info().is_continue_as_new_suggested() and not view.over:
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(ref)
        await notify_production(self._ref.production)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return view

    async def _carried_out(self, _: Command, view: MilestoneView) -> MilestoneView:
        self._view = view
        return view

    async def _newest(self) -> MilestoneView:
        """The view of the last decision, even one made during the read; without any, that of the database."""
        view = self._view or await self._look()
        view, self._view = self._view or view, None
        return view

    async def _look(self) -> MilestoneView:
        return await workflow.execute_activity_method(MilestoneActivities.milestone_standing, self._ref, **TRANSACTION)

    async def _pass_deadline(self, view: MilestoneView) -> None:
        """The timer fired. The business clock decides whether the deadline has passed."""
        if view.deadline_on is None:
            return
        command = make(
            PassDeadline,
            beside={"deadline_on": view.deadline_on},
            by=SYSTEM.user,
            production=view.production,
            milestone=view.milestone,
            round=view.round,
        )
        async with self._one_at_a_time:
            self._view = await workflow.execute_activity_method(
                MilestoneActivities.pass_deadline, command, **TRANSACTION
            )
