"""Decides which valves are open in a state, for a kind of receipt.

A guard away from its limit is decided by the state. At a tie the direction decides: see
`domain.sharing.waterfall.limits`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from fractions import Fraction
from itertools import product

from domain.errors import CannotShare
from domain.sharing.waterfall.facts import Counts
from domain.sharing.waterfall.flow import (
    OFF,
    ON,
    Mode,
    Modes,
    Spread,
    spread,
)
from domain.sharing.waterfall.limits import (
    Heights,
    Tie,
    Unstable,
    Valve,
    height_of,
    holds_when_moving,
)
from domain.sharing.waterfall.linear import (
    STILL,
    Atom,
    Guard,
    Linear,
    atoms_of,
    holds,
    unsigned,
)
from domain.sharing.waterfall.network import (
    Network,
    ReceiptKind,
    Take,
    reached,
)

SpreadOf = Callable[[Modes], Spread]

_MAX_CROSSINGS = 2
"""The most limits that may be crossed at once."""


class Contradiction(CannotShare):
    """Positions never settle, because the conditions `labels` make each wait for another."""

    def __init__(self, on: date, entry: str, positions: tuple[str, ...], labels: tuple[str, ...]) -> None:
        self.positions, self.labels = positions, labels
        super().__init__(
            f"What comes into {entry} on {on} cannot be shared, since {' and '.join(positions)} wait for each other "
            f"without end ({'; '.join(labels)}): amend the agreement so that what one of them takes does not decide "
            "about another."
        )


class Decider:
    """Decides the modes of one network and kind of receipt."""

    def __init__(self, network: Network, kind: ReceiptKind, entry: str, lines: Sequence[Linear]) -> None:
        self._network = reached(network, kind, entry)
        self._kind = kind
        self._entry = entry
        self._valves = tuple(self._network.valves())
        at = {line: n for n, line in enumerate(lines)}
        watched = {at[unsigned(atom.line)] for valve in self._valves for atom in atoms_of(valve.guard)}
        self.watches = tuple(sorted(watched))
        """The indices of the lines that matter for this kind."""
        self._counts: Counts = ()
        self._may_owe = any(basin.deficit is not None for basin in network.basins)

    def decide(self, on: date, heights: Heights, state: Mapping[str, Fraction], counts: Counts = ()) -> Spread:
        """The spread of a receipt of the kind, with its counts per unit, from this state on.

        Raises:
            Contradiction: conditions contradict each other without end.
        """
        self._counts = counts

        def spread_of(modes: Modes) -> Spread:
            """The spread of tried modes."""
            return spread(self._network, self._kind, self._entry, modes, state, counts)

        try:
            return self._settled_spread(heights, spread_of)
        except Unstable as unstable:
            raise _contradiction(self._network, unstable.valves, heights, on, self._entry) from None

    def _settled_spread(self, heights: Heights, spread_of: SpreadOf, crossings: int = _MAX_CROSSINGS) -> Spread:
        """The spread with all valves settled at their limits, or just past one that is crossed for good.

        An example of the latter is a sum that must be exceeded, and that stops growing once it is.
        """
        modes: dict[str, Mode] = {}
        tied: list[Valve] = []
        for valve in self._valves:
            known = holds(valve.guard, lambda atom: self._truth(atom, heights))
            modes[valve.key] = ON if known else OFF
            if known is None:
                tied.append(valve)
        try:
            return Tie(tied, heights, spread_of).settle(modes)
        except Unstable as unstable:
            lines = _at_limit(unstable.valves, heights) if crossings else []
            for line, to in product(lines, (Fraction(1), Fraction(-1))):
                with suppress(Unstable):
                    sides = [
                        self._settled_spread({**heights, line: side}, spread_of, crossings - 1) for side in (-to, to)
                    ]
                    if line.slope(sides[0].rates) * to > 0 and line.slope(sides[1].rates) * to >= 0:
                        return sides[1]
            raise

    def _truth(self, atom: Atom, heights: Heights) -> bool | None:
        """The truth of an atom. At a tie, the value that its line's only possible direction gives it, else None."""
        height = height_of(atom, heights)
        if height:
            return height > 0
        counted = {f"metric:{name}" for name, _ in self._counts}
        moving = {part > 0 for name, part in atom.line.terms if name in counted or not name.startswith(STILL)}
        owing = self._may_owe and any(name.startswith("to:") for name, _ in atom.line.terms)
        if len(moving) > 1 or owing:
            return None
        if atom.closed:
            return None if False in moving else True
        return None if True in moving else False


def _contradiction(network: Network, valves: Sequence[Valve], heights: Heights, on: date, entry: str) -> Contradiction:
    """The error of positions and conditions that never settle."""
    keys = (valve.key.partition(":")[2] for valve in valves)
    takes = (isinstance(valve, Take) for valve in valves)
    names = dict.fromkeys(key.rpartition(".")[0] if take else key for key, take in zip(keys, takes, strict=True))
    labels = dict.fromkeys(label for line in _at_limit(valves, heights) for label in network.labels.get(line, ()))
    return Contradiction(on, entry, tuple(names), tuple(labels))


def _at_limit(valves: Sequence[Valve], heights: Heights) -> list[Linear]:
    lines = (unsigned(atom.line) for valve in valves for atom in atoms_of(valve.guard))
    return [line for line in dict.fromkeys(lines) if not heights[line]]


def about_to_hold(guard: Guard, heights: Heights, now: Spread) -> bool:
    """Whether a guard holds as soon as the next unit flows."""

    def truth(atom: Atom) -> bool:
        """Whether an atom holds then."""
        height = height_of(atom, heights)
        return holds_when_moving(atom, now.rates) if height == 0 else height > 0

    return bool(holds(guard, truth))
