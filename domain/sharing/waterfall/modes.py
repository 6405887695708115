"""Which valves are open in a state, for a kind of receipt: decided by what is true now and, at a tie, next.

Where a guard stands exactly at its limit, the direction decides; `domain.sharing.waterfall.limits` says how.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from fractions import Fraction
from itertools import product

from domain.errors import Broken
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
    Restless,
    Tie,
    Valve,
    height_of,
    moving_true,
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
    BranchKind,
    Network,
    Take,
    reached,
)

SpreadOf = Callable[[Modes], Spread]

_MOST_CROSSINGS = 2
"""How many limits may be crossed at once."""


class Decider:
    """Decides modes for one network and kind of receipt."""

    def __init__(self, network: Network, kind: BranchKind, entry: str, lines: Sequence[Linear]) -> None:
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

    def decide(self, on: date, heights: Heights, state: Mapping[str, Fraction], counts: Counts = ()) -> Spread:
        """The rates at which a receipt of the kind, with its counts for each unit, spreads from this state on.

        Raises:
            Broken: conditions contradict each other without end.
        """
        self._counts = counts

        def spread_of(modes: Modes) -> Spread:
            """How a unit spreads by modes that are tried."""
            return spread(self._network, self._kind, self._entry, modes, state, counts)

        try:
            return self._at_rest(heights, spread_of)
        except Restless as restless:
            raise Broken(_contradiction(self._network, restless.valves, heights, on, self._entry)) from None

    def _at_rest(self, heights: Heights, spread_of: SpreadOf, crossings: int = _MOST_CROSSINGS) -> Spread:
        """Where all valves rest: at their limits or, where none do, behind one that is crossed and not come back to.

        Such is a sum that is to be exceeded, and grows no more once it is: what begins then has begun all the same.
        """
        modes: dict[str, Mode] = {}
        tied: list[Valve] = []
        for valve in self._valves:
            known = holds(valve.guard, lambda atom: self._settled(atom, heights))
            modes[valve.key] = ON if known else OFF
            if known is None:
                tied.append(valve)
        try:
            return Tie(tied, heights, spread_of).rest(modes)
        except Restless as restless:
            lines = _at_limit(restless.valves, heights) if crossings else []
            for line, to in product(lines, (Fraction(1), Fraction(-1))):
                with suppress(Restless):
                    sides = [self._at_rest({**heights, line: side}, spread_of, crossings - 1) for side in (-to, to)]
                    if line.slope(sides[0].rates) * to > 0 and line.slope(sides[1].rates) * to >= 0:
                        return sides[1]
            raise

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


def _contradiction(network: Network, valves: Sequence[Valve], heights: Heights, on: date, entry: str) -> str:
    """The sentence that names positions and conditions of which none comes to rest, and what to do about it."""
    keys = (valve.key.partition(":")[2] for valve in valves)
    takes = (isinstance(valve, Take) for valve in valves)
    names = dict.fromkeys(key.rpartition(".")[0] if take else key for key, take in zip(keys, takes, strict=True))
    said = dict.fromkeys(label for line in _at_limit(valves, heights) for label in network.labels.get(line, ()))
    return (
        f"What comes into {entry} on {on} cannot be shared, since {' and '.join(names)} wait for each other without "
        f"end ({'; '.join(said)}): amend the agreement so that what one of them takes does not decide about another."
    )


def _at_limit(valves: Sequence[Valve], heights: Heights) -> list[Linear]:
    lines = (unsigned(atom.line) for valve in valves for atom in atoms_of(valve.guard))
    return [line for line in dict.fromkeys(lines) if not heights[line]]


def about_to_hold(guard: Guard, heights: Heights, now: Spread) -> bool:
    """Whether a guard holds as soon as the next unit flows."""

    def truth(atom: Atom) -> bool:
        """Whether an atom holds then."""
        height = height_of(atom, heights)
        return moving_true(atom, now.rates) if height == 0 else height > 0

    return bool(holds(guard, truth))
