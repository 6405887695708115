"""The outcome of a run: the final state, crossed thresholds, and the slices of a trace."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from domain.sharing.waterfall.claims import ClaimBook
from domain.sharing.waterfall.facts import ReceiptGroup
from domain.sharing.waterfall.flow import Spread
from domain.sharing.waterfall.linear import ZERO
from domain.sharing.waterfall.network import ReceiptKind

State = dict[str, Fraction]
"""The value of every variable, such as `took:fee`. See `domain.sharing.waterfall.linear`."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A receipt reached a threshold. `at` is the entry pool's inflow then, `part` the part of the receipt."""

    labels: tuple[str, ...]
    on: date
    kind: ReceiptKind
    pool: str
    at: Fraction
    part: Fraction


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of one receipt that was shared at one set of rates."""

    receipt: ReceiptGroup
    amount: Fraction
    entry: str
    spread: Spread


@dataclass(slots=True)
class RunOutcome:
    """The outcome of a run. `received` counts receipts and openings. `returns` are not covered by receipts yet."""

    state: State
    claims: ClaimBook
    crossings: list[Crossing] = field(default_factory=list)
    received: Fraction = ZERO
    returns: tuple[ReceiptGroup, ...] = ()
    releases: dict[tuple[str, date], Fraction] = field(default_factory=dict)
    booked: dict[str, Fraction] = field(default_factory=dict)

    @property
    def refunds(self) -> Fraction:
        """The sum of the returns that are not covered yet, below zero."""
        return sum((Fraction(each.amount) for each in self.returns), ZERO)
