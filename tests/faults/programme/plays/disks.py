"""Out of disk: a part of a stack lies on a small file system of its own, which is filled to the last byte.

One fault is one time that the file system was full during a step of a production. It counts if the part logged it:
PostgreSQL (SQLSTATE 53100 at a table, or a panic where the next WAL segment cannot be written), Temporal's SQLite file,
or the gateway. The gateway can then neither write an order nor note why a file is refused. If the logs are on the full
disk, too, it counts if no space was free.
"""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psycopg
import sqlalchemy as sa
from temporalio.service import RPCError

from adapters.bank.folder import folder_of
from adapters.db import tables
from adapters.sandbox_bank.admin import folders_path
from adapters.sandbox_bank.faults import FaultKind, add_fault
from app.health.doctor import examine
from domain.errors import NotFound
from domain.health import AilmentKind
from tests.faults.programme.agreements import ACCOUNT, Drawn, draw
from tests.faults.programme.judge import judge, proven
from tests.faults.programme.stage import Stage, Stuck, staged
from tests.faults.programme.tally import Harm, Tally

STEPS = ("register", "accept", "open", "release", "answer")
PATIENCE_S = 120
LOOKS_WITHIN_S = 20
HALF = b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsR'
"""A file that a bank left half written because its disk was full, too."""


@dataclass(frozen=True)
class Disk:
    """What lies on the small disk: folders of the data folder, or all of it."""

    kind: str
    size: str
    parts: tuple[str, ...]
    steps: tuple[str, ...]
    """The steps of a production before which it may be full."""
    log: str | None
    """The log that reports the full disk."""
    words: str = "No space left on device"
    times: int = 1
    """How often it is full before each step, with and without the need for a segment."""


POSTGRES = Disk("PostgreSQL out of disk", "200m", ("postgres",), STEPS, "postgres.log", times=2)
TEMPORAL = Disk("Temporal out of disk", "40m", ("temporal",), STEPS, "temporal.log", "disk is full")
BANK = Disk("bank folders out of disk", "20m", ("bank", "sandbox-bank"), ("accept", "release", "answer"), "worker.log")
WHOLE = Disk("data folder out of disk", "400m", (), STEPS, None)


@dataclass(frozen=True)
class Full:
    """One planned fault: a production, a step, a time, and whether PostgreSQL needs a new segment."""

    drawn: Drawn
    step: str
    seconds: int
    new_segment: bool


def plan(disk: Disk) -> Callable[[Random, bool], list[Full]]:
    def drawn(dice: Random, short: bool) -> list[Full]:
        fulls = [
            Full(draw(dice, (150, 200)), step, dice.randint(2, 4), new_segment)
            for step in disk.steps
            for new_segment in (False, True)
            for _ in range(disk.times)
        ]
        dice.shuffle(fulls)
        return fulls[:1] if short else fulls

    return drawn


def stage_of(disk: Disk) -> Callable[[Random, Tally], AbstractAsyncContextManager[Stage | None]]:
    @asynccontextmanager
    async def small_disk(dice: Random, tally: Tally) -> AsyncIterator[Stage | None]:
        """Run a stack with the small disk. Yields None if mounting is not allowed."""
        folder = Path(tempfile.mkdtemp(prefix="sluice-faults-"))
        mounted = _mount(folder, disk)
        try:
            if not mounted:
                tally.skipped[disk.kind] = "no file system may be mounted here (that needs root)"
                yield None
                return
            async with staged(dice, tally, folder / "data") as stage:
                yield stage
        finally:
            if mounted:
                subprocess.run(["umount", "--lazy", str(_place(folder / "data", disk))], check=False)
            shutil.rmtree(folder, ignore_errors=True)

    return small_disk


