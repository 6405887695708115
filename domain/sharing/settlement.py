"""Which periods are due for distribution by an agreement's settlement calendar."""

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
    """The periods whose settlement day has passed and that are not computed yet, oldest first.

    There are none before the calendar's starting date is known. Periods that ended before `since`, the start of the
    waterfall, are left out. So are all up to the last computed one, by whatever name: figures are cumulative, so a
    later distribution covers the earlier periods.
    """
    if settlement is None:
        return ()
    last = max((one.until for one in known.values()), default=date.min)
    days = (day for day, _ in settlement_days(settlement, facts, today))
    return tuple(period_name(day, settlement.months) for day in days if since <= day < today and day > last)
