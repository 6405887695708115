"""One production, for years: its agreement, milestones, schedules and payments."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import VersioningBehavior, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from activities.agreement import AgreementActivities
    from activities.proposals import ProposalActivities
    from activities.schedules import ScheduleActivities
    from activities.views import AccountRef, MilestoneRef, ProductionRef, ProductionView
    from domain.commands import (
        AdjustReceipt,
        AllocateMovement,
        AmendAgreement,
        ApproveAgreement,
        ClaimLateInterest,
        Command,
        ConfirmWriteOff,
        PassProposal,
        RefuseAgreement,
        RegisterAgreement,
        UndoAdjustment,
        UndoAllocation,
        WithdrawAgreement,
        WithdrawLateInterest,
        make,
    )
    from domain.identity import SYSTEM
    from workflows.admission import admit
    from workflows.milestone import MilestoneWorkflow
    from workflows.names import milestone_workflow
    from workflows.notify import no_news_within
    from workflows.open_runs import OpenRunsWorkflow
    from workflows.policies import REMINDER, TRANSACTION
    from workflows.updates import carries_commands


_ABOUT_RECEIPTS = (
    AllocateMovement,
    UndoAllocation,
    AdjustReceipt,
    ConfirmWriteOff,
    UndoAdjustment,
    ClaimLateInterest,
    WithdrawLateInterest,
)
"""Commands that bring expected money, or take it back."""
_ABOUT_VERSIONS = (RegisterAgreement, AmendAgreement, ApproveAgreement, RefuseAgreement, WithdrawAgreement)
"""The commands that decide which version is in force. They are answered with where the production stands."""


@workflow.defn(name="Production", versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
@carries_commands("Production", dict.fromkeys(_ABOUT_VERSIONS, ProductionView))
class ProductionWorkflow:
    """Id `production/{key}`. It holds no facts: a restarted one reads its state from the database."""

    @workflow.init
    def __init__(self, ref: ProductionRef) -> None:
        self._ref = ref
        self._news = False
        self._one_at_a_time = asyncio.Lock()

    @workflow.run
    async def run(self, ref: ProductionRef) -> ProductionView:
        """Keep milestones and schedules up to date until nothing is left to accept or to pay."""
        up_to_date_with: tuple[int, tuple[str, ...]] | None = None
        while True:
            self._news = False
            view = await self._look()
            now = (view.version, view.open_milestones)
            for document in view.passed:
                await self._pass(document)
            if view.passed:
                continue
            if view.complete:
                await workflow.execute_activity_method(ScheduleActivities.close_days, view, **TRANSACTION)
                up_to_date_with = None
            elif view.registered and now != up_to_date_with:
                await self._start_what_is_open(view)
                up_to_date_with = now
            waits = view.seconds_left is not None
            if (view.complete and not waits) or (await self._no_news(view) and not view.registered and not waits):
                await workflow.wait_condition(workflow.all_handlers_finished)
                if not self._news:
                    return view
            elif workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(ref)

    async def _no_news(self, view: ProductionView) -> bool:
        """Wait for news, or for the next proposal's day. True if there was no news."""
        day = REMINDER if view.seconds_left is None else timedelta(seconds=view.seconds_left + 1)
        return await no_news_within(lambda: self._news, min(day, REMINDER))

    async def _pass(self, document: str) -> None:
        """Do what its day brings to a proposal."""
        command = make(
            PassProposal,
            by=SYSTEM.user,
            production=self._ref.production,
            document=document,
        )
        async with self._one_at_a_time:
            await workflow.execute_activity_method(ProposalActivities.pass_proposal, command, **TRANSACTION)

    async def _start_what_is_open(self, view: ProductionView) -> None:
        """Start a workflow for every open milestone, and a schedule for every debtor account."""
        await workflow.execute_activity_method(ScheduleActivities.open_days, view, **TRANSACTION)
        for milestone in view.open_milestones:
            try:
                await workflow.start_child_workflow(
                    MilestoneWorkflow.run,
                    MilestoneRef(production=self._ref.production, milestone=milestone),
                    id=milestone_workflow(self._ref.production, milestone),
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                    parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                )
            except WorkflowAlreadyStartedError:
                workflow.logger.debug("milestone %s has its workflow already", milestone)

    @workflow.signal
    def look_again(self) -> None:
        """Signal: something of this production has changed in the database."""
        self._news = True

    @workflow.update
    async def open_runs(self, ref: AccountRef) -> list[str]:
        """Update: open an account's day by hand."""
        update = workflow.current_update_info()
        name = f"open-runs/{ref.production}/{ref.account}/{update.id if update else 'by-hand'}"
        return await workflow.execute_child_workflow(OpenRunsWorkflow.run, ref, id=name)

    @open_runs.validator
    def _validate_open_runs(self, ref: AccountRef) -> None:
        admit(ref, self._ref)

    async def _carried_out(self, command: Command, answer: Any) -> Any:
        """Look again if the command may have opened milestones, or brought or taken back expected money."""
        opening = (*_ABOUT_VERSIONS, *_ABOUT_RECEIPTS)
        self._news = self._news or isinstance(command, opening)
        if isinstance(command, _ABOUT_VERSIONS):
            return await self._look()
        return answer

    async def _look(self) -> ProductionView:
        return await workflow.execute_activity_method(AgreementActivities.production_standing, self._ref, **TRANSACTION)
