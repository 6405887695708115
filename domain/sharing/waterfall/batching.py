"""What a stretch of many receipts may change: whether any line that is watched could reach zero in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from domain.sharing.waterfall.flow import Spread
from domain.sharing.waterfall.linear import STILL, Linear, lines_of
from domain.sharing.waterfall.network import BranchKind, Leaf, Network

Plain = tuple[Fraction, list[str], list[str], list[tuple[str, Fraction]]]
"""A line as its constant, the names it adds, those it takes away, and its other terms: cheaper to evaluate."""


@dataclass(frozen=True, slots=True)
class Trajectory:
    """How a kind of receipt flows for now: rates of variables, and slopes of the lines that are watched."""

    spread: Spread
    slopes: tuple[tuple[int, Fraction], ...]


def plain(line: Linear) -> Plain:
    """A line, ready to be evaluated often."""
    added = [name for name, part in line.terms if part == 1]
    taken = [name for name, part in line.terms if part == -1]
    return line.constant, added, taken, [(name, part) for name, part in line.terms if abs(part) != 1]


def height(line: Plain, state: Mapping[str, Fraction]) -> Fraction:
    """The value of a line."""
    total, added, taken, others = line
    for name in added:
        if name in state:
            total += state[name]
    for name in taken:
        if name in state:
            total -= state[name]
    for name, part in others:
        if name in state:
            total += part * state[name]
    return total


def towards(course: Trajectory, heights: Sequence[Fraction]) -> list[tuple[int, Fraction]] | None:
    """Which lines a kind of receipt moves towards zero, and how fast; None if it moves one that is at zero."""
    found = []
    for n, slope in course.slopes:
        if not heights[n]:
            return None
        if (heights[n].numerator > 0) != (slope.numerator > 0):
            found.append((n, abs(slope)))
    return found


def safe(
    room: Sequence[Fraction],
    sums: Mapping[BranchKind, Fraction | int],
    moves: Mapping[BranchKind, list[tuple[int, Fraction]] | None],
) -> bool:
    """Whether no line can reach zero, in whatever order the receipts come."""
    drift: dict[int, Fraction] = {}
    for kind, amount in sums.items():
        moved = moves[kind]
        if moved is None:
            return False
        for n, slope in moved:
            drift[n] = drift[n] + slope * amount if n in drift else slope * amount
    return all(moved < room[n] for n, moved in drift.items())


def moved_by_receipts(network: Network) -> bool:
    """Whether receipts change what members of a group are owed other than by paying them, and so their weights."""
    curves = (valve.outstanding for valve in network.valves() if isinstance(valve, Leaf))
    terms = (term for curve in curves if curve is not None for line in lines_of(curve) for term in line.terms)
    return any(part > 0 and not name.startswith(STILL) for name, part in terms)
