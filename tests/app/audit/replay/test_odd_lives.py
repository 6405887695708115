"""Honest lives that are told in an odd order: repeats, retries, restarts and people who act at the same instant."""

import asyncio
from contextlib import suppress
from datetime import date

import pytest

from adapters.db import histories
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from app.commands.client import CommandClient
from app.payments.preview import preview
from app.worker.archivist import Archivist
from app.worker.gateway import Gateway
from tests.world import DRAMA, EVIDENCE, PRODUCTION, eventually

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
async def house(services):
    """A registered production whose first milestone is accepted, on the day on which its instalments are due."""
    world, house = services.world, House(services)
    await house.by("seoyeon").register(DRAMA)
    world.open_accounts()
    await house.by("seoyeon").submit(PRODUCTION, "closing", EVIDENCE["closing"])
    await house.by("jiho").approve(PRODUCTION, "closing", 1)
    await house.by("kenta").approve(PRODUCTION, "closing", 1)
    world.clock.to(date(2025, 2, 14))
    return house


class House:
    def __init__(self, services):
        self.services, self.world = services, services.world

    def by(self, user):
        return CommandClient(self.services, user)

    async def open_run(self):
        (run,) = await self.by("dohyun").open_runs(PRODUCTION, "spc-krw")
        await eventually(lambda: run in self.world.snapshots().runs)
        return run

    async def release(self, run, by="sora"):
        return await self.by(by).release(run, preview(self.world.handler, run).head["sha256"])

    async def sent(self):
        """Wait until a released run is at the bank."""
        await eventually(lambda: "submitted" in self.world.statuses().values())

    async def settled(self):
        """Let the bank work until it has paid."""
        while "settled" not in self.world.statuses().values():
            self.world.their_bank.step()
            await Gateway(self.services).step()
            await asyncio.sleep(0.05)
        await Gateway(self.services).step()

    async def findings(self):
        """End what still goes on, archive everything, and audit it."""
        client, queue = self.services.client, self.services.settings.task_queue
        archivist = Archivist(self.services)
        ran = set()
        async for one in client.list_workflows(f"TaskQueue = '{queue}'"):
            ran.add((one.id, one.run_id))
            with suppress(Exception):  # it has ended by itself
                await client.get_workflow_handle(one.id, run_id=one.run_id).terminate("the production is recorded")
        while await asyncio.to_thread(self._missing, ran):
            await archivist.step()
            await asyncio.sleep(0.1)
        with self.services.store.reading() as records:
            report = await audited(records.connection, Scope())
        assert report.histories >= len(ran) > 2
        return "\n".join(finding.full for finding in report.findings)

    def _missing(self, ran):
        with self.services.store.reading() as records:
            return ran - histories.archived(records.connection, sorted(ran))


async def test_a_release_repeated_while_the_run_is_at_the_bank_audits_clean(house):
    run = await house.open_run()
    digest = preview(house.world.handler, run).head["sha256"]
    await house.by("sora").release(run, digest)
    await house.sent()
    await house.by("sora").release(run, digest)
    await house.settled()
    await house.by("sora").release(run, digest)
    assert house.world.events().count("run-released") == 1
    assert await house.findings() == ""
