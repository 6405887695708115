"""Divides one unit of a receipt through the network while no guard changes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from domain.sharing.waterfall.facts import Counts
from domain.sharing.waterfall.linear import ZERO, slope, value
from domain.sharing.waterfall.model import Sharing
from domain.sharing.waterfall.network import (
    Basin,
    Leaf,
    Network,
    Node,
    Place,
    ReceiptKind,
    Split,
)

OFF, ON = "off", "on"
Mode = str | Fraction
"""Closed, open, or a rate. A held valve takes just the rate that keeps its line at zero."""

Modes = Mapping[str, Mode]


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One recipient's part of a unit: `rate` of `base` in a pool, as `phrase` says.

    `position` is None for the residue. `weight` is the recipient's part of its group, then of the group around that.
    """

    pool: str
    position: str | None
    phrase: str
    base: Fraction
    to: str
    is_pool: bool
    amount: Fraction
    weight: tuple[Fraction, ...] = ()


@dataclass(slots=True)
class Spread:
    """The rate of every variable, the parts by recipient, and the rates that held valves take."""

    rates: dict[str, Fraction] = field(default_factory=dict)
    lines: list[FlowLine] = field(default_factory=list)
    taken: dict[str, Fraction] = field(default_factory=dict)

    def add(self, name: str, amount: Fraction) -> None:
        """Increase the rate of a variable."""
        self.rates[name] = self.rates.get(name, ZERO) + amount


def spread(
    network: Network, kind: ReceiptKind, entry: str, modes: Modes, state: Mapping[str, Fraction], counts: Counts = ()
) -> Spread:
    """Divide one unit of a kind of receipt that enters a pool, with its counts of metrics.

    `state` is needed only for the weights of `by_outstanding`.
    """
    return _Flow(network, kind, modes, state).run(entry, counts)


def outstandings(network: Network, state: Mapping[str, Fraction]) -> Iterator[tuple[Fraction, ...]]:
    """The weights of each group that shares by outstanding, as fractions that add up to one."""
    for basin in network.basins:
        for node in (*(place.recipient for place in basin.places), basin.residue):
            for split in _splits(node):
                if split.sharing is Sharing.BY_OUTSTANDING:
                    owed = [_owed(member, state) for member in split.members]
                    whole = sum(owed, ZERO)
                    yield tuple(one / whole for one in owed) if whole else tuple(owed)


def _splits(node: Node) -> Iterator[Split]:
    if isinstance(node, Split):
        yield node
        for member in node.members:
            yield from _splits(member)


def _owed(node: Node, state: Mapping[str, Fraction]) -> Fraction:
    if isinstance(node, Leaf):
        return max(value(node.outstanding, state), ZERO) if node.outstanding is not None else ZERO
    return sum((_owed(member, state) for member in node.members), ZERO)


def _growth_of_owed(node: Node, rates: Mapping[str, Fraction]) -> Fraction:
    """The rate at which what is owed grows: the weight where nothing is owed yet."""
    if isinstance(node, Leaf):
        return max(slope(node.outstanding, rates), ZERO) if node.outstanding is not None else ZERO
    return sum((_growth_of_owed(member, rates) for member in node.members), ZERO)


