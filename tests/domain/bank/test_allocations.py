"""Each thing that a movement may have been: what it settles, what is posted, and what is refused."""

import pytest

from domain.errors import BadInput, IllegalTransition, NotFound, WrongRole
from domain.events import PaymentReturned
from domain.identity import Person, Role
from domain.payments.payments import Status
from tests.domain import builders as b
from tests.domain.bank.movement_books import MovementBooks, at_the_bank

P1, P2 = b.krw(120_000_000), b.krw(80_000_000)


def status(books, name="HANA.P1"):
    return books.state.payments[name].status


def test_a_debit_without_a_reference_settles_the_payment_that_a_person_names():
    books = at_the_bank()
    books.booked("M", -P1)
    books.allocate("M", "payment", "HANA.P1")
    payment = books.state.payments["HANA.P1"]
    assert (payment.status, payment.booked, payment.bank_reference) == (Status.SETTLED, P1, "R-M")
    assert books.balances() == {"asset:bank:spc-krw KRW": -P1, "liability:payable:vendor KRW": P1}


def test_the_banks_charge_is_named_or_nothing_settles():
    books = at_the_bank()
    books.booked("M", -P1 - b.krw(15_000))
    books.booked("N", -P1 + b.krw(1))
    with pytest.raises(BadInput, match=r"less than the KRW 120000000 of HANA.P1"):
        books.allocate("N", "payment", "HANA.P1")
    books.allocate("M", "payment", "HANA.P1", charges="KRW 15000")
    assert books.open("M") == b.krw(0)
    assert books.balances()["expense:bank-charges KRW"] == b.krw(15_000)


def test_a_converted_payment_is_settled_if_its_amount_is_named():
    books = MovementBooks(b.at_the_bank(currency="USD")[0])
    books.booked("M", b.krw(-16_700_000))
    books.allocate("M", "payment", "HANA.U1", amount="USD 12345.67")
    payment = books.state.payments["HANA.U1"]
    assert (payment.status, payment.booked, payment.contract_value) == (
        Status.SETTLED,
        b.krw(16_700_000),
        b.krw(16_049_371),
    )
    assert books.balances()["expense:fx-gain-loss KRW"] == b.krw(650_629)


def test_what_is_more_than_the_payment_stays_in_suspense():
    books = at_the_bank()
    books.booked("M", -P1 - b.krw(15_000))
    books.allocate("M", "payment", "HANA.P1")
    assert books.open("M") == b.krw(-15_000)


def test_the_debit_of_an_earlier_attempt_settles_the_payment_and_stops_the_later_one():
    state, _ = b.second_attempt()
    books = MovementBooks(state)
    books.booked("M", -P1)
    books.allocate("M", "payment", "HANA.P1")
    payment = books.state.payments["HANA.P1"]
    assert (payment.status, payment.attempt, payment.end_to_end_id) == (Status.SETTLED, 2, "HANA.P1")


def test_a_payment_that_never_went_out_is_not_settled():
    books = MovementBooks()
    books.booked("M", -P1)
    with pytest.raises(IllegalTransition, match=r"HANA.P1 is due, with attempt 1: HANA.P1 cannot be what left"):
        books.allocate("M", "payment", "HANA.P1")


def test_a_return_is_owed_again_also_less_the_banks_charge():
    books = at_the_bank()
    books.booked("M", -P1)
    books.allocate("M", "payment", "HANA.P1")
    books.booked("N", P1 - b.krw(500))
    with pytest.raises(BadInput, match="name the bank's charge if it kept one"):
        books.allocate("N", "return", "HANA.P1")
    books.allocate("N", "return", "HANA.P1", charges="KRW 500")
    assert (status(books), books.open("N")) == (Status.RETURNED, b.krw(0))
    assert books.balances()["expense:bank-charges KRW"] == b.krw(500)


def test_a_receipt_is_received_in_full_although_less_came_if_the_charge_is_named():
    books = MovementBooks()
    books.booked("M", b.krw(64_990_000))
    books.allocate("M", "receipt", "HANA.L1", amount="USD 50000.00", charges="KRW 10000")
    assert not books.state.receipts["HANA.L1"].outstanding.minor
    kept = books.balances()
    assert (kept["expense:bank-charges KRW"], kept["asset:commitment:streamer USD"]) == (
        b.krw(10_000),
        b.usd(-50_000_00),
    )
    assert "expense:fx-gain-loss KRW" not in kept


