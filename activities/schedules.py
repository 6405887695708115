"""The Temporal Schedules that open each debtor account's day and due distributions.

They do I/O with Temporal, not with the database.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

from temporalio import activity
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.views import AccountRef, ProductionRef, ProductionView
from adapters.command_handler import CommandHandler
from domain.agreement.model import Agreement

_MONDAY_TO_FRIDAY = range(5)
_WEEK = 7


def schedule_id(production: str, account: str) -> str:
    """The id of the schedule that opens an account's day."""
    return f"open-runs/{production}/{account}"


def settlement_schedule_id(production: str) -> str:
    """The id of the schedule that opens a production's distributions."""
    return f"open-distributions/{production}"


class ScheduleActivities:
    """Creates and deletes schedules. Repeating a call changes nothing."""

    def __init__(self, handler: CommandHandler, client: Client, task_queue: str) -> None:
        self._handler = handler
        self._client = client
        self._task_queue = task_queue

    @activity.defn
    async def open_days(self, view: ProductionView) -> None:
        """Ensure the schedule of every debtor account, and that of the settlement calendar."""
        agreement = await asyncio.to_thread(self._handler.in_force, view.production)
        for account in view.debtor_accounts:
            name = schedule_id(view.production, account)
            ref = AccountRef(production=view.production, account=account)
            weekdays = await asyncio.to_thread(self._handler.working_week, agreement, account)
            await self._ensure(name, self._morning_schedule("OpenRuns", ref, name, agreement, weekdays))
        await self._ensure_settlement(agreement)

    @activity.defn
    async def close_days(self, view: ProductionView) -> None:
        """Delete the account schedules of a production that has nothing left to pay.

        The schedule of distributions stays: a work earns for years after everything is paid, and its payouts open the
        accounts' days again. It is ensured here as well, because an ended production that was amended or restarted only
        comes here.
        """
        for account in view.debtor_accounts:
            await self._remove(schedule_id(view.production, account))
        await self._ensure_settlement(await asyncio.to_thread(self._handler.in_force, view.production))

    async def _ensure_settlement(self, agreement: Agreement) -> None:
        """Ensure the schedule of distributions if the agreement has a settlement calendar, else delete it."""
        name = settlement_schedule_id(agreement.production)
        if agreement.waterfall is None or agreement.waterfall.settlement is None:
            await self._remove(name)
            return
        ref = ProductionRef(production=agreement.production)
        await self._ensure(name, self._morning_schedule("OpenDistributions", ref, name, agreement, _MONDAY_TO_FRIDAY))

    async def _ensure(self, name: str, schedule: Schedule) -> None:
        try:
            await self._client.create_schedule(name, schedule)
        except ScheduleAlreadyRunningError:
            await self._client.get_schedule_handle(name).update(_replaced_by(schedule))

    async def _remove(self, name: str) -> None:
        try:
            await self._client.get_schedule_handle(name).delete()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    def _morning_schedule(
        self, workflow: str, ref: AccountRef | ProductionRef, name: str, agreement: Agreement, weekdays: Iterable[int]
    ) -> Schedule:
        at = agreement.opens_at
        morning = ScheduleCalendarSpec(
            hour=[ScheduleRange(at.hour)],
            minute=[ScheduleRange(at.minute)],
            second=[ScheduleRange(at.second)],
            day_of_week=[ScheduleRange((weekday + 1) % _WEEK) for weekday in weekdays],  # Temporal's Sunday is 0
        )
        return Schedule(
            action=ScheduleActionStartWorkflow(workflow, ref, id=name, task_queue=self._task_queue),
            spec=ScheduleSpec(calendars=[morning], time_zone_name=agreement.time_zone),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ONE, catchup_window=timedelta(days=7)),
        )


def _replaced_by(schedule: Schedule) -> Callable[[ScheduleUpdateInput], ScheduleUpdate]:
    """Replace a schedule, but keep its paused state and note, which belong to the operators."""
    return lambda known: ScheduleUpdate(schedule=replace(schedule, state=known.description.schedule.state))
