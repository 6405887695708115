"""Forecasts each party's return on its outlay: recoupment date, multiple and rate of return of a scenario.

Money comes in to a party as its entitlement grows. With a settlement calendar it comes in on the payment day of a
settlement, otherwise on the facts' own days. A decrease (a later version, a charge, a date) is a negative inflow.
Actual payments (facts of kind payment) change nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from domain.errors import BadInput
from domain.sharing.waterfall.facts import Facts
from domain.sharing.waterfall.irr import irr
from domain.sharing.waterfall.linear import ZERO
from domain.sharing.waterfall.outlays import outlays
from domain.sharing.waterfall.rules import LATEST
from domain.sharing.waterfall.run import (
    WaterfallVersion,
    entitled_by_day,
    in_force,
    settlement_days,
)


@dataclass(frozen=True, slots=True)
class CashFlow:
    """What a party laid out and received on one day, in minor units, and both totals by then."""

    on: date
    out: Fraction
    came_in: Fraction
    net: Fraction


@dataclass(frozen=True, slots=True)
class Return:
    """The return on one party's outlay in one scenario, in minor units.

    `recouped_on` is the first day on which the total received reaches the whole outlay. `multiple` is received divided
    by outlay. For `irr` see `domain.sharing.waterfall.irr`. Without an outlay all three are None.
    """

    out: Fraction
    came_in: Fraction
    recouped_on: date | None
    multiple: Fraction | None
    irr: Decimal | None
    flows: tuple[CashFlow, ...]


def forecast(versions: Sequence[WaterfallVersion], facts: Facts, as_of: date) -> dict[str, Return]:
    """Every party's return on facts, assumed ones included, up to and including `as_of`.

    Receipts until then are followed to the next settlement.

    Raises:
        BadInput: as `run`; the agreement has a settlement calendar and the facts do not say when it begins.
    """
    facts = facts.until(as_of)
    chain = in_force(versions, LATEST)
    last = chain[-1]
    out = outlays(last.waterfall, last.parties, chain[0].effective_on, facts)
    came_in: dict[str, dict[date, Fraction]] = {party: {} for party in last.parties}
    before: Mapping[str, Fraction] = {}
    days = _days(last, facts, as_of)
    entitled = entitled_by_day(versions, facts, [until for until, _ in days], LATEST)
    for until, paid_on in days:
        for party, amount in entitled[until].items():
            fresh = amount - before.get(party, ZERO)
            came_in[party][paid_on] = came_in[party].get(paid_on, ZERO) + fresh
        before = entitled[until]
    return {party: returned(out[party], came_in[party]) for party in last.parties}


def returned(out: Mapping[date, Fraction], came_in: Mapping[date, Fraction]) -> Return:
    """The return on amounts laid out and received by day, both positive."""
    spent, whole = sum(out.values(), ZERO), sum(came_in.values(), ZERO)
    net = received = ZERO
    recouped_on = None
    flows = []
    for day in sorted({*out, *came_in}):
        less, more = out.get(day, ZERO), came_in.get(day, ZERO)
        received += more
        net += more - less
        if less or more:
            flows.append(CashFlow(day, less, more, net))
        if spent > 0 and recouped_on is None and received >= spent:
            recouped_on = day
    if spent <= 0:
        return Return(spent, whole, None, None, None, tuple(flows))
    rate = irr({flow.on: flow.came_in - flow.out for flow in flows})
    return Return(spent, whole, recouped_on, whole / spent, rate, tuple(flows))


def _days(version: WaterfallVersion, facts: Facts, as_of: date) -> list[tuple[date, date]]:
    """The days for which entitlements are computed, each with its payment day."""
    settlement = version.waterfall.settlement
    days = {each.on for each in facts.receipts} | {each.on for each in facts.others} | {as_of}
    if settlement is None:
        return [(day, day) for day in sorted(days)]
    calendar = settlement_days(settlement, facts, as_of)
    if not calendar:
        raise BadInput(
            f"The settlement calendar begins after {settlement.after!r}, and no fact of kind date says when that was: "
            "add it to the facts or to the scenarios."
        )
    settled, _ = calendar[-1]
    return [*calendar, *[(as_of, as_of)][: settled < as_of]]
