"""Which valves are open in a state, for a kind of receipt: decided by what is true now and, at a tie, next.

Where a guard stands exactly at its limit, the direction decides. A valve that would pass the limit when open and fall
behind it when closed is held: it takes what keeps it at the limit (costs capped at a part of receipts, a catch-up at
parity). Those rates solve linear equations, exactly.
"""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from domain.errors import Broken
from domain.waterfall.facts import Counts
from domain.waterfall.flow import OFF, ON, Mode, Spread, spread
from domain.waterfall.linear import STILL, ZERO, Atom, Guard, Linear, atoms_of, holds, unsigned
from domain.waterfall.network import Kind, Leaf, Network, Take, reached

Heights = Mapping[Linear, Fraction]
"""The value of every line that is watched."""

_MOST_SWEEPS = 50
_STEP = Fraction(1, 10**6)
"""By how much a held rate is moved to see what it does; only has to be small."""


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
        for ranked in (True, False):
            found = self._at_rest(tied, dict(modes), ranked, heights, state)
            if found is not None:
                return found
        raise Broken("The conditions of this waterfall contradict each other: none of them can hold or fail.")

    def _at_rest(
        self,
        tied: Sequence[Leaf | Take],
        modes: dict[str, Mode],
        ranked: bool,
        heights: Heights,
        state: Mapping[str, Fraction],
    ) -> Spread | None:
        """Settle valves until none moves any more; None if that never comes.

        `ranked`: of several at one limit the first gives way to nobody behind it. Where that finds no rest, whoever
        has room takes it.
        """
        now, held, before = self._spread(modes, state), dict[str, Linear](), modes
        for _ in range(_MOST_SWEEPS):
            before = dict(modes)
            for valve in tied:
                now = self._settle(valve, modes, held, ranked, heights, state)
            if modes == before:
                break
        restless = modes != before or any(line.slope(now.rates) for line in held.values())
        return None if restless else now

    def _settled(self, atom: Atom, heights: Heights) -> bool | None:
        """The truth of an atom in a state; at a tie, what it must become where its line can move one way only."""
        height = _height(atom, heights)
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

    def _spread(self, modes: Mapping[str, Mode], state: Mapping[str, Fraction]) -> Spread:
        return spread(self._network, self._kind, self._entry, modes, state, self._counts)

    def _settle(
        self,
        valve: Leaf | Take,
        modes: dict[str, Mode],
        held: dict[str, Linear],
        ranked: bool,
        heights: Heights,
        state: Mapping[str, Fraction],
    ) -> Spread:
        held.pop(valve.key, None)
        modes[valve.key] = ON
        opened = self._with_held(modes, held, state)
        if _true(valve, heights, opened, self._kept_by_others(held, self._valves)):
            return opened
        modes[valve.key] = OFF
        closed = self._with_held(modes, held, state)
        behind = self._kept_by_others(held, self._valves[self._valves.index(valve) + 1 :] if ranked else ())
        if not _true(valve, heights, closed, behind):
            return closed
        lines = [
            unsigned(atom.line)
            for atom in atoms_of(valve.guard)
            if heights[unsigned(atom.line)] == 0
            and not _moving_true(atom, opened.rates)
            and (_moving_true(atom, closed.rates) or atom in behind)
        ]
        now = closed
        for line in [*lines, lines[0]]:
            held[valve.key] = line
            modes[valve.key] = ZERO
            now = self._with_held(modes, held, state)
            if _decisive(valve, line, heights, now, behind):
                break
        return now

    def _kept_by_others(self, held: Mapping[str, Linear], valves: Sequence[Leaf | Take]) -> frozenset[Atom]:
        """Limits at which some valves are held: whoever shares one and comes first need not give way to it."""
        guards = (valve.guard for valve in valves if valve.key in held)
        lines = set(held.values())
        return frozenset(atom for guard in guards for atom in atoms_of(guard) if unsigned(atom.line) in lines)

    def _with_held(self, modes: dict[str, Mode], held: Mapping[str, Linear], state: Mapping[str, Fraction]) -> Spread:
        """The spread with every held rate solved such that its line stays at zero, if that can be; else near it."""
        names = list(held)
        now = self._spread(modes, state)
        for _ in range(_MOST_SWEEPS):
            errors = [held[name].slope(now.rates) for name in names]
            if not any(errors):
                break
            columns = []
            for name in names:
                rate = _rate(modes[name])
                modes[name] = rate + _STEP
                moved = self._spread(modes, state)
                modes[name] = rate
                columns.append([(held[other].slope(moved.rates) - errors[n]) / _STEP for n, other in enumerate(names)])
            changes = _solved(columns, [-error for error in errors])
            if not any(changes):
                break
            for name, change in zip(names, changes, strict=True):
                modes[name] = max(_rate(modes[name]) + change, ZERO)
            now = self._spread(modes, state)
        return now


def _rate(mode: Mode) -> Fraction:
    return mode if isinstance(mode, Fraction) else ZERO


def _height(atom: Atom, heights: Heights) -> Fraction:
    line = unsigned(atom.line)
    return heights[line] if line == atom.line else -heights[line]


def _moving_true(atom: Atom, rates: Mapping[str, Fraction]) -> bool:
    slope = atom.line.slope(rates)
    return slope > 0 or (atom.closed and slope == 0)


def about_to_hold(guard: Guard, heights: Heights, now: Spread) -> bool:
    """Whether a guard holds as soon as the next unit flows."""

    def truth(atom: Atom) -> bool:
        height = _height(atom, heights)
        return _moving_true(atom, now.rates) if height == 0 else height > 0

    return bool(holds(guard, truth))


def _true(valve: Leaf | Take, heights: Heights, now: Spread, kept: Collection[Atom] = ()) -> bool:
    return bool(holds(valve.guard, lambda atom: _true_at(atom, heights, now, kept)))


def _true_at(atom: Atom, heights: Heights, now: Spread, kept: Collection[Atom]) -> bool:
    """Whether an atom holds from here on; one at its limit also while another keeps it there."""
    height = _height(atom, heights)
    if height:
        return height > 0
    return _moving_true(atom, now.rates) or (atom in kept and atom.line.slope(now.rates) == 0)


def _decisive(valve: Leaf | Take, line: Linear, heights: Heights, now: Spread, kept: Collection[Atom]) -> bool:
    """Whether a valve held at a line is open or closed by that line alone (of the lesser of two limits, the lesser)."""

    def truth_if(held: bool) -> bool:
        def truth(atom: Atom) -> bool:
            if unsigned(atom.line) == line:
                return held
            return _true_at(atom, heights, now, kept)

        return bool(holds(valve.guard, truth))

    return truth_if(held=True) and not truth_if(held=False)


def _solved(columns: list[list[Fraction]], wanted: list[Fraction]) -> list[Fraction]:
    """Gauss's elimination: x with sum of x[j] * columns[j] = wanted; a singular system leaves the rest unchanged."""
    size = len(wanted)
    rows = [[columns[j][i] for j in range(size)] + [wanted[i]] for i in range(size)]
    pivots: list[int] = []
    for j in range(size):
        pivot = next((i for i in range(len(pivots), size) if rows[i][j]), None)
        if pivot is None:
            continue
        at = len(pivots)
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [each / rows[at][j] for each in rows[at]]
        for i in range(size):
            if i != at and rows[i][j]:
                rows[i] = [mine - rows[i][j] * base for mine, base in zip(rows[i], rows[at], strict=True)]
        pivots.append(j)
    solution = [ZERO] * size
    for at, j in enumerate(pivots):
        solution[j] = rows[at][size]
    return solution
