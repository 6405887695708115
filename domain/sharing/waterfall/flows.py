"""How money flows now: the heights of lines, the rates of each kind of receipt, and what has flowed."""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from domain.sharing.waterfall.batching import (
    Trajectory,
    approaching_zero,
    fast_line,
    height,
    receipts_change_weights,
)
from domain.sharing.waterfall.facts import Counts, ReceiptGroup
from domain.sharing.waterfall.flow import outstandings
from domain.sharing.waterfall.linear import ZERO
from domain.sharing.waterfall.modes import Decider
from domain.sharing.waterfall.network import Network, ReceiptKind

Entry = tuple[ReceiptKind, str]
"""A kind of receipt and the pool that it enters."""

Taken = tuple[Entry, Trajectory, Fraction]
"""A part of a receipt, and how it flowed."""


class Flows:
    """Changes a run's `state`. Lines move at once; the state only when it is to be read (`settle`).

    `crossed` collects the lines whose sign changed, by number. `weights_move` says whether receipts change the weights
    of a group other than by paying its members.
    """

    def __init__(self, network: Network, state: dict[str, Fraction]) -> None:
        self._network = network
        self._state = state
        self.lines = network.lines()
        self.weights_move = receipts_change_weights(network)
        self.crossed: set[int] = set()
        self._fast_lines = [fast_line(line) for line in self.lines]
        self._known_heights: list[Fraction] | None = None
        self._flowed: dict[int, tuple[Trajectory, Fraction | int]] = {}
        self._deciders: dict[Entry, Decider] = {}
        self._trajectories: dict[object, Trajectory] = {}
        self._current: dict[Entry, Trajectory] = {}
        self._weights: int | None = None
        self._weight_ids: dict[tuple[tuple[Fraction, ...], ...], int] = {}

    def heights(self) -> list[Fraction]:
        """The value of every line."""
        if self._known_heights is None:
            self.settle()
            self._current.clear()
            self._known_heights = [height(line, self._state) for line in self._fast_lines]
        return self._known_heights

    def trajectory(self, kind: ReceiptKind, entry: str, on: date, counts: Counts = ()) -> Trajectory:
        """How a unit of a kind that enters a pool flows now, with its counts.

        Raises:
            Contradiction: conditions contradict each other.
        """
        heights = self.heights()
        known = self._current.get((kind, entry))
        if known is not None and not counts:
            return known
        decider = self._decider(kind, entry)
        signs = tuple((heights[n].numerator > 0) - (heights[n].numerator < 0) for n in decider.watches)
        if self._weights is None:
            self.settle()
            weights = tuple(outstandings(self._network, self._state))
            self._weights = self._weight_ids.setdefault(weights, len(self._weight_ids))
        key = (kind, entry, signs, self._weights, counts)
        if key not in self._trajectories:
            self.settle()
            spread = decider.decide(on, dict(zip(self.lines, heights, strict=True)), self._state, counts)
            slopes = ((n, line.slope(spread.rates)) for n, line in enumerate(self.lines))
            self._trajectories[key] = Trajectory(spread, tuple((n, slope) for n, slope in slopes if slope))
        trajectory = self._trajectories[key]
        if not counts:
            self._current[kind, entry] = trajectory
        return trajectory

    def _decider(self, kind: ReceiptKind, entry: str) -> Decider:
        if (kind, entry) not in self._deciders:
            self._deciders[kind, entry] = Decider(self._network, kind, entry, self.lines)
        return self._deciders[kind, entry]

    def flow(self, trajectory: Trajectory, amount: Fraction | int) -> None:
        """Let an amount flow."""
        heights = self.heights()
        if self.weights_move:
            self._weights = None
            self._current.clear()
        for n, slope in trajectory.slopes:
            moved = heights[n] + slope * amount
            if (moved > 0) != (heights[n] > 0) or (moved < 0) != (heights[n] < 0):
                self._current.clear()
                self.crossed.add(n)
            heights[n] = moved
        _, before = self._flowed.get(id(trajectory), (trajectory, 0))
        self._flowed[id(trajectory)] = trajectory, before + amount

    def value(self, name: str) -> Fraction:
        """The value of one variable now."""
        flowed = (one.spread.rates.get(name, ZERO) * amount for one, amount in self._flowed.values())
        return sum(flowed, self._state.get(name, ZERO))

    def settle(self) -> None:
        """Bring the state up to what has flowed."""
        flowed, self._flowed = list(self._flowed.values()), {}
        for trajectory, amount in flowed:
            for name, rate in trajectory.spread.rates.items():
                self._state[name] = self._state.get(name, ZERO) + rate * amount

    def increase(self, name: str, amount: Fraction) -> None:
        """Increase one variable by what no receipt brought."""
        self.settle()
        self._known_heights = None
        if self.weights_move:
            self._weights = None
        self._state[name] = self._state.get(name, ZERO) + amount

    def look_again(self) -> None:
        """Forget what is known of lines and weights, after the state was changed otherwise."""
        self.settle()
        self._known_heights, self._weights = None, None

    def restore(self, state: dict[str, Fraction]) -> None:
        """Go back to an earlier state."""
        self._flowed = {}
        self._state.clear()
        self._state.update(state)
        self._known_heights, self._weights = None, None

    # The order of receipts

    def may_cross(self, rows: Sequence[ReceiptGroup], entries: Iterable[str]) -> set[int]:
        """The lines that some rows can bring to zero in one order or another, at the rates of now."""
        heights = self.heights()
        drift: dict[int, Fraction] = {}
        for row, entry in zip(rows, entries, strict=True):
            for n, slope in approaching_zero(self.trajectory(row.kind, entry, row.on), heights) or ():
                drift[n] = drift.get(n, ZERO) + slope * row.amount
        return {n for n, moved in drift.items() if moved >= abs(heights[n])}

    def are_independent(self, taken: Iterable[Taken]) -> bool:
        """Whether no line that was crossed concerns two kinds of what was taken: is moved by them, or decides."""
        concerned: dict[int, ReceiptKind] = {}
        for (kind, entry), trajectory, _ in taken:
            for n in (*(n for n, _ in trajectory.slopes), *self._decider(kind, entry).watches):
                if n in self.crossed and concerned.setdefault(n, kind) != kind:
                    return False
        return True

    def without(self, taken: Iterable[Taken]) -> dict[str, Fraction]:
        """The state before something was taken, by which nothing jumped."""
        self.settle()
        state = dict(self._state)
        for _, trajectory, amount in taken:
            for name, rate in trajectory.spread.rates.items():
                state[name] -= rate * amount
        return state
