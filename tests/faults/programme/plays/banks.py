"""A bank that rejects, delays, loses, answers twice, takes a file in part, and sends money back.

One fault is one payment struck by one rule, counted by the sandbox bank's books (`fault_met`). A lost file is one
fault, even with many payments. Rejected and returned payments are corrected and paid again, so in the end every payment
is settled once.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from random import Random

from adapters.sandbox_bank.faults import FaultKind, add_fault
from domain.commands import (
    CorrectPayment,
)
from tests.faults.programme.agreements import Drawn, draw
from tests.faults.programme.judge import judge, proven
from tests.faults.programme.stage import PATIENCE_S, Stage, Stuck
from tests.faults.programme.tally import Harm

NAMES = {
    FaultKind.REJECT: "bank rejects a payment",
    FaultKind.DELAY: "bank answer late",
    FaultKind.LOSE_ANSWER: "bank answer lost",
    FaultKind.LOSE_FILE: "file lost on the way to the bank",
    FaultKind.PARTIAL: "batch taken in part",
    FaultKind.DUPLICATE_ANSWER: "bank answer twice",
    FaultKind.RETURN: "bank sends money back",
}
_SHARES = {
    FaultKind.REJECT: 6,
    FaultKind.DELAY: 6,
    FaultKind.LOSE_ANSWER: 8,
    FaultKind.LOSE_FILE: 1,
    FaultKind.PARTIAL: 1,
    FaultKind.DUPLICATE_ANSWER: 6,
    FaultKind.RETURN: 6,
}


@dataclass(frozen=True)
class Trouble:
    """A production, and the faults of its payments."""

    drawn: Drawn
    struck: tuple[tuple[str, FaultKind, int], ...]


def plan(dice: Random, short: bool) -> list[Trouble]:
    troubles = []
    for _ in range(1 if short else 9):
        drawn = draw(dice, (12, 16) if short else (40, 60))
        names = [f"{drawn.key}.P{n}" for n in range(len(drawn.payouts))]
        struck = dice.sample(names, len(names) * 2 // 3)
        kinds = dice.choices(list(_SHARES), list(_SHARES.values()), k=len(struck))
        troubles.append(Trouble(drawn, tuple((p, k, dice.randint(0, 2)) for p, k in zip(struck, kinds, strict=True))))
    return troubles


async def play(stage: Stage, troubles: list[Trouble]) -> None:
    for start in range(0, len(troubles), 3):
        await asyncio.gather(*(_one(stage, trouble) for trouble in troubles[start : start + 3]))
    stage.tally.add("bank answer lost", 0, proven(stage))


async def _one(stage: Stage, trouble: Trouble) -> None:
    key, harm = trouble.drawn.key, Harm()
    with stage.books() as books:
        rules = [add_fault(books.db, p, kind, reason="AC04", seconds=s) for p, kind, s in trouble.struck]
    try:
        await stage.play(trouble.drawn)
        await _put_right(stage, key)
    except Stuck as stuck:
        harm.stuck.append(str(stuck))
    met: Counter[str] = Counter()
    with stage.books() as books:
        for rule, kind, e2e in books.db.execute("SELECT fault, kind, e2e FROM fault_met").fetchall():
            if rule in rules and e2e.startswith(f"{key}."):
                met[NAMES[FaultKind(kind)]] += 1
    harm = harm.and_also(judge(stage, key))
    harm.stuck += [] if stage.statuses(key).keys() <= {"settled"} else [f"{key} ended as {stage.statuses(key)}"]
    for kind, count in met.items():
        stage.tally.add(kind, count)
    stage.tally.add(max(met, key=met.get, default="bank answer lost"), 0, harm)


async def _put_right(stage: Stage, key: str) -> None:
    """Correct and pay again until no payment is rejected or returned."""
    for _ in range(6):
        await asyncio.sleep(2.5)  # a return follows two seconds after the settlement
        await stage.until(lambda: stage.paid(key), f"{key} is not paid: {stage.statuses(key)}", PATIENCE_S)
        with stage.services.store.reading() as records:
            from adapters.db.queries.payments import PaymentFilter, payments

            wrong = [
                row
                for row in payments(records.connection, PaymentFilter(key)).items
                if row.status in {"rejected", "returned"}
            ]
        if not wrong:
            return
        as_user = stage.as_user("payer-one")
        await asyncio.gather(*(as_user.send(CorrectPayment, payment=row.id, reason="put right") for row in wrong))
        await stage.pay(key)
