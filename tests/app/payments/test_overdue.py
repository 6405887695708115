"""What is owed to us and late."""

from datetime import date

import pytest

from adapters.db.queries.receipts import ReceiptFilter, receipts
from app.payments.overdue import expected
from domain.values.money import Money


@pytest.fixture
def world(world):
    world.register()
    return world


def first_call(world):
    with world.store.reading() as records:
        rows = receipts(records.connection, ReceiptFilter("LIGHTHOUSE")).items
    return next(row for row in expected(world.handler, rows) if row.instalment == "EQ-A")


def test_what_is_owed_bears_interest_from_the_day_its_grace_is_over(world):
    world.clock.to(date(2025, 1, 20))
    world.open_day()
    assert (first_call(world).days_late, first_call(world).late_interest) == (None, None)
    world.clock.to(date(2025, 1, 25))
    assert (first_call(world).days_late, first_call(world).late_interest) == (5, None)
    world.clock.to(date(2025, 2, 4))
    # KRW 2,400,000,000 x 6 % x 10 days / 365, the five days of grace not counted
    assert (first_call(world).days_late, first_call(world).late_interest) == (15, Money(3_945_205, "KRW"))
