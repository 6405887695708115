"""Reserves: what positions hold back, booked at the end of a period and released after the agreed number of periods."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from domain.calendar.dates import DAY, span_end, span_end_after
from domain.errors import CannotShare
from domain.sharing.waterfall.linear import ZERO
from domain.sharing.waterfall.model import Held


@dataclass(slots=True)
class Reserves:
    """The reserves of a run: the terms by position, what is booked, and what is to be released on which day.

    The terms of positions that hold no longer stay, until all that they held is released.
    """

    terms: dict[str, Held] = field(default_factory=dict)
    booked: dict[str, Fraction] = field(default_factory=dict)
    releases: dict[tuple[str, date], Fraction] = field(default_factory=dict)

    def copied(self) -> "Reserves":
        """A copy that may be changed."""
        return replace(self, terms=dict(self.terms), booked=dict(self.booked), releases=dict(self.releases))

    def under(self, terms: Mapping[str, Held], pools: Iterable[str], state: Mapping[str, Fraction]) -> None:
        """Go on under a version's terms and among its pools.

        Raises:
            CannotShare: what is held is to be released into a pool that this version does not have.
        """
        self.terms |= terms
        known = set(pools)
        for name, held in self.terms.items():
            if self.held(name, state) and held.then not in known:
                raise CannotShare(
                    f"{name} holds a reserve that is released into {held.then}, and the amended waterfall has no such "
                    "pool: keep the pool, or let the amendment apply retroactively."
                )

    def held(self, name: str, state: Mapping[str, Fraction]) -> Fraction:
        """What a position holds."""
        return state.get(f"held:{name}", ZERO) - state.get(f"released:{name}", ZERO)

    def period_starts(self, first: date, end: date) -> Iterator[date]:
        """The days before `end` on which a period of a reserve begins, after the one of `first`."""
        for held in self.terms.values():
            stop = span_end(first, held.of)
            while stop < end:
                yield stop + DAY
                stop = span_end(stop + DAY, held.of)

    def book(self, day: date, state: Mapping[str, Fraction]) -> None:
        """Book what was held in periods that ended on the day before."""
        for name, held in self.terms.items():
            if span_end(day - DAY, held.of) == day - DAY and (fresh := self._fresh(name, state)):
                self.booked[name] = self.booked.get(name, ZERO) + fresh
                self.releases[name, span_end_after(day - DAY, held.of, held.periods) + DAY] = fresh

    def release(self, day: date, enter: Callable[[str, Fraction, str], None]) -> None:
        """Release what has been held long enough: `enter` takes the position, the amount and the pool."""
        for (name, on), amount in list(self.releases.items()):
            if on <= day:
                del self.releases[name, on]
                enter(name, amount, self.terms[name].then)

    def planned(self, as_of: date, state: Mapping[str, Fraction]) -> dict[str, dict[date, Fraction]]:
        """What each position releases on which day. What was taken in a period counts from the period's end."""
        found: dict[str, dict[date, Fraction]] = {}
        for (name, on), amount in self.releases.items():
            found.setdefault(name, {})[on] = amount
        for name, held in self.terms.items():
            if fresh := self._fresh(name, state):
                days, on = found.setdefault(name, {}), span_end_after(as_of, held.of, held.periods) + DAY
                days[on] = days.get(on, ZERO) + fresh
        return found

    def _fresh(self, name: str, state: Mapping[str, Fraction]) -> Fraction:
        return state.get(f"held:{name}", ZERO) - self.booked.get(name, ZERO)
