"""Explains an entitlement: receipt, pools and position, with the share, its base and the slice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from domain.errors import Broken
from domain.sharing.waterfall.engines import RunFunction
from domain.sharing.waterfall.facts import Counts, Facts, part_of
from domain.sharing.waterfall.flow import FlowLine
from domain.sharing.waterfall.linear import ZERO
from domain.sharing.waterfall.outcome import Slice
from domain.sharing.waterfall.result import Result
from domain.sharing.waterfall.run import WaterfallVersion


@dataclass(frozen=True, slots=True)
class Origin:
    """One amount and how it was made, in minor units.

    `slice` is the part of the receipt that was shared at these rates, and `counts` its metrics. `weight` is the party's
    part of its group, then of the group around that.
    """

    on: date
    receipt: str
    slice: Fraction
    through: tuple[str, ...]
    position: str
    share: str
    base: Fraction
    amount: Fraction
    counts: Counts = ()
    weight: tuple[Fraction, ...] = ()

    @property
    def weighed(self) -> str:
        """The weights in words, such as "3/5 of 1/2"; empty outside groups."""
        return " of ".join(str(each) for each in self.weight)

    @property
    def counted(self) -> str:
        """The counts in words, such as "1200 admissions, 1 screens"; empty without counts."""
        return ", ".join(f"{count} {metric}" for metric, count in self.counts)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every origin of a party's entitlement. They add up to `total`, which is the run's."""

    party: str
    currency: str
    origins: tuple[Origin, ...]
    total: Fraction


def explain(
    run: RunFunction, versions: Sequence[WaterfallVersion], facts: Facts, as_of: date, party: str
) -> Explanation:
    """The origins of a party's entitlement to date, by its own view if it has one.

    Raises:
        BadInput: as `run`.
        Broken: the origins do not add up to the run's entitlement.
    """
    result = run(versions, facts, as_of)
    own = party if party in result.views else None
    slices: list[Slice] = []
    traced = run(versions, facts, as_of, own, slices.append)
    origins = [origin for one in slices for origin in _origins(one, party)]
    origins += _outside(versions[-1], result, party, as_of)
    total = sum((origin.amount for origin in origins), ZERO)
    if total != result.parties.get(party, ZERO):
        raise Broken(f"The origins of {party} add up to {total} and not to {result.parties[party]} as the run says.")
    return Explanation(party, traced.currency, tuple(origins), total)


def _origins(one: Slice, party: str) -> list[Origin]:
    name = one.receipt.id or str(one.receipt.kind)
    counts = part_of(one.receipt.counts, one.amount, one.receipt.amount)
    return [
        Origin(
            one.receipt.on,
            name,
            one.amount,
            _path(one.spread.lines, one.entry, line.pool),
            line.position or "residue",
            line.phrase,
            line.base * one.amount,
            line.amount * one.amount,
            counts,
            line.weight,
        )
        for line in one.spread.lines
        if line.to == party and not line.is_pool
    ]


def _path(lines: Sequence[FlowLine], entry: str, pool: str) -> tuple[str, ...]:
    """The pools between the entry and a pool, on the path with the largest flow."""
    path = [pool]
    while path[0] != entry:
        feeders = [line for line in lines if line.is_pool and line.to == path[0]]
        if not feeders:
            break
        path.insert(0, max(feeders, key=lambda line: line.amount).pool)
    return tuple(path)


def _outside(last: WaterfallVersion, result: Result, party: str, as_of: date) -> list[Origin]:
    """Charges, and the differences of others' views that the party bears."""
    found = []
    for charge in last.waterfall.charges:
        sign = (charge.to == party) - (charge.of == party)
        amount = result.charges[charge.id] * sign
        if amount:
            other = charge.of if sign > 0 else charge.to
            found.append(_single_origin(as_of, charge.id, f"{charge.amount} ({other})", amount))
    borne = [view.of for view in last.waterfall.views if view.borne_by == party and result.views[view.of]]
    return found + [_single_origin(as_of, f"view of {of}", "difference borne", -result.views[of]) for of in borne]


def _single_origin(on: date, name: str, share: str, amount: Fraction) -> Origin:
    return Origin(on, "", ZERO, (), name, share, ZERO, amount)
