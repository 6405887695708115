"""Taking back what was said of a movement: everything is as before, unless something rests on it since."""

import pytest

from domain.errors import IllegalTransition, NotFound
from domain.events import PaymentCorrected, PaymentsFellDue, RunCancelled
from domain.payments.payments import Status
from domain.payments.receipts import ReceiptStatus
from tests.domain import builders as b
from tests.domain.bank.movement_books import MovementBooks, at_the_bank

P1 = b.krw(120_000_000)


def test_a_settlement_that_is_taken_back_leaves_payment_and_suspense_as_they_were():
    books = at_the_bank()
    before = dict(books.state.payments)
    books.booked("M", -P1)
    books.allocate("M", "payment", "HANA.P1")
    books.undo("M")
    assert books.state.payments == before
    assert (books.open("M"), books.movement("M").undone) == (-P1, frozenset({1}))
    books.allocate("M", "payment", "HANA.P1")
    assert books.state.payments["HANA.P1"].status is Status.SETTLED


def test_an_earlier_attempt_that_is_taken_back_gives_the_later_one_its_place_again():
    state, _ = b.second_attempt()
    before = dict(state.payments)
    books = MovementBooks(state)
    books.booked("M", -P1)
    books.allocate("M", "payment", "HANA.P1")
    books.undo("M")
    assert books.state.payments == before


def test_a_return_that_is_taken_back_is_settled_again():
    books = at_the_bank()
    books.booked("M", -P1)
    books.allocate("M", "payment", "HANA.P1")
    settled = books.state.payments["HANA.P1"]
    books.booked("N", P1)
    books.allocate("N", "return", "HANA.P1")
    with pytest.raises(IllegalTransition, match=r"HANA.P1 is returned since"):
        books.undo("M")
    books.undo("N")
    assert books.state.payments["HANA.P1"] == settled


def test_a_receipt_that_is_taken_back_is_owed_again():
    books = MovementBooks()
    books.booked("M", b.krw(64_990_000))
    books.allocate("M", "receipt", "HANA.L1", amount="USD 50000.00", charges="KRW 10000")
    books.undo("M")
    receipt = books.state.receipts["HANA.L1"]
    assert (receipt.status, receipt.received) == (ReceiptStatus.OWED, b.usd(0))
    assert books.balances() == {
        "asset:bank:spc-krw KRW": b.krw(64_990_000),
        "suspense:unmatched:spc-krw KRW": b.krw(-64_990_000),
    }


def test_one_of_several_allocations_is_taken_back_by_its_number_once():
    books = MovementBooks()
    books.booked("M", b.krw(500))
    books.allocate("M", "interest", amount="KRW 200")
    books.allocate("M", "source", "tidewater")
    books.undo("M", 1)
    assert books.open("M") == b.krw(200)
    with pytest.raises(IllegalTransition, match="Allocation 1 of movement M was taken back already"):
        books.undo("M", 1)
    books.undo("M")
    with pytest.raises(NotFound, match="Movement M has no allocation"):
        books.undo("M")
    with pytest.raises(NotFound, match="There is no movement X on spc-krw"):
        books.undo("X")


def test_a_refund_that_fell_due_is_owed_no_more_and_cancelled():
    books = MovementBooks()
    books.booked("M", b.krw(700))
    books.allocate("M", "refund", "vendor-krw")
    due = {"payment": "HANA.R/1", "purpose": "refund", "payee_party": "vendor", "amount": "KRW 700", "due_on": b.TODAY}
    books.happened([PaymentsFellDue.model_validate({"payments": [due]})])
    assert books.balances()["liability:payable:vendor KRW"] == b.krw(-700)
    books.undo("M")
    assert books.state.payments["HANA.R/1"].status is Status.CANCELLED
    assert books.balances() == {"asset:bank:spc-krw KRW": b.krw(700), "suspense:unmatched:spc-krw KRW": b.krw(-700)}
    books.allocate("M", "refund", "vendor-krw")
    assert books.state.payments["HANA.R/2"].status is Status.SCHEDULED


def test_a_refund_that_is_on_its_way_is_not_taken_back():
    books = MovementBooks()
    books.booked("M", b.krw(700))
    books.allocate("M", "refund", "vendor-krw")
    due = {"payment": "HANA.R/1", "purpose": "refund", "payee_party": "vendor", "amount": "KRW 700", "due_on": b.TODAY}
    books.happened([PaymentsFellDue.model_validate({"payments": [due]})])
    books.state, run = b.prepared(books.state)
    books.state = b.submitted(b.released(books.state, run), run)
    with pytest.raises(IllegalTransition, match=r"its refund HANA.R/1 is submitted"):
        books.undo("M")


def test_a_reversal_is_taken_back_as_a_whole_and_on_both_movements():
    books = MovementBooks()
    books.booked("M", b.krw(65_000_000))
    books.allocate("M", "receipt", "HANA.L1", amount="USD 20000.00")
    books.undo("M")
    books.allocate("M", "interest", amount="KRW 200")
    books.booked("N", b.krw(-65_000_000))
    before = books.balances()
    books.allocate("N", "reversal", "M")
    with pytest.raises(IllegalTransition, match="movement N has reversed it since"):
        books.undo("M")
    books.undo("N")
    assert (books.balances(), books.open("M"), books.open("N")) == (before, b.krw(64_999_800), b.krw(-65_000_000))
    books.undo("M")
    assert books.open("M") == b.krw(65_000_000)


def test_a_payment_that_has_gone_on_since_keeps_what_settled_it():
    books = at_the_bank()
    books.booked("M", -P1)
    books.allocate("M", "payment", "HANA.P1")
    books.booked("N", P1)
    books.allocate("N", "return", "HANA.P1")
    books.happened([PaymentCorrected(payment="HANA.P1", reason="another account")])
    with pytest.raises(IllegalTransition, match=r"HANA.P1 is due since, with attempt 2"):
        books.undo("N")


def test_a_payment_whose_run_was_given_up_since_waits_for_the_next_one():
    state, run = b.second_attempt()
    books = MovementBooks(state)
    name = books.state.payments["HANA.P1"].run
    books.state = b.owing()
    books.state, run = b.prepared(books.state)
    books.state = b.released(books.state, run)
    books.booked("M", -P1)
    books.allocate("M", "payment", "HANA.P1")
    books.happened([RunCancelled(run=run, by="yun", reason="the bank is closed")])
    books.undo("M")
    payment = books.state.payments["HANA.P1"]
    assert (payment.status, payment.run, payment.end_to_end_id) == (Status.DUE, None, None)
    assert name != run
