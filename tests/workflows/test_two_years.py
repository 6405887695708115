"""Two years of the drama on real calendars, a real database and the sandbox bank. Only time is skipped."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from temporalio import activity
from temporalio.worker import Worker

from activities.schedules import ScheduleActivities
from activities.views import ProductionRef, RunView
from adapters.db.rates import keep_rates
from adapters.sandbox_bank.faults import FaultKind, add_fault
from app.bootstrap import Services
from app.payments.preview import preview
from app.settings import Settings
from app.worker.gateway import Gateway
from app.worker.plugin import SluicePlugin
from app.worker.worker import WORKFLOWS
from domain.commands import (
    ApproveMilestone,
    CorrectPayment,
    RegisterAgreement,
    ReleaseRun,
    SubmitMilestone,
)
from domain.rates import Rate
from tests.workflows.doubles import NoSchedules
from tests.world import PRODUCTION, SEOUL, SIGNED_ALONE, World, approve_command, eventually, submit_command
from workflows import policies
from workflows.milestone import MilestoneWorkflow
from workflows.names import milestone_workflow, production_workflow, run_workflow
from workflows.payment_run import PaymentRunWorkflow
from workflows.production import ProductionWorkflow
from workflows.updates import update_of

BEGINS = datetime(2025, 1, 6, 9, tzinfo=SEOUL)
QUEUE = "two-years"


class ServersClock:
    """The server's time as business time, shifted so that the production begins on its first day."""

    def __init__(self, server_now: datetime) -> None:
        self.ahead = BEGINS - server_now
        self.last = BEGINS

    def now(self) -> datetime:
        if activity.in_activity():
            self.last = max(self.last, activity.info().started_time + self.ahead)
        return self.last


class Stage:
    """Everything running, with the actions of a test."""

    def __init__(self, environment, world, clock, services, schedules):
        self.environment, self.world, self.clock = environment, world, clock
        self.services, self.schedules = services, schedules
        self.client = environment.client
        self.gateway = Gateway(services)

    async def start(self):
        handle = await self.client.start_workflow(
            ProductionWorkflow.run,
            ProductionRef(production=PRODUCTION),
            id=production_workflow(PRODUCTION),
            task_queue=QUEUE,
        )
        digest = self.world.keep(SIGNED_ALONE)
        await handle.execute_update(
            update_of(ProductionWorkflow, RegisterAgreement),
            RegisterAgreement(key="register", by="seoyeon", production=PRODUCTION, document=digest),
        )
        self.world.open_accounts(holding=10**12)
        return handle

    def milestone(self, name):
        return self.client.get_workflow_handle(milestone_workflow(PRODUCTION, name))

    def production(self):
        return self.client.get_workflow_handle(production_workflow(PRODUCTION))

    async def until(self, on: date, at: time = time(8)):
        """Let time pass until then, in Seoul."""
        here = await self.environment.get_current_time() + self.clock.ahead
        left = datetime.combine(on, at, SEOUL) - here
        if left > timedelta():
            await self.environment.sleep(left)
        self.clock.last = max(self.clock.last, datetime.combine(on, at, SEOUL))

    async def accept(self, name, on):
        await self.until(on, time(10))
        await self.milestone(name).execute_update(update_of(MilestoneWorkflow, SubmitMilestone), submit_command(name))
        for user in ("jiho", "kenta"):
            await self.milestone(name).execute_update(
                update_of(MilestoneWorkflow, ApproveMilestone), approve_command(name, user)
            )

    async def pay(self, on):
        """Open the day on both accounts, release every prepared run, and let the bank settle it."""
        await self.until(on)
        opened = [await self.open_day(account) for account in ("spc-krw", "spc-jpy")]
        runs = [run for day in opened for run in day]
        for run in runs:
            await self.release(self.run(run), run)
        await self.settle()
        return runs

    async def open_day(self, account):
        """Does what OpenRuns does, but without child workflows.

        The time-skipping server stops skipping time once a child that outlived its parent has ended.
        """
        planned = await asyncio.to_thread(self.world.open_day, account)
        for each in planned:
            name = run_workflow(each.run)
            await self.client.start_workflow(PaymentRunWorkflow.run, each, id=name, task_queue=QUEUE)
        return [each.run for each in planned]

    def run(self, name):
        return self.client.get_workflow_handle_for(PaymentRunWorkflow.run, run_workflow(name))

    async def release(self, handle, run):
        await eventually(lambda: run in self.world.snapshots().runs)
        sha256 = preview(self.world.handler, run).head.sha256
        command = ReleaseRun(key=f"release/{run}", by="sora", production=PRODUCTION, run=run, sha256=sha256)
        view: RunView = await handle.execute_update(update_of(PaymentRunWorkflow, ReleaseRun), command)
        assert view.status in {"released", "submitted"}
        await eventually(lambda: self.world.snapshots().runs[run].status == "submitted")

    async def settle(self):
        """Exchange files with the bank until there are none."""
        quiet = 0
        while quiet < 4:
            bank = self.world.their_bank.step()
            busy = await self.gateway.step()
            quiet = 0 if busy or bank else quiet + 1
            await asyncio.sleep(0.02)

    def waiting(self):
        """The days on which something that is not paid yet is due."""
        unpaid = [p for p in self.world.snapshots().payments.values() if p.status in {"scheduled", "due"}]
        return sorted({p.due_on for p in unpaid if p.due_on is not None})

    async def pay_what_is_due_before(self, on):
        while (days := self.waiting()) and days[0] < on:
            await self.pay(days[0])


