"""kill -9 at every commit boundary of a payment run and of a distribution.

One fault is one process killed at one side of one commit: the worker, Temporal, or PostgreSQL with all its sessions.
Before the commit nothing of the transaction may remain, and it is repeated. After it, all of it stays, although nobody
was told. The commit is exact, because the worker that makes it springs the trap.
"""

from dataclasses import dataclass
from random import Random

from tests.faults.programme.agreements import Drawn, draw
from tests.faults.programme.judge import judge, judge_distribution, proven
from tests.faults.programme.stage import Stage, Stuck
from tests.faults.programme.tally import Harm

OF_A_RUN = (
    "RegisterAgreement/1", "SubmitMilestone/1", "ApproveMilestone/1", "FallDue/1", "PrepareRun/1", "ReleaseRun/1",
    "SubmitRun/1", "TakeBankFile/1", "TakeBankFile/2", "TakeBankFile/3", "Gateway/1", "Gateway/2", "ArchiveHistory/1",
)  # fmt: skip
OF_A_DISTRIBUTION = (
    "ComputeDistribution/1", "ApproveDistribution/1", "ApproveDistribution/2", "ObjectToDistribution/1",
    "PostDistribution/1", "OrderPayouts/1", "ResolveObjection/1",
)  # fmt: skip
VICTIMS = ("worker", "temporal", "postgres")
SIDES = ("before", "after")


@dataclass(frozen=True)
class Kill:
    """One planned fault, and its production."""

    drawn: Drawn
    commit: str
    side: str
    victim: str


def plan(dice: Random, commits: tuple[str, ...], victim: str, most: int | None = None) -> list[Kill]:
    """Plan both sides of every commit for a victim in random order, at most `most`."""
    kills = [
        Kill(draw(dice, (1, 4), earned=commits is OF_A_DISTRIBUTION), commit, side, victim)
        for commit in commits
        for side in SIDES
    ]
    dice.shuffle(kills)
    return kills[:most]


async def play(stage: Stage, kills: list[Kill]) -> None:
    for kill in kills:
        distributes = bool(kill.drawn.earned)
        kind = f"{kill.victim} killed at a commit of a {'distribution' if distributes else 'payment run'}"
        stage.tally.add(kind, *await _one(stage, kill, distributes))


async def _one(stage: Stage, kill: Kill, distributes: bool) -> tuple[int, Harm]:
    key, harm = kill.drawn.key, Harm()
    victim = "self" if kill.victim == "worker" else kill.victim
    try:
        if distributes:
            await stage.register(kill.drawn)
        stage.trap(kill.commit, kill.side, victim)
        if distributes:
            await stage.distribute(key)
        else:
            await stage.play(kill.drawn)
        await stage.until(stage.has_sprung, "the trap does not spring", 10)
        sprung = stage.sprung()
        await stage.until(stage.stack.postgres.answers, "PostgreSQL is not back")
    except Stuck as stuck:
        sprung = stage.sprung()
        harm.stuck.append(f"{kill.commit} {kill.side} {kill.victim} {key}: {stuck}")
    judged = judge_distribution(stage, key) if distributes else judge(stage, key)
    harm = harm.and_also(judged).and_also(proven(stage))
    if not sprung:
        harm.broken.append(f"the trap at {kill.commit} never sprang: this commit is no longer made")
    return int(sprung), harm
