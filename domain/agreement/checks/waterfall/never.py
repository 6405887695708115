"""Positions that can never take anything, and reserves that are released into themselves."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.waterfall.names import HERE
from domain.sharing.waterfall.linear import Atom, Guard, Joint
from domain.sharing.waterfall.model import Waterfall
from domain.sharing.waterfall.network import (
    Network,
    Place,
    ReceiptKind,
    reached,
)

_RELEASED = ReceiptKind(("", "", "", "", ""))


def never(section: Waterfall, network: Network) -> Iterator[AgreementFinding]:
    """Positions whose conditions exclude each other, and reserves that return to their own position."""
    paths: dict[str, Path] = {
        position.id: (*HERE, "pools", n, "positions", m)
        for n, pool in enumerate(section.pools)
        for m, position in enumerate(pool.positions)
    }
    for place in (place for basin in network.basins for place in basin.places if place.id in paths):
        path = paths[place.id]
        for n, take in enumerate(place.takes):
            if _impossible(take.guard):
                sentence = "what it asks for can never hold at the same time, so it takes nothing: correct it."
                yield AgreementFinding((*path, "then", n - 1) if n else path, "never", sentence)
        if _returns_to_itself(place, network):
            sentence = f"what is released comes back into {place.id!r} and is held again: release it into another pool."
            yield AgreementFinding((*path, "held_for", "then"), "circular", sentence)


def _returns_to_itself(place: Place, network: Network) -> bool:
    if place.held is None:
        return False
    behind = reached(network, _RELEASED, place.held.then)
    return any(one.id == place.id for basin in behind.basins for one in basin.places)


def _impossible(guard: Guard) -> bool:
    """Whether required conditions exclude each other: two of them, or one and every alternative of a choice."""
    required = list(_required(guard))
    atoms = [each for each in required if isinstance(each, Atom)]
    choices = [each.of for each in required if isinstance(each, Joint)]
    return _clash(atoms, atoms) or any(
        choice and all(_clash([each for each in _required(one) if isinstance(each, Atom)], atoms) for one in choice)
        for choice in choices
    )


def _clash(some: Sequence[Atom], others: Sequence[Atom]) -> bool:
    return any(_exclude(one, other) for one in some for other in others)


def _required(guard: Guard) -> Iterator[Guard]:
    """What must hold for a guard: atoms, and choices of which one must hold."""
    if isinstance(guard, Joint) and guard.every:
        for each in guard.of:
            yield from _required(each)
    else:
        yield guard


def _exclude(one: Atom, other: Atom) -> bool:
    if one.line.terms == other.line.times(Fraction(-1)).terms:
        room = one.line.constant + other.line.constant
        return room < 0 or (room == 0 and not (one.closed and other.closed))
    return _impossible_days(one, other) or _impossible_days(other, one)


def _impossible_days(since: Atom, before: Atom) -> bool:
    """Whether a day must have come, but an earlier or equal one not."""
    days = [[name for name, _ in atom.line.terms if name.startswith("day:")] for atom in (since, before)]
    if any(len(atom.line.terms) != 1 for atom in (since, before)) or not all(days):
        return False
    return since.line.terms[0][1] > 0 > before.line.terms[0][1] and days[1][0] <= days[0][0]
