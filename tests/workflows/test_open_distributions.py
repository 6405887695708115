"""Opening distributions by the calendar: in order, each once, and a refusal stops the next."""

import asyncio
from datetime import timedelta

import pytest
from temporalio import activity
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from activities.views import DistributionRef, DistributionView, ProductionRef
from domain.commands import ComputeDistribution
from tests.workflows.doubles import NoSchedules, OneProduction
from workflows.distribution import DistributionWorkflow
from workflows.names import distribution_workflow
from workflows.open_distributions import OpenDistributionsWorkflow

REF = ProductionRef(production="HANA")


class Calendar:
    """Periods that are due until they are computed. Each distribution then waits for answers."""

    def __init__(self, *due: str) -> None:
        self.due = list(due)
        self.commands: list[ComputeDistribution] = []
        self.refused = ""
        self.looks: list[str] = []

    @activity.defn
    async def due_distributions(self, ref: ProductionRef) -> list[DistributionRef]:
        return [DistributionRef(production=ref.production, period=period) for period in self.due]

    @activity.defn
    async def compute_distribution(self, command: ComputeDistribution) -> DistributionView:
        self.commands.append(command)
        if command.period == self.refused:
            raise ApplicationError("the waterfall knows no cost 'x'", type="BadInput", non_retryable=True)
        self.due.remove(command.period)
        return self.view(command.period)

    @activity.defn
    async def distribution_standing(self, ref: DistributionRef) -> DistributionView:
        self.looks.append(ref.period)
        return self.view(ref.period)

    def view(self, period: str) -> DistributionView:
        computed = period not in self.due
        left = {"silent": ("han",), "seconds_left": 10**6} if computed else {}
        return DistributionView(production="HANA", period=period, status="computed" if computed else "none", **left)

    @property
    def all(self) -> list[object]:
        return [self.due_distributions, self.compute_distribution, self.distribution_standing]


@pytest.fixture
def as_user(working):
    days, production = NoSchedules(), OneProduction()

    def of(calendar):
        return working(*calendar.all, *production.all, days.open_days, days.close_days)

    return of


async def open_due(environment, queue, name="o1"):
    return await environment.client.execute_workflow(OpenDistributionsWorkflow.run, REF, id=name, task_queue=queue)


async def test_what_is_due_is_computed_in_order_by_the_system_and_goes_on_by_itself(time_skipping, as_user):
    calendar = Calendar("2027-03-01", "2027-Q1")
    async with as_user(calendar) as queue:
        assert await open_due(time_skipping, queue) == ["2027-03-01", "2027-Q1"]
        assert [(one.period, one.by) for one in calendar.commands] == [("2027-03-01", "system"), ("2027-Q1", "system")]
        await time_skipping.sleep(timedelta(minutes=1))
        for period in ("2027-03-01", "2027-Q1"):
            child = time_skipping.client.get_workflow_handle(distribution_workflow("HANA", period))
            assert (await child.describe()).status.name == "RUNNING"


async def test_a_morning_on_which_nothing_is_due_opens_nothing(time_skipping, as_user):
    calendar = Calendar("2027-Q1")
    async with as_user(calendar) as queue:
        await open_due(time_skipping, queue)
        assert await open_due(time_skipping, queue, "o2") == []
        assert len(calendar.commands) == 1


async def test_opening_the_same_period_again_gives_the_same_command(time_skipping, as_user):
    calendar = Calendar("2027-Q1")
    async with as_user(calendar) as queue:
        await open_due(time_skipping, queue)
        calendar.due = ["2027-Q1"]
        await open_due(time_skipping, queue, "o2")
        first, second = calendar.commands
        assert first == second


async def test_a_distribution_that_was_opened_by_hand_is_notified(time_skipping, as_user):
    calendar = Calendar("2027-Q1")
    async with as_user(calendar) as queue:
        ref = DistributionRef(production="HANA", period="2027-Q1")
        name = distribution_workflow("HANA", "2027-Q1")
        await time_skipping.client.start_workflow(DistributionWorkflow.run, ref, id=name, task_queue=queue)
        while not calendar.looks:
            await asyncio.sleep(0.05)
        before = len(calendar.looks)
        assert await open_due(time_skipping, queue) == ["2027-Q1"]
        while len(calendar.looks) == before:
            await asyncio.sleep(0.05)


async def test_a_period_that_cannot_be_computed_fails_loudly_and_keeps_those_after_it_waiting(time_skipping, as_user):
    calendar = Calendar("2027-03-01", "2027-Q1", "2027-Q2")
    calendar.refused = "2027-Q1"
    async with as_user(calendar) as queue:
        with pytest.raises(WorkflowFailureError):
            await open_due(time_skipping, queue)
        assert calendar.due == ["2027-Q1", "2027-Q2"]
        calendar.refused = ""
        assert await open_due(time_skipping, queue, "o2") == ["2027-Q1", "2027-Q2"]
