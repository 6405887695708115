"""One command a hundred times at once, one key for two payloads, and a thousand simultaneous approvals.

One fault is one command sent a hundred times in parallel (copies are not counted), one pair of payloads under one key,
or the whole crowd of approvals.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import sqlalchemy as sa
from temporalio.service import RPCError

from adapters.db import tables
from adapters.db.streams import stream_of
from app.commands.client import CommandClient
from domain.commands import (
    ApproveDistribution,
    ApproveMilestone,
    ComputeDistribution,
    CorrectPayment,
    HoldPayment,
    RegisterAgreement,
    ReleaseRun,
    ResumePayment,
    SubmitMilestone,
)
from domain.errors import IdempotencyConflict, SluiceError
from tests.faults.programme.agreements import ACCOUNT, PERIOD, Drawn, draw
from tests.faults.programme.judge import judge, proven
from tests.faults.programme.stage import APPROVERS, EVIDENCE, Stage, Stuck
from tests.faults.programme.tally import Harm

AT_ONCE = 100
TURNED_AWAY_AT_MOST = 5
SAME, CONFLICT, CROWD = "same command 100 times at once", "one key for two payloads", "1,000 approvals at once"


@dataclass(frozen=True)
class Crowd:
    """A production, and the number of senders of each command."""

    drawn: Drawn
    at_once: int


def plan(dice: Random, short: bool) -> list[Crowd]:
    return [Crowd(draw(dice, (3, 5), earned=True), AT_ONCE // 5 if short else AT_ONCE) for _ in range(1)]


async def play(stage: Stage, crowds: list[Crowd]) -> None:
    for crowd in crowds:
        try:
            await _all_commands(stage, crowd)
        except Stuck as stuck:
            stage.tally.add(SAME, 0, Harm(stuck=[str(stuck)]))
        stage.tally.add(SAME, 0, judge(stage, crowd.drawn.key, ended=False).and_also(proven(stage)))


async def _all_commands(stage: Stage, crowd: Crowd) -> None:
    key, as_user = crowd.drawn.key, stage.as_user
    drawn = crowd.drawn
    about = {"production": key}
    file = stage.data / f"{key}.yaml"
    file.write_bytes(drawn.agreement())
    register = RegisterAgreement(
        key=f"register/{key}", by="producer", document=as_user("producer")._keep(file, drawn.agreement()), **about
    )
    await _same(
        stage,
        crowd,
        register,
        lambda: as_user("producer").deliver(register),
    )
    await stage.register(drawn)
    submit = SubmitMilestone(key=f"submit/{key}", by="producer", milestone="wrap", evidence=EVIDENCE, **about)
    other = submit.model_copy(update={"evidence": {"report": "f" * 64}})
    await _conflict(stage, crowd, (submit, other))
    approve = ApproveMilestone(key=f"approve/{key}", by=APPROVERS[0], milestone="wrap", round=1, **about)
    await _same(
        stage,
        crowd,
        approve,
        lambda: as_user(APPROVERS[0]).deliver(approve),
    )
    runs = await asyncio.gather(
        *(_insist(lambda: as_user("payer-one").open_runs(key, ACCOUNT)) for _ in range(crowd.at_once))
    )
    opened = {run for found in runs for run in found}
    stage.tally.add(SAME, 1, Harm(doubled=[f"one day has {len(opened)} runs"] if len(opened) != 1 else []))
    (run,) = opened
    await stage.until(lambda: stage.run(run) is not None, "the run is not prepared")
    payment = f"{key}.P0"
    hold = HoldPayment(key=f"hold/{key}", by="payer-one", payment=payment, reason="look", **about)
    await _same(
        stage,
        crowd,
        hold,
        lambda: as_user("payer-one").deliver(hold),
    )
    resume = ResumePayment(key=f"resume/{key}", by="payer-one", payment=payment, **about)
    await _same(
        stage,
        crowd,
        resume,
        lambda: as_user("payer-one").deliver(resume),
    )
    correct = CorrectPayment(key=f"correct/{key}", by="payer-one", payment=payment, reason="it is not wrong", **about)
    await _same(
        stage,
        crowd,
        correct,
        lambda: as_user("payer-one").deliver(correct),
        False,
    )
    from app.payments.preview import preview

    sha256 = preview(stage.services.handler, run).head.sha256
    release = ReleaseRun(key=f"release/{key}", by="payer-two", run=run, sha256=sha256, **about)
    await _same(
        stage,
        crowd,
        release,
        lambda: as_user("payer-two").deliver(release),
    )
    compute = ComputeDistribution(key=f"compute/{key}", by="payer-one", period=PERIOD, **about)
    await _same(
        stage,
        crowd,
        compute,
        lambda: as_user("payer-one").deliver(compute),
    )
    accept = ApproveDistribution(key=f"answer/{key}", by="vendor-approver", period=PERIOD, revision=1, **about)
    await _same(
        stage,
        crowd,
        accept,
        lambda: as_user("vendor-approver").deliver(accept),
    )
    await stage.pay(key)
    await stage.pay_in(key)
    await stage.until(lambda: stage.paid(key), f"{key} is not paid: {stage.statuses(key)}")


async def _same(stage: Stage, crowd: Crowd, command, send, allowed: bool = True) -> None:
    """Check that all senders get one answer, and that the journal has the command once."""
    answers = await asyncio.gather(*(_insist(send) for _ in range(crowd.at_once)), return_exceptions=True)
    harm, name = Harm(), type(command).__name__
    kinds = {type(one).__name__ for one in answers}
    if allowed and len(kinds) != 1 | any(isinstance(one, BaseException) for one in answers):
        harm.broken.append(f"{name}: {kinds}: {next(one for one in answers if isinstance(one, BaseException))!r}")
    if not allowed and not all(isinstance(one, SluiceError) for one in answers):
        harm.broken.append(f"{name} was to be refused: {kinds}")
    if allowed and _times(stage, command.key) != 1:
        harm.doubled.append(f"{name} is on record {_times(stage, command.key)} times")
    stage.tally.add(SAME, 1, harm)


async def _insist(send: Callable[[], Awaitable[Any]]) -> Any:
    """Send again while too many are being served."""
    for _ in range(TURNED_AWAY_AT_MOST):
        try:
            return await send()
        except RPCError:
            await asyncio.sleep(1)
    return await send()


async def _conflict(stage: Stage, crowd: Crowd, pair) -> None:
    """Send two payloads, half each. One must hold; the other senders get an idempotency conflict."""
    as_user: CommandClient = stage.as_user("producer")
    answers = await asyncio.gather(
        *(_insist(lambda n=n: as_user.deliver(pair[n % 2])) for n in range(crowd.at_once)),
        return_exceptions=True,
    )
    done = {n % 2 for n, one in enumerate(answers) if not isinstance(one, BaseException)}
    refused = [one for one in answers if isinstance(one, IdempotencyConflict)]
    harm = Harm()
    if len(done) != 1 or len(refused) != crowd.at_once // 2:
        harm.broken.append(f"{len(done)} payloads held, {len(refused)} were refused: {answers[:3]}")
    stage.tally.add(CONFLICT, 1, harm)


def _times(stage: Stage, command_key: str) -> int:
    """Return how many batches of the journal a command key wrote."""
    table = tables.journal_event.c
    query = sa.select(sa.func.count(sa.distinct(table.recorded_at))).where(table.command_key == command_key)
    with stage.reading() as records:
        return records.connection.execute(query).scalar_one()


def plan_crowd(dice: Random, short: bool) -> list[Drawn]:
    drawn = draw(dice, (2, 2))
    return [replace(drawn, milestones=5 if short else 100, approvals=10)]


async def play_crowd(stage: Stage, crowds: list[Drawn]) -> None:
    """Send ten approvals for each milestone at once. Each counts once, and each milestone is accepted once."""
    for drawn in crowds:
        await stage.register(drawn)
        names = [f"wrap-{n}" if n else "wrap" for n in range(drawn.milestones)]
        for start in range(0, len(names), 20):
            some = names[start : start + 20]
            await asyncio.gather(
                *(
                    stage.as_user("producer").send(
                        SubmitMilestone, production=drawn.key, milestone=name, evidence=EVIDENCE
                    )
                    for name in some
                )
            )
        requests = [(name, user) for name in names for user in APPROVERS]
        stage.dice.shuffle(requests)
        await asyncio.gather(*(_approved(stage, drawn.key, name, user) for name, user in requests))
        stage.tally.add(CROWD, 1, _accepted_once(stage, drawn, names).and_also(proven(stage)))


async def _approved(stage: Stage, key: str, milestone: str, user: str) -> None:
    """Approve, and ask again if no answer came."""

    def recorded() -> bool:
        table = tables.command.c
        query = sa.select(table.key).where(table.key == f"approve/{key}/{milestone}/1/{user}")
        with stage.reading() as records:
            return records.connection.execute(query).first() is not None

    for _ in range(10):
        try:
            await asyncio.wait_for(
                stage.as_user(user).send(ApproveMilestone, production=key, milestone=milestone, round=1), 120
            )
        except Exception:  # noqa: BLE001 - is it done?
            await asyncio.sleep(0.5)
        if await stage.is_so(recorded):
            return


def _accepted_once(stage: Stage, drawn: Drawn, names: list[str]) -> Harm:
    table = tables.journal_event.c
    query = (
        sa.select(table.type, sa.func.count())
        .where(table.stream == stream_of(drawn.key), table.type.like("milestone-%"))
        .group_by(table.type)
    )
    with stage.reading() as records:
        counts = dict(records.connection.execute(query).all())
        accepted = [m for m in records.state(drawn.key, milestones=True).milestones.values() if m.accepted_on]
    harm, wanted = Harm(), {"milestone-submitted": len(names), "milestone-approved": len(names) * len(APPROVERS)}
    for kind, count in {**wanted, "milestone-accepted": len(names)}.items():
        found = counts.get(kind, 0)
        if found < count:
            harm.lost.append(f"{count - found} of {count} {kind} are missing")
        elif found > count:
            harm.doubled.append(f"{found} {kind} instead of {count}")
    harm.stuck += [] if len(accepted) == len(names) else [f"{len(accepted)} milestones are accepted"]
    return harm
