"""Payments and receipts, filtered, paged, and as far as somebody may see them."""

from datetime import date

import pytest

from adapters.db.queries.paging import PageRequest
from adapters.db.queries.payments import PaymentFilter, payment, payments
from adapters.db.queries.receipts import ReceiptFilter, receipts
from app.cli.payment import RECEIPT_STATUSES, STATUSES
from domain.payments.payments import Status
from domain.payments.receipts import ReceiptStatus
from domain.reads import Sight
from domain.values.money import Money
from tests.world import PRODUCTION


def test_payments_can_be_asked_for_by_status_and_run(told, connection):
    assert [p.instalment for p in payments(connection, PaymentFilter(PRODUCTION, status="settled")).items] == ["WR-A"]
    (paid,) = payments(connection, PaymentFilter(run=told.run)).items
    assert paid.amount == paid.booked == Money(192_000_000, "KRW")
    assert payment(connection, "nothing") is None


def test_payments_come_by_due_day_and_those_without_one_last(connection):
    days = [row.due_on or date.max for row in payments(connection, PaymentFilter(PRODUCTION)).items]
    assert days == sorted(days)
    assert days[0] < days[-1] == date.max


@pytest.mark.parametrize(
    ("chosen", "fits"),
    [
        (PaymentFilter(account="spc-jpy"), lambda row: row.account == "spc-jpy"),
        (PaymentFilter(currency="USD"), lambda row: row.currency == "USD"),
        (PaymentFilter(payee_party="writer"), lambda row: row.payee_party == "writer"),
        (PaymentFilter(due_to=date(2025, 2, 14)), lambda row: row.due_on and row.due_on <= date(2025, 2, 14)),
        (PaymentFilter(due_from=date(2025, 2, 14)), lambda row: row.due_on and row.due_on >= date(2025, 2, 14)),
        (PaymentFilter(production="OTHER"), lambda _: False),
    ],
)
def test_a_filter_leaves_what_fits_it_in_the_same_order(connection, chosen, fits):
    assert list(payments(connection, chosen).items) == [row for row in payments(connection).items if fits(row)]


def test_pages_put_together_are_the_list(connection):
    whole, found, cursor = payments(connection), [], None
    while True:
        page = payments(connection, page=PageRequest(4, cursor, counted=True))
        assert page.total == len(whole.items) > 8
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert tuple(found) == whole.items


def test_a_party_sees_what_goes_to_it_and_what_leaves_its_accounts(connection):
    own = payments(connection, sight=Sight(party="writer")).items
    assert own
    assert {row.payee_party for row in own} == {"writer"}
    kept = payments(connection, sight=Sight(party="spc", accounts=frozenset({"spc-jpy"}))).items
    assert {row.account for row in kept} == {"spc-jpy"}
    assert payments(connection, sight=Sight(party="nobody")).items == ()
    assert payment(connection, own[0].id, Sight(party="writer")) == own[0]
    assert payment(connection, own[0].id, Sight(party="studio")) is None


def test_receipts_say_what_arrived(connection):
    by_instalment = {r.instalment: r for r in receipts(connection, ReceiptFilter(PRODUCTION)).items}
    assert by_instalment["EQ-A"].status == "owed"
    assert by_instalment["EQ-A"].received == Money.zero("KRW")
    assert by_instalment["TV-A"].due_on == date(2025, 2, 18)


def test_a_party_sees_the_receipts_that_it_owes(connection):
    own = receipts(connection, sight=Sight(party="broadcaster")).items
    assert own
    assert {row.payer_party for row in own} == {"broadcaster"}


def test_the_choices_of_the_command_line_are_the_statuses_that_there_are():
    assert set(STATUSES) == set(Status)
    assert set(RECEIPT_STATUSES) == set(ReceiptStatus)
