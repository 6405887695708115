"""Which valves are open in a state, for a kind of receipt: decided by what is true now and, at a tie, next.

Where a guard stands exactly at its limit, the direction decides; `domain.waterfall.tie` says how.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from domain.waterfall.facts import Counts
from domain.waterfall.flow import OFF, ON, Mode, Modes, Spread, spread
from domain.waterfall.linear import STILL, Atom, Guard, Linear, atoms_of, holds, unsigned
from domain.waterfall.network import Kind, Leaf, Network, Take, reached
from domain.waterfall.tie import Heights, Tie, height_of, moving_true


class Decider:
    """Decides modes for one network and kind of receipt."""

    def __init__(self, network: Network, kind: Kind, entry: str, lines: Sequence[Linear]) -> None:
        self._network = reached(network, kind, entry)
        self._kind = kind
        self._entry = entry
        self._valves = tuple(self._network.valves())
        at = {line: n for n, line in enumerate(lines)}
        watched = {at[unsigned(atom.line)] for valve in self._valves for atom in atoms_of(valve.guard)}
        self.watches = tuple(sorted(watched))
        """Which of the lines decide about this kind."""
        self._counts: Counts = ()
        self._may_owe = any(basin.deficit is not None for basin in network.basins)

    def decide(self, heights: Heights, state: Mapping[str, Fraction], counts: Counts = ()) -> Spread:
        """The rates at which a receipt of the kind, with its counts for each unit, spreads from this state on.

        Raises:
            Broken: conditions contradict each other without end.
        """
        self._counts = counts
        modes: dict[str, Mode] = {}
        tied: list[Leaf | Take] = []
        for valve in self._valves:
            known = holds(valve.guard, lambda atom: self._settled(atom, heights))
            modes[valve.key] = ON if known else OFF
            if known is None:
                tied.append(valve)

        def spread_of(tried: Modes) -> Spread:
            """How a unit spreads by modes that are tried."""
            return spread(self._network, self._kind, self._entry, tried, state, counts)

        return Tie(tied, heights, spread_of).rest(modes)

    def _settled(self, atom: Atom, heights: Heights) -> bool | None:
        """The truth of an atom in a state; at a tie, what it must become where its line can move one way only."""
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


def about_to_hold(guard: Guard, heights: Heights, now: Spread) -> bool:
    """Whether a guard holds as soon as the next unit flows."""

    def truth(atom: Atom) -> bool:
        """Whether an atom holds then."""
        height = height_of(atom, heights)
        return moving_true(atom, now.rates) if height == 0 else height > 0

    return bool(holds(guard, truth))
