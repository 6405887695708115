"""What goes on to later periods: amounts that are not paid out yet, and the parts of reserves by their days."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from domain.sharing.distributions import Distribution, Distributions, ended_to_date, posted_to_date
from domain.sharing.ordering import PayoutTerms
from domain.sharing.statements.model import Carried, CarryReason, ReserveRelease, StatementSettlement
from domain.values.money import Money


def carried(
    known: Distributions, stated: Distribution, party: str, terms: PayoutTerms, settlement: StatementSettlement
) -> Carried:
    """What was open of a party from earlier periods, and what goes on from a settlement to the next, and why."""
    nothing = Money.zero(settlement.payable.currency)
    earlier = {name: one for name, one in known.items() if one.until < stated.until}
    opening = posted_to_date(earlier).get(party, nothing) - ended_to_date(known).get(party, nothing)
    return Carried(
        opening=opening,
        earned=settlement.payable + settlement.held - opening,
        held=settlement.held,
        due=settlement.due + settlement.withheld,
        closing=settlement.carried_forward,
        multiple=terms.multiple,
        reason=_reason(settlement, terms.multiple),
    )


def _reason(settlement: StatementSettlement, multiple: Money | None) -> CarryReason | None:
    if not settlement.carried_forward.minor:
        return None
    if settlement.payable.minor < 0:
        return CarryReason.OVERPAID
    if settlement.minimum is not None and settlement.payable < settlement.minimum:
        return CarryReason.BELOW_MINIMUM
    if multiple is not None and settlement.carried_forward < multiple:
        return CarryReason.LEFT_OF_MULTIPLE
    return CarryReason.LESS_THAN_A_UNIT


def releases(held: Money, parts: Iterable[tuple[date, Fraction]]) -> tuple[ReserveRelease, ...]:
    """The parts of a reserve in whole units that add up to what is held. `parts` are exact minor units, by day.

    Each sum up to a day is rounded, half to even, and the last part takes what is left.
    """
    found, exact, before = list[ReserveRelease](), Fraction(0), 0
    ordered = sorted(parts)
    for number, (on, part) in enumerate(ordered, start=1):
        exact += part
        so_far = held.minor if number == len(ordered) else round(exact)
        found.append(ReserveRelease(on=on, amount=Money(so_far - before, held.currency)))
        before = so_far
    return tuple(one for one in found if one.amount.minor)
