"""The bank's bookings of our payments and of their returns."""

from collections.abc import Sequence

import pytest

from domain.bank.first_release import rules as answers
from domain.bank.first_release.model import AccountReport, Movement
from domain.bank.messages import BankVerdict
from domain.events import (
    Event,
    MovementUnmatched,
    PaymentReturned,
    PaymentsSettled,
)
from domain.payments.payments import AT_THE_BANK, Status
from domain.state import State
from tests.domain import builders as b

TERMS = b.agreement()
P1 = b.krw(120_000_000)
P2 = b.krw(80_000_000)
U1 = b.usd(12_345_67)


def reported(state: State, run: str, group: BankVerdict | None = None, **transfers: BankVerdict) -> list[Event]:
    report = b.report(state.runs[run].message_id or "", group, **transfers)
    return answers.reported(state.runs[run], state.payments, report)


def booked(
    state: State, *movements: Movement, account: str = "spc-krw", seen: Sequence[str] = (), message: str = "N1"
) -> list[Event]:
    report: AccountReport = b.statement(*movements, message=message, currency=TERMS.account(account).currency)
    return answers.booked(TERMS, account, state.payments, state.receipts, frozenset(seen), report)


@pytest.mark.parametrize("status", Status)
def test_a_booking_settles_whatever_may_still_be_at_the_bank_and_nothing_else(status):
    state, _ = b.with_status(status)
    events = booked(state, b.debit("B1", "HANA.P1", P1))
    if status in {*AT_THE_BANK, Status.RELEASED}:
        assert [event.type for event in events] == ["payments-settled"]
        assert b.after(state, events).payments["HANA.P1"].status is Status.SETTLED
    else:
        assert [event.type for event in events] == ["answer-contradicted", "movement-unmatched"]
        assert b.after(state, events).payments == state.payments
    assert b.balances(events)["asset:bank:spc-krw KRW"] == -P1


def test_an_acceptance_that_comes_after_the_booking_changes_nothing():
    state, run = b.at_the_bank()
    state = b.after(state, booked(state, b.debit("B1", "HANA.P1", P1), b.debit("B2", "HANA.P2", P2)))
    assert reported(state, run, BankVerdict.ACCEPTED) == []
    assert reported(state, run, P1=BankVerdict.ACCEPTED) == []


def test_a_booking_clears_what_was_payable():
    state, _ = b.at_the_bank()
    events = booked(state, b.debit("B1", "HANA.P1", P1), b.debit("B2", "HANA.P2", P2))
    [event] = events
    assert isinstance(event, PaymentsSettled)
    assert b.balances(events) == {
        "liability:payable:vendor KRW": b.krw(200_000_000),
        "asset:bank:spc-krw KRW": b.krw(-200_000_000),
    }


def test_two_bookings_of_one_payment_settle_it_once_and_put_the_second_in_suspense():
    state, _ = b.at_the_bank()
    events = booked(state, b.debit("B1", "HANA.P1", P1), b.debit("B2", "HANA.P1", P1))
    assert [event.type for event in events] == ["payments-settled", "answer-contradicted", "movement-unmatched"]
    assert b.balances(events)["suspense:unmatched:spc-krw KRW"] == P1


def test_a_statement_that_repeats_a_notification_posts_nothing():
    state, _ = b.at_the_bank()
    state = b.after(state, booked(state, b.debit("B1", "HANA.P1", P1)))
    assert booked(state, b.debit("B1", "HANA.P1", P1), seen=["B1"], message="N2") == []


def test_a_movement_that_one_report_names_twice_is_posted_once():
    [event] = booked(b.owing(), b.debit("B2", None, P1), b.debit("B2", None, P1))
    assert isinstance(event, MovementUnmatched)


def test_money_that_leaves_for_nothing_we_know_is_in_suspense():
    [event] = booked(b.owing(), b.debit("B1", "NOTPROVIDED", b.krw(5)))
    assert event == MovementUnmatched(
        account="spc-krw",
        message_id="N1",
        booked=b.krw(-5),
        end_to_end_id="NOTPROVIDED",
        counterparty=None,
        bank_reference="B1",
        why="no payment of ours has this end-to-end id",
    )


def test_a_booking_of_less_than_the_payment_settles_nothing():
    state, _ = b.at_the_bank()
    events = booked(state, b.debit("B1", "HANA.P1", P1 - b.krw(1)))
    assert [event.type for event in events] == ["answer-contradicted", "movement-unmatched"]


def test_what_a_booking_takes_beyond_the_payment_is_the_banks_charge():
    state, _ = b.at_the_bank()
    events = booked(state, b.debit("B1", "HANA.P1", P1 + b.krw(500)))
    assert b.balances(events) == {
        "liability:payable:vendor KRW": P1,
        "expense:bank-charges KRW": b.krw(500),
        "asset:bank:spc-krw KRW": -P1 - b.krw(500),
    }


