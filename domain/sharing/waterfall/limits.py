"""Settles valves whose lines are exactly at zero: open, closed, or held.

A valve that passes its limit when open and falls behind it when closed is held: it takes the rate that keeps it at the
limit. Examples are costs capped at a part of receipts, or a catch-up at parity. These rates solve linear equations,
exactly.

At most one valve is held at each limit; flow order ranks the others. The first takes all it may, as if those behind it
did not exist, and those behind it share what it leaves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from domain.sharing.waterfall.flow import (
    OFF,
    ON,
    Mode,
    Modes,
    Spread,
)
from domain.sharing.waterfall.linear import (
    ZERO,
    Atom,
    Guard,
    Linear,
    atoms_of,
    holds,
    negated,
    unsigned,
)
from domain.sharing.waterfall.network import Leaf, Take

Heights = Mapping[Linear, Fraction]
"""The value of every line."""

Valve = Leaf | Take

_MAX_SWEEPS = 50
_MAX_STEPS = 20
_STEP = Fraction(1, 10**6)
"""The change of a held rate by which its effect is measured. It only has to be small."""
_MORE_THAN_ALL = Fraction(10**6)
"""More of a unit than any valve can take."""


class Unstable(Exception):
    """Some valves never settle: each change of one changes another."""

    def __init__(self, valves: Sequence[Valve]) -> None:
        self.valves = tuple(valves)
        super().__init__(", ".join(valve.key for valve in valves))


@dataclass(frozen=True, slots=True)
class Trial:
    """Tried modes, the line of each held valve, and the resulting spread."""

    modes: dict[str, Mode]
    held: dict[str, Linear]
    spread: Spread


class Tie:
    """The valves at a limit in one state, in flow order. `spread` computes the spread of any modes."""

    def __init__(self, valves: Sequence[Valve], heights: Heights, spread: Callable[[Modes], Spread]) -> None:
        self._valves = {valve.key: valve for valve in valves}
        self._rank = {valve.key: n for n, valve in enumerate(valves)}
        self._heights = heights
        self._spread = spread

    def settle(self, modes: dict[str, Mode]) -> Spread:
        """Settle one valve after the other until none changes.

        Raises:
            Unstable: they never settle.
        """
        now, moved, seen = Trial(modes, {}, self._spread(modes)), list[Valve](), list[Trial]()
        while now not in seen and len(seen) < _MAX_SWEEPS:
            seen.append(now)
            moved = []
            for valve in self._valves.values():
                before, now = now, self._settle_valve(valve, now)
                if (now.modes, now.held) != (before.modes, before.held) or any(_errors(now)):
                    moved.append(valve)
            if not moved:
                return now.spread
        raise Unstable(moved)

    def _settle_valve(self, valve: Valve, now: Trial) -> Trial:
        """Open, if the guard then holds; closed, if it then fails; else held at the line that decides."""
        others = {name: line for name, line in now.held.items() if name != valve.key}
        if valve.key in now.held and self._is_stable(valve, now, others):
            return now
        opened = self._solve_rates({**now.modes, valve.key: ON}, others)
        if holds(valve.guard, lambda atom: self._atom_holds(valve, atom, opened)):
            return opened
        closed = self._solve_rates({**now.modes, valve.key: OFF}, others)
        if not holds(valve.guard, lambda atom: self._atom_holds(valve, atom, closed)):
            return closed
        lines = dict.fromkeys(
            unsigned(atom.line)
            for atom in atoms_of(valve.guard)
            if self._atom_holds(valve, atom, closed) and not self._atom_holds(valve, atom, opened)
        )
        trials = [self._hold_at(valve, line, now, opened, closed) for line in lines]
        return next((one for one in trials if self._line_decides(valve, one)), trials[0])

    def _is_stable(self, valve: Valve, now: Trial, others: dict[str, Linear]) -> bool:
        """Whether a held valve is stable: a little more is too much, and a little less is too little."""
        rate = _rate(now, valve.key)
        more = self._solve_rates({**now.modes, valve.key: rate + _STEP}, others)
        less = self._solve_rates({**now.modes, valve.key: rate - min(_STEP, rate)}, others)
        holds_at = [holds(valve.guard, partial(self._atom_holds, valve, trial=trial)) for trial in (more, less)]
        return holds_at == [False, True]

    def _atom_holds(self, valve: Valve, atom: Atom, trial: Trial) -> bool:
        """Whether an atom holds for a valve from here on. At a limit that another valve keeps, the rank decides.

        The first of two valves with the same limit sees room there, and no atom that requires the opposite.
        """
        height = height_of(atom, self._heights) or atom.line.slope(trial.spread.rates)
        if height:
            return height > 0
        line = unsigned(atom.line)
        for name in (name for name, at in trial.held.items() if at == line and name != valve.key):
            other_atoms: set[Guard] = {
                each for each in atoms_of(self._valves[name].guard) if unsigned(each.line) == line
            }
            if shared := other_atoms.intersection(atoms_of(valve.guard)):
                return (atom in shared) == (self._rank[valve.key] < self._rank[name])
            if negated(atom) in other_atoms:
                return True
        return atom.closed

    def _hold_at(self, valve: Valve, line: Linear, now: Trial, opened: Trial, closed: Trial) -> Trial:
        """Hold a valve at a line. A valve held there before becomes open or closed."""
        modes = dict(now.modes)
        held = {name: at for name, at in now.held.items() if at != line and name != valve.key}
        for name in (name for name, at in now.held.items() if at == line and name != valve.key):
            behind = self._rank[name] > self._rank[valve.key]
            trials = (opened, closed) if behind else (closed, opened)
            modes[name] = next((one for one in trials if name not in one.held), trials[0]).modes[name]
        trial = self._balance(valve.key, line, modes, held)
        return Trial(trial.modes, {**trial.held, valve.key: line}, trial.spread)

    def _line_decides(self, valve: Valve, trial: Trial) -> bool:
        """Whether a held valve's line alone decides its guard (of the lesser of two, the lesser)."""
        line = trial.held.get(valve.key)

        def holds_if(above: bool, atom: Atom) -> bool:
            """Whether an atom holds with the line on one side."""
            return (atom.line == line) is above if unsigned(atom.line) == line else self._atom_holds(valve, atom, trial)

        above, below = (holds(valve.guard, partial(holds_if, side)) for side in (True, False))
        return above != below

    # Rates that keep lines at zero

    def _balance(self, name: str, line: Linear, modes: dict[str, Mode], held: dict[str, Linear]) -> Trial:
        """Find the rate of a valve at which a line stays at zero, by bisection and Newton's method."""

        def trial(rate: Fraction) -> tuple[Trial, Fraction]:
            """The trial of a rate, and the slope of the line."""
            tried = self._solve_rates({**modes, name: rate}, held)
            return tried, line.slope(tried.spread.rates)

        found, at_none = trial(ZERO)
        ends = [ZERO, _rate(trial(_MORE_THAN_ALL)[0], name)]
        for _ in range(_MAX_STEPS):
            rate = sum(ends, ZERO) / 2
            found, error = trial(rate)
            change = trial(rate + _STEP)[1] - error
            if error and change and ends[0] <= (nearer := rate - error * _STEP / change) <= ends[1]:
                rate = nearer
                found, error = trial(rate)
            if not error:
                break
            ends = [rate, ends[1]] if (error > 0) == (at_none > 0) else [ends[0], rate]
        return found

    def _solve_rates(self, modes: dict[str, Mode], held: dict[str, Linear]) -> Trial:
        """Solve the held rates so that their lines stay at zero. A valve that cannot keep its line is released."""
        now = Trial(dict(modes), dict(held), self._spread(modes))
        for _ in range(_MAX_STEPS):
            if not any(_errors(now)):
                break
            now = self._newton_step(now)
        return now

    def _newton_step(self, now: Trial) -> Trial:
        """One step of Newton's method, exact while no flow ends on the way; or the release of one held valve."""
        rates = {name: _rate(now, name) for name in now.held}
        changes = _solve([self._effect(now, name, rates[name]) for name in rates], [-each for each in _errors(now)])
        target = {name: rate + change for (name, rate), change in zip(rates.items(), changes, strict=True)}
        modes = {**now.modes, **{name: max(rate, ZERO) for name, rate in target.items()}}
        moved = Trial(modes, now.held, self._spread(modes))
        reached = {name: _rate(moved, name) for name in rates}
        if reached != rates:
            return Trial({**modes, **reached}, now.held, moved.spread)
        stuck = next((name for name in rates if target[name] != rates[name]), None)
        if stuck is not None:
            return self._unhold(now, stuck, ON if target[stuck] > rates[stuck] else OFF)
        unkept = next(name for name, error in zip(rates, _errors(now), strict=True) if error)
        atoms = (atom for atom in atoms_of(self._valves[unkept].guard) if unsigned(atom.line) == now.held[unkept])
        return self._unhold(
            now, unkept, ON if any(holds_when_moving(atom, now.spread.rates) for atom in atoms) else OFF
        )

    def _unhold(self, now: Trial, name: str, mode: Mode) -> Trial:
        modes = {**now.modes, name: mode}
        return Trial(modes, {other: line for other, line in now.held.items() if other != name}, self._spread(modes))

    def _effect(self, now: Trial, name: str, rate: Fraction) -> list[Fraction]:
        """The effect of a held rate on every kept line: of a little more or, if it has all, of a little less."""
        lines = now.held.values()
        for step in (_STEP, -min(_STEP, rate)):
            moved = self._spread({**now.modes, name: rate + step}) if step else now.spread
            effect = [line.slope(moved.rates) - line.slope(now.spread.rates) for line in lines]
            if any(effect):
                return [each / step for each in effect]
        return [ZERO for _ in lines]


