"""Events and claims do not depend on themselves, and their nesting is bounded."""

from collections.abc import Iterator, Mapping

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.waterfall.names import HERE
from domain.sharing.waterfall import phrases, trees
from domain.sharing.waterfall.model import Claim, Waterfall

_MOST_DEEP = 40
_MOST_WIDE = 1000

Graph = Mapping[str, list[str]]
"""The names that each definition uses. A name appears as often as it is used."""


def depends(section: Waterfall) -> Iterator[AgreementFinding]:
    """Events and claims that depend on themselves, or on too many others."""
    events = {event.id: [*_happened(phrases.condition(event.when))] for event in section.events}
    claims = {claim.id: [*_claims_in(claim)] for claim in section.claims}
    yield from _judge("event", events, {name: (*HERE, "events", n, "when") for n, name in enumerate(events)})
    claims = {name: [other for other in others if other in claims] for name, others in claims.items()}
    yield from _judge("claim", claims, {name: (*HERE, "claims", n) for n, name in enumerate(claims)})


def _judge(kind: str, graph: Graph, paths: Mapping[str, Path]) -> Iterator[AgreementFinding]:
    size: dict[str, tuple[int, int]] = {}
    for name in _dependency_order(graph):
        below = [size[other] for other in graph[name]]
        size[name] = 1 + max((deep for deep, _ in below), default=0), 1 + sum(wide for _, wide in below)
        if size[name][0] > _MOST_DEEP or size[name][1] > _MOST_WIDE:
            sentence = (
                f"{kind} {name!r} stands on too many others ({_MOST_DEEP} in a row are the most): say it directly."
            )
            yield AgreementFinding(paths[name], "too-deep", sentence)
            return
    circle = next((name for name in graph if name not in size and _reaches(graph, name, name)), None)
    if circle is not None:
        yield AgreementFinding(paths[circle], "circular", f"{kind} {circle!r} depends on itself: break the circle.")


def _dependency_order(graph: Graph) -> Iterator[str]:
    """The names in order of dependence. Names in or behind a circle are left out."""
    waiting = {name: set(others) for name, others in graph.items()}
    said_in: dict[str, list[str]] = {name: [] for name in graph}
    for name, others in waiting.items():
        for other in others:
            said_in[other].append(name)
    ready = [name for name, others in waiting.items() if not others]
    while ready:
        name = ready.pop()
        yield name
        for user in said_in[name]:
            waiting[user].discard(name)
            if not waiting[user]:
                ready.append(user)


def _reaches(graph: Graph, start: str, goal: str) -> bool:
    seen: set[str] = set()
    open_ = [*graph[start]]
    while open_:
        name = open_.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            open_ += graph[name]
    return False


def _happened(tree: trees.Condition) -> Iterator[str]:
    match tree:
        case trees.Happened(event):
            yield event
        case trees.Not(of):
            yield from _happened(of)
        case trees.Joined(_, of):
            for each in of:
                yield from _happened(each)


def _claims_in(claim: Claim) -> Iterator[str]:
    for phrase in (claim.cap, claim.paid_by):
        if phrase is not None:
            yield from (each.name for each in names_in(phrases.sum_of(phrase)))
    if claim.interest is not None and claim.interest.on is not None:
        yield claim.interest.on


def names_in(tree: trees.Sum) -> Iterator[trees.Name]:
    """Every name in a sum."""
    match tree:
        case trees.Name():
            yield tree
        case trees.Scaled(_, of) | trees.Full(_, of) | trees.Rounded(of, _):
            yield from names_in(of)
        case trees.Divided(of, by, otherwise):
            for part in (of, by, *([otherwise] if otherwise is not None else [])):
                yield from names_in(part)
        case trees.Multiplied(factor, of):
            yield from names_in(factor)
            yield from names_in(of)
        case trees.Added(several) | trees.Best(_, several):
            for each in several:
                yield from names_in(each)
