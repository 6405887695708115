"""State beyond sums: lasting events, figures, and sums at the beginning of a calendar span."""

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import cast

from domain.calendar.dates import DAY, Span, span_end, span_of
from domain.sharing.waterfall.figures import FigureBook
from domain.sharing.waterfall.linear import EARLIER, ZERO, Guard
from domain.sharing.waterfall.network import Network, variables


class Remembered:
    """The lasting events, figures and span marks of one network. They are stored in the run's state."""

    def __init__(self, network: Network, state: dict[str, Fraction]) -> None:
        self._state = state
        self._stays = network.stays
        self.figures = FigureBook(network.figures, state)
        self.changes = bool(network.stays or network.figures)
        self.jumps = bool(network.stays) or any(figure.steps for figure in network.figures)
        self.changes_with_next = bool(network.stays) or any(figure.opens for figure in network.figures)
        self._marks: dict[str, tuple[Span, str]] = {}
        for name in variables(network):
            if name.startswith(EARLIER):
                span, _, variable = name.removeprefix(EARLIER).partition(":")
                self._marks[name] = cast("Span", span), variable

    def first_days(self, start: date, end: date) -> Iterator[date]:
        """The days up to `end` on which a span of some counted sum begins."""
        for span in {span for span, _ in self._marks.values()}:
            last = span_end(start, span)
            while last < end:
                yield last + DAY
                last = span_end(last + DAY, span)

    def begin(self, day: date) -> None:
        """Store the sums at the beginning of a span."""
        for name, (span, variable) in self._marks.items():
            if name not in self._state or span_end(day - DAY, span) == day - DAY:
                self._state[name] = self._state.get(variable, ZERO)

    def open(self, day: date, *, within_spans: bool) -> None:
        """Treat everything so far as earlier, on a day of opening balances.

        With `within_spans`, balances dated within a span are of what came in it: only at a span's edges all is earlier.
        """
        for name, (span, variable) in self._marks.items():
            if not within_spans or day in {span_of(day, span)[0], span_end(day, span)}:
                self._state[name] = self._state.get(variable, ZERO)

    def notice(self, holds: Callable[[Guard], bool]) -> bool:
        """Work figures out, and mark lasting events whose conditions hold. Returns whether anything changed."""
        changed = self.figures.work_out()
        changed |= self.figures.open(holds)
        happened = [name for name, when in self._stays.items() if f"event:{name}" not in self._state and holds(when)]
        self._state.update({f"event:{name}": Fraction(1) for name in happened})
        return changed or bool(happened)
