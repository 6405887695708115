"""Credits: kept, used, refunded by a run, and held by another production until its money comes."""

import pytest

from domain.commands import HoldCreditElsewhere, RefundCredit, WithdrawRefund
from domain.errors import BadInput, IllegalTransition, NotFound, WrongRole
from domain.payments import credit
from domain.payments.credit import Credit
from domain.payments.payments import Status
from tests.domain import builders as b
from tests.domain.bank.movement_books import MovementBooks


def paid_too_much(minor=700):
    """Money of the vendor that came on spc-krw, and is kept to its credit."""
    books = MovementBooks()
    books.booked("M", b.krw(minor))
    books.allocate("M", "credit", "vendor")
    return books


def refund(books, amount=None, payee="vendor-krw", account="spc-krw", party="vendor", paid_from="", person=b.SORA):
    command = RefundCredit(
        key="k", by=person.user, production="HANA", account=account, party=party, payee=payee, paid_from=paid_from,
        amount=None if amount is None else str(b.krw(amount)), reason="its letter",
    )  # fmt: skip
    refunds = sum(one.purpose == "refund" for one in books.state.payments.values())
    return books.happened(credit.refund(command, b.agreement(), books.state.credits, refunds, person, b.TODAY))


def withdraw(books, payment="HANA.R/1"):
    command = WithdrawRefund(key="k", by="sora", production="HANA", payment=payment, reason="it stays")
    return books.happened(credit.withdraw(command, books.state.payments, b.agreement(), b.SORA))


def held(books, minor, party="mori"):
    command = HoldCreditElsewhere(
        key="k", by="tess", production="HANA", holder="DURI", account="duri-krw", movement="X", party=party,
        amount=str(b.krw(minor)),
    )  # fmt: skip
    return books.happened(credit.held_elsewhere(command, b.agreement(), books.state.credits))


def left(books, name="spc-krw/vendor"):
    return books.state.credits[name].amount


def test_money_that_a_party_paid_too_much_is_kept_to_its_credit():
    books = paid_too_much()
    assert books.state.credits == {"spc-krw/vendor": Credit("spc-krw", "vendor", b.krw(700))}
    assert books.balances() == {"asset:bank:spc-krw KRW": b.krw(700), "liability:credit:vendor KRW": b.krw(-700)}


def test_a_credit_goes_back_by_a_run_and_stands_again_if_that_is_taken_back():
    books = paid_too_much()
    refund(books, 300)
    payment = books.state.payments["HANA.R/1"]
    assert (payment.status, payment.amount, payment.payee) == (Status.SCHEDULED, b.krw(300), "vendor-krw")
    assert (left(books), books.balances()["liability:refund:vendor KRW"]) == (b.krw(400), b.krw(-300))
    withdraw(books)
    assert (left(books), books.state.payments["HANA.R/1"].status) == (b.krw(700), Status.CANCELLED)
    assert "liability:refund:vendor KRW" not in books.balances()
    with pytest.raises(IllegalTransition, match=r"HANA.R/1 is cancelled, and cannot be taken back"):
        withdraw(books)


def test_money_that_became_a_credit_which_was_used_does_not_go_back_into_suspense():
    books = paid_too_much()
    refund(books, 300)
    with pytest.raises(IllegalTransition, match="only KRW 400 of that credit of vendor is left"):
        books.undo("M")
    withdraw(books)
    books.undo("M")
    assert left(books) == b.krw(0)


def test_money_that_another_production_holds_is_a_credit_here_and_a_claim_on_that_production():
    books = MovementBooks()
    held(books, 500)
    assert books.balances() == {"liability:production:DURI KRW": b.krw(500), "liability:credit:mori KRW": b.krw(-500)}
    books.booked("M", b.krw(500))
    books.allocate("M", "settlement", "DURI")
    assert books.balances() == {"asset:bank:spc-krw KRW": b.krw(500), "liability:credit:mori KRW": b.krw(-500)}
    books.booked("N", b.krw(1))
    with pytest.raises(BadInput, match="DURI holds KRW 0 of ours"):
        books.allocate("N", "settlement", "DURI")


def test_what_another_production_takes_back_must_be_left_here():
    books = MovementBooks()
    held(books, 500)
    held(books, -200)
    assert left(books, "production:DURI/mori") == b.krw(300)
    with pytest.raises(IllegalTransition, match="only KRW 300 of it is left there"):
        held(books, -301)
    with pytest.raises(NotFound, match="no party 'nobody'"):
        held(books, 5, "nobody")


def test_what_we_hold_for_another_production_is_paid_out_by_a_run():
    books = MovementBooks()
    books.booked("M", b.krw(500))
    books.allocate("M", "production", "DURI", party="mori")
    refund(books, party="production:DURI")
    assert left(books, "spc-krw/production:DURI") == b.krw(0)
    assert books.balances()["liability:refund:vendor KRW"] == b.krw(-500)


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        ({"amount": 701}, BadInput, "is KRW 700, of which KRW 701 cannot be used"),
        ({"party": "mori", "payee": "mori-jpy"}, NotFound, "mori has no credit on spc-krw"),
        ({"payee": "spc-jpy"}, NotFound, "no external account 'spc-jpy'"),
        ({"payee": "agent-usd"}, BadInput, "the credit of vendor goes back to itself"),
        ({"account": "production:DURI"}, NotFound, "no account of ours"),
        ({"paid_from": "spc-jpy"}, BadInput, "spc-jpy is in JPY"),
        ({"person": b.YUN}, WrongRole, "this needs the role treasurer"),
    ],
)
def test_a_refund_that_does_not_fit_is_refused(said, error, words):
    with pytest.raises(error, match=words):
        refund(paid_too_much(), **said)
