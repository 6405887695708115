"""Shared by the benchmarks and the fault tests: a stack, and a production with many payments."""

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from adapters.clock import SandboxClock
from adapters.db import tables
from adapters.db.store import Context, Store
from adapters.embedded.postgres import EmbeddedPostgres
from app.bootstrap import Services, connect
from app.commands.client import CommandClient
from app.endpoints import endpoints
from app.settings import load_settings
from app.stack.stack import EmbeddedStack
from app.stack.supervisor import running
from domain.agreement.model import Purpose
from domain.commands import Command
from domain.events import PaymentsScheduled, ScheduledPayment
from domain.payments.runs import chunks
from domain.state import State
from domain.values.money import Money

PREPARER, RELEASER, PRODUCER = "payer-one", "payer-two", "producer"
ACCOUNT = "spc-krw"
DUE_ON = "2026-01-05"
OPEN = datetime.fromisoformat("2026-01-05T09:00:00+09:00")
"""A Monday morning. Nothing is paid on days when banks are closed."""
USERS = """
[users.payer-one]
party = "spc"
roles = ["preparer", "treasurer"]
[users.payer-two]
party = "spc"
roles = ["releaser"]
[users.producer]
party = "studio"
roles = ["producer"]
"""


@contextmanager
def new_stack(answer_within_s: int = 600, log_level: str = "warning") -> Iterator[EmbeddedStack]:
    """Run an embedded stack with worker and sandbox bank in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="sluice-"))
    try:
        data = folder / "data"
        data.mkdir(mode=0o700)
        settings = f'answer_within_s = {answer_within_s}\nlog_level = "{log_level}"\n{USERS}'
        (data / "sluice.toml").write_text(settings, "utf-8")
        with EmbeddedStack(data) as stack:
            SandboxClock(data / "clock.json").set(OPEN)
            yield stack
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def connected(stack: EmbeddedStack) -> AsyncIterator[Services]:
    """Connect this process to a running stack."""
    settings = load_settings(stack.data)
    services = await connect(settings, endpoints(settings))
    try:
        yield services
    finally:
        services.store.engine.dispose()


def agreement(production: str, payouts: int) -> bytes:
    """Return an agreement with one debtor account and `payouts` payouts, all due on one day. JSON is valid YAML."""
    address = {"street": "Jong-ro", "building": "26", "postcode": "03188", "town": "Seoul", "country": "KR"}
    parties = [{"id": name, "name": f"{name} Co", "kind": "studio", "address": address} for name in _PARTIES]
    accounts = [
        _account("spc-krw", "10020030040010", control="controlled", cut_off="23:59"),
        _account("studio-krw", "20130014400021"),
        _account("vendor-krw", "30210088800054"),
    ]
    wrap = {
        "id": "wrap",
        "title": "Wrap",
        "planned_on": "2026-06-01",
        "submitter": "studio",
        "evidence": [{"id": "report", "title": "Wrap report"}],
        "approval": {"approvals": 1, "parties": ["spc"], "business_days": 5, "on_deadline": "reject"},
    }
    paid_in = _instalment("IN", "contribution", "studio-krw", "spc-krw", 1_000_000) | {
        "due": {"milestone": "wrap", "business_days": 1}
    }
    paid_out = [
        _instalment(f"P{number}", "production", "spc-krw", "vendor-krw", 10_000 + number) for number in range(payouts)
    ]
    return json.dumps(
        {
            "sluice": 1,
            "production": production,
            "title": f"{payouts} payouts",
            "version": 1,
            "effective_on": DUE_ON,
            "time_zone": "Asia/Seoul",
            "amendments": {"parties": ["studio"]},
            "parties": parties,
            "accounts": accounts,
            "milestones": [wrap],
            "schedule": [paid_in, *paid_out],
        },
        indent=0,
    ).encode()


_PARTIES = ("spc", "studio", "vendor")


def _account(name: str, number: str, control: str = "external", **more: str) -> dict[str, Any]:
    owner = name.partition("-")[0]
    fixed = {"currency": "KRW", "bic": "SLUAKRSE", "calendars": ["KR"]}
    return {"id": name, "owner": owner, "control": control, "number": number} | fixed | more


def _instalment(name: str, purpose: str, payer: str, payee: str, amount: int) -> dict[str, Any]:
    about = {"id": name, "title": name, "purpose": purpose, "payer": payer, "payee": payee}
    return about | {"amount": f"KRW {amount}", "due": {"on": DUE_ON}}


async def register(services: Services, production: str, payouts: int) -> None:
    """Put such an agreement in force."""
    file = services.settings.data / f"{production}.yaml"
    file.write_bytes(agreement(production, payouts))
    await CommandClient(services, PRODUCER).register(file)


class PromisePayouts(Command):
    """Promise payouts that no instalment of the agreement names, like a statement of shares."""

    count: int


def payout(name: str, number: int) -> ScheduledPayment:
    """Return a payout that no instalment names. `name` is the production's key, a dot, and its own name."""
    return ScheduledPayment(
        payment=name,
        instalment=name.partition(".")[2],
        purpose=Purpose.PRODUCTION,
        account=ACCOUNT,
        payee="vendor-krw",
        payee_party="vendor",
        amount=Money(10_000 + number, "KRW"),
        milestone=None,
        due_on=date.fromisoformat(DUE_ON),
    )