def _mount(folder: Path, disk: Disk) -> bool:
    """Mount the small disk and link the data folder to it. Returns whether that is allowed."""
    data, small = folder / "data", _place(folder / "data", disk)
    data.mkdir(mode=0o700)
    small.mkdir(mode=0o700, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={disk.size},mode=0700", "tmpfs", str(small)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return False
    (data / "lock").touch()
    for part in disk.parts:
        (data / part).symlink_to(small / part)
        if part != "postgres":  # PostgreSQL creates its own folder, if there is none
            (small / part).mkdir(mode=0o700)
    return True


def _place(data: Path, disk: Disk) -> Path:
    return data.parent / "small" if disk.parts else data


def play(disk: Disk) -> Callable[[Stage | None, list[Full]], Awaitable[None]]:
    async def each(stage: Stage | None, fulls: list[Full]) -> None:
        for full in fulls if stage is not None else ():
            assert stage is not None
            await Scarcity(stage, disk, full).play()

    return each


class Scarcity:
    """One time that the disk is full."""

    def __init__(self, stage: Stage, disk: Disk, full: Full) -> None:
        self._stage, self._disk, self._full = stage, disk, full
        self._key = full.drawn.key
        self._home = folders_path(stage.data) / folder_of(self._key, ACCOUNT)
        self._ballast = _place(stage.data, disk) / "ballast"
        self._runs: list[str] = []
        self._harm = Harm()
        self._nothing_free = False
        self._filled, self._looked, self._enough = (threading.Event() for _ in range(3))
        self._filling: asyncio.Future[None] | None = None

    async def play(self) -> None:
        before = self._said()
        try:
            await self._steps()
        except Stuck as stuck:
            self._harm.stuck.append(str(stuck))
        finally:
            self._enough.set()
            if self._filling is not None:
                await self._filling
        self._harm.broken += self._unwhole()
        injected = int(self._nothing_free if self._disk.log is None else self._said() > before)
        harm = self._harm.and_also(judge(self._stage, self._key)).and_also(proven(self._stage))
        self._stage.tally.add(self._disk.kind, injected, harm)

    async def _steps(self) -> None:
        stage, key = self._stage, self._key
        told: asyncio.Task[list[str]] | None = None
        for step in STEPS:
            if step == self._full.step:
                half = self._half_written()
                self._filling = asyncio.ensure_future(asyncio.to_thread(self._fill))
                await asyncio.to_thread(self._filled.wait, LOOKS_WITHIN_S)
                told = asyncio.create_task(self._told())
                if half is not None:
                    half.rename(half.with_name(half.name.lstrip(".")))
            await self._step(step)
        await stage.until(lambda: stage.paid(key), f"{key} is not paid", PATIENCE_S)
        if told is not None:
            self._harm.stuck += await told

    async def _step(self, step: str) -> None:
        """Take a step. After the last one only the bank's answer is missing."""
        stage, key, runs = self._stage, self._key, self._runs

        async def open_day() -> None:
            runs[:] = await stage.as_user("payer-one").open_runs(key, ACCOUNT)

        if step == "register":
            await stage.register(self._full.drawn)
        elif step == "accept":
            await stage.accept(key)
            await self._pay_in()
        elif step == "open":
            await stage.persist(open_day, lambda: bool(runs), PATIENCE_S)
            await stage.until(lambda: stage.run(runs[0]) is not None, "the run is not prepared", PATIENCE_S)
        elif step == "release":
            if self._full.step == "answer":
                self._slow_bank()
            await stage.release(runs[0])

    def _slow_bank(self) -> None:
        """Delay the bank's answers by a second. The disk is full by then."""
        with self._stage.books() as books:
            for number in range(len(self._full.drawn.payouts)):
                add_fault(books.db, f"{self._key}.P{number}", FaultKind.DELAY, reason="AC04", seconds=1)

    def _half_written(self) -> Path | None:
        """Write half a file under a hidden name."""
        if self._full.step not in {"release", "answer"} or not (self._home / "inbox").is_dir():
            return None
        half = self._home / "inbox" / ".half.xml"
        half.write_bytes(HALF)
        os.utime(half, (0, 0))  # nobody is writing it any more
        return half

    async def _pay_in(self) -> None:
        """Pay in, and retry: a bank with a full disk can neither open accounts nor note money."""
        until = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            try:
                return await self._stage.pay_in(self._key)
            except (sqlite3.OperationalError, NotFound) as error:
                if asyncio.get_running_loop().time() > until:
                    raise Stuck(f"the bank takes in no money: {error}") from error
            await asyncio.sleep(0.2)

    def _fill(self) -> None:
        """Take all free space, and what is freed meanwhile, for some seconds, then give it back.

        This runs in a thread, because the event loop may wait for a database without space.
        """
        begun = time.monotonic()
        try:
            self._take_all()
            self._filled.set()
            if self._full.new_segment and self._disk in {POSTGRES, WHOLE}:
                self._need_segments()
            while not self._enough.wait(0.05):
                self._take_all()
                passed = time.monotonic() - begun
                if passed > self._full.seconds and (self._looked.is_set() or passed > LOOKS_WITHIN_S):
                    break
        finally:
            self._ballast.unlink(missing_ok=True)

    def _take_all(self) -> None:
        space = os.statvfs(self._ballast.parent)
        self._nothing_free |= space.f_bavail == 0
        pages = space.f_bavail
        with self._ballast.open("ab") as file:
            while pages:
                try:
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), pages * space.f_frsize)
                except OSError:  # another process took some of it meanwhile
                    pages //= 2

    def _need_segments(self) -> None:
        with suppress(psycopg.Error), self._stage.stack.postgres.connect() as admin:
            admin.execute("CHECKPOINT")
            admin.execute("SELECT pg_switch_wal()")
            admin.execute("SELECT pg_switch_wal()")

    async def _told(self) -> list[str]:
        """Return what the doctor fails to report. If it cannot examine anything, another alert covers that."""
        try:
            found = await asyncio.wait_for(examine(self._stage.services), LOOKS_WITHIN_S)
        except (sa.exc.DBAPIError, sa.exc.TimeoutError, RPCError, TimeoutError):
            return []
        finally:
            self._looked.set()
        if any(one.kind is AilmentKind.DISK for one in found.ailments):
            return []
        return ["the doctor says nothing of a disk that is full"]

    def _unwhole(self) -> list[str]:
        """Return bank files that differ from what was decided, and leftover files."""
        wrong = [f"{path.name} was left half written" for path in (self._home / "staging").glob("*")]
        with self._stage.reading() as records:
            table = tables.outbox
            query = sa.select(table).where(table.c.kind == "bank-file", table.c.target == self._home.name)
            wrong += [
                f"{row.name} is not what was decided"
                for row in records.connection.execute(query).all()
                if (self._home / "sent" / row.name).read_bytes() != records.document(row.document)
            ]
        for path in (self._home / "refused").glob("*.xml"):
            why = path.with_name(f"{path.name}.why.txt")
            if not why.exists() or not why.read_text("utf-8"):
                wrong.append(f"{path.name} was kept aside, and nobody can read why")
        return wrong

    def _said(self) -> int:
        if self._disk.log is None:
            return 0
        log = self._stage.data / "logs" / self._disk.log
        return log.read_text("utf-8", "replace").count(self._disk.words)
