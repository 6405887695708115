"""Two workers, one of them with a clock that is a day ahead or a day behind.

One fault is one production that both of them work on. Payments may be a day early or late; none may be paid twice or
not at all, and what one of them refuses (a run of yesterday) is done when it is asked for again.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random

from tests.faults.programme.agreements import Drawn, draw
from tests.faults.programme.judge import judge, proven
from tests.faults.programme.stage import PATIENCE_S, Stage, Stuck, staged
from tests.faults.programme.tally import Harm

DAY = 86_400
TODAY_S = 15.0
"""How long the day of the slower clock lasts before the next one begins."""


@dataclass(frozen=True)
class Skew:
    """A production on two workers."""

    drawn: Drawn
    seconds: int


def stage_of(seconds: int):
    return partial(staged, workers={"worker": 0, "worker-2": seconds})


def plan(seconds: int):
    def _plan(dice: Random, short: bool) -> list[Skew]:
        return [Skew(draw(dice, (3, 6)), seconds) for _ in range(1 if short else 10)]

    return _plan


async def play(stage: Stage, skews: list[Skew]) -> None:
    for skew in skews:
        key, harm = skew.drawn.key, Harm()
        try:
            await stage.register(skew.drawn)
            await stage.accept(key)
            await stage.pay_in(key)
            await _paid_at_last(stage, key)
        except Stuck as stuck:
            harm.stuck.append(str(stuck))
        kind = f"worker clock a day {'ahead' if skew.seconds > 0 else 'behind'}"
        stage.tally.add(kind, 1, harm.and_also(judge(stage, key)).and_also(proven(stage)))


async def _paid_at_last(stage: Stage, key: str) -> None:
    """Open the day and release, and the next one; a run of a day that is past for one worker is given up."""
    begun = asyncio.get_running_loop().time()
    until = begun + 2 * PATIENCE_S
    office, moved = stage.office("payer-one"), False
    while not await stage.is_so(lambda: stage.paid(key)):
        if asyncio.get_running_loop().time() > until:
            raise Stuck(f"{key} is not paid: {stage.statuses(key)}")
        try:
            for run in await office.open_runs(key, "spc-krw"):
                await stage.until(lambda run=run: stage.run(run) is not None, "not prepared", 3)
                await asyncio.wait_for(stage.release(run), 5)
        except Exception:  # noqa: BLE001 - one of the two clocks is wrong: ask again
            await asyncio.sleep(0.2)
        await asyncio.sleep(0.3)
        waiting = stage.statuses(key).keys() <= {"settled", "scheduled", "due"}
        if waiting and not moved and asyncio.get_running_loop().time() > begun + TODAY_S:
            # what is left was promised for, or fell due on, the day that one of them believed it was: that day comes
            stage.clock.set(stage.clock.now() + timedelta(days=1))
            moved = True
