"""What a run leaves: where everything stands, which thresholds were crossed, and the slices that a trace hears of."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from domain.sharing.waterfall.claims import ClaimBook
from domain.sharing.waterfall.facts import ReceiptGroup
from domain.sharing.waterfall.flow import Spread
from domain.sharing.waterfall.linear import ZERO
from domain.sharing.waterfall.network import BranchKind

State = dict[str, Fraction]
"""Every variable by its name, such as `took:fee`; see `domain.sharing.waterfall.linear`."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A receipt reached a threshold: `at` is what its entry pool had received by then, `part` what of the receipt."""

    labels: tuple[str, ...]
    on: date
    kind: BranchKind
    pool: str
    at: Fraction
    part: Fraction


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of one receipt that was shared at the same rates."""

    receipt: ReceiptGroup
    amount: Fraction
    entry: str
    spread: Spread


@dataclass(slots=True)
class RunOutcome:
    """Where a run ended. `received` counts receipts and openings; `returns` are those that nothing covered yet."""

    state: State
    claims: ClaimBook
    crossings: list[Crossing] = field(default_factory=list)
    received: Fraction = ZERO
    returns: tuple[ReceiptGroup, ...] = ()
    releases: dict[tuple[str, date], Fraction] = field(default_factory=dict)
    booked: dict[str, Fraction] = field(default_factory=dict)

    @property
    def refunds(self) -> Fraction:
        """What the returns that nothing covered yet come to, below zero."""
        return sum((Fraction(each.amount) for each in self.returns), ZERO)
