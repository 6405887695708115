"""Incoming money: matched by name, by amount, in parts, too much, or not at all."""

from collections.abc import Sequence

from msgspec.structs import replace

from domain.agreement.productions import fall_due
from domain.bank.first_release import rules as answers
from domain.bank.first_release.model import AccountReport, Movement
from domain.events import (
    Event,
    MovementUnmatched,
    ReceiptMatched,
)
from domain.payments.receipts import ReceiptStatus
from domain.state import State
from tests.domain import builders as b

TERMS = b.agreement()
C1 = b.jpy(90_000_000)


def booked(
    state: State, *movements: Movement, account: str = "spc-krw", seen: Sequence[str] = (), message: str = "N1"
) -> list[Event]:
    report: AccountReport = b.statement(*movements, message=message, currency=TERMS.account(account).currency)
    return answers.booked(TERMS, account, state.payments, state.receipts, frozenset(seen), report)


C1 = b.jpy(90_000_000)


def test_a_receipt_is_matched_by_its_name_in_the_remittance():
    [event] = booked(b.owing(), b.credit("B1", C1, "thanks HANA.C1 !"), account="spc-jpy")
    assert isinstance(event, ReceiptMatched)
    state = b.after(b.owing(), [event])
    assert state.receipts["HANA.C1"].status is ReceiptStatus.RECEIVED
    assert b.balances([event]) == {"asset:bank:spc-jpy JPY": C1, "asset:commitment:mori JPY": -C1}


def test_a_receipt_is_matched_by_its_name_as_end_to_end_id():
    [event] = booked(b.owing(), b.credit("B1", C1, end_to_end_id="HANA.C1"), account="spc-jpy")
    assert isinstance(event, ReceiptMatched)


def test_a_receipt_is_matched_by_its_amount_where_only_one_owed_has_it():
    [event] = booked(b.owing(), b.credit("B1", C1, "film money"), account="spc-jpy")
    assert isinstance(event, ReceiptMatched)
    assert event.receipt == "HANA.C1"


def test_an_amount_that_two_receipts_have_matches_neither():
    state = b.owing()
    state.receipts["HANA.C3"] = replace(state.receipts["HANA.C1"], id="HANA.C3")
    [event] = booked(state, b.credit("B1", C1), account="spc-jpy")
    assert isinstance(event, MovementUnmatched)


def test_an_amount_that_is_not_owed_yet_is_not_guessed():
    [event] = booked(b.registered(), b.credit("B1", C1), account="spc-jpy")
    assert isinstance(event, MovementUnmatched)


def test_money_into_another_account_matches_no_receipt_of_this_one():
    [event] = booked(b.owing(), b.credit("B1", b.krw(90_000_000), "HANA.C1"))
    assert event == MovementUnmatched(
        account="spc-krw",
        message_id="N1",
        booked=b.krw(90_000_000),
        end_to_end_id=None,
        counterparty=None,
        bank_reference="B1",
        why="no expected receipt explains it",
    )


def test_a_receipt_arrives_in_parts():
    state = b.owing()
    state = b.after(state, booked(state, b.credit("B1", b.jpy(40_000_000), "HANA.C1"), account="spc-jpy"))
    receipt = state.receipts["HANA.C1"]
    assert (receipt.status, receipt.outstanding) == (ReceiptStatus.OWED, b.jpy(50_000_000))
    state = b.after(state, booked(state, b.credit("B2", b.jpy(50_000_000), "rest"), account="spc-jpy"))
    assert state.receipts["HANA.C1"].status is ReceiptStatus.RECEIVED


def test_what_is_beyond_the_receipt_is_in_suspense():
    events = booked(b.owing(), b.credit("B1", C1 + b.jpy(7), "HANA.C1"), account="spc-jpy")
    assert [event.type for event in events] == ["receipt-matched", "movement-unmatched"]
    assert b.balances(events) == {
        "asset:bank:spc-jpy JPY": C1 + b.jpy(7),
        "asset:commitment:mori JPY": -C1,
        "suspense:unmatched:spc-jpy JPY": b.jpy(-7),
    }


def test_a_converted_receipt_posts_gain_or_loss_against_the_contract():
    licence = b.usd(50_000_00)
    [event] = booked(b.owing(), b.credit("B1", b.krw(67_562_500), "HANA.L1", instructed=licence))
    assert b.balances([event]) == {
        "asset:commitment:streamer USD": -licence,
        "equity:fx-position USD": licence,
        "equity:fx-position KRW": b.krw(-65_000_000),
        "expense:fx-gain-loss KRW": b.krw(-2_562_500),
        "asset:bank:spc-krw KRW": b.krw(67_562_500),
    }


def test_two_parts_of_a_receipt_on_one_statement_both_count():
    parts = (b.credit("B1", b.jpy(40_000_000), "HANA.C1"), b.credit("B2", b.jpy(50_000_000), "HANA.C1"))
    events = booked(b.owing(), *parts, account="spc-jpy")
    assert [event.type for event in events] == ["receipt-matched", "receipt-matched"]
    assert b.after(b.owing(), events).receipts["HANA.C1"].status is ReceiptStatus.RECEIVED


def test_what_is_beyond_a_converted_receipt_is_in_suspense_and_no_gain():
    licence = b.usd(50_000_00)
    movement = b.credit("B1", b.krw(78_000_000), "HANA.L1", instructed=b.usd(60_000_00))
    events = booked(b.owing(), movement)
    assert b.balances(events) == {
        "asset:commitment:streamer USD": -licence,
        "equity:fx-position USD": licence,
        "equity:fx-position KRW": b.krw(-65_000_000),
        "suspense:unmatched:spc-krw KRW": b.krw(-13_000_000),
        "asset:bank:spc-krw KRW": b.krw(78_000_000),
    }


def test_what_the_bank_keeps_of_a_receipt_is_its_charge():
    [event] = events = booked(b.owing(), b.credit("B1", C1 - b.jpy(800), "HANA.C1", instructed=C1), account="spc-jpy")
    assert b.balances(events) == {
        "asset:commitment:mori JPY": -C1,
        "expense:bank-charges JPY": b.jpy(800),
        "asset:bank:spc-jpy JPY": C1 - b.jpy(800),
    }
    assert b.after(b.owing(), [event]).receipts["HANA.C1"].status is ReceiptStatus.RECEIVED


def test_money_that_comes_before_it_is_owed_still_falls_due_and_then_is_received():
    state = b.registered()
    events = booked(state, b.credit("B1", C1, "HANA.C1"), account="spc-jpy")
    state = b.after(state, events)
    assert state.receipts["HANA.C1"].status is ReceiptStatus.EXPECTED
    due = fall_due(state.payments, state.receipts, b.TODAY)
    state = b.after(state, due)
    assert state.receipts["HANA.C1"].status is ReceiptStatus.RECEIVED
    books = b.balances([*events, *due])
    assert "asset:commitment:mori JPY" not in books
    assert books["equity:contribution:mori JPY"] == -C1


def test_a_receipt_that_came_early_and_whole_takes_no_more_money():
    state = b.registered()
    state = b.after(state, booked(state, b.credit("B1", C1, "HANA.C1"), account="spc-jpy"))
    [event] = booked(state, b.credit("B2", C1, "HANA.C1"), account="spc-jpy")
    assert isinstance(event, MovementUnmatched)
