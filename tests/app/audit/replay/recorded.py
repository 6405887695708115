"""One production on the real servers, with everything that an audit looks at: played once, then read many times."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date

from temporalio.client import Client

from adapters.db import histories
from adapters.db.rates import keep_rates
from adapters.rates import read_rates
from app.bootstrap import Services
from app.commands.client import CommandClient
from app.payments.preview import preview
from app.settings import Settings
from app.worker.archivist import Archivist
from app.worker.gateway import Gateway
from app.worker.plugin import SluicePlugin
from app.worker.worker import ACTIVITIES_AT_ONCE, worker_of
from domain.commands import (
    ApproveMilestone,
    CancelRun,
    ComputeDistribution,
    HoldPayment,
    ObjectToDistribution,
    ReleaseRun,
    ResolveObjection,
    ResumePayment,
    SubmitMilestone,
)
from domain.errors import WrongRole
from tests.app.conftest import _end_all
from tests.revenue import csv_file, take
from tests.world import EVIDENCE, EXAMPLES, PRODUCTION, UNSHARED, WATERFALL, World, eventually

SHARED = WATERFALL.replace(b"pools:", b"metrics: [viewers, screens]\n  pools:", 1).replace(
    b"5 % of gross", b"all of KRW 5 for each viewers"
)
"""With a share that depends on what is counted."""
HEADER = "date,amount,payer,territory,media,window,viewers,screens"

PERIOD = "2025-Q1"
ENDED = 4
"""Workflows that end by themselves: a milestone, the opening of a day, its run, a distribution."""


async def play(database_url, address, folder):
    """A milestone, an instalment held, released twice and paid, two imports, a disputed distribution; all histories."""
    world = World(database_url, folder)
    client = await Client.connect(address, plugins=[SluicePlugin()])
    await _end_all(client)
    settings = Settings(data=folder, task_queue=f"q-{uuid.uuid4().hex[:8]}", worker_versioning=False)
    services = Services(settings=settings, handler=world.handler, client=client, folder=world.folder)
    with ThreadPoolExecutor(ACTIVITIES_AT_ONCE) as threads:
        async with worker_of(services, threads):
            await _act(services, world, folder)
            await _archive(services)
    await _end_all(client)
    world.close()


async def _act(services, world, folder):
    def as_user(user):
        return CommandClient(services, user)

    agreement = folder / "drama.yaml"
    agreement.write_bytes(UNSHARED + SHARED)
    with world.store.transaction() as transaction:
        raw, rates = read_rates(EXAMPLES / "rates" / "ecb-illustrative.xml")
        keep_rates(transaction, "ecb.xml", raw, rates)
    await as_user("seoyeon").register(agreement)
    world.open_accounts()
    await as_user("seoyeon").send(
        SubmitMilestone, production=PRODUCTION, milestone="closing", evidence=EVIDENCE["closing"]
    )
    with suppress(WrongRole):
        await as_user("dohyun").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    await as_user("jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    await as_user("kenta").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    await _pay(services, world, as_user)
    restated = ("2025-02-03,KRW 1200,,,,,24,1", "2025-03-03,KRW 9,,,,,0,1")
    for name, rows in (("a", ("2025-02-03,KRW 1000,,,,,20,1",)), ("b", restated)):
        take(world, csv_file(folder, rows, HEADER, f"{name}.csv"))
    await _distribute(services, world, as_user)


async def _pay(services, world, as_user):
    world.clock.to(date(2025, 2, 14))
    (run,) = await as_user("dohyun").open_runs(PRODUCTION, "spc-krw")
    await eventually(lambda: run in world.snapshots().runs)
    await as_user("eunwoo").send(HoldPayment, payment=world.payment("WR-A"), reason="tax form")
    await as_user("eunwoo").send(ResumePayment, payment=world.payment("WR-A"))
    await as_user("dohyun").send(CancelRun, run=run, reason="held meanwhile")
    (run,) = await as_user("dohyun").open_runs(PRODUCTION, "spc-krw")
    await eventually(lambda: run in world.snapshots().runs)
    released = preview(world.handler, run).head.sha256
    await as_user("sora").send(ReleaseRun, run=run, sha256=released)
    await eventually(lambda: world.statuses()["WR-A"] == "submitted")
    await as_user("sora").send(ReleaseRun, run=run, sha256=released)
    while world.statuses()["WR-A"] != "settled":
        world.their_bank.step()
        await Gateway(services).step()
        await asyncio.sleep(0.05)
    await Gateway(services).step()


async def _distribute(services, world, as_user):
    world.clock.to(date(2025, 4, 1))
    await as_user("dohyun").send(ComputeDistribution, production=PRODUCTION, period=PERIOD)
    await as_user("jiho").send(
        ObjectToDistribution, production=PRODUCTION, period=PERIOD, revision=1, positions=("fee",), reason="the rate"
    )
    world.clock.to(date(2025, 4, 16))
    await Gateway(services).starts.everything_unfinished()
    await eventually(lambda: world.snapshots().distributions[PERIOD].status == "ordered")
    await as_user("jiho").send(ResolveObjection, production=PRODUCTION, period=PERIOD, reason="agreed")


async def _archive(services):
    """Everything that has ended; then what still goes on is ended, and archived too."""
    archivist = Archivist(services)

    def count():
        with services.store.reading() as records:
            return len(list(histories.listed(records.connection)))

    def missing(runs):
        with services.store.reading() as records:
            return runs - histories.archived(records.connection, sorted(runs))

    while await asyncio.to_thread(count) < ENDED:
        await archivist.step()
        await asyncio.sleep(0.1)
    ended = set()
    async for running in services.client.list_workflows("ExecutionStatus='Running'"):
        if running.task_queue == services.settings.task_queue:
            handle = services.client.get_workflow_handle(running.id, run_id=running.run_id)
            await handle.terminate("the production is recorded")
            ended.add((running.id, running.run_id))
    while await asyncio.to_thread(missing, ended):
        await archivist.step()
        await asyncio.sleep(0.1)
