"""How much an audit looks at, and whom it tells how far it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

Tick = Callable[[str, int], None]
"""DecodedFact what is looked at, and how many more of them were."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One production or all, and a period by effective date, first and last day included; None is open.

    Chains are always walked whole. With a period, what is said besides is about the events that count in it: the
    snapshots and balances of today, which are no period's, are left out.
    """

    production: str | None = None
    first: date | None = None
    last: date | None = None

    @property
    def whole(self) -> bool:
        """Whether no period is asked for."""
        return self.first is None and self.last is None

    def covers(self, day: date) -> bool:
        """Whether a day is in the period."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)
