"""One stack with its users, and a production from registration to its last payment.

The users here persist: they repeat what fails until it is seen to be done.
"""

import asyncio
import hashlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

import app
from adapters.bank.folder import folder_of
from adapters.clock import SandboxClock
from adapters.db import tables
from adapters.db.queries import chain
from adapters.db.queries.receipts import ReceiptFilter, receipts
from adapters.db.queries.runs import RunFilter, RunRow
from adapters.db.queries.runs import run as the_run
from adapters.db.queries.runs import runs as runs_of
from adapters.db.streams import stream_of
from adapters.embedded.process import Launch
from adapters.sandbox_bank import admin
from adapters.sandbox_bank.admin import books_path, folders_path
from adapters.sandbox_bank.books import BankBooks
from app.bootstrap import Services, connect
from app.commands.client import CommandClient
from app.endpoints import endpoints
from app.payments.preview import preview
from app.settings import TASK_QUEUE, load_settings
from app.sharing.imports import Import, import_on
from app.stack import supervisor
from app.stack.stack import (
    BANK,
    WORKER,
    EmbeddedStack,
    our_program,
)
from app.stack.supervisor import Program
from app.worker.gateway import Gateway
from domain.commands import (
    ApproveDistribution,
    ApproveMilestone,
    ComputeDistribution,
    ObjectToDistribution,
    ReleaseRun,
    ResolveObjection,
    SubmitMilestone,
)
from domain.identity import Role
from domain.ledger.journal import Fact
from domain.values.money import Money
from tests.faults.programme.agreements import ACCOUNT, PARTIES, PERIOD, Drawn
from tests.faults.programme.tally import Tally
from tests.faults.programme.worker import COMMITS, SPRUNG, TRAP

ROOT = Path(app.__file__).parent.parent
OPEN = datetime.fromisoformat("2026-01-05T09:00:00+09:00")
"""A Monday morning on which banks are open."""
PATIENCE_S = 180.0
ASKED_AGAIN_AFTER_S = 25.0
APPROVERS = tuple(f"spc-approver-{n}" for n in range(10))
CONTRIBUTION = Money(1_000_000, "KRW")
EVIDENCE = {"report": hashlib.sha256(b"wrap").hexdigest()}
_USERS = {
    "payer-one": ("spc", ["preparer", "treasurer"]),
    "payer-two": ("spc", ["releaser"]),
    "producer": ("studio", ["producer"]),
    "studio-approver": ("studio", ["approver"]),
    "vendor-approver": ("vendor", ["approver"]),
    **{name: ("spc", ["approver"]) for name in APPROVERS},
    **{f"insider-{role}-{party}": (party, [str(role)]) for role in Role for party in PARTIES},
}
Step = Callable[[], Awaitable[Any]]


class Stuck(Exception):
    """Something did not happen in time."""


