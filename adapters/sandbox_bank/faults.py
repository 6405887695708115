"""Faults on demand: what the bank does wrong, to which payments, by id or at random by seed.

Each rule strikes a payment once. A payment that was lost goes through when it is sent again.
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
    """What goes wrong. `partial` rejects every second transfer of a file, starting with the named one."""

    REJECT = "reject"
    DELAY = "delay"
    LOSE_ANSWER = "lose-answer"
    LOSE_FILE = "lose-file"
    PARTIAL = "partial"
    DUPLICATE_ANSWER = "duplicate-answer"
    RETURN = "return"


RANDOM_KINDS = tuple(kind for kind in FaultKind if kind is not FaultKind.PARTIAL)
"""Default kinds of random faults. Random rejections make partial files anyway."""


@dataclass(frozen=True, slots=True)
class FaultRule:
    """One rule: `kind` for one `payment`, or one of `kinds` for a share `rate` of all payments, chosen by `seed`."""

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
    """The faults for one file's payments: for each kind, the rule by end-to-end id."""

    struck: dict[FaultKind, dict[str, FaultRule]] = field(default_factory=dict)

    def of(self, kind: FaultKind) -> Mapping[str, FaultRule]:
        """Return the rules of a kind of fault, by end-to-end id."""
        return self.struck.get(kind, {})


def add_fault(db: sqlite3.Connection, payment: str, kind: FaultKind, *, reason: str, seconds: int) -> int:
    """Add a fault for one payment. `seconds` is for delay and return, `reason` for reject, partial and return."""
    cursor = db.execute(
        "INSERT INTO fault (kind, payment, reason, seconds) VALUES (?, ?, ?, ?)", (kind, payment, reason, seconds)
    )
    return int(cursor.lastrowid or 0)


def add_random_faults(
    db: sqlite3.Connection, seed: int, rate: Fraction, kinds: Sequence[FaultKind], *, reason: str, seconds: int
) -> int:
    """Add faults for a share of all payments. One seed always strikes the same payments in the same way.

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
    """Return all rules, oldest first."""
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
    """Delete all rules. Faults that have struck are not undone."""
    db.execute("DELETE FROM fault")


def plan_faults(db: sqlite3.Connection, payments: Iterable[str]) -> Plan:
    """Return the faults for these payments, without those that each has met before."""
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
    """Record that these kinds of the plan have struck."""
    rows = [(rule.id, kind.value, payment) for kind in kinds for payment, rule in plan.of(kind).items()]
    db.executemany("INSERT OR IGNORE INTO fault_met VALUES (?, ?, ?)", rows)


def _strikes(rule: FaultRule, payment: str) -> FaultKind | None:
    if rule.rate is None:
        return rule.kind if rule.payment == payment else None
    digest = hashlib.sha256(f"{rule.seed}/{payment}".encode()).digest()
    if int.from_bytes(digest[:8]) >= rule.rate * _WHOLE:
        return None
    return rule.kinds[digest[8] % len(rule.kinds)]
