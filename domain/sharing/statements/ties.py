"""Checks that a statement's sums tie, exactly."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from domain.sharing.statements.model import (
    Figures,
    Reserve,
    Statement,
    StatementPool,
    percent_of,
)
from domain.values.money import Money

_COLUMNS = ("opening", "period", "to_date")


def ties(statement: Statement) -> tuple[str, ...]:
    """A sentence for each sum that does not tie. None: all do.

    Lines add up across: opening + period = to date. They add up down: a pool's inflow is what it gave. Own lines add up
    to the entitlement, and the settlement leads from there to the amount due. All money is in the statement's currency.
    """
    foreign = tuple(_foreign(statement))
    if foreign:
        return foreign
    return (
        *_across(statement),
        *(sentence for pool in statement.pools for sentence in _down(pool)),
        *_claims(statement),
        *(sentence for reserve in statement.reserves for sentence in _reserve(reserve)),
        *_settled(statement),
        *_carried(statement),
    )


def _foreign(statement: Statement) -> Iterator[str]:
    settlement = statement.settlement
    amounts = [
        value
        for record in (
            settlement,
            *([statement.carried] if statement.carried else ()),
            *statement.reserves,
            *statement.holds,
            *statement.withholdings,
        )
        for _, value in record
        if isinstance(value, Money)
    ]
    for amount in amounts:
        if amount.currency != statement.currency:
            yield f"{amount} is not in {statement.currency}, the currency of the statement."


def _across(statement: Statement) -> Iterator[str]:
    for pool in statement.pools:
        yield from _line(f"Pool {pool.id}", pool.inflow)
        for own in pool.own:
            yield from _line(f"Position {own.position} in {pool.id}", own.figures)
        for others in pool.others:
            yield from _line(f"Others' {others.kind} in {pool.id}", others.figures)
    for line in statement.adjustments:
        yield from _line(f"Adjustment {line.position}", line.figures)


def _line(name: str, figures: Figures) -> Iterator[str]:
    if figures.opening.value + figures.period.value != figures.to_date.value:
        yield (
            f"{name}: opening {figures.opening.decimal} and period {figures.period.decimal} do not make "
            f"{figures.to_date.decimal} to date."
        )


def _down(pool: StatementPool) -> Iterator[str]:
    taken = [line.figures for line in pool.own] + [others.figures for others in pool.others]
    for column in _COLUMNS:
        entered = getattr(pool.inflow, column)
        given = _sum(getattr(figures, column).value for figures in taken)
        if entered.value != given:
            yield f"Pool {pool.id}, {column}: {entered.decimal} entered, and its lines make {given}."


def _claims(statement: Statement) -> Iterator[str]:
    for claim in statement.recoupments:
        if claim.recouped.value + claim.outstanding.value != claim.total.value:
            yield f"Claim {claim.id}: recouped and outstanding do not make {claim.total.decimal}."
        if claim.percent != percent_of(claim.recouped.value, claim.total.value):
            yield f"Claim {claim.id}: {claim.percent} % is not what {claim.recouped.decimal} is of the total."


def _reserve(reserve: Reserve) -> Iterator[str]:
    if reserve.opening + reserve.withheld - reserve.released != reserve.held:
        yield f"Reserve {reserve.id}: opening, withheld and released do not make {reserve.held}."
    if reserve.releases and sum(one.amount.minor for one in reserve.releases) != reserve.held.minor:
        yield f"Reserve {reserve.id}: the parts by day do not make {reserve.held}."


def _carried(statement: Statement) -> Iterator[str]:
    one = statement.carried
    if one is None:
        return
    if one.opening + one.earned - one.held - one.due != one.closing:
        yield f"What was open, and what was earned since, less holds and payouts is not {one.closing}."
    if one.closing != statement.settlement.carried_forward:
        yield f"{one.closing} goes on, and the settlement carries {statement.settlement.carried_forward} forward."


def _settled(statement: Statement) -> Iterator[str]:
    end = statement.settlement
    own = [line for pool in statement.pools for line in pool.own] + list(statement.adjustments)
    exact = _sum(line.figures.to_date.value for line in own)
    if exact != end.exact.value:
        yield f"The lines make {exact} to date, and the settlement starts from {end.exact.exact}."
    if end.exact.value + end.rounding.value != Fraction(end.entitlement.decimal):
        yield f"{end.exact.decimal} and rounding {end.rounding.decimal} do not make {end.entitlement}."
    sums = (
        ("The reserves", [reserve.held for reserve in statement.reserves], end.reserved),
        ("The holds", [hold.amount for hold in statement.holds], end.held),
        ("The withholdings", [tax.amount for tax in statement.withholdings], end.withheld),
    )
    for name, parts, whole in sums:
        if sum(part.minor for part in parts) != whole.minor:
            yield f"{name} do not make {whole}."
    if end.entitlement - end.paid_before - end.reserved - end.held != end.payable:
        yield f"The entitlement less what was paid before, reserves and holds is not {end.payable}."
    if end.payable - end.carried_forward - end.withheld != end.due:
        yield f"The payable amount less what is carried forward and withheld is not {end.due}."
    if end.due < end.paid:
        yield f"{end.paid} was paid, more than the {end.due} that is due."


def _sum(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))
