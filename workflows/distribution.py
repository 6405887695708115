"""One period's distribution: computed, answered by its parties, posted, and paid out."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.distributions import DistributionActivities
    from activities.views import DistributionRef, DistributionView, ProductionRef
    from domain.commands import Command, OrderPayouts, PostDistribution, ResolveObjection, make
    from domain.identity import SYSTEM
    from workflows.names import distribution_workflow, production_workflow
    from workflows.notify import no_news_within, notify, start_or_notify
    from workflows.policies import PAYING_OUT, REMINDER, TRANSACTION
    from workflows.production import ProductionWorkflow
    from workflows.updates import carries_commands

Step = Callable[[DistributionView], Awaitable[None]]


@workflow.defn(name="Distribution")
@carries_commands("Distribution")
class DistributionWorkflow:
    """Id `distribution/{production}/{period}`. It reads its state from the database and can be restarted."""

    @workflow.init
    def __init__(self, ref: DistributionRef) -> None:
        self._ref = ref
        self._news = False
        self._one_at_a_time = asyncio.Lock()

    @workflow.run
    async def run(self, ref: DistributionRef) -> DistributionView:
        """Run until everything is ordered and undisputed. End after a day if nothing has been computed."""
        while True:
            self._news = False
            view = await self._look()
            step = self._next(view)
            if step is not None:
                await self._take(step, view)
            elif view.over or (await self._wait_for_news(view) and view.status == "none"):
                await workflow.wait_condition(workflow.all_handlers_finished)
                if not self._news:
                    return view
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(ref)

    def _next(self, view: DistributionView) -> Step | None:
        """The next automatic step. None while waiting for people or the answer window, and when done."""
        if view.answered:
            return self._post
        if view.status == "posted":
            return self._order
        return None

    async def _take(self, step: Step, view: DistributionView) -> None:
        """Take a step. A refusal (a missing account, or rate) needs a person: it is retried upon news, or later."""
        try:
            async with self._one_at_a_time:
                await step(view)
        except ActivityError as error:
            workflow.logger.warning("distribution %s waits: %s", workflow.info().workflow_id, error.cause)
            await no_news_within(lambda: self._news, REMINDER)

    async def _post(self, view: DistributionView) -> None:
        command = make(
            PostDistribution,
            beside={"revision": view.revision},
            by=SYSTEM.user,
            production=view.production,
            period=view.period,
        )
        await workflow.execute_activity_method(DistributionActivities.post_distribution, command, **TRANSACTION)
        for later in view.before:
            await notify(distribution_workflow(view.production, later))

    async def _order(self, view: DistributionView) -> None:
        command = make(
            OrderPayouts,
            by=SYSTEM.user,
            production=view.production,
            period=view.period,
        )
        await workflow.execute_activity_method(DistributionActivities.order_payouts, command, **PAYING_OUT)
        await self._restart_production()

    async def _restart_production(self) -> None:
        """Restart the production's workflow if it has ended: it opens its accounts' days again."""
        production = self._ref.production
        await start_or_notify(
            ProductionWorkflow.run, ProductionRef(production=production), production_workflow(production)
        )

    async def _wait_for_news(self, view: DistributionView) -> bool:
        """Wait for news or the end of the answer window. True if neither came within a day."""
        if view.status == "computed" and view.seconds_left is not None:
            left = timedelta(seconds=view.seconds_left + 1)
            if left < REMINDER:
                await no_news_within(lambda: self._news, left)
                return False
        return await no_news_within(lambda: self._news, REMINDER)

    @workflow.signal
    def look_again(self) -> None:
        """Signal: something that this distribution waits for has changed in the database."""
        self._news = True

    async def _carried_out(self, command: Command, view: DistributionView) -> DistributionView:
        self._news = True
        if isinstance(command, ResolveObjection):
            await self._restart_production()
        return view

    async def _look(self) -> DistributionView:
        return await workflow.execute_activity_method(
            DistributionActivities.distribution_standing, self._ref, **TRANSACTION
        )
