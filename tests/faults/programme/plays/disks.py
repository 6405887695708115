"""PostgreSQL out of disk: its folder lies on a small file system of its own, which is filled to the last page.

One fault is one time that the file system was full while a step of a production was asked for, and PostgreSQL said so
in its log (SQLSTATE 53100 at a table, or a panic where the next segment of its log cannot be written).
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psycopg

from adapters.embedded.postgres import EmbeddedPostgres
from tests.faults.programme.agreements import ACCOUNT, Drawn, draw
from tests.faults.programme.judge import judge, proven
from tests.faults.programme.stage import Stage, Stuck, staged
from tests.faults.programme.tally import Harm, Tally

KIND = "PostgreSQL out of disk"
SIZE = "200m"
STEPS = ("register", "accept", "open", "release")


@dataclass(frozen=True)
class Full:
    """A production, the step before which the disk is full, for how long, and whether the log needs a segment then."""

    drawn: Drawn
    step: str
    seconds: int
    new_segment: bool


def plan(dice: Random, short: bool) -> list[Full]:
    fulls = [
        Full(draw(dice, (150, 200)), step, dice.randint(2, 4), new_segment)
        for step in STEPS
        for new_segment in (False, True)
        for _ in range(2)
    ]
    dice.shuffle(fulls)
    return fulls[:1] if short else fulls


@asynccontextmanager
async def small_disk(dice: Random, tally: Tally) -> AsyncIterator[Stage | None]:
    """A stack whose PostgreSQL has a small file system of its own; None where none may be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="sluice-faults-"))
    data = folder / "data"
    data.mkdir(mode=0o700)
    (data / "lock").touch()
    home = data / "postgres"
    EmbeddedPostgres(home, data / "logs" / "postgres.log").prepare()
    home.rename(data / "made")
    home.mkdir(mode=0o700)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(home)], capture_output=True, check=False
    )
    if mounted.returncode:
        tally.skipped[KIND] = "no file system may be mounted here (that needs root)"
        shutil.rmtree(folder)
        yield None
        return
    try:
        subprocess.run(["cp", "-a", f"{data / 'made'}/.", str(home)], check=True)
        shutil.rmtree(data / "made")
        async with staged(dice, tally, data) as stage:
            yield stage
    finally:
        subprocess.run(["umount", str(home)], check=False)
        shutil.rmtree(folder, ignore_errors=True)


async def play(stage: Stage | None, fulls: list[Full]) -> None:
    for full in fulls if stage is not None else ():
        assert stage is not None
        key, harm = full.drawn.key, Harm()
        before = _said(stage)
        try:
            await _one(stage, full)
        except Stuck as stuck:
            harm.stuck.append(str(stuck))
        finally:
            _ballast(stage).unlink(missing_ok=True)
        injected = int(_said(stage) > before)
        stage.tally.add(KIND, injected, harm.and_also(judge(stage, key)).and_also(proven(stage)))


async def _one(stage: Stage, full: Full) -> None:
    key, runs = full.drawn.key, list[str]()

    async def open_day() -> None:
        runs[:] = await stage.office("payer-one").open_runs(key, ACCOUNT)

    filling: asyncio.Task[None] | None = None
    for step in STEPS:
        if step == full.step:
            filling = asyncio.create_task(_fill(stage, full))
            await asyncio.sleep(0.2)
        if step == "register":
            await stage.register(full.drawn)
        elif step == "accept":
            await stage.accept(key)
            await stage.pay_in(key)
        elif step == "open":
            await stage.persist(open_day, lambda: bool(runs), 120)
            await stage.until(lambda: stage.run(runs[0]) is not None, "the run is not prepared", 120)
        else:
            await stage.release(runs[0])
    await stage.until(lambda: stage.paid(key), f"{key} is not paid: {stage.statuses(key)}", 120)
    if filling is not None:
        await filling


async def _fill(stage: Stage, full: Full) -> None:
    """Leave nothing free, and give it all back after a while."""
    if full.new_segment:
        with stage.stack.postgres.connect() as admin:
            admin.execute("CHECKPOINT")
    ballast = _ballast(stage)
    space = os.statvfs(ballast.parent)
    with ballast.open("wb") as file, suppress(OSError):  # PostgreSQL has taken some of it meanwhile
        os.posix_fallocate(file.fileno(), 0, max(1, space.f_bavail * space.f_frsize))
    if full.new_segment:
        with suppress(psycopg.Error), stage.stack.postgres.connect() as admin:
            admin.execute("SELECT pg_switch_wal()")
            admin.execute("SELECT pg_switch_wal()")
    await asyncio.sleep(full.seconds)
    ballast.unlink(missing_ok=True)


def _ballast(stage: Stage) -> Path:
    return stage.stack.postgres.folder / "ballast"


def _said(stage: Stage) -> int:
    return (stage.data / "logs" / "postgres.log").read_text("utf-8", "replace").count("No space left on device")
