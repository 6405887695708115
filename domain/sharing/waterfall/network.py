"""The compiled waterfall: pools in flow order, with guards instead of phrases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from domain.sharing.waterfall.figures import WaterfallFigure
from domain.sharing.waterfall.linear import (
    ALWAYS,
    Curve,
    Guard,
    Linear,
    atoms_of,
    lines_of,
    unsigned,
)
from domain.sharing.waterfall.model import (
    Claim,
    Held,
    Match,
    Sharing,
)
from domain.sharing.waterfall.words import Dictionary, ReceiptWords, WordSet

FIELDS = ("currency", "payer", "territory", "media", "window")


@dataclass(frozen=True, slots=True)
class ReceiptKind:
    """A kind of receipt: the fields that the waterfall distinguishes, in the order of `FIELDS`."""

    fields: tuple[str, str, str, str, str]

    def __str__(self) -> str:
        return " ".join(word for word in self.fields if word)

    def fits(self, selector: "Selector | None") -> bool:
        """Whether a selector selects this kind. None selects every kind."""
        if selector is None:
            return True
        return all(words is None or actual in words for words, actual in zip(selector, self.fields, strict=True))


Selector = tuple[WordSet | None, ...]
"""A match as the words that each of `FIELDS` may have; None where any may."""


def selector(match: Match, words: ReceiptWords | None) -> Selector:
    """The selector of a match, with its groups spelled out."""
    required = {name: getattr(match, name) for name in FIELDS}
    lists = {name: words.of(name) if words is not None else None for name in FIELDS}
    return tuple(
        Dictionary(lists[name]).meaning(required[name]) if required[name] is not None else None for name in FIELDS
    )


@dataclass(frozen=True, slots=True)
class Leaf:
    """A final recipient: a party or a pool. It takes while `guard` holds."""

    key: str
    to: str
    is_pool: bool
    guard: Guard = ALWAYS
    outstanding: Curve | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """Several nodes that share. `weights` are those of `by_commitment`."""

    sharing: Sharing
    members: tuple["Node", ...]
    weights: tuple[Fraction, ...]
    redistributes: bool


Node = Leaf | Split


@dataclass(frozen=True, slots=True)
class Take:
    """A position's share in one of its steps: `rate` of `base` (None: of what remains)."""

    key: str
    phrase: str
    guard: Guard
    rate: Fraction
    base: Linear | None


@dataclass(frozen=True, slots=True)
class Place:
    """A compiled position. `cliff` names the party that bears the difference of a cliff's step."""

    id: str
    takes: tuple[Take, ...]
    recipient: Node
    only: Selector | None = None
    excluding: Selector | None = None
    held: Held | None = None
    cliff: str | None = None
    steps: tuple[tuple[Guard, Fraction, Linear | None], ...] = ()

    def concerns(self, kind: ReceiptKind) -> bool:
        """Whether it takes from receipts of a kind."""
        return kind.fits(self.only) and (self.excluding is None or not kind.fits(self.excluding))


@dataclass(frozen=True, slots=True)
class Basin:
    """A compiled pool: its places in order, and the node that gets the rest."""

    id: str
    places: tuple[Place, ...]
    residue: Node
    deficit: str | None


@dataclass(frozen=True, slots=True)
class CompiledClaim:
    """A compiled claim: what reduces it, its cap, and the guard that it is open."""

    claim: Claim
    paid: Linear
    cap: Curve | None
    open: Guard


@dataclass(frozen=True, slots=True)
class Network:
    """Everything a run needs. `basins` are in flow order. `labels` maps lines to the phrases they come from.

    `stays` has the conditions of lasting events, `figures` what is worked out, each after those it uses.
    """

    basins: tuple[Basin, ...]
    dues: Mapping[str, CompiledClaim]
    events: Mapping[str, Guard]
    labels: Mapping[Linear, tuple[str, ...]]
    parties: tuple[str, ...]
    charges: Mapping[str, tuple[str, str, Curve, Guard]] = field(default_factory=dict)
    stays: Mapping[str, Guard] = field(default_factory=dict)
    figures: tuple[WaterfallFigure, ...] = ()

    def lines(self) -> tuple[Linear, ...]:
        """Every line whose sign matters, once, whichever sign it is written with."""
        return tuple(dict.fromkeys(unsigned(atom.line) for guard in self.guards() for atom in atoms_of(guard)))

    def valves(self) -> Iterator[Leaf | Take]:
        """Everything that opens and closes, in flow order."""
        for basin in self.basins:
            for place in basin.places:
                yield from place.takes
                yield from leaves(place.recipient)
            yield from leaves(basin.residue)

    def guards(self) -> Iterator[Guard]:
        """Every guard."""
        yield from (valve.guard for valve in self.valves())
        yield from self.events.values()
        yield from (guard for figure in self.figures for guard in figure.steps)
        for basin in self.basins:
            yield from (guard for place in basin.places for guard, _, _ in place.steps)


def leaves(node: Node) -> Iterator[Leaf]:
    """The leaves of a node, in order."""
    if isinstance(node, Leaf):
        yield node
    else:
        for member in node.members:
            yield from leaves(member)


def reached(network: Network, kind: ReceiptKind, entry: str) -> Network:
    """The part of a network that a kind of receipt can reach from its entry pool."""
    names = {entry}
    basins = []
    for basin in network.basins:
        if basin.id not in names:
            continue
        places = tuple(place for place in basin.places if place.concerns(kind))
        ends = [leaf for node in (basin.residue, *(place.recipient for place in places)) for leaf in leaves(node)]
        names |= {leaf.to for leaf in ends if leaf.is_pool}
        basins.append(replace(basin, places=places))
    return replace(network, basins=tuple(basins))


def variables(network: Network) -> set[str]:
    """Every variable that a condition, limit, charge or step uses."""
    guards = [*network.guards(), *(guard for _, _, _, guard in network.charges.values())]
    lines = [atom.line for guard in guards for atom in atoms_of(guard)]
    curves = [curve for _, _, curve, _ in network.charges.values()]
    curves += [due.cap for due in network.dues.values() if due.cap is not None]
    curves += [base for basin in network.basins for place in basin.places for _, _, base in place.steps if base]
    curves += [curve for figure in network.figures for curve in figure.formula.curves]
    lines += [line for curve in curves for line in lines_of(curve)]
    return {name for line in lines for name, _ in line.terms}
