"""Two workers, one of whose clocks jumps a day ahead or back during its work.

One fault is one production that both work on. Until the worker notices its wrong clock and ends itself, payments may be
decided a day early or late. No payment may be made twice or be missing, and the clock must be reported. What one worker
refuses (a run of yesterday) is done when it is asked for again.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random

from domain.commands import (
    CancelRun,
)
from tests.faults.programme.agreements import ACCOUNT, Drawn, draw
from tests.faults.programme.judge import judge, proven
from tests.faults.programme.stage import PATIENCE_S, Stage, Stuck, staged
from tests.faults.programme.tally import Harm

DAY = 86_400
TODAY_S = 10.0
"""How long the true day lasts before the next begins."""
BACK_S = 3.0
"""How long a worker whose clock is right again has to restart."""
OFF = "worker-2"
TOLD = "This machine's clock is"

stage_of = partial(staged, workers=("worker", OFF))


@dataclass(frozen=True)
class Skew:
    """A production on two workers."""

    drawn: Drawn
    seconds: int


def plan(seconds: int):
    def _plan(dice: Random, short: bool) -> list[Skew]:
        return [Skew(draw(dice, (3, 6)), seconds) for _ in range(1 if short else 10)]

    return _plan


async def play(stage: Stage, skews: list[Skew]) -> None:
    for skew in skews:
        key, harm, told = skew.drawn.key, Harm(), stage.log_of(OFF).count(TOLD)
        try:
            await stage.register(skew.drawn)
            await stage.accept(key)
            await stage.pay_in(key)
            stage.skew(OFF, skew.seconds)
            await _paid_at_last(stage, key)
            await stage.until(partial(_is_told, stage, told), f"nobody is told of the clock of {OFF}")
        except Stuck as stuck:
            harm.stuck.append(str(stuck))
        stage.skew(OFF, 0)
        await asyncio.sleep(BACK_S)
        kind = f"worker clock a day {'ahead' if skew.seconds > 0 else 'behind'}"
        stage.tally.add(kind, 1, harm.and_also(judge(stage, key)).and_also(proven(stage)))


def _is_told(stage: Stage, before: int) -> bool:
    return stage.log_of(OFF).count(TOLD) > before


async def _paid_at_last(stage: Stage, key: str) -> None:
    """Open the day and release its runs, if needed also on the next day."""
    begun = asyncio.get_running_loop().time()
    until = begun + 2 * PATIENCE_S
    moved = False
    while not await stage.is_so(lambda: stage.paid(key)):
        if asyncio.get_running_loop().time() > until:
            raise Stuck(f"{key} is not paid: {stage.statuses(key)}")
        with suppress(Exception):  # one of the two clocks is wrong: ask again
            await stage.as_user("payer-one").open_runs(key, ACCOUNT)
        await asyncio.sleep(0.5)
        for run in stage.prepared(key):
            await _released_or_given_up(stage, run)
        waiting = stage.statuses(key).keys() <= {"settled", "scheduled", "due"}
        if waiting and not moved and asyncio.get_running_loop().time() > begun + TODAY_S:
            # One worker promised the rest for the day it believed in, or let it fall due then. Move on to that day.
            stage.clock.set(stage.clock.now() + timedelta(days=1))
            moved = True


async def _released_or_given_up(stage: Stage, run: str) -> None:
    """Release a run. If that fails and its day is over, cancel the run so that another can be opened."""
    try:
        await asyncio.wait_for(stage.release(run), 5)
    except Exception:  # noqa: BLE001 - whatever came of it is seen the next time round
        if run.split("/")[3] < stage.clock.now().date().isoformat():
            with suppress(Exception):
                await stage.as_user("payer-one").send(CancelRun, run=run, reason="its day is over")
