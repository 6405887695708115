"""The demonstration: two years of a co-production, played on the real parts in under a minute.

The embedded stack is started in a new folder, `examples/drama-manga.yaml` is registered, and the business clock is
moved from one day on which something happens to the next. What people do goes through the same office as the command
line; the runs of a day are opened by the account's own Temporal Schedule; the sandbox bank loses a file, loses an
answer, answers twice and refuses a payment. Everything that is said at the end is read back from the database.
"""

import asyncio
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as day_time
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from sqlalchemy import Connection
from temporalio.exceptions import TemporalError

from activities.schedules import schedule_id
from adapters.bank.folder import folder_of
from adapters.clock import SandboxClock
from adapters.db import queries
from adapters.db.rates import keep_rates
from adapters.db.store import stream_of
from adapters.documents import load_agreement
from adapters.rates import read_rates
from adapters.sandbox_bank import admin
from adapters.sandbox_bank.books import DEFAULT_OPENING_MINOR, Books
from adapters.sandbox_bank.faults import FaultKind, add_fault
from app import interrupt, logs
from app.bootstrap import Services, connect
from app.cli.errors import sentence
from app.endpoints import endpoints
from app.office import Office
from app.preview import preview
from app.settings import load_settings
from app.stack import EmbeddedStack
from app.verify import verify
from domain.agreement.model import Agreement, Control, Milestone
from domain.agreement.schedule import calendars_of
from domain.calendars import Convention
from domain.errors import SluiceError
from domain.money import Money
from domain.payments import Status
from domain.state import State, fold
from workflows.names import production_workflow

EXAMPLES = Path(__file__).parent.parent / "examples"
SETTINGS = "answer_within_s = 2\nlog_level = 'warning'\n"
MORNING = day_time(9)
PATIENCE_S = 20
FAULTS = {
    "PR-B": (FaultKind.LOSE_ANSWER, "the bank takes it and its answer is lost"),
    "VX-A": (FaultKind.REJECT, "the bank refuses it (AC04, account closed)"),
    "PR-C": (FaultKind.LOSE_FILE, "the file is lost on its way to the bank"),
    "WR-C": (FaultKind.DUPLICATE_ANSWER, "the bank answers twice"),
}
REFUSED_FIRST = "rough-cut"
"""The milestone whose first evidence is rejected and handed in again."""


