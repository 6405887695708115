"""The stage of a record: the embedded stack's, like the demonstration's."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress

from activities.schedules import settlement_schedule_id
from adapters.bank.folder import folder_of
from adapters.clock import SandboxClock
from adapters.db.queries.journal import EventFilter, newest_events
from adapters.db.queries.paging import PageRequest
from adapters.sandbox_bank import admin
from adapters.sandbox_bank.books import BankBooks
from adapters.sharing.sheets.mapping import load_mapping
from app.bootstrap import Services, connect
from app.demo.stage import POLL_S, Stage
from app.endpoints import endpoints
from app.settings import load_settings
from app.sharing.imports import Import, import_on
from domain.calendar.dates import period_end
from domain.commands import (
    AllocateMovement,
    ApproveDistribution,
    ObjectToDistribution,
)
from domain.events import StatementKind
from domain.milestones import Milestone
from domain.sharing.distributions import Distribution
from domain.values.money import Money

PATIENCE_S = 90
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Statement:
    """A source's file and its import arguments."""

    kind: str
    source: str
    statement: str
    file: str
    mapping: str | None = None


@dataclass
class Production(Stage):
    """A production on a running stack, with actions that the demonstration does not need."""

    files: Path = field(default_factory=Path)
    """The folder of its files."""
    approvers: dict[str, str] = field(default_factory=dict)
    """The approving user of each party."""

    @property
    def key(self) -> str:
        return self.agreement.production

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something has happened. The timeout is longer than the demonstration's, for busy test machines."""
        async with asyncio.timeout(PATIENCE_S):
            while not happened():
                await asyncio.sleep(POLL_S)

    def move_on(self, day: date, at: day_time) -> None:
        """Move the clock to a time of a day."""
        self.today = day
        self.clock.set(datetime.combine(day, at, ZoneInfo(self.agreement.time_zone)))

    def take_in(self, one: Statement) -> list[Money]:
        """Import a file, and return the sums of its rows by kind and currency."""
        declared = load_mapping(self.files / one.mapping, StatementKind(one.kind)) if one.mapping else None
        request = Import(one.kind, self.key, one.source, one.statement, "eunwoo")
        taken = import_on(self.services.handler, request, self.files / one.file, declared)
        return [Money.parse(amount) for amounts in taken.totals.values() for amount in amounts if " " in amount]

    def credit(self, account: str, amount: Money, payer: str, reference: str) -> None:
        """Credit an account with a party's money."""
        name = self.agreement.party(payer).name
        admin.credit(self.books, folder_of(self.key, account), amount, name, reference, self.today)

    async def remitted(self, amounts: list[Money], source: str, advice: str) -> None:
        """Pay in what the broadcaster reported, and allocate it as the treasurer."""
        before = {row.movement for row in self.unmatched()}
        self.credit("spc-jpy", sum(amounts[1:], amounts[0]), "broadcaster", advice)
        await self.until(lambda: len(self.unmatched()) > len(before))
        (row,) = [row for row in self.unmatched() if row.movement not in before]
        treasurer = self.as_("eunwoo")
        await treasurer.send(
            AllocateMovement,
            production=self.key,
            account=row.account,
            movement=row.movement,
            to="source",
            name=source,
            amount=None,
            reason=advice,
        )

    async def distribute(self, period: str, objects: tuple[str, ...] = ()) -> None:
        """Open a past period by its schedule, answer for every party, and wait for the payouts' order.

        With `objects`, the publisher disputes these positions.
        """
        self.move_to(max(self.today, period_end(period) + _DAY))
        await self.trigger(settlement_schedule_id(self.key))
        await self.until(lambda: period in self.distributions())
        found = self.distributions()[period]
        for party in sorted(found.parties):
            person = self.as_(self.approvers[party])
            if objects and party == "publisher":
                await person.send(
                    ObjectToDistribution,
                    production=self.key,
                    period=period,
                    revision=found.revision,
                    positions=objects,
                    reason="a share is missing",
                )
            else:
                await person.send(ApproveDistribution, production=self.key, period=period, revision=found.revision)
        await self.until(lambda: self.distributions()[period].status == "ordered")

    async def pay_until(self, end: date) -> None:
        """Open each day with a payment due before `end`, until all of them are settled or refused."""
        while waiting := [row for row in self.payments("scheduled") if row.due_on and row.due_on < end]:
            self.move_to(max(self.today, min(row.due_on for row in waiting if row.due_on)))
            for account in sorted({row.account for row in waiting if self.is_due(row)}):
                await self.open_account(account)

    def distributions(self) -> dict[str, Distribution]:
        with self.services.store.reading() as records:
            return records.state(self.key, distributions=True).distributions

    def milestone(self, name: str) -> Milestone:
        """Return the state of a milestone."""
        with self.services.store.reading() as records:
            return records.state(self.key, milestones=True).milestones[name]

    def events(self) -> list[str]:
        """Return the types of the production's newest events."""
        with self.services.store.reading() as records:
            return [row.type for row in newest_events(records.connection, EventFilter(self.key), PageRequest(20)).items]


@asynccontextmanager
async def production_on(data: Path, key: str, files: Path, approvers: dict[str, str]) -> AsyncIterator[Production]:
    """Open a production on the running stack of a data folder, on its clock's current day."""
    settings = load_settings(data)
    services = await connect(settings, endpoints(settings))
    books = BankBooks(admin.books_path(data))
    clock = SandboxClock(data / "clock.json")
    with Progress(console=Console(stderr=True, quiet=True)) as bar:
        agreement = services.handler.in_force(key)
        stage = Production(services, agreement, clock, books, bar, bar.add_task(key), files, approvers)
        stage.today = clock.now().date()
        try:
            yield stage
        finally:
            books.close()
            services.store.engine.dispose()


async def all_archived(services: Services) -> None:
    """Wait until every ended workflow is archived.

    Raises:
        TimeoutError: some are not archived in time.
    """
    async with asyncio.timeout(PATIENCE_S):
        while True:
            closed = [run async for page in services.histories.executions.closed() for run in page]
            if closed and not await services.histories.missing(closed):
                return
            await asyncio.sleep(POLL_S)
