"""Japan's law on paying small suppliers."""

from datetime import date

import pytest

from domain.calendar.calendars import Calendars
from domain.payments.supplier_terms import latest_bank_day, latest_supplier_payment, supplier_transfer
from domain.values.money import Money

TOKYO = Calendars.of(["JP"])


@pytest.mark.parametrize(("paid_on", "transfer"), [(date(2026, 1, 1), 500_000), (date(2025, 12, 31), 499_560)])
def test_a_banks_fee_is_not_taken_off_the_price_since_the_law_is_in_force(paid_on, transfer):
    assert supplier_transfer(Money(500_000, "JPY"), Money(440, "JPY"), paid_on) == Money(transfer, "JPY")


def test_the_last_day_is_the_sixtieth_from_the_day_of_receipt():
    assert latest_supplier_payment(date(2026, 11, 5)) == date(2027, 1, 3)


def test_a_bank_holiday_moves_it_by_two_days_at_most_where_that_is_agreed():
    assert latest_bank_day(date(2026, 11, 5), TOKYO, agreed_in_writing=True) == date(2027, 1, 4)
    assert latest_bank_day(date(2026, 11, 5), TOKYO, agreed_in_writing=False) == date(2026, 12, 30)
    assert latest_bank_day(date(2026, 11, 2), TOKYO, agreed_in_writing=True) == date(2026, 12, 30)