@pytest.mark.parametrize(
    ("left_the_account", "gain_or_loss"),
    [(16_049_371, 0), (16_682_087, 632_716), (15_500_000, -549_371)],
    ids=["at the contract's rate", "a loss", "a gain"],
)
def test_a_converted_payment_posts_gain_or_loss_against_the_contract_to_the_minor_unit(left_the_account, gain_or_loss):
    state, _ = b.at_the_bank(currency="USD")
    events = booked(state, b.debit("B1", "HANA.U1", b.krw(left_the_account), instructed=U1))
    expected = {
        "liability:payable:agent USD": U1,
        "equity:fx-position USD": -U1,
        "equity:fx-position KRW": b.krw(16_049_371),  # USD 12345.67 at 1300
        "expense:fx-gain-loss KRW": b.krw(gain_or_loss),
        "asset:bank:spc-krw KRW": b.krw(-left_the_account),
    }
    assert b.balances(events) == {account: amount for account, amount in expected.items() if amount.minor}


def test_a_converted_booking_that_does_not_say_what_was_instructed_settles_nothing():
    state, _ = b.at_the_bank(currency="USD")
    events = booked(state, b.debit("B1", "HANA.U1", b.krw(16_000_000)))
    assert [event.type for event in events] == ["answer-contradicted", "movement-unmatched"]


def test_a_return_is_owed_again():
    state, _ = b.with_status(Status.SETTLED)
    [event] = events = booked(state, b.came_back("B2", "HANA.P1", P1))
    assert isinstance(event, PaymentReturned)
    assert b.balances(events) == {"liability:payable:vendor KRW": -P1, "asset:bank:spc-krw KRW": P1}
    payment = b.after(state, events).payments["HANA.P1"]
    assert (payment.status, payment.reason) == (Status.RETURNED, "AC04")


def test_a_return_less_charges_is_owed_again_in_full():
    state, _ = b.with_status(Status.SETTLED)
    assert b.balances(booked(state, b.came_back("B2", "HANA.P1", P1 - b.krw(300)))) == {
        "liability:payable:vendor KRW": -P1,
        "expense:bank-charges KRW": b.krw(300),
        "asset:bank:spc-krw KRW": P1 - b.krw(300),
    }


def test_a_converted_payment_and_its_return_leave_only_the_difference_of_the_rates():
    state, _ = b.at_the_bank(currency="USD")
    out = booked(state, b.debit("B1", "HANA.U1", b.krw(16_700_000), instructed=U1))
    state = b.after(state, out)
    back = booked(state, b.came_back("B2", "HANA.U1", b.krw(16_600_000), instructed=U1))
    assert b.balances([*out, *back]) == {
        "expense:fx-gain-loss KRW": b.krw(100_000),
        "asset:bank:spc-krw KRW": b.krw(-100_000),
    }


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.SETTLED])
def test_a_return_of_what_was_never_settled_is_in_suspense(status):
    state, _ = b.with_status(status)
    [event] = booked(state, b.came_back("B2", "HANA.P1", P1))
    assert isinstance(event, MovementUnmatched)
    assert event.booked == P1


def test_a_late_booking_of_the_first_attempt_is_in_suspense_and_does_not_settle_the_second():
    state, _ = b.second_attempt()
    [event] = booked(state, b.debit("B1", "HANA.P1", P1))
    assert isinstance(event, MovementUnmatched)
    assert b.after(state, [event]).payments["HANA.P1"].status is Status.SUBMITTED


def test_a_late_return_of_the_first_attempt_does_not_return_the_second():
    state, _ = b.second_attempt()
    new_id = state.payments["HANA.P1"].end_to_end_id
    state = b.after(state, booked(state, b.debit("B1", new_id, P1)))
    assert state.payments["HANA.P1"].status is Status.SETTLED
    [event] = booked(state, b.came_back("B2", "HANA.P1", P1))
    assert isinstance(event, MovementUnmatched)


def test_a_payment_booked_and_returned_on_one_statement_is_returned():
    state, _ = b.at_the_bank()
    events = booked(state, b.debit("B1", "HANA.P1", P1), b.came_back("B2", "HANA.P1", P1))
    assert [event.type for event in events] == ["payments-settled", "payment-returned"]
    assert b.after(state, events).payments["HANA.P1"].status is Status.RETURNED


def test_a_payment_that_comes_back_twice_is_returned_once():
    state, _ = b.with_status(Status.SETTLED)
    events = booked(state, b.came_back("B2", "HANA.P1", P1), b.came_back("B3", "HANA.P1", P1))
    assert [event.type for event in events] == ["payment-returned", "movement-unmatched"]
    b.after(state, events)


def test_a_booking_on_another_account_of_ours_settles_nothing():
    state, _ = b.at_the_bank()
    [event] = booked(state, b.debit("B1", "HANA.P1", b.jpy(120_000_000)), account="spc-jpy")
    assert isinstance(event, MovementUnmatched)