@dataclass
class Play:
    """The people of `examples/users.toml` at work on one production."""

    services: Services
    agreement: Agreement
    clock: SandboxClock
    books: Books
    bar: Progress
    task: TaskID
    today: date = field(init=False)

    def __post_init__(self) -> None:
        self.today = self.agreement.effective_on

    async def run(self) -> None:
        """Register, then live from day to day until nothing is left to do."""
        self.move_to(self.today)
        await self.as_("seoyeon").register(EXAMPLES / "drama-manga.yaml")
        await self.until(lambda: self.bank_accounts() <= set(self.books.accounts()))
        self.say(f"[bold]{self.agreement.title}[/bold] is registered")
        for instalment, (kind, what) in FAULTS.items():
            with self.books.transaction() as db:
                add_fault(db, f"{self.agreement.production}.{instalment}", kind, reason="AC04", seconds=0)
            self.say(f"planned mishap: {instalment}: {what}")
        for milestone in sorted(self.agreement.milestones, key=lambda one: one.planned_on):
            await self.live_until(milestone.planned_on)
            await self.reach(milestone)
        await self.live_until(date.max)

    async def live_until(self, end: date) -> None:
        """Open every day before `end` on which something is due, in order."""
        while (due := self.next_due()) is not None and due < end:
            self.move_to(max(due, self.today))
            await self.open_day()

    async def reach(self, milestone: Milestone) -> None:
        """Submit a milestone's evidence and approve it, as both studios' people do."""
        self.move_to(max(self.business_day(milestone.planned_on), self.today))
        producer = {"studio": "seoyeon", "broadcaster": "haruka"}[milestone.submitter]
        key, name = self.agreement.production, milestone.id
        if name == REFUSED_FIRST:
            first = await self.as_(producer).submit(key, name, _evidence(milestone, "first version"))
            await self.as_("kenta").reject(key, name, first.round, "episode 9 has no sound")
            self.say(f"{name}: rejected by the broadcaster, handed in again")
        view = await self.as_(producer).submit(key, name, _evidence(milestone, "final"))
        await self.as_("jiho").approve(key, name, view.round)
        await self.as_("kenta").approve(key, name, view.round)
        self.say(f"[green]{name}[/green] accepted: {milestone.title}")
        self.bar.advance(self.task)

    async def open_day(self) -> None:
        """Money that is owed comes in; what we owe is gathered by the schedules, released, and settles."""
        self.pay_in()
        waiting = [row for row in (*self.payments("scheduled"), *self.payments("due")) if self.is_due(row)]
        for account in sorted({row["account"] for row in waiting}) or [self.agreement.schedule[0].payee]:
            await self.open_account(account)
        await self.until(lambda: all(row["status"] == "received" for row in self.receipts() if self.is_due(row)))

    async def open_account(self, account: str) -> None:
        """Let an account's Temporal Schedule fire now instead of at eight, and see its runs through."""
        schedule = self.services.client.get_schedule_handle(schedule_id(self.agreement.production, account))
        await schedule.trigger()
        mine = [row for row in self.payments("scheduled") if row["account"] == account and self.is_due(row)]
        await self.until(lambda: not any(self.payment(row["id"])["status"] == "scheduled" for row in mine))
        await self.until(lambda: all(row["run"] for row in self.payments("due") if row["account"] == account))
        for run in self.runs("prepared"):
            found = preview(self.services.desk, run)
            await self.as_("sora").release(run, found.head["sha256"])
            await self.until(partial(self.is_over, run))
            for row in self.payments(run=run):
                await self.tell(row)

    async def tell(self, row: queries.Row) -> None:
        """Say what became of a payment; what the bank refused is put right and paid again."""
        if row["status"] == Status.REJECTED:
            self.say(f"[red]{row['id']}[/red] refused by the bank ({row['reason']}): corrected, paid again")
            await self.as_("eunwoo").correct(row["id"], "the payee confirmed the account")
            await self.open_account(row["account"])
        else:
            self.say(f"{row['id']} {row['status']}: {row['amount']} to {row['payee_party']}")
            self.bar.advance(self.task)

    def pay_in(self) -> None:
        """The partners pay what they owe by today."""
        for row in self.receipts():
            if self.is_due(row) and row["status"] != "received":
                folder = folder_of(self.agreement.production, row["account"])
                amount = Money.parse(row["amount"])
                payer = self.agreement.party(row["payer_party"]).name
                admin.credit(self.books, folder, amount, payer, row["id"], self.today)
                self.say(f"{row['id']} received: {row['amount']} from {row['payer_party']}")
                self.bar.advance(self.task)

    def next_due(self) -> date | None:
        """The next day on which something that has a date is due."""
        rows = [*self.payments("scheduled"), *self.payments("due")]
        rows += [row for row in self.receipts() if row["status"] != "received"]
        return min((date.fromisoformat(row["due_on"]) for row in rows if row["due_on"]), default=None)

    def bank_accounts(self) -> set[str]:
        """The bank's keys of the accounts that the agreement lets us instruct."""
        ours = (account for account in self.agreement.accounts if account.control is Control.CONTROLLED)
        return {folder_of(self.agreement.production, account.id) for account in ours}

    def is_due(self, row: queries.Row) -> bool:
        """Whether a payment's or receipt's day has come."""
        return row["due_on"] is not None and date.fromisoformat(row["due_on"]) <= self.today

    def is_over(self, run: str) -> bool:
        """Whether the bank has had the last word on every payment of a run."""
        finished = {Status.SETTLED, Status.REJECTED}
        return all(row["status"] in finished for row in self.payments(run=run))

    def payments(self, status: str | None = None, run: str | None = None) -> list[queries.Row]:
        """The production's payments."""
        with self.reading() as connection:
            return queries.payments(connection, self.agreement.production, status, run)

    def payment(self, payment_id: str) -> queries.Row:
        """One payment."""
        with self.reading() as connection:
            return queries.payment(connection, payment_id) or {}

    def receipts(self) -> list[queries.Row]:
        """What is expected to come in."""
        with self.reading() as connection:
            return queries.receipts(connection, self.agreement.production)

    def runs(self, status: str) -> list[str]:
        """Ids of the production's runs."""
        with self.reading() as connection:
            return [row["id"] for row in queries.runs(connection, self.agreement.production, status)]

    def business_day(self, day: date) -> date:
        """The first day from `day` on that is one everywhere."""
        return calendars_of(self.agreement, self.agreement.accounts).adjust(day, Convention.FOLLOWING)

    def move_to(self, day: date) -> None:
        """Move the business clock of every process to nine in the morning of a day."""
        self.today = day
        at = datetime.combine(day, MORNING, ZoneInfo(self.agreement.time_zone))
        self.clock.set(at)
        self.bar.update(self.task, description=f"{day:%d %b %Y}")

    def say(self, words: str) -> None:
        """Print a line above the progress bar."""
        self.bar.console.print(f"[dim]{self.today}[/dim]  {words}", highlight=False)

    def as_(self, user: str) -> Office:
        """The office, with somebody of `examples/users.toml` acting."""
        return Office(self.services, user)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to look things up with."""
        with self.services.store.transaction() as transaction:
            yield transaction.connection

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something has happened; after too long, say so instead of waiting for ever."""
        deadline = time.monotonic() + PATIENCE_S
        while not happened():
            if time.monotonic() > deadline:
                raise TimeoutError(f"on {self.today} the stack did not get on for {PATIENCE_S} s: see its logs")
            await asyncio.sleep(0.03)