class Stage:
    """A running stack and the actions on it."""

    def __init__(self, stack: EmbeddedStack, services: Services, dice: Random, tally: Tally) -> None:
        self.stack, self.services, self.dice, self.tally = stack, services, dice, tally
        self.data = stack.data
        self.clock = SandboxClock(self.data / "clock.json")
        self.played: list[str] = []
        """Productions that were registered."""
        self.lies: dict[str, int] = {}
        """Minor units by production that false bank messages put into suspense."""

    def as_user(self, user: str) -> CommandClient:
        return CommandClient(self.services, user)

    # Faults

    def trap(self, commit: str, side: str, victim: str) -> None:
        """Kill a victim once, before or after a commit, when the worker reaches it."""
        (self.data / SPRUNG).unlink(missing_ok=True)
        staged = self.data / "trap.new"
        token = f"{commit}/{side}/{victim}/{time.monotonic_ns()}"
        staged.write_text(json.dumps({"token": token, "commit": commit, "side": side, "victim": victim}), "ascii")
        staged.rename(self.data / TRAP)

    def skew(self, worker: str, seconds: int) -> None:
        """Set a worker's clock off by `seconds`. 0 sets it right."""
        file = self.data / f"{worker}.skew"
        if not seconds:
            file.unlink(missing_ok=True)
            return
        staged = file.with_suffix(".new")
        staged.write_text(str(seconds), "ascii")
        staged.rename(file)

    def log_of(self, worker: str) -> str:
        """Return a worker's log."""
        return (self.data / "logs" / f"{worker}.log").read_text("utf-8")

    def has_sprung(self) -> bool:
        return (self.data / SPRUNG).exists()

    def sprung(self) -> bool:
        """Remove the trap, and return whether it has sprung."""
        (self.data / TRAP).unlink(missing_ok=True)
        return self.has_sprung()

    def commits(self) -> list[str]:
        """Return the commits since the last call."""
        log = self.data / COMMITS
        found = log.read_text("ascii").split() if log.exists() else []
        log.unlink(missing_ok=True)
        return found

    @contextmanager
    def books(self):
        books = BankBooks(books_path(self.data))
        try:
            yield books
        finally:
            books.close()

    # What people do

    async def persist(self, step: Step, done: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Repeat a step until it is done. After a failure or timeout, first check whether it is."""
        until = time.monotonic() + patience_s
        while True:
            trouble: BaseException | None = None
            try:
                await asyncio.wait_for(step(), ASKED_AGAIN_AFTER_S)
            except Exception as error:  # noqa: BLE001 - whatever it is: is it done?
                trouble = error
            if await self.is_so(done):
                return
            if time.monotonic() > until:
                raise Stuck(f"{getattr(done, '__name__', 'it')} is not so: {trouble!r}")
            await asyncio.sleep(0.1)

    async def until(self, done: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
        until = time.monotonic() + patience_s
        while not await self.is_so(done):
            if time.monotonic() > until:
                raise Stuck(what)
            await asyncio.sleep(0.05)

    async def is_so(self, done: Callable[[], bool]) -> bool:
        """Return False while the database does not answer."""
        try:
            return await asyncio.to_thread(done)
        except sa.exc.DBAPIError:
            return False

    async def register(self, drawn: Drawn) -> None:
        file = self.data.parent / f"{drawn.key}.yaml"
        file.write_bytes(drawn.agreement())
        self.played.append(drawn.key)
        await self.persist(lambda: self.as_user("producer").register(file), lambda: self.registered(drawn.key))
        if drawn.earned:
            statement = self.data.parent / f"{drawn.key}.csv"
            statement.write_text(drawn.statement(), "utf-8")
            request = Import("receipt", drawn.key, "sales", "S1", "payer-one")
            await self.persist(
                lambda: asyncio.to_thread(import_on, self.services.handler, request, statement),
                lambda: self.earned(drawn.key),
            )

    async def accept(self, key: str, milestone: str = "wrap") -> None:
        """Submit and approve a milestone."""
        await self.persist(
            lambda: self.as_user("producer").send(
                SubmitMilestone, production=key, milestone=milestone, evidence=EVIDENCE
            ),
            lambda: self.milestone(key, milestone) in {"submitted", "accepted"},
        )
        await self.persist(
            lambda: self.as_user(APPROVERS[0]).send(ApproveMilestone, production=key, milestone=milestone, round=1),
            lambda: self.milestone(key, milestone) == "accepted",
        )

    async def pay(self, key: str, account: str = ACCOUNT) -> list[str]:
        """Open the account's day, release what is prepared, and return the runs."""
        runs: list[str] = []

        async def open_day() -> None:
            runs[:] = await self.as_user("payer-one").open_runs(key, account)

        await self.persist(open_day, lambda: bool(runs))
        for run in runs:
            await self.until(lambda run=run: self.run(run) is not None, f"run {run} is not prepared")
            await self.release(run)
        return runs

    async def release(self, run: str) -> None:
        async def step() -> None:
            sha256 = (await asyncio.to_thread(preview, self.services.handler, run)).head.sha256
            await self.as_user("payer-two").send(ReleaseRun, run=run, sha256=sha256)

        await self.persist(step, lambda: self.run(run).status in {"released", "submitted"})

    async def pay_in(self, key: str) -> None:
        """Let the contribution arrive at the bank."""
        with self.books() as books:
            admin.credit(
                books, folder_of(key, ACCOUNT), CONTRIBUTION, "studio Co", f"{key}.IN", self.clock.now().date()
            )

    async def distribute(self, key: str) -> None:
        """Compute a period, answer it with an objection, await its payouts' order, and resolve the objection."""
        await self.persist(
            lambda: self.as_user("payer-one").send(ComputeDistribution, production=key, period=PERIOD),
            lambda: self.distribution(key) is not None,
        )
        for user in (APPROVERS[0], "vendor-approver"):
            party = user.partition("-")[0]
            await self.persist(
                lambda user=user: self.as_user(user).send(
                    ApproveDistribution, production=key, period=PERIOD, revision=1
                ),
                lambda party=party: party in self.distribution(key)["body"]["approvals"],
            )
        await self.persist(
            lambda: self.as_user("studio-approver").send(
                ObjectToDistribution, production=key, period=PERIOD, revision=1, positions=("fee",), reason="the rate"
            ),
            lambda: "studio" in self.distribution(key)["body"]["objections"],
        )
        await self.until(lambda: self.distribution(key)["status"] == "ordered", f"distribution of {key} is not ordered")
        await self.persist(
            lambda: self.as_user("studio-approver").send(
                ResolveObjection, production=key, period=PERIOD, reason="agreed"
            ),
            lambda: not self.distribution(key)["body"]["objections"],
        )

    async def play(self, drawn: Drawn) -> None:
        """Play the whole life of a production's schedule."""
        await self.register(drawn)
        await self.accept(drawn.key)
        await self.pay(drawn.key)
        await self.until(lambda: self.ended(drawn.key), f"{drawn.key} is not paid out: {self.statuses(drawn.key)}")
        await self.pay_in(drawn.key)  # afterwards, so that the bank reports it in a file of its own
        await self.until(lambda: self.paid(drawn.key), f"{drawn.key} is not paid: {self.statuses(drawn.key)}")

    async def services_resumed(self) -> None:
        """Look at everything unfinished again, like a starting worker."""
        await Gateway(self.services).starts.everything_unfinished()

    # What is on record

    def await_database(self) -> None:
        """Wait for a database that may have been killed a moment ago."""
        until = time.monotonic() + PATIENCE_S
        while not self.stack.postgres.answers() and time.monotonic() < until:
            time.sleep(0.05)

    @contextmanager
    def reading(self):
        self.await_database()
        with self.services.store.reading() as records:
            yield records

    def facts(self, key: str) -> list[Fact]:
        """Return a production's facts without the archiving of its histories, which happens by itself."""
        with self.reading() as records:
            found = list(chain.facts(records.connection, stream_of(key)))
        return [fact for fact in found if fact.type != "history-archived"]

    def registered(self, key: str) -> bool:
        with self.reading() as records:
            return records.state(key).production is not None

    def earned(self, key: str) -> bool:
        with self.reading() as records:
            query = sa.select(tables.statement_version.c.id).where(tables.statement_version.c.production == key)
            return records.connection.execute(query).first() is not None

    def milestone(self, key: str, milestone: str) -> str:
        with self.reading() as records:
            found = records.state(key, milestones=True).milestones.get(milestone)
            return found.status if found else "open"

    def run(self, run: str) -> RunRow | None:
        with self.reading() as records:
            return the_run(records.connection, run)

    def prepared(self, key: str) -> list[str]:
        """Return the runs that wait for their release."""
        with self.reading() as records:
            return [row.id for row in runs_of(records.connection, RunFilter(key, "prepared")).items]

    def distribution(self, key: str) -> Any:
        with self.reading() as records:
            table = tables.distribution
            query = sa.select(table).where(table.c.production == key, table.c.period == PERIOD)
            return records.connection.execute(query).mappings().one_or_none()

    def statuses(self, key: str) -> dict[str, int]:
        payment = tables.payment.c
        query = sa.select(payment.status, sa.func.count()).where(payment.production == key).group_by(payment.status)
        with self.reading() as records:
            return {status: int(count) for status, count in records.connection.execute(query)}

    def paid(self, key: str) -> bool:
        """Return whether every payment has ended, every receipt is in, and nothing waits."""
        return self.ended(key) and self.quiet(key) and self.received(key)

    def ended(self, key: str) -> bool:
        """Return whether every payment has ended."""
        return set(self.statuses(key)) <= {"settled", "rejected", "returned"}

    def received(self, key: str) -> bool:
        with self.reading() as records:
            rows = receipts(records.connection, ReceiptFilter(key)).items
        return all(row.received == row.amount for row in rows)

    def quiet(self, key: str) -> bool:
        """Return whether the outbox and the account's folders are empty."""
        with self.reading() as records:
            waiting = records.connection.execute(
                sa.select(sa.func.count()).where(tables.outbox.c.done_at.is_(None))
            ).scalar_one()
        home = folders_path(self.data) / folder_of(key, ACCOUNT)
        files = [file for part in ("outbox", "inbox") if (home / part).exists() for file in (home / part).iterdir()]
        return not waiting and not files


@asynccontextmanager
async def staged(
    dice: Random,
    tally: Tally,
    data: Path | None = None,
    *,
    workers: tuple[str, ...] = (WORKER,),
    answer_within_s: int = 2,
) -> AsyncIterator[Stage]:
    """Run a stack with one or several of the simulator's workers."""
    supervisor._LONGEST_PAUSE_S = 0.2  # we kill every few seconds; the default suits programs that do not start
    folder = Path(tempfile.mkdtemp(prefix="sluice-faults-")) if data is None else data.parent
    data = data or folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    users = "".join(f'[users.{name}]\nparty = "{party}"\nroles = {roles}\n' for name, (party, roles) in _USERS.items())
    settings = f'answer_within_s = {answer_within_s}\nlog_level = "warning"\n{users}'
    (data / "sluice.toml").write_text(settings, "utf-8")
    programs = [
        our_program(BANK, data),
        *(our_worker(name, data) for name in workers),
    ]
    try:
        with EmbeddedStack(data, programs=programs) as stack:
            clock = SandboxClock(data / "clock.json")
            with suppress(Exception):
                clock.set(OPEN)
            while not await asyncio.to_thread(stack.temporal.has_poller, TASK_QUEUE):
                await asyncio.sleep(0.05)
            read = load_settings(data)
            services = await connect(read, endpoints(read))
            try:
                yield Stage(stack, services, dice, tally)
            finally:
                services.store.engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def our_worker(name: str, data: Path) -> Program:
    """Return the simulator's worker as a program."""
    skew = str(data / f"{name}.skew")
    argv = (sys.executable, "-m", "tests.faults.programme.worker", "--data", str(data), "--skew", skew)
    plain = our_program(WORKER, data).command
    return Program(name, Launch(argv=argv, log=data / "logs" / f"{name}.log", cwd=ROOT, env=plain.env))
