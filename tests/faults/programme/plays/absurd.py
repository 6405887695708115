"""What every schema lets pass and nobody can have meant: sums beyond any column, absurd rates, rounds of 400 digits.

One fault is one such file, command or message. It is refused in a sentence, or carried out and accounted for to the
unit; the journal can be read afterwards, and the production goes on.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

from temporalio.service import RPCError

from adapters.bank.folder import folder_of
from adapters.db.queries import chain
from adapters.db.rates import keep_rates
from adapters.db.store import Context
from adapters.db.streams import stream_of
from adapters.rates import read_csv
from adapters.sandbox_bank.admin import folders_path
from app.health.doctor import examine
from app.sharing.imports import Import, import_on
from bench.common import PromisePayouts
from domain.agreement.model import Purpose
from domain.commands import (
    ApproveDistribution,
    ApproveMilestone,
    ComputeDistribution,
    HoldPayment,
    SubmitMilestone,
)
from domain.errors import SluiceError
from domain.events import PaymentsScheduled, ScheduledPayment
from domain.payments.runs import chunks
from domain.state import State, fold
from domain.values.money import Money
from tests.faults.programme.agreements import ACCOUNT, DUE_ON, PERIOD, Drawn, draw
from tests.faults.programme.judge import judge, proven
from tests.faults.programme.plays.messages import booking, put
from tests.faults.programme.stage import APPROVERS, Stage, Stuck
from tests.faults.programme.tally import Harm

KIND = "schema-valid but absurd"
PAYOUTS = 1_002
MOST = 10**15 - 1
"""The largest amount that an agreement or a statement may name, in minor units."""
ROUNDS = (-1, 0, 2**31, 2**63, 2**64, 10**18, 10**40, 10**400)
PERIODS = ("0001", "0001-Q1", "0001-01-01", "9999", "9999-H2", "9999-12-31", "2025-Q5", "2025-02-30", "٢٠٢٥", "2" * 400)


@dataclass(frozen=True)
class Absurd:
    """A production that lives normally, one that is too rich, and the requests to the first."""

    drawn: Drawn
    rich: Drawn
    rows: int
    messages: int


def plan(dice: Random, short: bool) -> list[Absurd]:
    rich = draw(dice, (1, 1))
    return [
        Absurd(draw(dice, (2, 3), earned=True), rich, dice.randint(1_500, 3_000), 2 if short else 12) for _ in range(1)
    ]


async def play(stage: Stage, absurds: list[Absurd]) -> None:
    for one in absurds:
        try:
            await _one(stage, one)
        except Stuck as stuck:
            stage.tally.add(KIND, 0, Harm(stuck=[str(stuck)]))


async def _one(stage: Stage, one: Absurd) -> None:
    key = one.drawn.key
    await stage.register(one.drawn)
    for number in ROUNDS:
        await _asked(
            stage,
            key,
            lambda n=number: stage.as_user(APPROVERS[0]).send(
                ApproveMilestone, production=key, milestone="wrap", round=n
            ),
        )
        await _asked(
            stage,
            key,
            lambda n=number: stage.as_user("vendor-approver").send(
                ApproveDistribution, production=key, period=PERIOD, revision=n
            ),
        )
    for period in PERIODS:
        await _asked(
            stage, key, lambda p=period: stage.as_user("payer-one").send(ComputeDistribution, production=key, period=p)
        )
    for name in ("x" * 65, "x" * 5_000, "wrap/wrap", "../wrap", "%s%n", "'; DROP TABLE entry; --", "\u202ewrap"):
        await _asked(
            stage,
            key,
            lambda n=name: stage.as_user("producer").send(
                SubmitMilestone, production=key, milestone=n, evidence={"report": "f" * 64}
            ),
        )
        await _asked(
            stage,
            key,
            lambda n=name: stage.as_user("payer-one").send(HoldPayment, payment=f"{key}.{n}", reason="absurd"),
        )
        await _asked(stage, key, lambda n=name: stage.as_user("payer-one").open_runs(key, n))
    for reason in ("", " ", "\x00", "a\x00b", "\ud800", "x" * 501, "\U0010ffff" * 500, "\r\n" * 200):
        await _asked(
            stage, key, lambda r=reason: stage.as_user("payer-one").send(HoldPayment, payment=f"{key}.P0", reason=r)
        )
    await _asked(stage, key, lambda: _imported(stage, key, "rich", f",{MOST},", one.rows))
    await _earned_at_an_absurd_rate(stage, one)
    await stage.accept(key)
    await stage.pay(key)
    await stage.pay_in(key)
    await stage.until(lambda: stage.paid(key), f"{key} is not paid: {stage.statuses(key)}")
    await _credited(stage, key, one.messages)
    await _too_rich(stage, one)


async def _asked(stage: Stage, key: str, ask: Any) -> None:
    """Send an absurd request.

    It must be refused in a sentence of ours (or of Temporal's), and leave a readable journal.
    """
    harm = Harm()
    try:
        await ask()
    except (SluiceError, RPCError):
        pass
    except Exception as error:  # noqa: BLE001 - a finding
        harm.broken.append(f"{type(error).__name__}: {str(error)[:200]}")
    stage.tally.add(KIND, 1, harm.and_also(_readable(stage, key)))


def _readable(stage: Stage, key: str) -> Harm:
    """Check that the whole state folds from the journal, and that the proof holds."""
    try:
        with stage.reading() as records:
            facts = list(chain.facts(records.connection, stream_of(key)))
            fold(State(), [(fact.event, fact.effective_on) for fact in facts])
    except SluiceError as error:
        return Harm(lost=[f"the journal of {key} cannot be read: {error.sentence[:200]}"])
    return proven(stage)


async def _imported(stage: Stage, key: str, name: str, amount: str, rows: int, currency: str = "KRW") -> None:
    lines = [f"2025-10-{1 + n % 28:02}{amount}sales,KR,theatrical,first,{currency}" for n in range(rows)]
    file = stage.data / f"{name}.csv"
    file.write_text("\n".join(("date,amount,payer,territory,media,window,currency", *lines, "")), "utf-8")
    import_on(stage.services.handler, Import("receipt", key, name, "S1", "payer-one"), file)


async def _earned_at_an_absurd_rate(stage: Stage, one: Absurd) -> None:
    """Earn 10^24 by a rate of ten billion won to the dollar. The distribution must be refused."""
    drawn = replace(
        draw(Random(one.rows), (1, 1)),
        changes={"receipt_fx": [{"base": "USD", "at": "receipt_date", "source": "HOUSE"}]},
    )
    await stage.register(drawn)
    rates = "".join(f"2025-10-{n:02},USD,KRW,9999999999,HOUSE\n" for n in range(1, 32))
    raw = f"date,base,quote,rate,source\n{rates}".encode()
    with stage.services.store.transaction() as transaction:
        keep_rates(transaction, "absurd.csv", raw, read_csv(raw))
    await _asked(stage, drawn.key, lambda: _imported(stage, drawn.key, "usd", ",9999999999999.99,", 28, "USD"))
    await _asked(
        stage,
        drawn.key,
        lambda: stage.as_user("payer-one").send(ComputeDistribution, production=drawn.key, period=PERIOD),
    )


async def _credited(stage: Stage, key: str, messages: int) -> None:
    """Credit messages of 18 digits each. Suspense is exact, even where their sum exceeds 64 bits."""
    home = folders_path(stage.data) / folder_of(key, ACCOUNT)
    for n in range(messages):
        minor = 10**18 - 1 - n
        put(home, f"rich-{n}.xml", booking(stage, key, f"RICH-{n}", "CRDT", minor, f"{key}.R{n}"))
        stage.lies[key] = stage.lies.get(key, 0) + minor
        await stage.until(lambda: stage.quiet(key), "a message of 18 digits is not taken in")
        stage.tally.add(KIND, 1, judge(stage, key).and_also(_readable(stage, key)))


async def _too_rich(stage: Stage, one: Absurd) -> None:
    """Let payouts on one day exceed what any file can carry. No run is prepared, and the doctor reports it."""
    key = one.rich.key
    await stage.register(one.rich)
    await asyncio.to_thread(_promise_too_much, stage, key)
    await _asked(stage, key, lambda: stage.as_user("payer-one").open_runs(key, ACCOUNT))
    await stage.until(lambda: stage.statuses(key).get("due", 0) > 0, "nothing falls due")
    harm = judge(stage, key, ended=False).and_also(_readable(stage, key))
    harm.stuck += [] if await _told(stage, f"run/{key}/") else [f"nobody is told that {key} cannot be paid"]
    stage.tally.add(KIND, 1, harm)


def _promise_too_much(stage: Stage, key: str) -> None:
    """Promise 1.002 x 10^18, all due on one day. That is more than an agreement's file can name."""
    day = date.fromisoformat(DUE_ON)
    lines = [
        ScheduledPayment(
            payment=f"{key}.S{number}",
            instalment=f"S{number}",
            purpose=Purpose.PRODUCTION,
            account=ACCOUNT,
            payee="vendor-krw",
            payee_party="vendor",
            amount=Money(MOST, "KRW"),
            milestone=None,
            due_on=day,
        )
        for number in range(PAYOUTS)
    ]
    events = [PaymentsScheduled(payments=tuple(part)) for part in chunks(lines)]
    command = PromisePayouts(key=f"promise/{key}", by="producer", production=key, count=PAYOUTS)
    stage.services.store.carry_out(command, Context(day, "producer"), lambda _: (State(), events))


async def _told(stage: Stage, name: str) -> bool:
    """Return whether the doctor names a workflow."""
    for _ in range(20):
        if any(one.wrong and one.what.startswith(name) for one in (await examine(stage.services)).ailments):
            return True
        await asyncio.sleep(1)
    return False