def figures(connection: Connection, production: str) -> dict[str, int | bool]:
    """What the database says of a production now that all is done."""
    facts = list(queries.facts(connection, stream_of(production)))
    state, rejected, doubted = State(), set(), set()
    for fact in facts:
        state = fold(state, [(fact.event, fact.effective_on)])
        rejected |= {payment.id for payment in state.payments.values() if payment.status is Status.REJECTED}
        doubted |= {payment.id for payment in state.payments.values() if payment.status is Status.UNKNOWN}
    settled = {row["id"] for row in queries.payments(connection, production, Status.SETTLED)}
    milestones = queries.milestones(connection, production)
    return {
        "payments_settled": len(settled),
        "payments_rejected": len(rejected),
        "payments_unknown_resolved": len(doubted & settled),
        "milestones_accepted": sum(row["status"] == "accepted" for row in milestones),
        "ledger_balanced": not queries.unbalanced(connection),
        "chain_verified": not verify(connection).wrong,
    }


def same_as_bank(connection: Connection, agreement: Agreement, books: Books) -> list[str]:
    """Where our books and the bank's own differ about an account; nowhere, if all is well."""
    ours = {row["account"]: Money.parse(row["balance"]) for row in queries.balances(connection, agreement.production)}
    theirs = books.balances()
    wrong = []
    for account in agreement.accounts:
        key = folder_of(agreement.production, account.id)
        if key in theirs:
            moved = theirs[key] - Money(DEFAULT_OPENING_MINOR, account.currency)
            booked = ours.get(f"asset:bank:{account.id}", Money.zero(account.currency))
            if moved != booked:
                wrong.append(f"{account.id}: the bank moved {moved}, the ledger says {booked}")
    return wrong


async def play(data: Path, screen: Console) -> dict[str, int | bool]:
    """Play the whole of it on a stack that is up on `data`; answers the figures."""
    settings = load_settings(data)
    services = await connect(settings, endpoints(settings))
    with services.store.transaction() as transaction:
        raw, rates = read_rates(EXAMPLES / "rates" / "ecb-illustrative.xml")
        keep_rates(transaction, "ecb-illustrative.xml", raw, rates)
    agreement = load_agreement(EXAMPLES / "drama-manga.yaml").agreement
    steps = len(agreement.schedule) + len(agreement.milestones)
    books = Books(admin.books_path(data))
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen) as bar:
        task = bar.add_task("starting", total=steps)
        clock = SandboxClock(data / "clock.json")
        acted = Play(services, agreement, clock, books, bar, task)
        await acted.run()
        handle = services.client.get_workflow_handle(production_workflow(agreement.production))
        await asyncio.wait_for(handle.result(), PATIENCE_S)
        acted.say("nothing is left to accept, to pay or to receive: the production's workflow has ended")
    with services.store.transaction() as transaction:
        found = figures(transaction.connection, agreement.production)
        wrong = same_as_bank(transaction.connection, agreement, books)
    books.close()
    for difference in wrong:
        screen.print(f"[red]{difference}[/red]")
    return found | {"ledger_balanced": bool(found["ledger_balanced"]) and not wrong}


def main() -> int:
    """Play it in the empty folder named, or in one that is thrown away; the last line on stdout is the JSON object."""
    screen = Console(stderr=True)
    try:
        with tempfile.TemporaryDirectory(prefix="sluice-demo-") as thrown_away:
            return shown(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(thrown_away), screen)
    except KeyboardInterrupt:
        return 130
    except (SluiceError, TimeoutError, OSError, TemporalError) as error:
        screen.print(f"error: {sentence(error)}", markup=False, highlight=False)
        return 1


def shown(data: Path, screen: Console) -> int:
    """Play it in a folder and print the figures; answers the exit status."""
    begun = time.monotonic()
    logs.configure("console", "warning")
    data.mkdir(mode=0o700, exist_ok=True)
    (data / "sluice.toml").write_text(SETTINGS + (EXAMPLES / "users.toml").read_text("utf-8"), "utf-8")
    with EmbeddedStack(data) as stack:
        ready_s = time.monotonic() - begun
        screen.print(f"the stack is up after {ready_s:.1f} s; its Temporal UI: {stack.temporal.ui}")
        found = interrupt.run(play(data, screen))
    good = found["ledger_balanced"] and found["chain_verified"]
    print(json.dumps(found | {"seconds": round(time.monotonic() - begun, 1)}), flush=True)  # noqa: T201 - its result
    return 0 if good else 1


def _evidence(milestone: Milestone, content: str) -> dict[str, str]:
    """Hashes of the documents that a milestone asks for, as if their files held `content`."""
    return {
        document.id: hashlib.sha256(f"{document.title}: {content}".encode()).hexdigest()
        for document in milestone.evidence
    }


if __name__ == "__main__":
    sys.exit(main())
