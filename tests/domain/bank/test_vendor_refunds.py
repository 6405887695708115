"""What vendors give back: first what they got beyond a payment, then a part of its expense."""

import pytest
from msgspec.structs import replace

from domain.errors import BadInput, IllegalTransition
from domain.payments.payments import Status
from domain.values.money import Money
from tests.domain import builders as b
from tests.domain.bank.movement_books import MovementBooks


def paid(name="HANA.P1"):
    """Books in which a payment has left."""
    books = MovementBooks()
    payment = books.state.payments[name]
    books.state.payments[name] = replace(payment, status=Status.SETTLED, booked=payment.amount)
    return books


def repaid(books, name="HANA.P1"):
    return books.state.payments[name].repaid


def test_a_vendors_refund_reduces_the_expense_of_the_payment_that_it_names():
    books = paid()
    books.booked("M", b.krw(500))
    books.allocate("M", "vendor-refund", "HANA.P1")
    assert books.balances() == {"asset:bank:spc-krw KRW": b.krw(500), "expense:production:production KRW": b.krw(-500)}
    assert repaid(books) == b.krw(500)


def test_what_was_paid_twice_is_owed_back_and_its_refund_is_no_income_and_no_less_expense():
    books = paid()
    books.booked("M", b.krw(-500))
    books.allocate("M", "paid-again", "HANA.P1")
    assert books.balances()["liability:payable:vendor KRW"] == b.krw(500)
    books.booked("N", b.krw(800))
    books.allocate("N", "vendor-refund", "HANA.P1")
    assert books.balances() == {"asset:bank:spc-krw KRW": b.krw(300), "expense:production:production KRW": b.krw(-300)}


def test_a_refund_in_another_currency_says_how_much_of_the_payment_came_back():
    books = paid("HANA.U1")
    books.booked("M", b.krw(13_400))
    with pytest.raises(BadInput, match="say how much of it came back by KRW 13400"):
        books.allocate("M", "vendor-refund", "HANA.U1")
    books.allocate("M", "vendor-refund", "HANA.U1", amount="USD 10.00")
    assert (repaid(books, "HANA.U1"), books.balances()["expense:production:fee USD"]) == (
        Money(1000, "USD"),
        Money(-1000, "USD"),
    )


def test_no_more_is_given_back_than_was_paid():
    books = paid()
    books.booked("M", b.krw(120_000_001))
    with pytest.raises(BadInput, match=r"KRW 120000000 of HANA\.P1 can be given back"):
        books.allocate("M", "vendor-refund", "HANA.P1")


def test_what_was_given_back_can_be_taken_back_and_what_rests_on_it_comes_first():
    books = paid()
    books.booked("M", b.krw(-500))
    books.booked("N", b.krw(120_000_500))
    books.allocate("M", "paid-again", "HANA.P1")
    books.allocate("N", "vendor-refund", "HANA.P1")
    with pytest.raises(IllegalTransition, match="came back since"):
        books.undo("M")
    books.undo("N")
    books.undo("N")
    books.undo("M")
    assert repaid(books) == b.krw(0)
    assert books.open("N") == b.krw(120_000_500)


def test_only_money_that_went_out_was_paid_again():
    books = paid()
    books.booked("M", b.krw(500))
    with pytest.raises(BadInput, match="is not that again"):
        books.allocate("M", "paid-again", "HANA.P1")
