"""Rounding to whole multiples of a unit, as contracts have it: up, down, or at the half."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal

Direction = Literal["up", "down", "half"]
"""Towards more, towards less, or to the nearest multiple, the half towards more."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """Rounding to whole multiples of `unit`, which is above zero."""

    unit: Fraction
    direction: Direction = "half"

    def of(self, amount: Fraction) -> Fraction:
        """The rounded amount."""
        return self.units(amount) * self.unit

    def units(self, amount: Fraction) -> int:
        """How many units the rounded amount has."""
        parts = amount / self.unit
        match self.direction:
            case "up":
                return ceil(parts)
            case "down":
                return floor(parts)
            case "half":
                return floor(parts + Fraction(1, 2))
