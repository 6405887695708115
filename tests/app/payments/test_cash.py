"""Forecasts and lists of what is late, from a real database."""

from datetime import date

import pytest

from adapters.db.queries.receipts import ReceiptFilter, receipts
from app.health.cash import of_cash
from app.payments.cash import forecasts
from app.payments.cash_chart import write_cash_chart
from app.payments.late import late_milestones, late_receipts
from domain.commands import AdjustReceipt, RecordOpeningBalance, RemindReceipt
from domain.errors import BadInput
from domain.health import AilmentKind
from domain.values.money import Money
from tests.world import PRODUCTION

TODAY = date(2025, 3, 3)


@pytest.fixture
def owed(registered):
    """A March day: the studio's first call has not come, and nobody has closed."""
    registered.clock.to(TODAY)
    registered.open_day()
    return registered


def opened(world, amount):
    world.bank.record_opening_balance(
        RecordOpeningBalance(
            key="open",
            by="eunwoo",
            production=PRODUCTION,
            account="spc-krw",
            amount=Money.parse(amount),
            on=TODAY,
            reason="the bank's confirmation",
        )
    )


def forecast(world, *late_days):
    return next(one for one in forecasts(world.handler, PRODUCTION, 26, late_days) if one.account == "spc-krw")


def test_an_account_is_short_where_what_goes_out_is_more_than_there_is(owed):
    assert forecast(owed).short_on == {"as planned": None}, "nobody has said what it holds"
    opened(owed, "KRW 200000000")
    found = forecast(owed, 30)
    assert (str(found.balance), str(found.late)) == ("KRW 200000000", "KRW 2400000000")
    days = {one.on: one for one in found.scenarios["as planned"]}
    assert str(days[TODAY].goes_out) == "KRW 192000000"
    assert found.short_on["30 days late"] is not None


def test_the_doctor_tells_of_money_and_of_what_is_late(owed):
    told = {one.kind: one for one in of_cash(owed.handler, [PRODUCTION]) if one is not None}
    assert set(told) == {AilmentKind.BALANCE_UNKNOWN, AilmentKind.RECEIPT_LATE, AilmentKind.MILESTONE_LATE}
    opened(owed, "KRW 1")
    told = {one.what: one for one in of_cash(owed.handler, [PRODUCTION]) if one is not None}
    assert told[f"{PRODUCTION} spc-krw"].wrong, "what is due today cannot be paid"


def test_what_is_late_is_listed_with_the_last_reminder(owed):
    def late():
        with owed.store.reading() as records:
            rows = receipts(records.connection, ReceiptFilter(PRODUCTION)).items
        return late_receipts(owed.handler, rows)

    [one] = late()
    assert (one.id, one.days_late, str(one.outstanding)) == (f"{PRODUCTION}.EQ-A", 42, "KRW 2400000000")
    assert (one.reminded_on, one.reminders) == (None, 0)
    view = owed.productions.remind(
        RemindReceipt(key="remind", by="eunwoo", production=PRODUCTION, receipt=one.id, to="Ms Han, finance")
    )
    assert "입금 요청" in view.text
    assert (late()[0].reminded_on, late()[0].reminders) == (TODAY, 1)


def test_what_was_settled_without_money_is_not_late(owed):
    tax = {"to": "tax", "amount": Money.parse("KRW 400000000"), "documents": {"certificate": "c" * 64}}
    owed.adjustments.adjust(
        AdjustReceipt(
            key="tax", by="eunwoo", production=PRODUCTION, receipt=f"{PRODUCTION}.EQ-A", reason="its letter", **tax
        )
    )
    with owed.store.reading() as records:
        rows = receipts(records.connection, ReceiptFilter(PRODUCTION)).items
    [one] = late_receipts(owed.handler, rows)
    assert str(one.outstanding) == "KRW 2000000000"


def test_milestones_are_late_once_their_planned_day_is_over(owed):
    with owed.store.reading() as records:
        found = list(late_milestones(owed.handler, records, PRODUCTION))
    assert [(one.id, one.status, one.days_late) for one in found] == [("closing", "open", 31)]
    assert "TV-A" in found[0].waits


def test_a_forecast_is_drawn(owed, tmp_path):
    found = list(forecasts(owed.handler, PRODUCTION, 26, (30,)))
    write_cash_chart(PRODUCTION, found, tmp_path / "cash.png")
    assert (tmp_path / "cash.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(BadInput):
        write_cash_chart(PRODUCTION, found, tmp_path / "cash.pdf")
