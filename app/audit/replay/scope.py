"""The scope of an audit, and how its progress is reported."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

Tick = Callable[[str, int], None]
"""Called with the kind of thing looked at, and how many more there were."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One production or all, and a period by effective date, both days included. None is open.

    Chains are always walked whole. With a period, other findings are about the events in it. Today's snapshots and
    balances belong to no period, so they are left out.
    """

    production: str | None = None
    first: date | None = None
    last: date | None = None

    @property
    def whole(self) -> bool:
        """Whether the scope has no period."""
        return self.first is None and self.last is None

    def covers(self, day: date) -> bool:
        """Return whether a day is in the period."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)
