"""Linear functions of what has flowed, and guards over their signs.

Variables are named by kind. Amounts are in minor units:

* `in:` a pool's inflow. `left:` its residue. `took:` a position. `leaf:` one recipient of a position.
* `short:` what a position's share was above what was there.
* `to:` a party. `claim:` a claim to date. `metric:` a count.
* `day:` is 1 once that day has come. `event:` is 1 once a lasting event has happened.
* `figure:` a figure, see `domain.sharing.waterfall.figures`.
* `earlier:year:in:gross` is the value of `in:gross` when the year began.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

ZERO = Fraction(0)
EARLIER = "earlier:"
FIGURE = "figure:"
STILL = ("claim:", "metric:", "day:", "event:", FIGURE, EARLIER)
"""Prefixes of variables that receipts do not change. All others only grow with them, except a bearer's `to:`."""


@dataclass(frozen=True, slots=True)
class Linear:
    """A constant plus multiples of variables, sorted by name so that equal functions compare equal."""

    terms: tuple[tuple[str, Fraction], ...] = ()
    constant: Fraction = ZERO

    @classmethod
    def of(cls, name: str) -> "Linear":
        """The function of one variable."""
        return cls(((name, Fraction(1)),))

    def at(self, state: Mapping[str, Fraction]) -> Fraction:
        """Its value in a state."""
        return sum((part * state[name] for name, part in self.terms if name in state), self.constant)

    def slope(self, rates: Mapping[str, Fraction]) -> Fraction:
        """Its growth while variables grow at `rates`."""
        return sum((part * rates[name] for name, part in self.terms if name in rates), ZERO)

    def __add__(self, other: "Linear") -> "Linear":
        sums = dict(self.terms)
        for name, part in other.terms:
            sums[name] = sums.get(name, ZERO) + part
        terms = tuple(sorted((name, part) for name, part in sums.items() if part))
        return Linear(terms, self.constant + other.constant)

    def times(self, factor: Fraction) -> "Linear":
        """The function multiplied by a factor."""
        return Linear(tuple((name, part * factor) for name, part in self.terms if factor), self.constant * factor)


def unsigned(line: Linear) -> Linear:
    """The line or its negative, whichever starts with a positive term: both cross zero at the same place."""
    return line.times(Fraction(-1)) if line.terms and line.terms[0][1] < 0 else line


@dataclass(frozen=True, slots=True)
class Extreme:
    """The greatest or the least of several functions."""

    greatest: bool
    of: tuple["Curve", ...]


Curve = Linear | Extreme


def plus(one: Curve, other: Curve) -> Curve:
    """The sum of two curves."""
    if isinstance(one, Extreme):
        return Extreme(one.greatest, tuple(plus(each, other) for each in one.of))
    if isinstance(other, Extreme):
        return plus(other, one)
    return one + other


def times(curve: Curve, factor: Fraction) -> Curve:
    """A curve multiplied by a factor. A negative factor turns the greatest into the least."""
    if isinstance(curve, Linear):
        return curve.times(factor)
    return Extreme(curve.greatest == (factor >= 0), tuple(times(each, factor) for each in curve.of))


def value(curve: Curve, state: Mapping[str, Fraction]) -> Fraction:
    """The value of a curve in a state."""
    if isinstance(curve, Linear):
        return curve.at(state)
    return (max if curve.greatest else min)(value(each, state) for each in curve.of)


def slope(curve: Curve, rates: Mapping[str, Fraction]) -> Fraction:
    """The growth of a curve in a state in which all its functions are equal."""
    if isinstance(curve, Linear):
        return curve.slope(rates)
    return (max if curve.greatest else min)(slope(each, rates) for each in curve.of)


def lines_of(curve: Curve) -> Iterator[Linear]:
    """Every linear function of a curve."""
    if isinstance(curve, Linear):
        yield curve
    else:
        for each in curve.of:
            yield from lines_of(each)


@dataclass(frozen=True, slots=True)
class Atom:
    """The condition that a line is above zero or, if `closed`, not below."""

    line: Linear
    closed: bool


@dataclass(frozen=True, slots=True)
class Joint:
    """All, or any, of several guards."""

    every: bool
    of: tuple["Guard", ...]


Guard = Atom | Joint
ALWAYS: Guard = Joint(every=True, of=())


def positive(curve: Curve, *, closed: bool) -> Guard:
    """The guard that a curve is above zero or, if `closed`, not below."""
    if isinstance(curve, Linear):
        return Atom(curve, closed)
    return Joint(not curve.greatest, tuple(positive(each, closed=closed) for each in curve.of))


def negated(guard: Guard) -> Guard:
    """The guard that holds where this one does not."""
    if isinstance(guard, Atom):
        return Atom(guard.line.times(Fraction(-1)), not guard.closed)
    return Joint(not guard.every, tuple(negated(each) for each in guard.of))


def both(*guards: Guard) -> Guard:
    """The guard that all hold. Guards that always hold are left out."""
    flat = tuple(guard for guard in guards if guard != ALWAYS)
    return flat[0] if len(flat) == 1 else Joint(every=True, of=flat)


def atoms_of(guard: Guard) -> Iterator[Atom]:
    """Every atom of a guard."""
    if isinstance(guard, Atom):
        yield guard
    else:
        for each in guard.of:
            yield from atoms_of(each)


def holds(guard: Guard, truth: Callable[[Atom], bool | None]) -> bool | None:
    """Whether a guard holds, given the truth of atoms. None if an unknown atom matters."""
    if isinstance(guard, Atom):
        return truth(guard)
    found = {holds(each, truth) for each in guard.of}
    if (not guard.every) in found:
        return not guard.every
    return None if None in found else guard.every


def now(guard: Guard, state: Mapping[str, Fraction]) -> bool:
    """Whether a guard holds in a state."""

    def truth(atom: Atom) -> bool:
        """Whether an atom holds in the state."""
        height = atom.line.at(state)
        return height > 0 or (atom.closed and height == 0)

    return bool(holds(guard, truth))