@pytest.fixture
async def stage(time_skipping, database, tmp_path, monkeypatch):
    # Looking at the database every day for two years, only in case news is lost, is most of the work: once a month.
    monkeypatch.setattr(policies, "REMINDER", timedelta(days=30))
    clock = ServersClock(await time_skipping.get_current_time())
    world = World(database.app_url, tmp_path)
    object.__setattr__(world.handler, "clock", clock)
    world.clock = clock  # type: ignore[assignment]
    world.their_bank._clock = clock
    settings = Settings(data=tmp_path, task_queue=QUEUE)
    services = Services(settings=settings, handler=world.handler, client=time_skipping.client, folder=world.folder)
    schedules = NoSchedules()
    activities = [
        each for each in services.activities() if not isinstance(getattr(each, "__self__", None), ScheduleActivities)
    ]
    with ThreadPoolExecutor(8) as threads:
        async with Worker(
            time_skipping.client,
            task_queue=QUEUE,
            workflows=WORKFLOWS,
            activities=[*activities, schedules.open_days, schedules.close_days],
            activity_executor=threads,
            plugins=[SluicePlugin()],
        ):
            made = Stage(time_skipping, world, clock, services, schedules)
            import_rates(world)
            yield made
    world.close()


def import_rates(world):
    """A reference rate for every day of two years."""
    days = (date(2025, 1, 1) + timedelta(days=n) for n in range(800))
    rates = [
        Rate(on=on, base="EUR", quote=quote, rate=Decimal(value), source="ECB")
        for on in days
        for quote, value in (("USD", "1.08"), ("KRW", "1510.20"), ("JPY", "163.5"))
    ]
    with world.store.transaction() as transaction:
        keep_rates(transaction, "ecb.xml", b"all", rates)


async def test_a_production_of_two_years_pays_its_milestones_and_ends(stage):
    handle = await stage.start()
    plan = [
        ("closing", date(2025, 1, 31)),
        ("script-lock", date(2025, 4, 25)),
        ("shoot-start", date(2025, 7, 1)),
        ("half-shot", date(2025, 10, 31)),
        ("wrap", date(2026, 1, 30)),
        ("rough-cut", date(2026, 4, 10)),
        ("picture-lock", date(2026, 6, 26)),
        ("delivery", date(2026, 9, 11)),
        ("broadcast", date(2026, 10, 19)),
    ]
    for name, on in plan:
        await stage.pay_what_is_due_before(on)
        await stage.accept(name, on)
    await stage.pay_what_is_due_before(date(2027, 1, 1))
    assert set(stage.world.statuses().values()) == {"settled"}
    accepted = {m.id: m.accepted_on for m in stage.world.snapshots().milestones.values()}
    assert accepted == dict(plan)
    assert stage.world.wrong() == []
    assert stage.world.snapshots() == stage.world.refolded()
    for payment in stage.world.snapshots().payments.values():
        assert stage.world.their_bank.effects(payment.end_to_end_id) == 1
    assert (await handle.describe()).status.name == "RUNNING"  # the partners' money is still expected
    for name, _ in plan:
        assert (await stage.milestone(name).describe()).status.name == "COMPLETED"


async def test_deadlines_fall_on_business_days_and_do_what_the_agreement_says(stage):
    await stage.start()
    await stage.until(date(2025, 1, 20), time(10))
    view = await stage.milestone("closing").execute_update(
        update_of(MilestoneWorkflow, SubmitMilestone), submit_command("closing")
    )
    # Ten business days in Seoul and Tokyo from 20 January: New Year's days in Korea are left out.
    assert view.deadline_on == date(2025, 2, 7)
    await stage.until(date(2025, 2, 7), time(23, 58))
    assert stage.world.snapshots().milestones["closing"].escalated_to is None
    await stage.until(date(2025, 2, 8), time(0, 10))
    escalated = stage.world.snapshots().milestones["closing"]
    assert (escalated.escalated_to, escalated.status) == ("broadcaster", "submitted")
    for user in ("jiho", "kenta"):
        await stage.milestone("closing").execute_update(
            update_of(MilestoneWorkflow, ApproveMilestone), approve_command("closing", user)
        )
    await stage.accept("script-lock", date(2025, 4, 25))
    await stage.until(date(2025, 7, 1), time(10))
    view = await stage.milestone("shoot-start").execute_update(
        update_of(MilestoneWorkflow, SubmitMilestone), submit_command("shoot-start")
    )
    assert view.deadline_on == date(2025, 7, 8)
    await stage.until(date(2025, 7, 9), time(0, 10))
    deemed = stage.world.snapshots().milestones["shoot-start"]
    assert (deemed.status, deemed.accepted_on) == ("accepted", date(2025, 7, 9))


