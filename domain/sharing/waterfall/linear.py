"""Sums as linear functions of what has flowed, and conditions as guards over their signs.

Variables are named by kind: `in:` a pool's inflow, `left:` its residue, `took:` a position, `leaf:` one recipient of
it, `to:` a party, `claim:` what is to be recouped, `metric:`, `day:` (1 once that day has come), `event:` (1 once an
event that stays has happened), and `earlier:year:in:gross`, what `in:gross` was when the year began. Amounts are in
minor units.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

ZERO = Fraction(0)
EARLIER = "earlier:"
STILL = ("claim:", "metric:", "day:", "event:", EARLIER)
"""Variables that receipts do not move; all others only grow with them, but for what a bearer of a deficit owes."""


@dataclass(frozen=True, slots=True)
class Linear:
    """A constant plus parts of variables, sorted by name so that equal functions are equal."""

    terms: tuple[tuple[str, Fraction], ...] = ()
    constant: Fraction = ZERO

    @classmethod
    def of(cls, name: str) -> "Linear":
        """One variable."""
        return cls(((name, Fraction(1)),))

    def at(self, state: Mapping[str, Fraction]) -> Fraction:
        """Its value."""
        return sum((part * state[name] for name, part in self.terms if name in state), self.constant)

    def slope(self, rates: Mapping[str, Fraction]) -> Fraction:
        """How fast it grows while variables grow at `rates`."""
        return sum((part * rates[name] for name, part in self.terms if name in rates), ZERO)

    def __add__(self, other: "Linear") -> "Linear":
        sums = dict(self.terms)
        for name, part in other.terms:
            sums[name] = sums.get(name, ZERO) + part
        terms = tuple(sorted((name, part) for name, part in sums.items() if part))
        return Linear(terms, self.constant + other.constant)

    def times(self, factor: Fraction) -> "Linear":
        """It, multiplied."""
        return Linear(tuple((name, part * factor) for name, part in self.terms if factor), self.constant * factor)


def unsigned(line: Linear) -> Linear:
    """The line itself or its negative, whichever begins with a positive part: both cross zero at the same places."""
    return line.times(Fraction(-1)) if line.terms and line.terms[0][1] < 0 else line


@dataclass(frozen=True, slots=True)
class Extreme:
    """The greatest or the least of several."""

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
    """A curve, multiplied; a negative factor makes the greatest the least."""
    if isinstance(curve, Linear):
        return curve.times(factor)
    return Extreme(curve.greatest == (factor >= 0), tuple(times(each, factor) for each in curve.of))


def value(curve: Curve, state: Mapping[str, Fraction]) -> Fraction:
    """What a curve comes to."""
    if isinstance(curve, Linear):
        return curve.at(state)
    return (max if curve.greatest else min)(value(each, state) for each in curve.of)


def slope(curve: Curve, rates: Mapping[str, Fraction]) -> Fraction:
    """How fast a curve grows where all that it is made of stand equal."""
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
    """That a linear function is above zero or, where `closed`, is zero or more."""

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
    """The guard that a curve is above zero (or, closed, not below)."""
    if isinstance(curve, Linear):
        return Atom(curve, closed)
    return Joint(not curve.greatest, tuple(positive(each, closed=closed) for each in curve.of))


def negated(guard: Guard) -> Guard:
    """The guard that holds where this one does not."""
    if isinstance(guard, Atom):
        return Atom(guard.line.times(Fraction(-1)), not guard.closed)
    return Joint(not guard.every, tuple(negated(each) for each in guard.of))


def both(*guards: Guard) -> Guard:
    """All of them; what always holds is left out."""
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
    """Whether a guard holds, given the truth of atoms; None where that is open and matters."""
    if isinstance(guard, Atom):
        return truth(guard)
    found = {holds(each, truth) for each in guard.of}
    if (not guard.every) in found:
        return not guard.every
    return None if None in found else guard.every


def now(guard: Guard, state: Mapping[str, Fraction]) -> bool:
    """Whether a guard holds in a state as it stands."""

    def truth(atom: Atom) -> bool:
        """Whether a line stands above zero, or at it where that counts."""
        height = atom.line.at(state)
        return height > 0 or (atom.closed and height == 0)

    return bool(holds(guard, truth))
