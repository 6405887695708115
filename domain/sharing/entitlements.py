"""Makes a distribution's figures from a run of the waterfall: entitlements, shares by position, and reserves."""

import math
import re
from collections.abc import Collection, Iterator
from datetime import date
from fractions import Fraction

from domain.agreement.model import Agreement
from domain.events import DistributionComputed, PartyAmount, ReserveAmount, Share
from domain.sharing.waterfall.compile import compile_network
from domain.sharing.waterfall.engines import WaterfallEngine
from domain.sharing.waterfall.network import Leaf, Network, leaves
from domain.sharing.waterfall.result import Result
from domain.sharing.waterfall.run import WaterfallVersion
from domain.values.money import Money

ELSEWHERE = "(other)"
"""The position of what no position of the version in force gives: views, charges, openings, earlier versions."""


def version_of(agreement: Agreement) -> WaterfallVersion | None:
    """An agreement's waterfall as a version for a run; None if it has none."""
    if agreement.waterfall is None:
        return None
    return WaterfallVersion(agreement.waterfall, tuple(party.id for party in agreement.parties), agreement.effective_on)


def computed(
    engine: WaterfallEngine,
    result: Result,
    last: WaterfallVersion,
    period: str,
    version: int,
    known: Collection[str],
    answer_by: date,
    pay_on: date,
) -> DistributionComputed:
    """The event of an engine's run to the end of a period.

    `last` is the version in force and `version` its number in the agreement. `known` are parties with earlier postings,
    who are concerned even without an entitlement.
    """
    shares = shares_of(result, last)
    concerned = {party for party, _ in shares} | set(known)
    concerned |= {party for party, payable in result.payable.items() if payable.entitled.minor}
    return DistributionComputed(
        period=period,
        revision=1,
        until=result.as_of,
        engine=engine.number,
        version=version,
        result=engine.fingerprint(result),
        shares=tuple(
            Share(party=party, position=position, entitlement=str(exact)) for (party, position), exact in shares.items()
        ),
        to_date=tuple(
            PartyAmount(party=party, amount=payable.entitled)
            for party, payable in result.payable.items()
            if party in concerned
        ),
        answer_by=answer_by,
        pay_on=pay_on,
        reserves=tuple(
            ReserveAmount(position=name, amount=amount) for name, amount in reserves_of(result, last).items()
        ),
    )


def reserves_of(result: Result, last: WaterfallVersion) -> dict[str, Money]:
    """What each position holds in reserve, in minor units. Zeros are left out.

    The reserves together are rounded up, as entitlements together are rounded down, so no minor unit is lost between
    them. Each is rounded down, and the units left go by largest remainder, ties by the order of the agreement.
    """
    order = {position.id: number for number, position in enumerate(last.waterfall.positions)}
    held = {
        name: result.held[name] for name in sorted(result.held, key=lambda name: (order.get(name, len(order)), name))
    }
    floors = {name: math.floor(exact) for name, exact in held.items()}
    left = math.ceil(sum(held.values(), Fraction(0))) - sum(floors.values())
    by_remainder = sorted(held, key=lambda name: floors[name] - held[name])
    for name in by_remainder[:left]:
        floors[name] += 1
    return {name: Money(minor, result.currency) for name, minor in floors.items() if minor}


def shares_of(result: Result, last: WaterfallVersion) -> dict[tuple[str, str], Fraction]:
    """Exact minor units by party and position. A party's shares add up to its entitlement. Zeros are left out.

    A reserve is nobody's share. Once released, it is shared by the pool that it enters. A position's group counts as
    one position. A pool's residue is called `{pool}.residue`.
    """
    shares: dict[tuple[str, str], Fraction] = {}
    for leaf in _ends(compile_network(last.waterfall, last.parties)):
        if not leaf.is_pool:
            name = leaf.key.removeprefix("leaf:")
            key = (leaf.to, re.sub(r"([.][0-9]+)+$", "", name))
            shares[key] = shares.get(key, Fraction(0)) + result.recipients.get(name, Fraction(0))
    for party, entitled in result.parties.items():
        named = sum((exact for (owner, _), exact in shares.items() if owner == party), Fraction(0))
        shares[(party, ELSEWHERE)] = entitled - named
    return {key: exact for key, exact in shares.items() if exact}


def _ends(network: Network) -> Iterator[Leaf]:
    for basin in network.basins:
        for place in basin.places:
            if place.held is None:
                yield from leaves(place.recipient)
        yield from leaves(basin.residue)
