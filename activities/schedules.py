"""The Temporal Schedules that open each debtor account's day. This is I/O with Temporal, not with the database."""

import asyncio
from collections.abc import Callable
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

from activities.desk import Desk
from activities.views import AccountRef, ProductionView

OPENING_HOUR = 8
"""When a debtor account's day is opened, in the agreement's zone, on weekdays."""


def schedule_id(production: str, account: str) -> str:
    """The business key of the schedule that opens an account's day."""
    return f"open-runs/{production}/{account}"


class ScheduleActivities:
    """Makes and removes schedules; doing so again changes nothing."""

    def __init__(self, desk: Desk, client: Client, task_queue: str) -> None:
        self._desk = desk
        self._client = client
        self._task_queue = task_queue

    @activity.defn
    async def open_days(self, view: ProductionView) -> None:
        """See to it that every debtor account of a production has its schedule."""
        zone = (await asyncio.to_thread(self._desk.in_force, view.production)).time_zone
        for account in view.debtor_accounts:
            schedule = self._schedule(view.production, account, zone)
            name = schedule_id(view.production, account)
            try:
                await self._client.create_schedule(name, schedule)
            except ScheduleAlreadyRunningError:
                await self._client.get_schedule_handle(name).update(_replaced_by(schedule))

    @activity.defn
    async def close_days(self, view: ProductionView) -> None:
        """Remove the schedules of a production that has nothing left to pay."""
        for account in view.debtor_accounts:
            try:
                await self._client.get_schedule_handle(schedule_id(view.production, account)).delete()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise

    def _schedule(self, production: str, account: str, zone: str) -> Schedule:
        morning = ScheduleCalendarSpec(hour=[ScheduleRange(OPENING_HOUR)], day_of_week=[ScheduleRange(1, 5)])
        return Schedule(
            action=ScheduleActionStartWorkflow(
                "OpenRuns",
                AccountRef(production=production, account=account),
                id=schedule_id(production, account),
                task_queue=self._task_queue,
            ),
            spec=ScheduleSpec(calendars=[morning], time_zone_name=zone),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ONE, catchup_window=timedelta(days=7)),
        )


def _replaced_by(schedule: Schedule) -> Callable[[ScheduleUpdateInput], ScheduleUpdate]:
    return lambda _: ScheduleUpdate(schedule=schedule)
