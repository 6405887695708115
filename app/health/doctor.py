"""Finds whatever may be stuck, and says what somebody should do. It changes nothing."""

import asyncio
import shutil
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from activities.agreement import AgreementActivities
from activities.schedules import schedule_id, settlement_schedule_id
from activities.views import DistributionRef, ProductionRef
from adapters.bank.folder import folder_of
from adapters.db import health as recorded
from adapters.db import refused_payloads
from adapters.db.queries.agreement import productions, proposals
from adapters.db.queries.reconciliation import bank_statements, reconciliations
from app.bootstrap import Services, connect
from app.endpoints import endpoints
from app.health import temporal
from app.health.cash import of_cash
from app.settings import Settings, load_settings
from app.worker.archivist import SWEEP
from domain import health
from domain.agreement.model import Control
from domain.bank.reconciliation import complete_day
from domain.errors import SluiceError
from domain.health import Ailment
from workflows.names import distribution_workflow, milestone_workflow, production_workflow, run_workflow

_ANSWERS = "OpenRuns"
"""The workflow type that, unless a schedule starts it, does what a person waits for. Its failure is their answer."""


class NoRoom(SluiceError):
    """The examination failed, possibly because a disk is full."""


@dataclass
class Examination:
    """Findings, and the figures for metrics."""

    ailments: list[Ailment] = field(default_factory=list)
    outbox_waiting: int = 0
    outbox_oldest_s: float = 0.0
    running: int = 0
    payments: dict[str, int] = field(default_factory=dict)
    """The number of payments in each status."""

    @property
    def wrong(self) -> bool:
        """Whether anything needs attention."""
        return any(ailment.wrong for ailment in self.ailments)


@dataclass
class _Needed:
    """The workflows and schedules that Temporal should have, according to the database."""

    workflows: list[str] = field(default_factory=list)
    schedules: list[str] = field(default_factory=list)


async def examined(data: Path | None) -> Examination:
    """Examine the stack of a data folder, or the servers in the settings.

    Raises:
        NoRoom: the examination failed, and a disk is full.
    """
    settings = load_settings(data)
    try:
        services = await connect(settings, endpoints(settings))
        try:
            return await examine(services)
        finally:
            services.store.engine.dispose()
    except Exception as error:
        full = [f"{one.what}: {one.why}: {one.todo}" for one in disks(settings)]
        if not full:
            raise
        raise NoRoom(f"{'; '.join(full)}; nothing else could be examined: {error}") from error


async def examine(services: Services) -> Examination:
    """Examine the disks, the database, the bank's folders and Temporal.

    Raises:
        OperationalError: the database does not answer.
        RPCError: Temporal does not answer.
    """
    examination = Examination()
    examination.ailments += await asyncio.to_thread(disks, services.settings)
    needed = await asyncio.to_thread(_of_the_database, services, examination)
    await asyncio.to_thread(_of_the_folders, services, examination)
    await _of_temporal(services, needed, examination)
    return examination


def _of_the_database(services: Services, examination: Examination) -> _Needed:
    settings = services.settings
    with services.store.reading() as records:
        connection = records.connection
        now = recorded.now(connection)
        outbox = recorded.outbox(connection)
        examination.payments = recorded.statuses(connection)
        examination.outbox_waiting = outbox.waiting
        examination.outbox_oldest_s = (now - outbox.oldest).total_seconds() if outbox.oldest else 0.0
        found: list[Ailment | None] = [health.outbox_lag(outbox.waiting, outbox.oldest, now, outbox.what)]
        found += [health.unmatched(one) for one in recorded.suspended(connection)]
        found += [health.not_sealed(*one) for one in refused_payloads.since(connection, health.REFUSED_IS_SHOWN_FOR)]
        since = now - health.CONTRADICTION_IS_SHOWN_FOR
        found += [health.contradicted(*one, now) for one in recorded.contradictions(connection, since)]
        found += [health.doubtful(*one) for one in recorded.doubts(connection)]
        found += [health.held(*one, now, settings.holding_takes_days) for one in recorded.held(connection)]
        needed = _Needed([run_workflow(run) for run in recorded.unfinished_runs(connection)])
        open_distributions = recorded.open_distributions(connection)
        needed.workflows += [distribution_workflow(*one) for one in open_distributions]
        needed.workflows += [milestone_workflow(*one) for one in recorded.submitted_milestones(connection)]
        proposed = {row.production for row in proposals(connection, waiting=True)}
        needed.workflows += [production_workflow(key) for key in sorted(proposed)]
        at_the_bank, alone = list(recorded.at_the_bank(connection)), list(recorded.due_and_alone(connection))
        found += [health.unsent(run, now) for run in recorded.unsent_runs(connection)]
        found += health.engines_missing(recorded.computed_by(connection), services.handler.engines.numbers)
        prepared = list(recorded.prepared_runs(connection))
        keys = [row.key for row in productions(connection)]
        for key in keys:
            for account in reconciliations(connection, key, None, date.max):
                found += health.unreconciled(key, account)
        silent = silent_payments(connection, at_the_bank)
    todays = {key: _today(services, key) for key in keys}
    waiting = {(run.production, run.account) for run in prepared} | {(one.production, one.account) for one in alone}
    closed = {each: _closed(services, *each) for each in waiting}
    found += [
        health.unbooked(one.payment, one.status, one.on)
        if one.payment in silent
        else health.unsettled(one.payment, one.status, one.on, todays[one.production], settings.settling_takes_days)
        for one in at_the_bank
    ]
    found += [
        health.ungathered(
            one.payment,
            one.on,
            todays[one.production],
            settings.gathering_takes_days,
            closed[one.production, one.account],
        )
        for one in alone
    ]
    found += [health.unreleased(run, todays[run.production], closed[run.production, run.account]) for run in prepared]
    for production, period in open_distributions:
        ref = DistributionRef(production=production, period=period)
        found += [health.unpayable(production, period, why) for why in services.distributions.hindrances(ref)]
    for key in keys:
        stuck = services.distributions.stuck(ProductionRef(production=key))
        found += [health.uncomputable(key, period, why) for period, why in stuck.items()]
    found += of_cash(services.handler, keys)
    examination.ailments += [one for one in found if one is not None]
    needed.schedules.append(SWEEP)
    _of_productions(services, keys, needed)
    return needed