def test_one_credit_pays_several_receipts_in_the_order_in_which_they_are_named():
    books = MovementBooks()
    books.bookings.clear()
    books.booked("M", b.krw(91_000_000))
    further = [{"receipt": "HANA.L1", "amount": "USD 20000.00"}]
    with pytest.raises(BadInput, match="A receipt is named twice"):
        books.allocate("M", "receipt", "HANA.L1", amount="USD 50000.00", further=further)
    with pytest.raises(BadInput, match="The receipts are in several currencies"):
        books.allocate("M", "receipt", "HANA.C1", amount="JPY 5", further=further)


def test_a_refund_is_owed_to_its_payer_and_can_be_prepared_for_a_run():
    books = MovementBooks()
    books.booked("M", b.krw(700))
    books.allocate("M", "refund", "vendor-krw")
    payment = books.state.payments["HANA.R/1"]
    assert (payment.status, payment.amount, payment.payee, payment.due_on) == (
        Status.SCHEDULED,
        b.krw(700),
        "vendor-krw",
        b.TODAY,
    )
    assert books.balances() == {"asset:bank:spc-krw KRW": b.krw(700), "liability:refund:vendor KRW": b.krw(-700)}


@pytest.mark.parametrize(
    ("to", "name", "amount", "account"),
    [
        ("charges", "", -300, "expense:bank-charges"),
        ("interest", "", 300, "income:interest"),
        ("interest", "", -300, "expense:interest"),
        ("source", "tidewater", 300, "asset:receivable:tidewater"),
        ("production", "DURI", 300, "liability:production:DURI"),
    ],
)
def test_what_settles_nothing_of_ours_is_posted_where_it_belongs(to, name, amount, account):
    books = MovementBooks()
    books.booked("M", b.krw(amount))
    books.allocate("M", to, name, party="mori" if to == "production" else "")
    assert books.balances() == {"asset:bank:spc-krw KRW": b.krw(amount), f"{account} KRW": b.krw(-amount)}


def test_a_booking_that_was_told_twice_leaves_the_bank_account_again():
    books = MovementBooks()
    for name in ("M", "N"):
        books.booked(name, b.krw(300))
    books.allocate("N", "duplicate", "M")
    assert books.balances() == {"asset:bank:spc-krw KRW": b.krw(300), "suspense:unmatched:spc-krw KRW": b.krw(-300)}
    with pytest.raises(BadInput, match="Movement N is a duplicate itself"):
        books.allocate("M", "duplicate", "N")


def test_a_reversal_takes_back_what_the_other_movement_did():
    books = at_the_bank()
    books.booked("M", -P1 - b.krw(15_000))
    books.allocate("M", "payment", "HANA.P1", charges="KRW 15000")
    books.booked("N", P1 + b.krw(15_000))
    books.allocate("N", "reversal", "M")
    assert (status(books), books.open("N")) == (Status.RETURNED, b.krw(0))
    assert books.balances() == {}
    books.booked("O", P1 + b.krw(15_000))
    with pytest.raises(IllegalTransition, match="Movement M is reversed by N already"):
        books.allocate("O", "reversal", "M")


def test_a_reversal_of_what_is_in_suspense_clears_both():
    books = MovementBooks()
    books.booked("M", b.krw(500))
    books.allocate("M", "interest", amount="KRW 200")
    books.booked("N", b.krw(-500))
    books.allocate("N", "reversal", "M")
    assert (books.open("M"), books.open("N"), books.balances()) == (b.krw(0), b.krw(0), {})


def test_only_a_whole_movement_is_a_duplicate_or_a_reversal():
    books = MovementBooks()
    books.booked("M", b.krw(500))
    books.allocate("M", "charges", amount="KRW 200")
    books.booked("N", b.krw(300))
    with pytest.raises(IllegalTransition, match=r"Only KRW 300 of movement M .* only a whole movement"):
        books.allocate("M", "duplicate", "N")


