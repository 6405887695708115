"""The part of all accounts that one party may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from domain.sharing.statements.model import (
    Figures,
    LineKind,
    Others,
    StatementLine,
    StatementPool,
)


@dataclass(frozen=True, slots=True)
class Inflow:
    """What has entered a pool before the period and by its end, in major units."""

    pool: str
    title: str
    opening: Fraction
    to_date: Fraction


@dataclass(frozen=True, slots=True)
class Taking:
    """What a position has given one recipient before the period and by its end, in major units.

    `party` is None if the recipient is another pool.
    """

    pool: str
    position: str
    title: str
    kind: LineKind
    party: str | None
    opening: Fraction
    to_date: Fraction


def view_for(party: str, inflows: Iterable[Inflow], takings: Iterable[Taking]) -> tuple[StatementPool, ...]:
    """The pools that the party takes from, in the order of `inflows`.

    Its own positions are listed one by one. What others took is summed by kind, so that the pool adds up without naming
    anybody else. What no taking accounts for has been passed on.
    """
    everything = list(takings)
    pools = []
    for inflow in inflows:
        taken = [taking for taking in everything if taking.pool == inflow.pool]
        own = tuple(_line(taking) for taking in taken if taking.party == party)
        if own:
            others = [taking for taking in taken if taking.party != party]
            pools.append(
                StatementPool(
                    id=inflow.pool,
                    title=inflow.title,
                    inflow=Figures.of(inflow.opening, inflow.to_date),
                    own=own,
                    others=tuple(_by_kind([*others, _rest(inflow, taken)])),
                )
            )
    return tuple(pools)


def _line(taking: Taking) -> StatementLine:
    return StatementLine(
        position=taking.position,
        title=taking.title,
        kind=taking.kind,
        figures=Figures.of(taking.opening, taking.to_date),
    )


def _by_kind(takings: Iterable[Taking]) -> Iterable[Others]:
    sums: dict[LineKind, tuple[Fraction, Fraction]] = {}
    for taking in takings:
        opening, to_date = sums.get(taking.kind, (Fraction(0), Fraction(0)))
        sums[taking.kind] = (opening + taking.opening, to_date + taking.to_date)
    for kind in LineKind:
        if any(sums.get(kind, ())):
            yield Others(kind=kind, figures=Figures.of(*sums[kind]))


def _rest(inflow: Inflow, taken: Iterable[Taking]) -> Taking:
    opening, to_date = inflow.opening, inflow.to_date
    for taking in taken:
        opening -= taking.opening
        to_date -= taking.to_date
    return Taking(inflow.pool, "", "", LineKind.PASSED_ON, None, opening, to_date)
