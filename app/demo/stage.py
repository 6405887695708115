"""The demonstration's stage: the stack, the business clock, the bank's books and the users."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as day_time
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.progress import Progress, TaskID
from temporalio.service import RPCError, RPCStatusCode

from activities.schedules import schedule_id
from adapters.bank.folder import folder_of
from adapters.clock import SandboxClock
from adapters.db.queries.bank import MovementFilter, MovementRow, unmatched
from adapters.db.queries.payments import PaymentFilter, PaymentRow, payments
from adapters.db.queries.receipts import ReceiptFilter, ReceiptRow, receipts
from adapters.db.queries.runs import RunFilter, runs
from adapters.sandbox_bank.books import BankBooks
from app.bootstrap import Services
from app.commands.client import CommandClient
from app.payments.preview import preview
from domain.agreement.model import Agreement
from domain.agreement.schedule import calendars_of
from domain.calendar.calendars import Calendars
from domain.commands import (
    CorrectPayment,
    ReleaseRun,
)
from domain.payments.payments import Status

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE_S = 20
POLL_S = 0.03
_MORNING = day_time(9)


@dataclass
class Stage:
    """A production on a running stack, and its current business day."""

    services: Services
    agreement: Agreement
    clock: SandboxClock
    books: BankBooks
    bar: Progress
    task: TaskID
    today: date = field(init=False)

    def __post_init__(self) -> None:
        self.today = self.agreement.effective_on

    async def open_account(self, account: str) -> None:
        """Trigger an account's Temporal Schedule now instead of at eight, and see its runs through."""
        await self.trigger(schedule_id(self.agreement.production, account))
        mine = {row.id for row in self.payments("scheduled") if row.account == account and self.is_due(row)}
        await self.until(lambda: mine.isdisjoint(row.id for row in self.payments("scheduled")))
        await self.until(lambda: all(row.run for row in self.payments("due") if row.account == account))
        for run in self.runs("prepared"):
            found = preview(self.services.handler, run)
            await self.as_("sora").send(ReleaseRun, run=run, sha256=found.head.sha256)
            await self.until(partial(self.is_over, run))
            for row in self.payments(run=run):
                await self.tell(row)

    async def trigger(self, schedule: str) -> None:
        """Trigger a Temporal Schedule now instead of at eight. Wait for one that is being created."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return await self.services.client.get_schedule_handle(schedule).trigger()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(POLL_S)

    async def tell(self, row: PaymentRow) -> None:
        """Print a payment's outcome. Correct a refused payment and pay it again."""
        if row.status == Status.REJECTED:
            self.say(f"[red]{row.id}[/red] refused by the bank ({row.reason}): corrected, paid again")
            await self.as_("eunwoo").send(CorrectPayment, payment=row.id, reason="the payee confirmed the account")
            await self.open_account(row.account)
        else:
            self.say(f"{row.id} {row.status}: {row.amount} to {row.payee_party}")
            self.bar.advance(self.task)

    def bank_accounts(self) -> set[str]:
        """Return the bank's keys of the accounts that we control."""
        return {folder_of(self.agreement.production, account.id) for account in self.agreement.controlled}

    def is_due(self, row: PaymentRow | ReceiptRow) -> bool:
        """Return whether a payment's or receipt's day has come."""
        return row.due_on is not None and row.due_on <= self.today

    def is_over(self, run: str) -> bool:
        """Return whether every payment of a run has its final answer."""
        finished = {Status.SETTLED, Status.REJECTED}
        return all(row.status in finished for row in self.payments(run=run))

    def payments(self, status: str | None = None, run: str | None = None) -> tuple[PaymentRow, ...]:
        """Return the production's payments."""
        with self.services.store.reading() as records:
            return payments(records.connection, PaymentFilter(self.agreement.production, status, run)).items

    def receipts(self) -> tuple[ReceiptRow, ...]:
        """Return the expected receipts."""
        with self.services.store.reading() as records:
            return receipts(records.connection, ReceiptFilter(self.agreement.production)).items

    def runs(self, status: str) -> list[str]:
        """Return the ids of the production's runs."""
        with self.services.store.reading() as records:
            return [row.id for row in runs(records.connection, RunFilter(self.agreement.production, status)).items]

    def unmatched(self) -> tuple[MovementRow, ...]:
        """Return the movements that nothing explains."""
        with self.services.store.reading() as records:
            return unmatched(records.connection, MovementFilter(self.agreement.production)).items

    def calendars(self) -> Calendars:
        """Return the combined calendars of all banks."""
        return calendars_of(self.agreement, self.agreement.accounts)

    def move_to(self, day: date) -> None:
        """Move every process's business clock to nine in the morning of a day."""
        self.today = day
        at = datetime.combine(day, _MORNING, ZoneInfo(self.agreement.time_zone))
        self.clock.set(at)
        self.bar.update(self.task, description=f"{day:%d %b %Y}")

    def say(self, words: str) -> None:
        """Print a line above the progress bar."""
        self.bar.console.print(f"[dim]{self.today}[/dim]  {words}", highlight=False)

    def as_(self, user: str) -> CommandClient:
        """Return the command client of a user of `examples/users.toml`."""
        return CommandClient(self.services, user)

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something has happened.

        Raises:
            TimeoutError: it takes too long.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not happened():
            if time.monotonic() > deadline:
                raise TimeoutError(f"on {self.today} the stack did not get on for {PATIENCE_S} s: see its logs")
            await asyncio.sleep(POLL_S)