class _Flow:
    def __init__(self, network: Network, kind: ReceiptKind, modes: Modes, state: Mapping[str, Fraction]) -> None:
        self._network = network
        self._kind = kind
        self._modes = modes
        self._state = state
        self._spread = Spread()
        self._credit: Callable[[Leaf, Fraction], None]
        self._weight: tuple[Fraction, ...] = ()

    def run(self, entry: str, counts: Counts) -> Spread:
        """Let one unit enter a pool and pass through all later pools, in flow order."""
        self._spread.add(f"in:{entry}", Fraction(1))
        for name, count in counts:
            self._spread.add(f"metric:{name}", count)
        for basin in self._network.basins:
            self._through(basin)
        return self._spread

    def _through(self, basin: Basin) -> None:
        remains = self._spread.rates.get(f"in:{basin.id}", ZERO)
        for place in basin.places:
            if place.concerns(self._kind):
                remains -= self._taken(basin, place, remains)
        if remains < 0 and basin.deficit is not None:
            self._spread.add(f"deficit:{basin.id}", -remains)
            self._spread.add(f"to:{basin.deficit}", remains)
            self._line(basin, None, f"deficit of {basin.id}", remains, basin.deficit, remains, is_pool=False)
        elif remains > 0:
            self._spread.add(f"left:{basin.id}", remains)
            self._credit = self._crediting(basin, None, "what is left", remains)
            self._offer(basin.residue, remains)

    def _taken(self, basin: Basin, place: Place, remains: Fraction) -> Fraction:
        taken = ZERO
        for take in place.takes:
            mode = self._modes[take.key]
            if mode == OFF:
                continue
            base = max(remains, ZERO) if take.base is None else take.base.slope(self._spread.rates)
            earned = amount = take.rate * base
            if basin.deficit is None or take.base is None:
                amount = min(amount, remains - taken)
            if isinstance(mode, Fraction):
                amount = self._spread.taken[take.key] = max(min(mode, amount), ZERO)
            elif earned > max(amount, ZERO):
                self._spread.add(f"short:{place.id}", earned - max(amount, ZERO))
            if amount <= 0:
                continue
            self._credit = self._crediting(basin, place, take.phrase, base)
            taken += self._offer(place.recipient, amount)
        if taken:
            self._spread.add(f"took:{place.id}", taken)
        return taken

    def _crediting(
        self, basin: Basin, place: Place | None, phrase: str, base: Fraction
    ) -> Callable[[Leaf, Fraction], None]:
        def credit(leaf: Leaf, amount: Fraction) -> None:
            """Credit an amount to a recipient or, if the position holds it back, to the reserve only."""
            self._spread.add(leaf.key, amount)
            held = place is not None and place.held is not None
            if held and place is not None:
                self._spread.add(f"held:{place.id}", amount)
            else:
                self._spread.add(f"in:{leaf.to}" if leaf.is_pool else f"to:{leaf.to}", amount)
            to = f"held by {leaf.to}" if held else leaf.to
            self._line(basin, place, phrase, base, to, amount, is_pool=leaf.is_pool and not held)

        return credit

    def _line(
        self,
        basin: Basin,
        place: Place | None,
        phrase: str,
        base: Fraction,
        to: str,
        amount: Fraction,
        *,
        is_pool: bool,
    ) -> None:
        position = place.id if place else None
        self._spread.lines.append(FlowLine(basin.id, position, phrase, base, to, is_pool, amount, self._weight))

    def _offer(self, node: Node, amount: Fraction) -> Fraction:
        """Offer an amount to a recipient. Returns what it took."""
        if isinstance(node, Split):
            return self._share(node, amount)
        mode = self._modes[node.key]
        if mode == OFF or amount <= 0:
            return ZERO
        if isinstance(mode, Fraction):
            before = self._spread.taken.get(node.key, ZERO)
            amount = min(mode - before, amount)
            self._spread.taken[node.key] = before + amount
        if amount > 0:
            self._credit(node, amount)
        return amount

    def _share(self, split: Split, amount: Fraction) -> Fraction:
        if split.sharing is Sharing.IN_ORDER:
            taken = ZERO
            for member in split.members:
                if taken < amount:
                    taken += self._offer(member, amount - taken)
            return taken
        weights = dict(enumerate(self._weights(split)))
        if not split.redistributes:
            whole = sum(weights.values(), ZERO)
            parts = {n: weight / whole for n, weight in weights.items()}
            return sum((self._offer_part(split.members[n], amount, part) for n, part in parts.items()), ZERO)
        return self._fill(split, amount, weights)

    def _offer_part(self, node: Node, amount: Fraction, part: Fraction) -> Fraction:
        """Offer a part of an amount to a member of a group."""
        around, self._weight = self._weight, (part, *self._weight)
        took = self._offer(node, amount * part)
        self._weight = around
        return took

    def _weights(self, split: Split) -> tuple[Fraction, ...]:
        if split.sharing is Sharing.BY_OUTSTANDING:
            owed = tuple(_owed(member, self._state) for member in split.members)
            return owed if any(owed) else tuple(_growth_of_owed(member, self._spread.rates) for member in split.members)
        if split.sharing is Sharing.EQUAL:
            return tuple(Fraction(1) for _ in split.members)
        return split.weights

    def _fill(self, split: Split, amount: Fraction, weights: dict[int, Fraction]) -> Fraction:
        """Offer an amount by weights. A member that takes less is full, and the others share the rest."""
        given = ZERO
        while given < amount:
            ready = {n: weight for n, weight in weights.items() if weight > 0}
            whole = sum(ready.values(), ZERO)
            if not whole:
                break
            left = amount - given
            for n, weight in ready.items():
                took = self._offer_part(split.members[n], left, weight / whole)
                given += took
                if took < left * weight / whole:
                    del weights[n]
        return given
