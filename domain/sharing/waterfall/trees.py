"""The trees that phrases are read as: shares, sums and conditions."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from domain.values.money import Money
from domain.values.rounding import Direction, Rounding


@dataclass(frozen=True, slots=True)
class Constant:
    """A fixed sum or a plain number."""

    value: Money | Fraction


@dataclass(frozen=True, slots=True)
class Name:
    """The amount or count of a party, pool, position, claim or metric so far, or in a calendar span (`this`).

    With `left`, what a pool left over.
    """

    name: str
    left: bool = False
    this: str = ""


@dataclass(frozen=True, slots=True)
class Scaled:
    """A part of a sum, or an amount for each of something counted."""

    factor: Fraction | Money
    of: "Sum"


@dataclass(frozen=True, slots=True)
class Added:
    """A sum of sums."""

    terms: tuple["Sum", ...]


@dataclass(frozen=True, slots=True)
class Best:
    """The greatest or the least of several sums."""

    greater: bool
    of: tuple["Sum", ...]


@dataclass(frozen=True, slots=True)
class Full:
    """How many full units of something there are."""

    unit: Fraction | Money
    of: "Sum"


@dataclass(frozen=True, slots=True)
class Divided:
    """A quotient; `otherwise` is its value where the divisor is zero."""

    of: "Sum"
    by: "Sum"
    otherwise: "Sum | None" = None


@dataclass(frozen=True, slots=True)
class Multiplied:
    """A part of a sum whose factor is itself a number that is worked out."""

    factor: "Sum"
    of: "Sum"


@dataclass(frozen=True, slots=True)
class RoundedTo:
    """A rounding to whole multiples of a unit."""

    unit: Fraction | Money
    direction: Direction

    @property
    def rule(self) -> Rounding:
        """The rounding of minor units, or of numbers."""
        return Rounding(Fraction(self.unit.minor) if isinstance(self.unit, Money) else self.unit, self.direction)


@dataclass(frozen=True, slots=True)
class Rounded:
    """A rounded sum."""

    of: "Sum"
    to: RoundedTo


Sum = Constant | Name | Scaled | Added | Best | Full | Divided | Multiplied | Rounded


@dataclass(frozen=True, slots=True)
class Compared:
    """`left` reaches (>=) or, where `strict`, exceeds (>) `right`."""

    left: Sum
    right: Sum
    strict: bool


@dataclass(frozen=True, slots=True)
class Recouped:
    """A claim has been recouped in full for now."""

    claim: str


@dataclass(frozen=True, slots=True)
class Since:
    """A day has come."""

    day: date


@dataclass(frozen=True, slots=True)
class Happened:
    """A named event holds."""

    event: str


@dataclass(frozen=True, slots=True)
class Joined:
    """All, or any, of several conditions."""

    every: bool
    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A condition does not hold."""

    of: "Condition"


Condition = Compared | Recouped | Since | Happened | Joined | Not


@dataclass(frozen=True, slots=True)
class SharePhrase:
    """What a position takes: `rate` of `base` (None: of what remains), at most `fixed` in all, or as a `table` says."""

    rate: Fraction
    base: Sum | None
    fixed: Money | None = None
    table: str | None = None
