"""The worker's other half: what transactions left in the outbox is done, what the bank left in its folders is taken in.

Every effect is idempotent and is marked done after it happened, so a crash at any point repeats it harmlessly.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import sqlalchemy as sa
import structlog
from temporalio.common import WorkflowIDConflictPolicy

from activities.views import DistributionRef, PlannedRun, ProductionRef
from adapters.bank.folder import folder_of
from adapters.bank.xml import BadBankFile
from adapters.db import health, tables
from adapters.sandbox_bank import admin
from app.bootstrap import Services
from domain.agreement.model import Account, Control
from domain.errors import NotFound
from workflows.distribution import DistributionWorkflow
from workflows.names import distribution_workflow, production_workflow, run_workflow
from workflows.payment_run import PaymentRunWorkflow
from workflows.production import ProductionWorkflow

POLL_S = 0.1
AFTER_TROUBLE_S = 1.0
BATCH = 100

log = structlog.get_logger()


class Gateway:
    """Runs beside the Temporal worker in one process; any number of them may run."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.store
        self._known: set[str] = set()

    async def run(self) -> None:
        """Work until cancelled; trouble (a database that is down, a full disk) is logged once and tried again."""
        resumed, told = False, ""
        while True:
            try:
                if not resumed:
                    await self.resume()
                    resumed = True
                busy = await self.step()
            except Exception as error:
                if str(error) != told:
                    log.exception("gateway.trouble", retry_every_s=AFTER_TROUBLE_S)
                told = str(error)
                await asyncio.sleep(AFTER_TROUBLE_S)
            else:
                if told:
                    log.info("gateway.trouble_over")
                    told = ""
                if not busy:
                    await asyncio.sleep(POLL_S)

    async def step(self) -> bool:
        """Do everything that is waiting now; True if anything was.

        Raises:
            ExceptionGroup: some of it made trouble and still waits; the rest is done.
        """
        trouble: list[Exception] = []
        delivered = await self._empty_outbox(trouble)
        taken = await asyncio.to_thread(self._take_files, trouble)
        if trouble:
            raise ExceptionGroup("what makes trouble is left where it is", trouble)
        return bool(delivered or taken)

    async def resume(self) -> None:
        """Start every production, unfinished run and open distribution, as if all histories had been lost.

        One that is running already just looks again.
        """
        productions, runs = await asyncio.to_thread(self._unfinished)
        for ref in await asyncio.to_thread(self._open_distributions):
            await self._services.client.start_workflow(
                DistributionWorkflow.run,
                ref,
                id=distribution_workflow(ref.production, ref.period),
                task_queue=self._services.settings.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_signal="look_again",
            )
        for production in productions:
            await self._tell_production(production)
        for run in runs:
            await self._look_again(run)

    async def _empty_outbox(self, trouble: list[Exception]) -> int:
        """Do what the outbox says; one thing that makes trouble does not keep the others waiting."""
        done = []
        for row in await asyncio.to_thread(self._waiting):
            try:
                if row.kind == "bank-file":
                    await asyncio.to_thread(self._deliver, row)
                elif row.kind == "run-news":
                    await self._tell_run(row.name)
                else:
                    await self._tell_production(row.name)
                done.append(row.id)
            except Exception as error:  # noqa: BLE001 - told by `step`, together with the others
                error.add_note(f"outbox {row.id}: {row.kind} {row.name} for {row.target}")
                trouble.append(error)
        if done:
            await asyncio.to_thread(self._done, done)
        return len(done)

    def _waiting(self) -> list[sa.Row[tuple[object, ...]]]:
        table = tables.outbox
        with self._store.reading() as records:
            query = sa.select(table).where(table.c.done_at.is_(None)).order_by(table.c.id).limit(BATCH)
            return list(records.connection.execute(query))

    def _deliver(self, row: sa.Row[tuple[object, ...]]) -> None:
        with self._store.reading() as records:
            raw = records.document(row.document)
        if raw is None:
            raise LookupError(f"outbox {row.id}: document {row.document} is not kept")
        self._services.folder.deliver(row.target, row.name, raw)
        log.info("bank.file_sent", account=row.target, name=row.name, size=len(raw))

    def _done(self, ids: list[int]) -> None:
        table = tables.outbox
        with self._store.transaction() as transaction:
            transaction.connection.execute(
                sa.update(table).where(table.c.id.in_(ids)).values(done_at=datetime.now(UTC))
            )

    async def _tell_run(self, run: str) -> None:
        found = await asyncio.to_thread(self._planned, tables.run.c.id == run)
        for planned in found:
            await self._look_again(planned)

    async def _tell_production(self, production: str) -> None:
        await self._services.client.start_workflow(
            ProductionWorkflow.run,
            ProductionRef(production=production),
            id=production_workflow(production),
            task_queue=self._services.settings.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal="look_again",
        )

    async def _look_again(self, planned: PlannedRun) -> None:
        """Signal a run's workflow; one that is gone is started again, and reads where it was from the database."""
        await self._services.client.start_workflow(
            PaymentRunWorkflow.run,
            planned,
            id=run_workflow(planned.run),
            task_queue=self._services.settings.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal="look_again",
        )

    def _unfinished(self) -> tuple[list[str], list[PlannedRun]]:
        with self._store.reading() as records:
            productions = list(records.connection.execute(sa.select(tables.production.c.key)).scalars())
            runs = health.unfinished_runs(records.connection)
        return productions, self._planned(tables.run.c.id.in_(runs))

    def _open_distributions(self) -> list[DistributionRef]:
        """Those that are not paid out, or in dispute."""
        with self._store.reading() as records:
            found = health.open_distributions(records.connection)
        return [DistributionRef(production=production, period=period) for production, period in found]

    def _planned(self, condition: sa.ColumnElement[bool]) -> list[PlannedRun]:
        with self._store.reading() as records:
            rows = list(records.connection.execute(sa.select(tables.run).where(condition)))
        return [
            PlannedRun(
                production=row.production,
                run=row.id,
                account=row.account,
                currency=row.currency,
                on=row.execution_on,
                by=row.prepared_by,
            )
            for row in rows
        ]

    def _take_files(self, trouble: list[Exception]) -> int:
        """Take in every waiting file; one that makes trouble stays, and does not keep the others waiting."""
        taken = 0
        for production, account in self._accounts():
            folder = folder_of(production, account.id)
            try:
                self._open_in_sandbox(folder, account)
                waiting = self._services.folder.waiting(folder)
            except Exception as error:  # noqa: BLE001 - told by `step`, together with the others
                error.add_note(f"folder {folder}")
                trouble.append(error)
                continue
            for name in waiting:
                try:
                    taken += self._take(production, account.id, name)
                except Exception as error:  # noqa: BLE001 - told by `step`, together with the others
                    error.add_note(f"file {name} in {folder}")
                    trouble.append(error)
        return taken

    def _take(self, production: str, account: str, name: str) -> bool:
        """Take in a file, or keep it aside; False if it is left where it is for now, or is gone."""
        folder = folder_of(production, account)
        try:
            raw = self._services.folder.read(folder, name)
            if self._services.folder.may_grow(folder, name, raw):
                return False
        except NotFound:
            return False  # another gateway has put it away
        except BadBankFile as error:  # too large to be read, let alone recorded
            why: str | None = error.sentence
        else:
            why = self._services.bank.take(production, account, name, raw)
        with suppress(FileNotFoundError, NotFound):  # another gateway has put it away
            if why is None:
                self._services.folder.archive(folder, name)
            else:
                self._services.folder.keep_aside(folder, name, why)
                log.warning("bank.file_refused", production=production, account=account, name=name, why=why)
        return True

    def _accounts(self) -> Iterator[tuple[str, Account]]:
        with self._store.reading() as records:
            rows = list(records.connection.execute(sa.select(tables.production)))
            agreements = [self._services.handler.agreements.of(records, row.document) for row in rows]
        for agreement in agreements:
            for account in agreement.accounts:
                if account.control is Control.CONTROLLED:
                    yield agreement.production, account

    def _open_in_sandbox(self, folder: str, account: Account) -> None:
        """The sandbox bank keeps every account that an agreement calls ours; a real bank opened its own long ago."""
        if self._services.settings.bank_mode != "sandbox" or folder in self._known:
            return
        data = self._services.settings.data
        admin.open_account(data, folder, account.number, account.currency, iban=account.iban)
        self._known.add(folder)