def promise(store: Store, production: str, payouts: Sequence[ScheduledPayment]) -> None:
    """Promise payouts. There may be more than an agreement's file can name."""
    events = [PaymentsScheduled(payments=tuple(part)) for part in chunks(payouts)]
    command = PromisePayouts(key=f"promise/{production}", by=PRODUCER, production=production, count=len(payouts))
    context = Context(effective_on=date.fromisoformat(DUE_ON), actor=PRODUCER)
    store.carry_out(command, context, lambda _: (State(), events))


@contextmanager
def postgres() -> Iterator[tuple[EmbeddedPostgres, Path]]:
    """Run a PostgreSQL server without a database. Yields the server and its temporary folder."""
    with tempfile.TemporaryDirectory(prefix="sluice-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root, the server runs as another user and must enter it
        server = EmbeddedPostgres(folder / "postgres", folder / "postgres.log")
        try:
            with running(server):
                yield server, folder
        finally:
            server.close()


async def prepared_run(services: Services, production: str) -> tuple[str, str]:
    """Open the debtor account's day and wait. Returns the run's id and the SHA-256 to release."""
    (run,) = await CommandClient(services, PREPARER).open_runs(production, ACCOUNT)
    await until(lambda: hash_of(services, run) is not None)
    return run, hash_of(services, run) or ""


def hash_of(services: Services, run: str) -> str | None:
    """Return the SHA-256 of a prepared run; None before that."""
    with services.store.reading() as records:
        query = sa.select(tables.run.c.sha256).where(tables.run.c.id == run)
        return records.connection.execute(query).scalar_one_or_none()


def statuses(services: Services, production: str) -> dict[str, int]:
    """Return the number of a production's payments by status."""
    payment = tables.payment.c
    query = sa.select(payment.status, sa.func.count()).where(payment.production == production).group_by(payment.status)
    with services.store.reading() as records:
        return {status: int(count) for status, count in records.connection.execute(query)}


async def until(is_so: Callable[[], bool], patience_s: float = 120.0, every_s: float = 0.05) -> None:
    """Wait until a condition holds.

    Raises:
        TimeoutError: it does not hold in time.
    """
    give_up_at = time.monotonic() + patience_s
    while not await asyncio.to_thread(is_so):
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"it did not come about in {patience_s} s")
        await asyncio.sleep(every_s)


def peak_rss_mb(pid: int) -> float:
    """Return the peak memory of a process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    (peak,) = (line for line in lines if line.startswith("VmHWM:"))
    return round(int(peak.split()[1]) / 1024, 1)


def print_json(figures: Mapping[str, object]) -> None:
    """Print the figures as one JSON object."""
    print(json.dumps(figures, indent=2))
