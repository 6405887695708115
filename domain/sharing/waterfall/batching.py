"""Finds batches of receipts that are safe: no line can reach zero in them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from domain.sharing.waterfall.facts import ReceiptGroup
from domain.sharing.waterfall.flow import Spread
from domain.sharing.waterfall.linear import FIGURE, STILL, Linear, lines_of
from domain.sharing.waterfall.network import Leaf, Network, ReceiptKind

FastLine = tuple[Fraction, list[str], list[str], list[tuple[str, Fraction]]]
"""A line split for fast evaluation: its constant, the names with factor 1, with factor -1, and other terms."""


@dataclass(frozen=True, slots=True)
class Trajectory:
    """How a kind of receipt flows while no guard changes: the spread, and the slopes of lines."""

    spread: Spread
    slopes: tuple[tuple[int, Fraction], ...]


def fast_line(line: Linear) -> FastLine:
    """A line in the form for fast evaluation."""
    added = [name for name, part in line.terms if part == 1]
    taken = [name for name, part in line.terms if part == -1]
    return line.constant, added, taken, [(name, part) for name, part in line.terms if abs(part) != 1]


def height(line: FastLine, state: Mapping[str, Fraction]) -> Fraction:
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


def approaching_zero(trajectory: Trajectory, heights: Sequence[Fraction]) -> list[tuple[int, Fraction]] | None:
    """The lines that a kind of receipt moves towards zero, with their speeds.

    None if it moves a line that is at zero.
    """
    found = []
    for n, slope in trajectory.slopes:
        if not heights[n]:
            return None
        if (heights[n].numerator > 0) != (slope.numerator > 0):
            found.append((n, abs(slope)))
    return found


def safe_batch(
    rows: Sequence[ReceiptGroup], at: int, heights: Sequence[Fraction], trajectory: Callable[[ReceiptKind], Trajectory]
) -> tuple[dict[ReceiptKind, Fraction | int], int]:
    """The sums by kind of the longest safe batch that is found, and its end. It changes no guard in any order.

    Receipts with counts are in no batch.
    """
    moves: dict[ReceiptKind, list[tuple[int, Fraction]] | None] = {}
    sums: dict[ReceiptKind, Fraction | int] = {}
    drift: dict[int, Fraction] = {}
    low, size, growing = at, 1, True
    while size and low < len(rows):
        end = min(low + size, len(rows))
        more: dict[ReceiptKind, Fraction | int] = {}
        for row in rows[low:end]:
            more[row.kind] = more.get(row.kind, 0) + row.amount
        for kind in more.keys() - moves.keys():
            moves[kind] = approaching_zero(trajectory(kind), heights)
        drifted = None if any(row.counts for row in rows[low:end]) else _drifted(drift, more, moves, heights)
        if drifted is not None:
            drift, low = drifted, end
            for kind, amount in more.items():
                sums[kind] = sums.get(kind, 0) + amount
            size = size * 2 if growing else size // 2
        else:
            growing = False
            size //= 2
    return sums, low


def _drifted(
    drift: Mapping[int, Fraction],
    more: Mapping[ReceiptKind, Fraction | int],
    moves: Mapping[ReceiptKind, list[tuple[int, Fraction]] | None],
    heights: Sequence[Fraction],
) -> dict[int, Fraction] | None:
    """How far lines have moved towards zero after more receipts. None if one may reach it."""
    moved = dict(drift)
    for kind, amount in more.items():
        moving = moves[kind]
        if moving is None:
            return None
        for n, slope in moving:
            moved[n] = moved[n] + slope * amount if n in moved else slope * amount
    return None if any(moved[n] >= abs(heights[n]) for n in moved if moved[n] is not drift.get(n)) else moved


def receipts_change_weights(network: Network) -> bool:
    """Whether receipts change the weights of a group other than by paying its members."""
    curves = (valve.outstanding for valve in network.valves() if isinstance(valve, Leaf))
    terms = (term for curve in curves if curve is not None for line in lines_of(curve) for term in line.terms)
    return any(name.startswith(FIGURE) or (part > 0 and not name.startswith(STILL)) for name, part in terms)
