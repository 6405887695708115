"""What a run remembers besides sums: events that stay, and what had come when a span of the calendar began."""

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import cast

from domain.calendar.dates import DAY, Span, span_end
from domain.sharing.waterfall.linear import EARLIER, ZERO, Guard
from domain.sharing.waterfall.network import Network, variables


class Remembered:
    """Of one network; what is remembered is kept in the run's state."""

    def __init__(self, network: Network, state: dict[str, Fraction]) -> None:
        self._state = state
        self._stays = network.stays
        self._marks: dict[str, tuple[Span, str]] = {}
        for name in variables(network):
            if name.startswith(EARLIER):
                span, _, variable = name.removeprefix(EARLIER).partition(":")
                self._marks[name] = cast("Span", span), variable

    def first_days(self, start: date, end: date) -> Iterator[date]:
        """The days up to `end` on which a span begins that something is counted in."""
        for span in {span for span, _ in self._marks.values()}:
            last = span_end(start, span)
            while last < end:
                yield last + DAY
                last = span_end(last + DAY, span)

    def begin(self, day: date, *, anew: bool = False) -> None:
        """Note what had come before a day that begins a span; `anew`: all that has come is from before."""
        for name, (span, variable) in self._marks.items():
            if anew or name not in self._state or span_end(day - DAY, span) == day - DAY:
                self._state[name] = self._state.get(variable, ZERO)

    def notice(self, holds: Callable[[Guard], bool]) -> bool:
        """Let events that stay happen; whether one did."""
        fresh = [name for name, when in self._stays.items() if f"event:{name}" not in self._state and holds(when)]
        self._state.update({f"event:{name}": Fraction(1) for name in fresh})
        return bool(fresh)
