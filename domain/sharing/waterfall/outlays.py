"""Each party's outlay: the money behind the claims that it recoups."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction

from domain.sharing.waterfall.facts import FactKind, Facts, WaterfallFact
from domain.sharing.waterfall.linear import ZERO
from domain.sharing.waterfall.model import (
    Claim,
    Group,
    Member,
    Recipient,
    Sharing,
    Waterfall,
)

Parts = Mapping[str, Fraction]
"""Each party's part of something."""


def outlays(waterfall: Waterfall, parties: Iterable[str], since: date, facts: Facts) -> dict[str, dict[date, Fraction]]:
    """Outlays by party and day, in minor units: principal without overhead, multiple, cap and interest.

    An advance or a cost counts once, on its day: for the first claim, in written order, that names it and that a party
    recoups. A claim of an amount counts on its day, else on `since`. A balance taken over counts on its day.
    """
    owners = _owners(waterfall, set(parties))
    found: dict[str, dict[date, Fraction]] = {party: {} for party in parties}
    for owner, on, amount in [*_fixed(waterfall, owners, since), *_declared(waterfall, owners, facts)]:
        for party, part in owner.items():
            found[party][on] = found[party].get(on, ZERO) + part * amount
    return found


def _fixed(waterfall: Waterfall, owners: Mapping[str, Parts], since: date) -> Iterator[tuple[Parts, date, Fraction]]:
    for claim in waterfall.claims:
        if claim.amount is not None and claim.id in owners:
            yield owners[claim.id], claim.on or since, Fraction(claim.amount.minor)


def _declared(
    waterfall: Waterfall, owners: Mapping[str, Parts], facts: Facts
) -> Iterator[tuple[Parts, date, Fraction]]:
    for fact in facts.others:
        of = next((claim.id for claim in waterfall.claims if claim.id in owners and _is_of(fact, claim)), None)
        if of is not None:
            yield owners[of], fact.on, fact.amount


def _is_of(fact: WaterfallFact, claim: Claim) -> bool:
    match fact.kind:
        case FactKind.COST:
            return fact.name in (claim.costs or ())
        case FactKind.ADVANCE:
            return fact.name in (claim.advance or ())
        case FactKind.OPENING:
            return fact.name == claim.id
    return False


def _owners(waterfall: Waterfall, parties: set[str]) -> dict[str, Parts]:
    """The owners of each claim. Positions that recoup the same claim count equally."""
    shares = {pool.id: pool.residue for pool in waterfall.pools if not pool.positions}
    found: dict[str, list[Parts]] = {}
    for claim, to in _recouping(waterfall):
        parts = _parts(to, parties, shares)
        if parts:
            found.setdefault(claim, []).append(parts)
    return {claim: _mean(several) for claim, several in found.items()}


def _recouping(waterfall: Waterfall) -> Iterator[tuple[str, Recipient]]:
    for position in waterfall.positions:
        if position.to is not None:
            yield from _claims_of(position.recoups, position.to)
    for assignment in waterfall.assignments:
        yield from _claims_of(assignment.recoups, assignment.to)


def _claims_of(claim: str | None, to: Recipient) -> Iterator[tuple[str, Recipient]]:
    if claim is not None:
        yield claim, to
    if isinstance(to, Group):
        for member in to.among:
            yield from _claims_of(member.recoups, member.to)


def _parts(to: Recipient | None, parties: set[str], shares: Mapping[str, Recipient | None]) -> Parts:
    """The parties behind a recipient. A pool that only shares is followed; any other has no owner."""
    if isinstance(to, str):
        return {to: Fraction(1)} if to in parties else _parts(shares.get(to), parties, shares)
    found: dict[str, Fraction] = {}
    if to is None:
        return found
    whole = sum((_weight(to, member) for member in to.among), ZERO)
    for member in to.among if whole else ():
        for party, part in _parts(member.to, parties, shares).items():
            found[party] = found.get(party, ZERO) + part * _weight(to, member) / whole
    return found


def _weight(group: Group, member: Member) -> Fraction:
    return Fraction(member.weight or "1") if group.share is Sharing.BY_COMMITMENT else Fraction(1)


def _mean(several: list[Parts]) -> Parts:
    parties = dict.fromkeys(party for parts in several for party in parts)
    return {party: sum((parts.get(party, ZERO) for parts in several), ZERO) / len(several) for party in parties}
