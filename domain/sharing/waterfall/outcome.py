"""The outcome of a run: the final state, crossed thresholds, and the slices of a trace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from domain.sharing.waterfall.claims import ClaimBook
from domain.sharing.waterfall.facts import ReceiptGroup
from domain.sharing.waterfall.flow import Spread
from domain.sharing.waterfall.linear import ZERO
from domain.sharing.waterfall.network import ReceiptKind
from domain.sharing.waterfall.reserves import Reserves

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


@dataclass(frozen=True, slots=True)
class OrderMattered:
    """One day's receipts were taken in the order of `kinds`. `amounts` are the most that another order changes.

    By party, in minor units.
    """

    on: date
    kinds: tuple[ReceiptKind, ...]
    amounts: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class CountMattered:
    """A count that came as a fact of its own met conditions: they hold for what comes in from its day on."""

    on: date
    labels: tuple[str, ...]


@dataclass(slots=True)
class RunOutcome:
    """The outcome of a run. `returns` are not covered by receipts yet.

    `received` counts receipts and, under the rules before `Rules.FIFTH`, openings. From then on `opened` has these.
    """

    state: State
    claims: ClaimBook
    crossings: list[Crossing] = field(default_factory=list)
    received: Fraction = ZERO
    returns: tuple[ReceiptGroup, ...] = ()
    opened: Fraction = ZERO
    reserves: Reserves = field(default_factory=Reserves)
    orders: list[OrderMattered] = field(default_factory=list)
    counted: list[CountMattered] = field(default_factory=list)

    @property
    def refunds(self) -> Fraction:
        """The sum of the returns that are not covered yet, below zero."""
        return sum((Fraction(each.amount) for each in self.returns), ZERO)