def _rate(trial: Trial, name: str) -> Fraction:
    """What a held valve takes: its rate, or what is available."""
    mode = trial.modes[name]
    return min(mode, trial.spread.taken.get(name, ZERO)) if isinstance(mode, Fraction) else ZERO


def _errors(trial: Trial) -> list[Fraction]:
    return [line.slope(trial.spread.rates) for line in trial.held.values()]


def height_of(atom: Atom, heights: Heights) -> Fraction:
    """How far an atom's line is above zero; negative where the atom does not hold."""
    line = unsigned(atom.line)
    return heights[line] if line == atom.line else -heights[line]


def holds_when_moving(atom: Atom, rates: Mapping[str, Fraction]) -> bool:
    """Whether an atom whose line is at zero holds once variables move."""
    slope = atom.line.slope(rates)
    return slope > 0 or (atom.closed and slope == 0)


def _solve(columns: list[list[Fraction]], target: list[Fraction]) -> list[Fraction]:
    """Gaussian elimination: x with sum of x[j] * columns[j] = target. Free variables of a singular system are 0."""
    size = len(target)
    rows = [[columns[j][i] for j in range(size)] + [target[i]] for i in range(size)]
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
                rows[i] = [own - rows[i][j] * base for own, base in zip(rows[i], rows[at], strict=True)]
        pivots.append(j)
    solution = [ZERO] * size
    for at, j in enumerate(pivots):
        solution[j] = rows[at][size]
    return solution
