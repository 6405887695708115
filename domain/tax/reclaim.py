"""What follows where another tax was withheld than was owed: what the payee reclaims, or what the payer still owes."""

from datetime import date

from domain.calendar.dates import add_months, month_end
from domain.tax.readings import Readings
from domain.tax.rules import TaxTable
from domain.values.money import Money
from domain.values.record import Record

_MONTHS = 12


class TaxDifference(Record):
    """`reclaimable` is the payee's, from the tax office; `short` is owed by the payer. One of them is zero."""

    reclaimable: Money
    short: Money


def tax_difference(withheld: Money, owed: Money) -> TaxDifference:
    """Compare what was withheld with what is owed.

    For a payment without its form, `owed` is the tax with it. For an artist's company it is the tax on what the company
    pays to the artist. For a payee whose residence was wrong it is the tax by the right one.
    """
    zero = Money.zero(withheld.currency)
    difference = withheld - owed
    return TaxDifference(reclaimable=max(difference, zero), short=max(-difference, zero))


def reclaim_until(table: TaxTable, paid_on: date, due_on: date, readings: Readings) -> date:
    """The last day for a reclaim; the years of the table count from the day that the readings choose.

    `due_on` is when the tax was due. Outside Korea the years count from it.
    """
    at_month_end = table.country == "KR" and readings.kr_reclaim_starts == "month_end"
    return add_months(month_end(paid_on) if at_month_end else due_on, table.reclaim_years * _MONTHS)
