"""Outbox relay: it carries out what committed transactions left in the outbox.

Every effect is idempotent and is marked done afterwards, so a crash at any point only repeats it.
"""

import asyncio
from datetime import UTC, datetime

import sqlalchemy as sa
import structlog

from adapters.bank.folder import BankFolder
from adapters.db import tables
from app.bootstrap import Services
from app.worker.workflow_starts import WorkflowStarts

BATCH = 100
"""How many rows of the outbox are read at once."""

Row = sa.Row[tuple[object, ...]]
log = structlog.get_logger()


class OutboxRelay:
    """Delivers bank files and notices to their folders, and signals workflows about changes. Any number may run."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._starts = WorkflowStarts(services)

    async def relay(self, trouble: list[Exception]) -> int:
        """Process waiting rows and return how many are done. Errors go to `trouble`, and their rows wait."""
        done = []
        for row in await asyncio.to_thread(self.waiting):
            try:
                if row.kind in {"bank-file", "notice"}:
                    await asyncio.to_thread(self.deliver, row)
                elif row.kind == "run-news":
                    await self._starts.run(row.name)
                elif row.kind == "distributions-due":
                    await self._starts.due_distributions(row.name)
                else:
                    await self._starts.all_of(row.name)
                done.append(row.id)
            except Exception as error:  # noqa: BLE001 - the caller raises it, together with the others
                error.add_note(f"outbox {row.id}: {row.kind} {row.name} for {row.target}")
                trouble.append(error)
        if done:
            await asyncio.to_thread(self._mark_done, done)
        return len(done)

    def waiting(self) -> list[Row]:
        """Return the oldest rows that are not done, at most `BATCH`."""
        table = tables.outbox
        with self._services.store.reading() as records:
            query = sa.select(table).where(table.c.done_at.is_(None)).order_by(table.c.id).limit(BATCH)
            return list(records.connection.execute(query))

    def deliver(self, row: Row) -> None:
        """Put a bank file into its account's folder, or a notice into its production's.

        Raises:
            LookupError: the row's document is not stored.
        """
        with self._services.store.reading() as records:
            raw = records.document(row.document)
        if raw is None:
            raise LookupError(f"outbox {row.id}: document {row.document} is not kept")
        if row.kind == "notice":
            BankFolder(self._services.settings.notices).deliver(row.target, row.name, raw)
            log.info("payee.notice_written", production=row.target, name=row.name)
            return
        self._services.folder.deliver(row.target, row.name, raw)
        log.info("bank.file_sent", account=row.target, name=row.name, size=len(raw))

    def _mark_done(self, ids: list[int]) -> None:
        table = tables.outbox
        with self._services.store.transaction() as transaction:
            transaction.connection.execute(
                sa.update(table).where(table.c.id.in_(ids)).values(done_at=datetime.now(UTC))
            )
