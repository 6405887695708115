"""One production, for years: registered, amended, its milestones waited for, its payments held and resumed."""

import asyncio

from temporalio import workflow
from temporalio.common import VersioningBehavior, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from activities.agreement import AgreementActivities
    from activities.bank import BankActivities
    from activities.schedules import ScheduleActivities
    from activities.views import AccountRef, MilestoneRef, MovementView, PaymentView, ProductionRef, ProductionView
    from domain.commands import (
        AllocateMovement,
        AmendAgreement,
        CorrectPayment,
        HoldPayment,
        RegisterAgreement,
        ResumePayment,
    )
    from workflows.admission import admit
    from workflows.milestone import MilestoneWorkflow
    from workflows.names import milestone_workflow
    from workflows.notify import no_news_within
    from workflows.open_runs import OpenRunsWorkflow
    from workflows.policies import DECISION, REMINDER, TRANSACTION


@workflow.defn(name="Production", versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
class ProductionWorkflow:
    """Id `production/{key}`. It holds no facts: started anew, it reads from the journal where everything stands."""

    @workflow.init
    def __init__(self, ref: ProductionRef) -> None:
        self._ref = ref
        self._news = False
        self._one_at_a_time = asyncio.Lock()

    @workflow.run
    async def run(self, ref: ProductionRef) -> ProductionView:
        """See to its milestones and schedules after each change, until nothing is left to accept or to pay."""
        tended: tuple[int, tuple[str, ...]] | None = None
        while True:
            self._news = False
            view = await self._look()
            now = (view.version, view.open_milestones)
            if view.complete:
                await workflow.execute_activity_method(ScheduleActivities.close_days, view, **TRANSACTION)
                tended = None
            elif view.registered and now != tended:
                await self._tend(view)
                tended = now
            if view.complete or (await no_news_within(lambda: self._news, REMINDER) and not view.registered):
                await workflow.wait_condition(workflow.all_handlers_finished)
                if not self._news:
                    return view
            elif workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(ref)

    async def _tend(self, view: ProductionView) -> None:
        """Every open milestone has its workflow, every debtor account its schedule."""
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
        """Something of this production has changed in the database."""
        self._news = True

    @workflow.update
    async def register(self, command: RegisterAgreement) -> ProductionView:
        """Put the first version of the agreement in force."""
        async with self._one_at_a_time:
            await workflow.execute_activity_method(AgreementActivities.register, command, **DECISION)
        return await self._changed()

    @workflow.update
    async def amend(self, command: AmendAgreement) -> ProductionView:
        """Put the next version in force."""
        async with self._one_at_a_time:
            await workflow.execute_activity_method(AgreementActivities.amend, command, **DECISION)
        return await self._changed()

    @workflow.update
    async def hold(self, command: HoldPayment) -> PaymentView:
        """Keep a due payment back."""
        async with self._one_at_a_time:
            return await workflow.execute_activity_method(AgreementActivities.hold, command, **DECISION)

    @workflow.update
    async def resume(self, command: ResumePayment) -> PaymentView:
        """Let a held payment go again."""
        async with self._one_at_a_time:
            return await workflow.execute_activity_method(AgreementActivities.resume, command, **DECISION)

    @workflow.update
    async def correct(self, command: CorrectPayment) -> PaymentView:
        """Make a rejected or returned payment due again."""
        async with self._one_at_a_time:
            return await workflow.execute_activity_method(AgreementActivities.correct, command, **DECISION)

    @workflow.update
    async def allocate(self, command: AllocateMovement) -> MovementView:
        """Take a movement of a bank out of suspense; it may have been the last money that was waited for."""
        async with self._one_at_a_time:
            view = await workflow.execute_activity_method(BankActivities.allocate, command, **DECISION)
        self._news = True
        return view

    @workflow.update
    async def open_runs(self, ref: AccountRef) -> list[str]:
        """Open an account's day by hand."""
        asked = workflow.current_update_info()
        name = f"open-runs/{ref.production}/{ref.account}/{asked.id if asked else 'by-hand'}"
        return await workflow.execute_child_workflow(OpenRunsWorkflow.run, ref, id=name)

    @register.validator
    def _register_is_ours(self, command: RegisterAgreement) -> None:
        admit(command, self._ref)

    @amend.validator
    def _amend_is_ours(self, command: AmendAgreement) -> None:
        admit(command, self._ref)

    @hold.validator
    def _hold_is_ours(self, command: HoldPayment) -> None:
        admit(command, self._ref)

    @resume.validator
    def _resume_is_ours(self, command: ResumePayment) -> None:
        admit(command, self._ref)

    @correct.validator
    def _correct_is_ours(self, command: CorrectPayment) -> None:
        admit(command, self._ref)

    @allocate.validator
    def _allocate_is_ours(self, command: AllocateMovement) -> None:
        admit(command, self._ref)

    @open_runs.validator
    def _open_runs_is_ours(self, ref: AccountRef) -> None:
        admit(ref, self._ref)

    async def _changed(self) -> ProductionView:
        self._news = True
        return await self._look()

    async def _look(self) -> ProductionView:
        return await workflow.execute_activity_method(AgreementActivities.production_standing, self._ref, **TRANSACTION)
