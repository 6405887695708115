"""What Japan's law on paying small suppliers (取適法, in force since 2026-01-01) allows a payer."""

from datetime import date, timedelta

from domain.calendar.calendars import Calendars, Convention
from domain.values.money import Money

IN_FORCE = date(2026, 1, 1)
_LAST_DAY = 60
_MOVED_AT_MOST = timedelta(days=2)


def supplier_transfer(price: Money, bank_fee: Money, paid_on: date) -> Money:
    """What is transferred for a price, if the contract lets the payer take the bank's fee off it.

    Since the law is in force that is a reduction of the price, also where it is agreed, and nothing is taken off.
    """
    return price if paid_on >= IN_FORCE else price - bank_fee


def latest_supplier_payment(received_on: date) -> date:
    """The last day for the payment: the 60th, counting the day of receipt."""
    return received_on + timedelta(days=_LAST_DAY - 1)


def latest_bank_day(received_on: date, calendars: Calendars, *, agreed_in_writing: bool) -> date:
    """The last bank day for the payment.

    The next bank day after the 60th where both have agreed so in writing and it is at most two days later; else the
    last bank day before it.
    """
    latest = latest_supplier_payment(received_on)
    following = calendars.adjust(latest, Convention.FOLLOWING)
    if agreed_in_writing and following - latest <= _MOVED_AT_MOST:
        return following
    return calendars.adjust(latest, Convention.PRECEDING)
