"""The scenes. Each has its own stack, and its own dice from the seed and its name."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from app import logs
from domain.health import AilmentKind
from tests.faults.programme.judge import doctored
from tests.faults.programme.plays import (
    absurd,
    banks,
    boundaries,
    clocks,
    commands,
    dialects,
    disks,
    hostile,
    insider,
    messages,
    starts,
)
from tests.faults.programme.stage import Stage, staged
from tests.faults.programme.tally import Tally


@dataclass(frozen=True)
class Scene:
    """How a scene's faults are drawn (short or full) and played."""

    plan: Callable[[Random, bool], Sequence[Any]]
    play: Callable[[Stage, Any], Awaitable[None]]
    stage: Callable[..., Any] = staged
    ailing: frozenset[AilmentKind] = frozenset()
    """Findings of the doctor that a scene causes on purpose."""


def _kills(commits: tuple[str, ...], victim: str) -> Scene:
    return Scene(lambda dice, short: boundaries.plan(dice, commits, victim, 1 if short else None), boundaries.play)


def _out_of(disk: disks.Disk) -> Scene:
    ailing = frozenset({AilmentKind.DISK, AilmentKind.FILE_REFUSED})  # the disk stays small
    return Scene(disks.plan(disk), disks.play(disk), disks.stage_of(disk), ailing)


_LIES = frozenset({AilmentKind.UNMATCHED, AilmentKind.CONTRADICTED, AilmentKind.FILE_REFUSED, AilmentKind.UNRECONCILED})

_HINDERED = frozenset(AilmentKind) - {
    AilmentKind.NO_WORKER,
    AilmentKind.WORKFLOW_STUCK,
    AilmentKind.OUTBOX,
    AilmentKind.NOT_SEALED,
}
"""What an insider may cause who holds, cancels and rejects."""

SCENES: dict[str, Scene] = {  # the longest first, so that all end together
    "commands": Scene(commands.plan, commands.play),
    "absurd": Scene(absurd.plan, absurd.play, ailing=_LIES | {AilmentKind.WORKFLOW_FAILED}),
    "starts": Scene(
        starts.plan, starts.play, ailing=frozenset({AilmentKind.WORKFLOW_FAILED, AilmentKind.HISTORY_UNARCHIVED})
    ),
    **{f"run-{victim}": _kills(boundaries.OF_A_RUN, victim) for victim in boundaries.VICTIMS},
    **{f"distribution-{victim}": _kills(boundaries.OF_A_DISTRIBUTION, victim) for victim in boundaries.VICTIMS},
    "disk": _out_of(disks.POSTGRES),
    "disk-temporal": _out_of(disks.TEMPORAL),
    "disk-bank": _out_of(disks.BANK),
    "disk-whole": _out_of(disks.WHOLE),
    "banks": Scene(banks.plan, banks.play),
    "dialects": Scene(dialects.plan, dialects.play, ailing=_LIES),
    "messages": Scene(messages.plan, messages.play, ailing=_LIES),
    "hostile": Scene(hostile.plan, hostile.play, ailing=_LIES),
    "insider": Scene(insider.plan, insider.play, ailing=_HINDERED),
    "crowd": Scene(commands.plan_crowd, commands.play_crowd),
    "clock-ahead": Scene(clocks.plan(clocks.DAY), clocks.play, clocks.stage_of),
    "clock-behind": Scene(clocks.plan(-clocks.DAY), clocks.play, clocks.stage_of),
}


def planned(seed: int, name: str, short: bool) -> Sequence[Any]:
    """Return the faults of a scene. Equal seeds give equal faults."""
    return SCENES[name].plan(Random(f"{seed}/{name}"), short)


async def played(seed: int, name: str, short: bool, tally: Tally) -> None:
    """Play a scene on a stack of its own."""
    logs.configure("console", "error")
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # answers that arrive after a repeated request
    logging.getLogger("sluice.supervisor").setLevel(logging.CRITICAL)  # a full disk or the simulator ends processes
    async with SCENES[name].stage(Random(f"{seed}/{name}/played"), tally) as stage:
        await SCENES[name].play(stage, planned(seed, name, short))
        if stage is not None:
            tally.add(f"at the end of {name}", 0, await doctored(stage, SCENES[name].ailing))
