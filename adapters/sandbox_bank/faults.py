"""Faults on demand: what the bank does wrong, to which payments, by id or at random by seed.

Each rule meets a payment once: what was lost goes through when it is sent again.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from domain.errors import BadInput

_WHOLE = 2**64


class FaultKind(StrEnum):
    """What goes wrong. `partial` rejects every second transfer of the file, beginning with the one named."""

    REJECT = "reject"
    DELAY = "delay"
    LOSE_ANSWER = "lose-answer"
    LOSE_FILE = "lose-file"
    PARTIAL = "partial"
    DUPLICATE_ANSWER = "duplicate-answer"
    RETURN = "return"


RANDOM_KINDS = tuple(kind for kind in FaultKind if kind is not FaultKind.PARTIAL)
"""What strikes at random unless told otherwise; rejecting at random makes partial files by itself."""


@dataclass(frozen=True, slots=True)
class FaultRule:
    """One rule: for `payment` always `kind`, or for a share `rate` of all payments, by `seed`, one of `kinds`."""

    id: int
    kind: FaultKind | None
    payment: str | None
    seed: int | None
    rate: Fraction | None
    kinds: tuple[FaultKind, ...]
    reason: str
    seconds: int


@dataclass(slots=True)
class Plan:
    """What strikes the payments of one file: of each kind, by end-to-end id, the rule that says so."""

    struck: dict[FaultKind, dict[str, FaultRule]] = field(default_factory=dict)

    def of(self, kind: FaultKind) -> Mapping[str, FaultRule]:
        """The payments that meet a kind of fault."""
        return self.struck.get(kind, {})


def add_fault(db: sqlite3.Connection, payment: str, kind: FaultKind, *, reason: str, seconds: int) -> int:
    """Let one payment meet a fault; `seconds` is for delay and return, `reason` for reject, partial and return."""
    cursor = db.execute(
        "INSERT INTO fault (kind, payment, reason, seconds) VALUES (?, ?, ?, ?)", (kind, payment, reason, seconds)
    )
    return int(cursor.lastrowid or 0)


def add_random_faults(
    db: sqlite3.Connection, seed: int, rate: Fraction, kinds: Sequence[FaultKind], *, reason: str, seconds: int
) -> int:
    """Let a share of all payments meet faults; the same seed strikes the same payments in the same way.

    Raises:
        BadInput: the share is not between 0 and 1, or there are no kinds.
    """
    if not 0 <= rate <= 1 or not kinds:
        raise BadInput(f"{rate} is not a share of payments: write a number from 0 to 1, such as 0.1.")
    cursor = db.execute(
        "INSERT INTO fault (seed, rate, kinds, reason, seconds) VALUES (?, ?, ?, ?, ?)",
        (seed, str(rate), ",".join(kinds), reason, seconds),
    )
    return int(cursor.lastrowid or 0)


def list_faults(db: sqlite3.Connection) -> list[FaultRule]:
    """All rules, in the order they were made."""
    rows = db.execute("SELECT id, kind, payment, seed, rate, kinds, reason, seconds FROM fault ORDER BY id")
    return [
        FaultRule(
            id=number,
            kind=FaultKind(kind) if kind else None,
            payment=payment,
            seed=seed,
            rate=Fraction(rate) if rate else None,
            kinds=tuple(FaultKind(each) for each in kinds.split(",")) if kinds else (),
            reason=reason,
            seconds=seconds,
        )
        for number, kind, payment, seed, rate, kinds, reason, seconds in rows
    ]


def clear_faults(db: sqlite3.Connection) -> None:
    """Forget all rules; what has already struck is not undone."""
    db.execute("DELETE FROM fault")


def plan_faults(db: sqlite3.Connection, payments: Iterable[str]) -> Plan:
    """What strikes these payments now, leaving out what each has met before."""
    plan = Plan()
    rules = list_faults(db)
    if not rules:
        return plan
    met = set(db.execute("SELECT fault, kind, e2e FROM fault_met"))
    for payment in payments:
        for rule in rules:
            kind = _strikes(rule, payment)
            if kind is not None and (rule.id, kind.value, payment) not in met:
                plan.struck.setdefault(kind, {})[payment] = rule
    return plan


def record_met(db: sqlite3.Connection, plan: Plan, kinds: Iterable[FaultKind]) -> None:
    """Remember that these kinds of the plan have struck."""
    rows = [(rule.id, kind.value, payment) for kind in kinds for payment, rule in plan.of(kind).items()]
    db.executemany("INSERT OR IGNORE INTO fault_met VALUES (?, ?, ?)", rows)


def _strikes(rule: FaultRule, payment: str) -> FaultKind | None:
    if rule.rate is None:
        return rule.kind if rule.payment == payment else None
    digest = hashlib.sha256(f"{rule.seed}/{payment}".encode()).digest()
    if int.from_bytes(digest[:8]) >= rule.rate * _WHOLE:
        return None
    return rule.kinds[digest[8] % len(rule.kinds)]