@pytest.mark.parametrize(
    ("amount", "to", "name", "more", "error", "words"),
    [
        (-5, "payment", "HANA.NONE", {}, NotFound, "There is no payment HANA.NONE"),
        (-5, "payment", "HANA.R1", {}, BadInput, "leaves spc-jpy, and this moved on spc-krw"),
        (5, "payment", "HANA.P1", {}, BadInput, "say that it is a return"),
        (-5, "return", "HANA.P1", {}, BadInput, "is no return of HANA.P1"),
        (5, "return", "HANA.P1", {}, IllegalTransition, "only a settled one can come back"),
        (5, "receipt", "HANA.NONE", {}, NotFound, "expects no money as 'HANA.NONE'"),
        (5, "source", "nobody", {}, NotFound, "There is no source 'nobody'"),
        (5, "production", "NOWHERE", {"party": "mori"}, NotFound, "There is no production 'NOWHERE'"),
        (5, "production", "HANA", {"party": "mori"}, BadInput, "belongs to HANA already"),
        (5, "production", "DURI", {}, BadInput, "Say whose money it is"),
        (5, "interest", "", {"party": "mori"}, BadInput, "Leave the party out"),
        (5, "credit", "nobody", {}, NotFound, "no party 'nobody'"),
        (-5, "credit", "mori", {}, BadInput, "money that came in"),
        (5, "settlement", "DURI", {}, BadInput, "DURI holds nothing of ours"),
        (5, "vendor-refund", "HANA.NONE", {}, NotFound, "There is no payment HANA.NONE"),
        (5, "vendor-refund", "HANA.P1", {}, IllegalTransition, "a vendor gives back only what was paid to it"),
        (-5, "paid-again", "HANA.P1", {}, IllegalTransition, "a vendor gives back only what was paid to it"),
        (5, "refund", "nowhere", {}, NotFound, "no external account 'nowhere'"),
        (5, "refund", "spc-jpy", {}, NotFound, "no external account 'spc-jpy'"),
        (5, "refund", "agent-usd", {}, BadInput, "is an account in USD"),
        (-5, "refund", "vendor-krw", {}, BadInput, "only what came in can be paid back"),
        (5, "duplicate", "M", {}, NotFound, "There is no other movement 'M'"),
        (5, "reversal", "gone", {}, NotFound, "There is no other movement 'gone'"),
        (5, "charges", "x", {}, BadInput, "has no name"),
        (5, "refund", "", {}, BadInput, "has a name"),
        (5, "interest", "", {"charges": "KRW 1"}, BadInput, "not from interest"),
        (-5, "payment", "HANA.P1", {"amount": "KRW 5"}, BadInput, "is settled or returned as a whole"),
        (-5, "payment", "HANA.U1", {}, BadInput, "HANA.U1 is of USD 12345.67: name that amount"),
        (5, "duplicate", "M", {"amount": "KRW 5"}, BadInput, "takes its own amount"),
        (5, "receipt", "HANA.L1", {"charges": "USD 1.00"}, BadInput, "positive amount in KRW"),
        (5, "interest", "", {"further": [{"receipt": "HANA.L1"}]}, BadInput, "Only receipts can be several"),
    ],
)
def test_names_that_exist_nowhere_and_amounts_that_do_not_fit_are_refused(amount, to, name, more, error, words):
    books = at_the_bank()
    books.booked("M", b.krw(amount))
    with pytest.raises(error, match=words):
        books.allocate("M", to, name, **more)
    assert books.open("M") == b.krw(amount)


@pytest.mark.parametrize(
    "person",
    [
        Person("rob", "studio", frozenset({Role.TREASURER})),
        Person("vic", "vendor", frozenset({Role.TREASURER})),
        Person("yun", "spc", frozenset({Role.RELEASER, Role.PREPARER})),
    ],
)
def test_nobody_but_a_treasurer_of_the_accounts_owner_says_what_its_money_was_or_takes_it_back(person):
    books = at_the_bank()
    books.booked("M", -P1)
    with pytest.raises(WrongRole):
        books.allocate("M", "payment", "HANA.P1", person)
    books.allocate("M", "payment", "HANA.P1")
    with pytest.raises(WrongRole):
        books.undo("M", person=person)
    assert status(books) == Status.SETTLED


def test_a_movement_that_the_bank_explained_is_not_allocated():
    books = at_the_bank()
    came_back = PaymentReturned(
        account="spc-krw", message_id="N1", payment="HANA.P1", payee_party="vendor", amount=P1, booked=P1,
        contract_value=P1, bank_reference="R", reason="AC04", movement="M",
    )  # fmt: skip
    books.state.payments["HANA.P1"] = b.with_status(Status.SETTLED)[0].payments["HANA.P1"]
    books.booked("M", P1, came_back, fate="returns", about="HANA.P1")
    with pytest.raises(NotFound, match="no movement M on spc-krw in suspense"):
        books.allocate("M", "interest")