def silent_payments(connection: Connection, at_the_bank: list[recorded.Late]) -> set[str]:
    """The payments that the bank did not book, although its statements tell the day of execution completely."""
    told = {
        account: bank_statements(connection, *account)
        for account in {(one.production, one.account) for one in at_the_bank}
    }
    return {one.payment for one in at_the_bank if complete_day(told[one.production, one.account], one.on)}


def _today(services: Services, production: str) -> date:
    return services.handler.today(services.handler.in_force(production))


def _closed(services: Services, production: str, account: str) -> str:
    """Return why an account does nothing today, and until when; empty on a business day."""
    agreement = services.handler.in_force(production)
    closed = services.handler.closure(agreement, agreement.account(account))
    return closed.sentence if closed is not None else ""


def _of_productions(services: Services, keys: list[str], needed: _Needed) -> None:
    """Note the workflow and schedules that each production needs."""
    productions = AgreementActivities(services.handler)
    for key in keys:
        view, agreement = productions.production_standing(ProductionRef(production=key)), services.handler.in_force(key)
        if not view.complete:
            if not view.proposals:  # else it is needed for those already
                needed.workflows.append(production_workflow(key))
            needed.schedules += [schedule_id(key, account) for account in view.debtor_accounts]
        if agreement.waterfall is not None and agreement.waterfall.settlement is not None:
            needed.schedules.append(settlement_schedule_id(key))


def disks(settings: Settings) -> list[Ailment]:
    """Return the full disks among those that hold our files on this machine."""
    data, found = settings.data, dict[int, Ailment | None]()
    for folder in (data, *(data / part for part in ("postgres", "temporal", "logs")), settings.bank_files):
        if folder.exists() and folder.stat().st_dev not in found:
            found[folder.stat().st_dev] = health.disk_full(str(folder), shutil.disk_usage(folder).free)
    return [one for one in found.values() if one is not None]


def _of_the_folders(services: Services, examination: Examination) -> None:
    """Find bank files that wait to be taken in, or were refused and set aside."""
    now = datetime.now().astimezone()
    with services.store.reading() as records:
        keys = [row.key for row in productions(records.connection)]
    for key in keys:
        for account in services.handler.in_force(key).accounts:
            if account.control is Control.CONTROLLED:
                folder = folder_of(key, account.id)
                examination.ailments += [
                    health.file_refused(folder, name, at, why) for name, at, why in services.folder.refused(folder)
                ]
                unread = [health.unread(folder, *one, now) for one in services.folder.arrived(folder)]
                examination.ailments += [one for one in unread if one is not None]


async def _of_temporal(services: Services, needed: _Needed, examination: Examination) -> None:
    client, queue = services.client, services.settings.task_queue
    workers, workflows = await temporal.workers(client, queue), await temporal.running(client, queue)
    examination.running = len(workflows)
    found = [health.no_worker(queue) if not workers.builds else health.unserved(queue, workers)]
    found += health.abandoned(workflows, workers)
    found += [health.stuck(one) for one in workflows]
    names = {one.name for one in workflows}
    names |= await temporal.still_running(client, [one for one in needed.workflows if one not in names])
    examination.ailments += health.missing(needed.workflows, names)
    known = await temporal.schedules(client)
    examination.ailments += health.unscheduled(needed.schedules, known.known, known.paused)
    now = datetime.now().astimezone()
    async for one in temporal.failed(client, queue, now - health.FAILED_IS_SHOWN_FOR - timedelta(minutes=1)):
        if one.schedule is not None:
            found.append(health.missed(one.schedule, one.closed, one.cause))
        else:
            answers = one.kind == _ANSWERS
            found.append(health.failed(one.name, one.closed, now, one.cause, one.code, answers=answers))
    gaps = await services.histories.gaps()
    found += [health.unarchived(one.workflow_id, one.run_id, one.why) for one in gaps]
    examination.ailments += [one for one in found if one is not None]
