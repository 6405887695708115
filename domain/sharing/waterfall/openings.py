"""Opening balances: which a waterfall taken over mid-life needs, and what each one is a balance of.

A position's opening is what it has taken, a claim's what was declared of it, a pool's what has come in. A party's is
what it has had besides: from residues, from groups whose members have no openings of their own, and from outside.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import cast

from domain.calendar.dates import DAY, Span, span_of
from domain.errors import CannotShare
from domain.sharing.waterfall.compile import compile_network
from domain.sharing.waterfall.facts import FactKind, Facts, WaterfallFact
from domain.sharing.waterfall.linear import EARLIER
from domain.sharing.waterfall.model import Waterfall
from domain.sharing.waterfall.network import Leaf, Network, Place, leaves, variables
from domain.sharing.waterfall.rules import Rules

_LEAF = "leaf:"


def opened(network: Network, name: str, rules: Rules) -> tuple[tuple[str, ...], dict[str, int], str | None]:
    """What an opening balance, not of a claim, is a balance of: variables, parties with signs, and the position."""
    for basin in network.basins:
        if name == basin.id:
            kept = {name: 1} if name in network.parties and rules >= Rules.FIFTH else {}
            return (f"in:{name}",), kept, None
        if name == f"{basin.id}.residue":
            ends = [basin.residue] if isinstance(basin.residue, Leaf) else []
            credited = {leaf.to: 1 for leaf in ends if not leaf.is_pool}
            return (f"left:{basin.id}", *(leaf.key for leaf in ends)), credited, None
        for place in basin.places:
            if place.id == name.partition(".")[0]:
                ends = [leaf for leaf in leaves(place.recipient) if leaf.key == f"{_LEAF}{name}"]
                credited = {leaf.to: 1 for leaf in ends if not leaf.is_pool}
                if basin.id in network.parties and rules >= Rules.FIFTH:
                    credited[basin.id] = -1
                return (f"took:{place.id}", *(leaf.key for leaf in ends)), credited, place.id
    return (), {name: 1}, None


def check_openings(section: Waterfall, parties: Sequence[str], facts: Facts) -> None:
    """Check that there is an opening balance of all that a result depends on, and that it is dated rightly.

    Raises:
        CannotShare: one is missing, names nothing, or is dated after the day of the take-over; or there are receipts of
            before that day.
    """
    start = section.takes_over_on
    openings = list(facts.named(FactKind.OPENING))
    if start is None:
        for fact in openings:
            raise CannotShare(
                f"{_place(fact)}an opening balance of {fact.name}, and the waterfall took nothing over: say "
                "`takes_over_on` in the agreement, or leave the balance out."
            )
        return
    network = compile_network(section, parties)
    known = set(_known(network))
    for fact in openings:
        if fact.name not in known:
            names = ", ".join(sorted(known))
            raise CannotShare(f"{_place(fact)}there is nothing to open named {fact.name!r}: write one of {names}.")
        if fact.on > start:
            raise CannotShare(
                f"{_place(fact)}the waterfall took over on {start}, and this balance is of {fact.on}: date it {start}."
            )
    early = next((each for each in facts.receipts if each.on < start), None)
    if early is not None:
        raise CannotShare(
            f"The waterfall took over on {start}, and a receipt is dated {early.on}: it is in the opening balances, so "
            "leave it out, or let the waterfall take over earlier."
        )
    _demand(section, network, start, facts)


def _place(fact: WaterfallFact) -> str:
    return f"{fact.where}: name: " if fact.where else ""


def _known(network: Network) -> Iterator[str]:
    """Everything that can have an opening."""
    yield from network.dues
    yield from network.parties
    for basin in network.basins:
        yield basin.id
        yield f"{basin.id}.residue"
        for place in basin.places:
            yield place.id
            yield from (leaf.key.removeprefix(_LEAF) for leaf in leaves(place.recipient))


def _demand(section: Waterfall, network: Network, start: date, facts: Facts) -> None:
    given = {fact.name for fact in facts.named(FactKind.OPENING)}
    counts = {fact.name for fact in facts.named(FactKind.METRIC) if fact.on <= start}
    declared = {(fact.kind, fact.name) for fact in facts.others if fact.on <= start}
    used = variables(network)
    missing = [one for one in _balances(network, used, given) if one not in given]
    for claim in section.claims:
        names = [(FactKind.COST, name) for name in claim.costs or ()]
        names += [(FactKind.ADVANCE, name) for name in claim.advance or ()]
        if names and claim.id not in given and not declared.intersection(names):
            missing.append(claim.id)
    lacking = [metric for metric in section.metrics if f"metric:{metric}" in used and metric not in counts]
    if missing or lacking:
        what = ["opening balance of " + ", ".join(dict.fromkeys(missing))] if missing else []
        what += [f"count by then of {', '.join(lacking)}"] if lacking else []
        raise CannotShare(
            f"The waterfall took over on {start} and has no {' and no '.join(what)}: give each as a fact of kind "
            f"{' or '.join([*['opening'][: len(missing)], *['metric'][: len(lacking)]])}, 0 where there is none."
        )
    for name in sorted(name for name in used if name.startswith(EARLIER)):
        span, _, variable = name.removeprefix(EARLIER).partition(":")
        _demand_span(cast("Span", span), variable.partition(":")[2], start, facts)


def _balances(network: Network, used: set[str], given: set[str]) -> Iterator[str]:
    """Every balance but those of claims and counts."""
    for basin in network.basins:
        yield basin.id
        for place in basin.places:
            yield from _of_place(place, used)
        ends = [leaf for leaf in leaves(basin.residue) if not leaf.is_pool]
        if f"left:{basin.id}" in used:
            yield f"{basin.id}.residue"
        if f"{basin.id}.residue" not in given or not isinstance(basin.residue, Leaf):
            yield from (leaf.to for leaf in ends)
    yield from (name for name in network.parties if {f"to:{name}", f"in:{name}"} & used)


def _of_place(place: Place, used: set[str]) -> Iterator[str]:
    """A position's own balance or, where its members have limits of their own, theirs."""
    ends = list(leaves(place.recipient))
    if any(leaf.key in used for leaf in ends):
        yield from (leaf.key.removeprefix(_LEAF) for leaf in ends)
        return
    yield place.id
    if isinstance(place.recipient, Leaf):
        return
    yield from (leaf.to for leaf in ends if not leaf.is_pool)


def _demand_span(span: Span, name: str, start: date, facts: Facts) -> None:
    """What came earlier in a span that is counted needs a balance of its own."""
    first, _ = span_of(start, span)
    if start in {first, first - DAY}:
        return
    dated = [fact.on for fact in facts.others if fact.name == name and fact.on <= start]
    if not any(on < first for on in dated):
        raise CannotShare(
            f"The waterfall took over on {start}, within a {span} in which {name} is counted: give two balances of it, "
            f"what it was before that {span} on {first - DAY} and what came in it on {start}."
        )
