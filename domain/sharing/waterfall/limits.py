"""Valves that stand exactly at their limits, and where they come to rest: open, closed, or held.

A valve that would pass its limit when open and fall behind it when closed is held: it takes what keeps it at the
limit (costs capped at a part of receipts, a catch-up at parity). Those rates solve linear equations, exactly. Each
limit has at most one valve that is held at it, for the rest is ranked: of several at one limit the first takes all
that it may, as if those behind it were not there, and those behind it take what it leaves.
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
"""The value of every line that is watched."""

Valve = Leaf | Take

_MOST_SWEEPS = 50
_MOST_STEPS = 20
_STEP = Fraction(1, 10**6)
"""By how much a held rate is moved to see what it does; only has to be small."""
_MORE_THAN_ALL = Fraction(10**6)
"""More of a unit than any valve can ever take."""


class Restless(Exception):
    """Some valves never come to rest: each that moves makes another move."""

    def __init__(self, valves: Sequence[Valve]) -> None:
        self.valves = tuple(valves)
        super().__init__(", ".join(valve.key for valve in valves))


@dataclass(frozen=True, slots=True)
class Trial:
    """Modes that are tried, the line at which each of the held is held, and how a unit spreads by them."""

    modes: dict[str, Mode]
    held: dict[str, Linear]
    spread: Spread


class Tie:
    """The valves that stand at a limit at one moment, in flow order; `spread` says what any modes come to."""

    def __init__(self, valves: Sequence[Valve], heights: Heights, spread: Callable[[Modes], Spread]) -> None:
        self._valves = {valve.key: valve for valve in valves}
        self._rank = {valve.key: n for n, valve in enumerate(valves)}
        self._heights = heights
        self._spread = spread

    def rest(self, modes: dict[str, Mode]) -> Spread:
        """Settle one valve after the other until none moves any more, and so all of them are at rest.

        Raises:
            Restless: that never comes.
        """
        now, moved, seen = Trial(modes, {}, self._spread(modes)), list[Valve](), list[Trial]()
        while now not in seen and len(seen) < _MOST_SWEEPS:
            seen.append(now)
            moved = []
            for valve in self._valves.values():
                before, now = now, self._settle(valve, now)
                if (now.modes, now.held) != (before.modes, before.held) or any(_errors(now)):
                    moved.append(valve)
            if not moved:
                return now.spread
        raise Restless(moved)

    def _settle(self, valve: Valve, now: Trial) -> Trial:
        """Open, if its guard holds when it is; closed, if it fails when it is; else held where that changes."""
        others = {name: line for name, line in now.held.items() if name != valve.key}
        if valve.key in now.held and self._stays(valve, now, others):
            return now
        opened = self._kept({**now.modes, valve.key: ON}, others)
        if holds(valve.guard, lambda atom: self._true(valve, atom, opened)):
            return opened
        closed = self._kept({**now.modes, valve.key: OFF}, others)
        if not holds(valve.guard, lambda atom: self._true(valve, atom, closed)):
            return closed
        lines = dict.fromkeys(
            unsigned(atom.line)
            for atom in atoms_of(valve.guard)
            if self._true(valve, atom, closed) and not self._true(valve, atom, opened)
        )
        trials = [self._held_at(valve, line, now, opened, closed) for line in lines]
        return next((one for one in trials if self._decides(valve, one)), trials[0])

    def _stays(self, valve: Valve, now: Trial, others: dict[str, Linear]) -> bool:
        """Whether a held valve has a little more too much, and a little less too little."""
        rate = _rate(now, valve.key)
        more = self._kept({**now.modes, valve.key: rate + _STEP}, others)
        less = self._kept({**now.modes, valve.key: rate - min(_STEP, rate)}, others)
        has = [holds(valve.guard, partial(self._true, valve, trial=trial)) for trial in (more, less)]
        return has == [False, True]

    def _true(self, valve: Valve, atom: Atom, trial: Trial) -> bool:
        """Whether an atom holds for a valve from here on; at a limit that another keeps, by which of them is first.

        Whoever has the same limit and comes first sees room there, and nothing that asks for there being none.
        """
        height = height_of(atom, self._heights) or atom.line.slope(trial.spread.rates)
        if height:
            return height > 0
        line = unsigned(atom.line)
        for name in (name for name, at in trial.held.items() if at == line and name != valve.key):
            theirs: set[Guard] = {each for each in atoms_of(self._valves[name].guard) if unsigned(each.line) == line}
            if shared := theirs.intersection(atoms_of(valve.guard)):
                return (atom in shared) == (self._rank[valve.key] < self._rank[name])
            if negated(atom) in theirs:
                return True
        return atom.closed

    def _held_at(self, valve: Valve, line: Linear, now: Trial, opened: Trial, closed: Trial) -> Trial:
        """Hold a valve at a line; who was held at it before, is as it is when it can keep the line no more."""
        modes = dict(now.modes)
        held = {name: at for name, at in now.held.items() if at != line and name != valve.key}
        for name in (name for name, at in now.held.items() if at == line and name != valve.key):
            behind = self._rank[name] > self._rank[valve.key]
            trials = (opened, closed) if behind else (closed, opened)
            modes[name] = next((one for one in trials if name not in one.held), trials[0]).modes[name]
        trial = self._where_it_stays(valve.key, line, modes, held)
        return Trial(trial.modes, {**trial.held, valve.key: line}, trial.spread)

    def _decides(self, valve: Valve, trial: Trial) -> bool:
        """Whether a valve held at a line is open or closed by that line alone (of the lesser of two, the lesser)."""
        line = trial.held.get(valve.key)

        def holds_if(above: bool, atom: Atom) -> bool:
            """Whether an atom holds with the line on one side."""
            return (atom.line == line) is above if unsigned(atom.line) == line else self._true(valve, atom, trial)

        above, below = (holds(valve.guard, partial(holds_if, side)) for side in (True, False))
        return above != below

    # Rates that keep lines at zero

    def _where_it_stays(self, name: str, line: Linear, modes: dict[str, Mode], held: dict[str, Linear]) -> Trial:
        """The rate of a valve, between none and all, at which a line stays: halved until it lies where it matters."""

        def trial(rate: Fraction) -> tuple[Trial, Fraction]:
            """What a rate comes to, and how fast the line moves then."""
            tried = self._kept({**modes, name: rate}, held)
            return tried, line.slope(tried.spread.rates)

        found, at_none = trial(ZERO)
        ends = [ZERO, _rate(trial(_MORE_THAN_ALL)[0], name)]
        for _ in range(_MOST_STEPS):
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

    def _kept(self, modes: dict[str, Mode], held: dict[str, Linear]) -> Trial:
        """The trial with every held rate such that its line stays; who cannot keep it is held no more."""
        now = Trial(dict(modes), dict(held), self._spread(modes))
        for _ in range(_MOST_STEPS):
            if not any(_errors(now)):
                break
            now = self._nearer(now)
        return now

    def _nearer(self, now: Trial) -> Trial:
        """One step of Newton's, exact as long as no flow ends on the way; or one valve less that is held."""
        rates = {name: _rate(now, name) for name in now.held}
        changes = _solved([self._effect(now, name, rates[name]) for name in rates], [-each for each in _errors(now)])
        wanted = {name: rate + change for (name, rate), change in zip(rates.items(), changes, strict=True)}
        modes = {**now.modes, **{name: max(rate, ZERO) for name, rate in wanted.items()}}
        moved = Trial(modes, now.held, self._spread(modes))
        reached = {name: _rate(moved, name) for name in rates}
        if reached != rates:
            return Trial({**modes, **reached}, now.held, moved.spread)
        stuck = next((name for name in rates if wanted[name] != rates[name]), None)
        if stuck is not None:
            return self._let_go(now, stuck, ON if wanted[stuck] > rates[stuck] else OFF)
        lost = next(name for name, error in zip(rates, _errors(now), strict=True) if error)
        atoms = (atom for atom in atoms_of(self._valves[lost].guard) if unsigned(atom.line) == now.held[lost])
        return self._let_go(now, lost, ON if any(moving_true(atom, now.spread.rates) for atom in atoms) else OFF)

    def _let_go(self, now: Trial, name: str, mode: Mode) -> Trial:
        modes = {**now.modes, name: mode}
        return Trial(modes, {other: line for other, line in now.held.items() if other != name}, self._spread(modes))

    def _effect(self, now: Trial, name: str, rate: Fraction) -> list[Fraction]:
        """What a held rate moves of every line that is kept: by giving it more or, where it has all, less."""
        lines = now.held.values()
        for step in (_STEP, -min(_STEP, rate)):
            moved = self._spread({**now.modes, name: rate + step}) if step else now.spread
            effect = [line.slope(moved.rates) - line.slope(now.spread.rates) for line in lines]
            if any(effect):
                return [each / step for each in effect]
        return [ZERO for _ in lines]


def _rate(trial: Trial, name: str) -> Fraction:
    """What a held valve takes: its rate, or what there is for it."""
    mode = trial.modes[name]
    return min(mode, trial.spread.taken.get(name, ZERO)) if isinstance(mode, Fraction) else ZERO


def _errors(trial: Trial) -> list[Fraction]:
    return [line.slope(trial.spread.rates) for line in trial.held.values()]


def height_of(atom: Atom, heights: Heights) -> Fraction:
    """How far an atom is above where it turns; below zero where it does not hold."""
    line = unsigned(atom.line)
    return heights[line] if line == atom.line else -heights[line]


def moving_true(atom: Atom, rates: Mapping[str, Fraction]) -> bool:
    """Whether an atom that stands where it turns holds as soon as variables move."""
    slope = atom.line.slope(rates)
    return slope > 0 or (atom.closed and slope == 0)


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
