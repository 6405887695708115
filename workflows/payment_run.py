"""One payment run: prepared, released under four eyes, sent as one order, answered by the bank."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.runs import RunActivities
    from activities.views import PlannedRun, RunRef, RunView
    from domain.commands import Command
    from workflows.notify import no_news_within, notify_production
    from workflows.policies import REMINDER, TRANSACTION
    from workflows.updates import carries_commands

MOST_DOUBLINGS = 16
"""The most doublings of the time to wait for a bank. By then it is a day, whatever it started with."""

Step = Callable[[RunView], Awaitable[RunView]]


@workflow.defn(name="PaymentRun")
@carries_commands("PaymentRun")
class PaymentRunWorkflow:
    """Id `run/{run}`. It reads its state from the database and can be restarted."""

    @workflow.init
    def __init__(self, planned: PlannedRun) -> None:
        self._ref = RunRef(production=planned.production, run=planned.run)
        self._news = False
        self._escalated = False
        self._one_at_a_time = asyncio.Lock()

    @workflow.run
    async def run(self, planned: PlannedRun) -> RunView:
        """Run until every payment is settled, rejected, or was never gathered."""
        view = await workflow.execute_activity_method(RunActivities.prepare, planned, **TRANSACTION)
        while (step := self._next(view)) is not None:
            view = await step(view)
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(planned)
        await notify_production(self._ref.production)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return view

    def _next(self, view: RunView) -> Step | None:
        """The next step of the run. None if nothing is left to do."""
        if view.status == "prepared":
            return self._await_release
        if view.unsent:
            return self._send
        if view.status == "submitted" and view.open:
            return self._await_answer
        return None

    async def _await_release(self, view: RunView) -> RunView:
        cut_off = REMINDER if self._escalated else timedelta(seconds=view.seconds_to_cut_off + 1)
        if await self._wait_for_news(cut_off) and not self._escalated:
            self._escalated = True
            return await workflow.execute_activity_method(RunActivities.escalate, self._ref, **TRANSACTION)
        return await self._look()

    async def _send(self, _: RunView) -> RunView:
        try:
            return await workflow.execute_activity_method(RunActivities.send, self._ref, **TRANSACTION)
        except ActivityError as error:
            # An amendment since the release changed what would be paid. A person must cancel the run.
            workflow.logger.warning("run %s is not sent: %s", self._ref.run, error.cause)
            await self._wait_for_news(REMINDER)
            return await self._look()

    async def _await_answer(self, view: RunView) -> RunView:
        """Wait for the bank's answer, and enquire after a timeout. Nothing is resent before an answer.

        The bank is asked at once about attempts that it may still book, whatever it said of them.

        Each unanswered enquiry doubles the timeout, up to a day, so that a bank closed over a weekend is not asked too
        often.
        """
        timeout = REMINDER
        if view.silent:
            doublings = min(view.enquiries, MOST_DOUBLINGS)
            timeout = min(REMINDER, timedelta(seconds=view.answer_within_s * 2**doublings))
        if view.unasked or (await self._wait_for_news(timeout) and view.silent):
            return await workflow.execute_activity_method(RunActivities.doubt, self._ref, **TRANSACTION)
        return await self._look()

    async def _wait_for_news(self, limit: timedelta) -> bool:
        """Wait for news. True if none came in time."""
        silent = await no_news_within(lambda: self._news, limit)
        if not silent:
            self._news = False
        return silent

    @workflow.signal
    def look_again(self) -> None:
        """Signal: the run has changed in the database."""
        self._news = True

    async def _carried_out(self, _: Command, view: RunView) -> RunView:
        self._news = True
        return view

    async def _look(self) -> RunView:
        return await workflow.execute_activity_method(RunActivities.run_standing, self._ref, **TRANSACTION)
