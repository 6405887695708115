"""One payment run: prepared, released under four eyes, sent as one order, answered for by the bank."""

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
"""Of the patience with a silent bank; by then it is a day from whatever it began with."""

Step = Callable[[RunView], Awaitable[RunView]]


@workflow.defn(name="PaymentRun")
@carries_commands("PaymentRun")
class PaymentRunWorkflow:
    """Id `run/{run}`. Where it is, is read from the database: started again, it goes on from there."""

    @workflow.init
    def __init__(self, planned: PlannedRun) -> None:
        self._ref = RunRef(production=planned.production, run=planned.run)
        self._news = False
        self._escalated = False
        self._one_at_a_time = asyncio.Lock()

    @workflow.run
    async def run(self, planned: PlannedRun) -> RunView:
        """Go on until every payment of the run is settled, rejected, or was never gathered."""
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
        """What to do in a run's situation; None when nothing is left to do."""
        if view.status == "prepared":
            return self._await_release
        if view.unsent:
            return self._send
        if view.status == "submitted" and view.open:
            return self._await_answer
        return None

    async def _await_release(self, view: RunView) -> RunView:
        cut_off = REMINDER if self._escalated else timedelta(seconds=view.seconds_to_cut_off + 1)
        if await self._silence(cut_off) and not self._escalated:
            self._escalated = True
            return await workflow.execute_activity_method(RunActivities.escalate, self._ref, **TRANSACTION)
        return await self._look()

    async def _send(self, _: RunView) -> RunView:
        try:
            return await workflow.execute_activity_method(RunActivities.send, self._ref, **TRANSACTION)
        except ActivityError as error:
            # An amendment since the release changed what would be paid: it is for people to cancel the run now.
            workflow.logger.warning("run %s is not sent: %s", self._ref.run, error.cause)
            await self._silence(REMINDER)
            return await self._look()

    async def _await_answer(self, view: RunView) -> RunView:
        """Wait for news of the bank; after too long a silence, enquire. Nothing is ever sent again unasked.

        Each enquiry that stays without an answer doubles the patience, up to a day: a bank that is closed over a
        weekend is not asked a thousand times.
        """
        patience = REMINDER
        if view.silent:
            asked = min(view.enquiries, MOST_DOUBLINGS)
            patience = min(REMINDER, timedelta(seconds=view.answer_within_s * 2**asked))
        if await self._silence(patience) and view.silent:
            return await workflow.execute_activity_method(RunActivities.doubt, self._ref, **TRANSACTION)
        return await self._look()

    async def _silence(self, patience: timedelta) -> bool:
        silent = await no_news_within(lambda: self._news, patience)
        if not silent:
            self._news = False
        return silent

    @workflow.signal
    def look_again(self) -> None:
        """There is news of this run in the database."""
        self._news = True

    async def _carried_out(self, _: Command, view: RunView) -> RunView:
        self._news = True
        return view

    async def _look(self) -> RunView:
        return await workflow.execute_activity_method(RunActivities.run_standing, self._ref, **TRANSACTION)
