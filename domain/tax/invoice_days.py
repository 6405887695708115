"""The days of Korean tax invoices: when a part is supplied, when an early invoice is good, what a late one costs."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Literal

from domain.calendar.dates import DAY, add_months, month_end
from domain.values.money import Money
from domain.values.record import Day, Record

_PAID_WITHIN = 7 * DAY
_CLAIMED_WITHIN = 30 * DAY
_LEAST_MONTHS, _LEAST_PARTS = 6, 3


class SupplyPart(Record):
    """A part of a price and the day on which the contract makes it due."""

    due_on: Day
    amount: Money


def supplies(parts: Sequence[SupplyPart], delivered_on: date) -> list[SupplyPart]:
    """The days on which parts of a price count as supplied, each of which needs a tax invoice.

    A price in three parts or more over six months or more is supplied part by part, on the contract's due days
    (중간지급조건부, 부가가치세법 시행령 제28조). Otherwise all of it is supplied at delivery.
    """
    first = min(part.due_on for part in parts)
    if len(parts) >= _LEAST_PARTS and add_months(first, _LEAST_MONTHS) <= delivered_on:
        return sorted(parts, key=lambda part: part.due_on)
    whole = sum((part.amount for part in parts[1:]), parts[0].amount)
    return [SupplyPart(due_on=delivered_on, amount=whole)]


def collective_invoice_due(supplied_on: date) -> date:
    """The last day for a collective invoice of a month: the 10th of the next (부가가치세법 제34조 제3항)."""
    return add_months(supplied_on.replace(day=1), 1).replace(day=10)


def advance_invoice(issued_on: date, paid_on: date) -> Literal["good", "good with the contract's dates", "not good"]:
    """Whether an invoice before the supply is good (부가가치세법 제17조).

    It is if it is paid within seven days. Later it needs a contract that names the days of claim and payment, at most
    30 days apart.
    """
    if paid_on - issued_on <= _PAID_WITHIN:
        return "good"
    return "good with the contract's dates" if paid_on - issued_on <= _CLAIMED_WITHIN else "not good"


def late_invoice_charge(supply: Money, supplied_on: date, issued_on: date) -> Money:
    """What the supplier pays for a late invoice (부가가치세법 제60조 제2항): nothing, 1 % or 2 % of the supply.

    Nothing by the 10th of the next month, 1 % until the return of the half-year is due (25 January, 25 July).
    """
    if issued_on <= collective_invoice_due(supplied_on):
        percent = 0
    else:
        percent = 1 if issued_on <= _return_due(supplied_on) else 2
    return Money(int(Fraction(supply.minor * percent, 100)), supply.currency)


def _return_due(supplied_on: date) -> date:
    half_end = month_end(supplied_on.replace(month=6 if supplied_on.month <= 6 else 12, day=1))  # noqa: PLR2004
    return add_months(half_end.replace(day=1), 1).replace(day=25)