async def test_a_run_that_is_not_released_is_escalated_at_the_accounts_cut_off(stage):
    await stage.start()
    await stage.until(date(2025, 2, 14))
    (run,) = await stage.open_day("spc-krw")
    await stage.until(date(2025, 2, 14), time(15, 25))
    assert "run-escalated" not in stage.world.events()
    await stage.until(date(2025, 2, 14), time(15, 35))
    assert stage.world.events()[-1] == "run-escalated"
    await stage.release(stage.run(run), run)
    await stage.settle()
    assert stage.world.statuses()["WR-A"] == "settled"


@pytest.mark.parametrize("kind", [FaultKind.LOSE_ANSWER, FaultKind.LOSE_FILE])
async def test_a_silent_bank_is_asked_and_the_payment_reaches_it_once(stage, kind):
    await stage.start()
    name = stage.world.payment("WR-A")
    add_fault(stage.world.their_bank.books.db, name, kind, reason="AC04", seconds=0)
    (run,) = await stage.pay(date(2025, 2, 14))
    assert stage.world.statuses()["WR-A"] == "submitted"
    await stage.environment.sleep(timedelta(seconds=130))
    assert stage.world.statuses()["WR-A"] == "unknown"
    await stage.settle()
    await stage.settle()
    assert stage.world.statuses()["WR-A"] == "settled"
    assert stage.world.their_bank.effects(name) == 1
    view = await stage.run(run).result()
    assert (view.enquiries, view.open) == (1, 0)


async def test_a_rejected_payment_is_corrected_and_paid_under_a_new_name(stage):
    await stage.start()
    name = stage.world.payment("WR-A")
    add_fault(stage.world.their_bank.books.db, name, FaultKind.REJECT, reason="AC04", seconds=0)
    await stage.pay(date(2025, 2, 14))
    assert stage.world.statuses()["WR-A"] == "rejected"
    correct = CorrectPayment(key="c", by="eunwoo", production=PRODUCTION, payment=name, reason="account confirmed")
    await stage.production().execute_update(update_of(ProductionWorkflow, CorrectPayment), correct)
    (run,) = await stage.pay(date(2025, 2, 17))
    payment = stage.world.snapshots().payments[name]
    assert (payment.status, payment.attempt, payment.run) == ("settled", 2, run)
    assert stage.world.their_bank.effects(payment.end_to_end_id) == 1


async def milestones_again(stage):
    for _ in range(500):
        if (await stage.milestone("closing").describe()).status.name == "RUNNING":
            return
        await asyncio.sleep(0.02)


async def test_a_production_whose_workflows_were_lost_goes_on_from_the_journal(stage):
    await stage.start()
    await stage.until(date(2025, 1, 20), time(10))
    await stage.milestone("closing").execute_update(
        update_of(MilestoneWorkflow, SubmitMilestone), submit_command("closing")
    )
    await stage.until(date(2025, 2, 5))
    for handle in (stage.production(), stage.milestone("closing"), stage.milestone("wrap")):
        await handle.terminate("lost")
    await stage.gateway.starts.everything_unfinished()
    await milestones_again(stage)
    await stage.until(date(2025, 2, 8), time(0, 10))
    assert stage.world.snapshots().milestones["closing"].escalated_to == "broadcaster"
    for user in ("jiho", "kenta"):
        await stage.milestone("closing").execute_update(
            update_of(MilestoneWorkflow, ApproveMilestone), approve_command("closing", user)
        )
    assert stage.world.snapshots().milestones["closing"].status == "accepted"


async def test_a_run_whose_workflow_was_lost_goes_on_when_the_bank_answers(stage):
    await stage.start()
    await stage.until(date(2025, 2, 14))
    (run,) = await stage.open_day("spc-krw")
    handle = stage.run(run)
    await stage.release(handle, run)
    await handle.terminate("lost")
    await stage.settle()
    assert stage.world.statuses()["WR-A"] == "settled"
    view = await stage.run(run).result()
    assert (view.status, view.open) == ("submitted", 0)
