"""Which periods an agreement's settlement calendar says are to be distributed by now."""

from collections.abc import Mapping
from datetime import date

from domain.calendar.dates import period_name
from domain.sharing.distributions import Distribution
from domain.sharing.waterfall.facts import Facts
from domain.sharing.waterfall.model import Settlement
from domain.sharing.waterfall.run import settlement_days


def due_periods(
    settlement: Settlement | None, facts: Facts, known: Mapping[str, Distribution], since: date, today: date
) -> tuple[str, ...]:
    """The periods whose last day is a settlement day that has passed and that are not computed yet, oldest first.

    None before the day is known from which the calendar counts; none that ended before `since`, when the waterfall
    began to count; and none up to the last one computed, by whatever name: entitlements are cumulative, so that what a
    later period has taken in needs no earlier one any more.
    """
    if settlement is None:
        return ()
    last = max((one.until for one in known.values()), default=date.min)
    days = (day for day, _ in settlement_days(settlement, facts, today))
    return tuple(period_name(day, settlement.months) for day in days if since <= day < today and day > last)
