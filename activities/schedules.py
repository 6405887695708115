"""The Temporal Schedules that open each debtor account's day, and distributions by the settlement calendar.

This is I/O with Temporal, not with the database.
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
    """The business key of the schedule that opens an account's day."""
    return f"open-runs/{production}/{account}"


def settlement_schedule_id(production: str) -> str:
    """The business key of the schedule that opens a production's distributions by its settlement calendar."""
    return f"open-distributions/{production}"


class ScheduleActivities:
    """Makes and removes schedules; doing so again changes nothing."""

    def __init__(self, handler: CommandHandler, client: Client, task_queue: str) -> None:
        self._handler = handler
        self._client = client
        self._task_queue = task_queue

    @activity.defn
    async def open_days(self, view: ProductionView) -> None:
        """See to it that every debtor account of a production has its schedule, and its settlement calendar one."""
        agreement = await asyncio.to_thread(self._handler.in_force, view.production)
        for account in view.debtor_accounts:
            name = schedule_id(view.production, account)
            ref = AccountRef(production=view.production, account=account)
            weekdays = await asyncio.to_thread(self._handler.working_week, agreement, account)
            await self._keep(name, self._each_morning("OpenRuns", ref, name, agreement, weekdays))
        await self._keep_settling(agreement)

    @activity.defn
    async def close_days(self, view: ProductionView) -> None:
        """Remove the accounts' schedules of a production that has nothing left to pay.

        Not the one that opens distributions: a work earns for years after everything is delivered and paid, and its
        payouts open the accounts' days again. It is seen to here as well, because a production that has ended comes
        here, and nowhere else, when it was amended or when schedules were lost and everything is started again.
        """
        for account in view.debtor_accounts:
            await self._remove(schedule_id(view.production, account))
        await self._keep_settling(await asyncio.to_thread(self._handler.in_force, view.production))

    async def _keep_settling(self, agreement: Agreement) -> None:
        """While the agreement in force has a settlement calendar, its distributions are opened by a schedule."""
        name = settlement_schedule_id(agreement.production)
        if agreement.waterfall is None or agreement.waterfall.settlement is None:
            await self._remove(name)
            return
        ref = ProductionRef(production=agreement.production)
        await self._keep(name, self._each_morning("OpenDistributions", ref, name, agreement, _MONDAY_TO_FRIDAY))

    async def _keep(self, name: str, schedule: Schedule) -> None:
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

    def _each_morning(
        self, workflow: str, ref: AccountRef | ProductionRef, name: str, agreement: Agreement, weekdays: Iterable[int]
    ) -> Schedule:
        at = agreement.opens_at
        morning = ScheduleCalendarSpec(
            hour=[ScheduleRange(at.hour)],
            minute=[ScheduleRange(at.minute)],
            second=[ScheduleRange(at.second)],
            day_of_week=[ScheduleRange((weekday + 1) % _WEEK) for weekday in weekdays],  # a Sunday is 0 there
        )
        return Schedule(
            action=ScheduleActionStartWorkflow(workflow, ref, id=name, task_queue=self._task_queue),
            spec=ScheduleSpec(calendars=[morning], time_zone_name=agreement.time_zone),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ONE, catchup_window=timedelta(days=7)),
        )


def _replaced_by(schedule: Schedule) -> Callable[[ScheduleUpdateInput], ScheduleUpdate]:
    """Replaces a schedule; whether it is paused, and the note that says why, is its operators' to change."""
    return lambda known: ScheduleUpdate(schedule=replace(schedule, state=known.description.schedule.state))
