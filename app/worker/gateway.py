"""The worker's gateway: the outbox relay and the bank file intake in one loop beside Temporal's tasks."""

import asyncio

import structlog

from adapters.db import refused_payloads
from app.bank.intake import BankFileIntake
from app.bootstrap import Services
from app.worker.outbox_relay import OutboxRelay
from app.worker.workflow_starts import WorkflowStarts

POLL_S = 0.1
AFTER_TROUBLE_S = 1.0

log = structlog.get_logger()


class Gateway:
    """Runs beside the Temporal worker in one process. Any number may run."""

    def __init__(self, services: Services) -> None:
        self.relay = OutboxRelay(services)
        self.intake = BankFileIntake(services)
        self.starts = WorkflowStarts(services)
        self._services = services

    async def run(self) -> None:
        """Work until cancelled. Errors (a database that is down, a full disk) are logged once and retried."""
        resumed, logged = False, ""
        while True:
            try:
                if not resumed:
                    await self.starts.everything_unfinished()
                    resumed = True
                busy = await self.step()
            except Exception as error:
                if str(error) != logged:
                    log.exception("gateway.trouble", retry_every_s=AFTER_TROUBLE_S)
                logged = str(error)
                await asyncio.sleep(AFTER_TROUBLE_S)
            else:
                if logged:
                    log.info("gateway.trouble_over")
                    logged = ""
                if not busy:
                    await asyncio.sleep(POLL_S)

    async def step(self) -> bool:
        """Process everything that is waiting now, and return whether there was anything.

        Raises:
            ExceptionGroup: some of it failed and still waits; the rest is done.
        """
        trouble: list[Exception] = []
        for refused in self._services.refusals.taken():
            await asyncio.to_thread(self._record, *refused)
        delivered = await self.relay.relay(trouble)
        taken = await asyncio.to_thread(self.intake.take_waiting, trouble)
        if trouble:
            raise ExceptionGroup("what makes trouble is left where it is", trouble)
        return bool(delivered or taken)

    def _record(self, why: str, times: int, last_workflow: str) -> None:
        """Record payloads that this process refused."""
        log.warning("payload.refused", times=times, why=why, workflow=last_workflow)
        with self._services.store.transaction() as transaction:
            refused_payloads.count(transaction.connection, why, times, last_workflow)
