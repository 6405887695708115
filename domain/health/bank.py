"""Money on bank accounts that nothing explains, and balances that do not agree."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.bank.reconciliation import BalanceDifference, Reconciliation
from domain.health.ailment import Ailment, AilmentKind, counted

_NAMED = 5
"""How many movements are named, and how many differences."""
_MISSING = frozenset({"missing-statement", "missing-pages"})


@dataclass(frozen=True, slots=True)
class Suspended:
    """Movements of an account in suspense, all for one reason `why`, and all in or all out: they never cancel out.

    `amount` is their formatted sum, negative for money that went out. `since` is when the first one came.
    """

    production: str
    account: str
    amount: str
    movements: tuple[str, ...]
    why: str
    since: datetime


def unmatched(found: Suspended) -> Ailment:
    """Money in suspense: movements that no payment or receipt explains."""
    names = ", ".join(found.movements[:_NAMED])
    if len(found.movements) > _NAMED:
        names += f" and {len(found.movements) - _NAMED} more"
    return Ailment(
        AilmentKind.UNMATCHED,
        f"{found.production} {found.account}",
        found.since,
        f"{found.amount} is in suspense, from {counted(len(found.movements), 'movement')} ({names}): {found.why}",
        "ask the bank what each is, and say so: `sluice movement list`, `sluice movement allocate`",
    )


def unreconciled(production: str, found: Reconciliation) -> Iterator[Ailment]:
    """Statements that are missing, and a balance of the bank that is not that of the books.

    An opening balance that nobody has recorded yet is only told: it is a step of the setting up.
    """
    what = f"{production} {found.account}"
    shown = f"`sluice bank reconcile {production} {found.account}` shows both sides"
    for one in found.differences:
        if one.kind in _MISSING:
            todo = f"ask the bank for it, whatever it holds; {shown}"
            yield Ailment(AilmentKind.STATEMENT_MISSING, what, one.on, one.why, todo)
    others = [one for one in found.differences if one.kind not in _MISSING]
    unexplained = found.unexplained is not None and bool(found.unexplained.minor)
    if others or unexplained:
        since = min((one.on for one in others), default=found.on)
        to_open = found.opening is None and not unexplained and [one.kind for one in others] == ["opening-balance"]
        yield Ailment(AilmentKind.UNRECONCILED, what, since, _why(found, others), shown, wrong=not to_open)


def _why(found: Reconciliation, others: list[BalanceDifference]) -> str:
    parts = [f"at the end of {found.on} the bank had {found.bank}, and the books {found.books}"]
    parts += [f"{one.amount}: {one.why}" if one.amount.minor else one.why for one in others[:_NAMED]]
    if len(others) > _NAMED:
        parts.append(f"{counted(len(others) - _NAMED, 'other difference')}")
    if found.unexplained is not None and found.unexplained.minor:
        parts.append(f"nothing explains {found.unexplained}")
    return "; ".join(parts)
