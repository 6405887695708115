"""What a bank's messages do. `test_status_reports` is the whole table of status x verdict; the rest are bookings."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from domain import answers, ledger
from domain.bank import AccountReport, Movement, Verdict
from domain.events import (
    AnswerContradicted,
    Event,
    MovementUnmatched,
    PaymentCorrected,
    PaymentReturned,
    PaymentsNotFound,
    PaymentsRejected,
    PaymentsSettled,
    ReceiptMatched,
    RejectedPayment,
    RunAccepted,
)
from domain.money import Money
from domain.payments import AT_THE_BANK, Status
from domain.productions import fall_due
from domain.receipts import ReceiptStatus
from domain.state import State
from tests.domain import builders as b

TERMS = b.agreement()
P1 = b.krw(120_000_000)
P2 = b.krw(80_000_000)
U1 = b.usd(12_345_67)
ANSWERED = [
    status
    for status in Status
    if status in AT_THE_BANK or status.value in {"released", "rejected", "settled", "returned"}
]


def reported(state: State, run: str, group: Verdict | None = None, **transfers: Verdict) -> list[Event]:
    report = b.report(state.runs[run].message_id or "", group, **transfers)
    return answers.reported(state.runs[run], state.payments, report)


def booked(
    state: State, *movements: Movement, account: str = "spc-krw", seen: Sequence[str] = (), message: str = "N1"
) -> list[Event]:
    report: AccountReport = b.statement(*movements, message=message, currency=TERMS.account(account).currency)
    return answers.booked(TERMS, account, state.payments, state.receipts, frozenset(seen), report)


def with_status(status: Status, name: str = "HANA-P1") -> tuple[State, str]:
    """A submitted run in which one payment has come to a status."""
    state, run = b.at_the_bank()
    state.payments[name] = replace(state.payments[name], status=status)
    return state, run


def balances(events: Sequence[Event]) -> dict[str, Money]:
    """Balances by account and currency, zeros left out."""
    sums: dict[tuple[str, str], int] = {}
    for event in events:
        for entry in ledger.postings(event):
            key = (entry.account, entry.amount.currency)
            sums[key] = sums.get(key, 0) + entry.amount.minor
    return {f"{account} {currency}": Money(minor, currency) for (account, currency), minor in sums.items() if minor}


# --- status reports -------------------------------------------------------------------------------------------------

ACCEPTS = {Status.SUBMITTED, Status.UNKNOWN, Status.RELEASED}
REJECTS = {Status.SUBMITTED, Status.ACCEPTED, Status.UNKNOWN, Status.RELEASED}
LOSES = {Status.UNKNOWN}
CONTRADICTED = {
    Verdict.ACCEPTED: {Status.REJECTED},
    Verdict.REJECTED: {Status.SETTLED, Status.RETURNED},
    Verdict.NOT_FOUND: {Status.ACCEPTED, Status.SETTLED},
}


def expected_types(status: Status, verdict: Verdict, whole: str) -> list[str]:
    told = {
        Verdict.ACCEPTED: (ACCEPTS, whole),
        Verdict.REJECTED: (REJECTS, "payments-rejected"),
        Verdict.NOT_FOUND: (LOSES, "payments-not-found"),
    }
    origins, name = told[verdict]
    if status in origins:
        return [name]
    return ["answer-contradicted"] if status in CONTRADICTED[verdict] else []


@pytest.mark.parametrize("status", ANSWERED)
@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_by_name_changes_repeats_or_contradicts_each_status(status, verdict):
    state, run = with_status(status)
    events = reported(state, run, P1=verdict)
    assert [event.type for event in events] == expected_types(status, verdict, "payments-accepted")
    b.after(state, events)


@pytest.mark.parametrize("status", ANSWERED)
@pytest.mark.parametrize("verdict", Verdict)
def test_a_group_verdict_does_to_the_unnamed_what_it_would_do_by_name(status, verdict):
    state, run = with_status(status)
    state.payments["HANA-P2"] = replace(state.payments["HANA-P2"], status=status)
    events = reported(state, run, verdict)
    # A group's acceptance says nothing of what was rejected by name before.
    silent = verdict is Verdict.ACCEPTED and status is Status.REJECTED
    wanted = [] if silent else expected_types(status, verdict, "run-accepted")
    assert sorted({event.type for event in events}) == wanted
    b.after(state, events)


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("status", ANSWERED)
def test_the_same_report_twice_changes_nothing_the_second_time(status, verdict):
    state, run = with_status(status)
    state = b.after(state, reported(state, run, P1=verdict))
    again = reported(state, run, P1=verdict)
    assert [event for event in again if not isinstance(event, AnswerContradicted)] == []


def test_a_contradiction_says_what_was_known_and_what_was_told():
    state, run = with_status(Status.SETTLED)
    assert reported(state, run, P1=Verdict.REJECTED) == [
        AnswerContradicted(message_id="S1", payment="HANA-P1", status="settled", answer="rejected")
    ]


def test_a_partial_group_rejects_the_named_and_accepts_the_rest():
    state, run = b.at_the_bank()
    events = reported(state, run, Verdict.ACCEPTED, P1=Verdict.REJECTED)
    assert events == [
        PaymentsRejected(
            run=run,
            message_id="S1",
            payments=(RejectedPayment(payment="HANA-P1", reason="AC04", words=None),),
        ),
        RunAccepted(run=run, message_id="S1"),
    ]
    state = b.after(state, events)
    assert [state.payments[name].status for name in ("HANA-P1", "HANA-P2")] == [Status.REJECTED, Status.ACCEPTED]


def test_a_rejected_group_spares_what_is_accepted_by_name():
    state, run = b.at_the_bank()
    state = b.after(state, reported(state, run, Verdict.REJECTED, P2=Verdict.ACCEPTED))
    assert [state.payments[name].status for name in ("HANA-P1", "HANA-P2")] == [Status.REJECTED, Status.ACCEPTED]


def test_a_group_not_found_releases_only_what_is_unknown():
    state, run = with_status(Status.UNKNOWN)
    [event] = reported(state, run, Verdict.NOT_FOUND)
    assert event == PaymentsNotFound(run=run, message_id="S1", payments=("HANA-P1",))


def test_a_report_about_strangers_changes_nothing():
    state, run = b.at_the_bank()
    assert reported(state, run, R1=Verdict.REJECTED, X9=Verdict.NOT_FOUND) == []


# --- our payments booked --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", Status)
def test_a_booking_settles_whatever_may_still_be_at_the_bank_and_nothing_else(status):
    state, _ = with_status(status)
    events = booked(state, b.debit("B1", "HANA-P1", P1))
    if status in {*AT_THE_BANK, Status.RELEASED}:
        assert [event.type for event in events] == ["payments-settled"]
        assert b.after(state, events).payments["HANA-P1"].status is Status.SETTLED
    else:
        assert [event.type for event in events] == ["answer-contradicted", "movement-unmatched"]
        assert b.after(state, events).payments == state.payments
    assert balances(events)["asset:bank:spc-krw KRW"] == -P1


def test_an_acceptance_that_comes_after_the_booking_changes_nothing():
    state, run = b.at_the_bank()
    state = b.after(state, booked(state, b.debit("B1", "HANA-P1", P1), b.debit("B2", "HANA-P2", P2)))
    assert reported(state, run, Verdict.ACCEPTED) == []
    assert reported(state, run, P1=Verdict.ACCEPTED) == []


def test_a_booking_clears_what_was_payable():
    state, _ = b.at_the_bank()
    events = booked(state, b.debit("B1", "HANA-P1", P1), b.debit("B2", "HANA-P2", P2))
    [event] = events
    assert isinstance(event, PaymentsSettled)
    assert balances(events) == {
        "liability:payable:vendor KRW": b.krw(200_000_000),
        "asset:bank:spc-krw KRW": b.krw(-200_000_000),
    }


def test_two_bookings_of_one_payment_settle_it_once_and_put_the_second_in_suspense():
    state, _ = b.at_the_bank()
    events = booked(state, b.debit("B1", "HANA-P1", P1), b.debit("B2", "HANA-P1", P1))
    assert [event.type for event in events] == ["payments-settled", "answer-contradicted", "movement-unmatched"]
    assert balances(events)["suspense:unmatched:spc-krw KRW"] == P1


def test_a_statement_that_repeats_a_notification_posts_nothing():
    state, _ = b.at_the_bank()
    state = b.after(state, booked(state, b.debit("B1", "HANA-P1", P1)))
    assert booked(state, b.debit("B1", "HANA-P1", P1), seen=["B1"], message="N2") == []


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
    events = booked(state, b.debit("B1", "HANA-P1", P1 - b.krw(1)))
    assert [event.type for event in events] == ["answer-contradicted", "movement-unmatched"]


def test_what_a_booking_takes_beyond_the_payment_is_the_banks_charge():
    state, _ = b.at_the_bank()
    events = booked(state, b.debit("B1", "HANA-P1", P1 + b.krw(500)))
    assert balances(events) == {
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
    events = booked(state, b.debit("B1", "HANA-U1", b.krw(left_the_account), instructed=U1))
    wanted = {
        "liability:payable:agent USD": U1,
        "equity:fx-position USD": -U1,
        "equity:fx-position KRW": b.krw(16_049_371),  # USD 12345.67 at 1300
        "expense:fx-gain-loss KRW": b.krw(gain_or_loss),
        "asset:bank:spc-krw KRW": b.krw(-left_the_account),
    }
    assert balances(events) == {account: amount for account, amount in wanted.items() if amount.minor}


def test_a_converted_booking_that_does_not_say_what_was_instructed_settles_nothing():
    state, _ = b.at_the_bank(currency="USD")
    events = booked(state, b.debit("B1", "HANA-U1", b.krw(16_000_000)))
    assert [event.type for event in events] == ["answer-contradicted", "movement-unmatched"]


def test_a_return_is_owed_again():
    state, _ = with_status(Status.SETTLED)
    [event] = events = booked(state, b.came_back("B2", "HANA-P1", P1))
    assert isinstance(event, PaymentReturned)
    assert balances(events) == {"liability:payable:vendor KRW": -P1, "asset:bank:spc-krw KRW": P1}
    payment = b.after(state, events).payments["HANA-P1"]
    assert (payment.status, payment.reason) == (Status.RETURNED, "AC04")


def test_a_return_less_charges_is_owed_again_in_full():
    state, _ = with_status(Status.SETTLED)
    assert balances(booked(state, b.came_back("B2", "HANA-P1", P1 - b.krw(300)))) == {
        "liability:payable:vendor KRW": -P1,
        "expense:bank-charges KRW": b.krw(300),
        "asset:bank:spc-krw KRW": P1 - b.krw(300),
    }


def test_a_converted_payment_and_its_return_leave_only_the_difference_of_the_rates():
    state, _ = b.at_the_bank(currency="USD")
    out = booked(state, b.debit("B1", "HANA-U1", b.krw(16_700_000), instructed=U1))
    state = b.after(state, out)
    back = booked(state, b.came_back("B2", "HANA-U1", b.krw(16_600_000), instructed=U1))
    assert balances([*out, *back]) == {
        "expense:fx-gain-loss KRW": b.krw(100_000),
        "asset:bank:spc-krw KRW": b.krw(-100_000),
    }


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.SETTLED])
def test_a_return_of_what_was_never_settled_is_in_suspense(status):
    state, _ = with_status(status)
    [event] = booked(state, b.came_back("B2", "HANA-P1", P1))
    assert isinstance(event, MovementUnmatched)
    assert event.booked == P1


@pytest.fixture
def second_attempt() -> tuple[State, str]:
    """HANA-P1 was rejected, corrected and sent again in a second run."""
    state, run = b.at_the_bank()
    state = b.after(state, reported(state, run, P1=Verdict.REJECTED))
    state = b.after(state, [PaymentCorrected(payment="HANA-P1", reason="new account")])
    state, second = b.prepared(state, 2)
    return b.submitted(b.released(state, second), second), run


def test_a_late_booking_of_the_first_attempt_is_in_suspense_and_does_not_settle_the_second(second_attempt):
    state, _ = second_attempt
    [event] = booked(state, b.debit("B1", "HANA-P1", P1))
    assert isinstance(event, MovementUnmatched)
    assert b.after(state, [event]).payments["HANA-P1"].status is Status.SUBMITTED


def test_a_late_return_of_the_first_attempt_does_not_return_the_second(second_attempt):
    state, _ = second_attempt
    new_id = state.payments["HANA-P1"].end_to_end_id
    state = b.after(state, booked(state, b.debit("B1", new_id, P1)))
    assert state.payments["HANA-P1"].status is Status.SETTLED
    [event] = booked(state, b.came_back("B2", "HANA-P1", P1))
    assert isinstance(event, MovementUnmatched)


@pytest.mark.parametrize("verdict", [Verdict.REJECTED, Verdict.NOT_FOUND])
def test_a_repeated_answer_to_the_first_attempt_does_not_touch_the_second(second_attempt, verdict):
    state, run = second_attempt
    assert reported(state, run, P1=verdict) == []


def test_a_group_answer_to_the_first_run_does_not_touch_the_second(second_attempt):
    state, run = second_attempt
    state = b.after(state, reported(state, run, Verdict.REJECTED))
    assert state.payments["HANA-P1"].status is Status.SUBMITTED


# --- receipts -------------------------------------------------------------------------------------------------------

C1 = b.jpy(90_000_000)


def test_a_receipt_is_matched_by_its_name_in_the_remittance():
    [event] = booked(b.owing(), b.credit("B1", C1, "thanks HANA-C1 !"), account="spc-jpy")
    assert isinstance(event, ReceiptMatched)
    state = b.after(b.owing(), [event])
    assert state.receipts["HANA-C1"].status is ReceiptStatus.RECEIVED
    assert balances([event]) == {"asset:bank:spc-jpy JPY": C1, "asset:commitment:mori JPY": -C1}


def test_a_receipt_is_matched_by_its_name_as_end_to_end_id():
    [event] = booked(b.owing(), b.credit("B1", C1, end_to_end_id="HANA-C1"), account="spc-jpy")
    assert isinstance(event, ReceiptMatched)


def test_a_receipt_is_matched_by_its_amount_where_only_one_owed_has_it():
    [event] = booked(b.owing(), b.credit("B1", C1, "film money"), account="spc-jpy")
    assert isinstance(event, ReceiptMatched)
    assert event.receipt == "HANA-C1"


def test_an_amount_that_two_receipts_have_matches_neither():
    state = b.owing()
    state.receipts["HANA-C3"] = replace(state.receipts["HANA-C1"], id="HANA-C3")
    [event] = booked(state, b.credit("B1", C1), account="spc-jpy")
    assert isinstance(event, MovementUnmatched)


def test_an_amount_that_is_not_owed_yet_is_not_guessed():
    [event] = booked(b.registered(), b.credit("B1", C1), account="spc-jpy")
    assert isinstance(event, MovementUnmatched)


def test_money_into_another_account_matches_no_receipt_of_this_one():
    [event] = booked(b.owing(), b.credit("B1", b.krw(90_000_000), "HANA-C1"))
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
    state = b.after(state, booked(state, b.credit("B1", b.jpy(40_000_000), "HANA-C1"), account="spc-jpy"))
    receipt = state.receipts["HANA-C1"]
    assert (receipt.status, receipt.outstanding) == (ReceiptStatus.OWED, b.jpy(50_000_000))
    state = b.after(state, booked(state, b.credit("B2", b.jpy(50_000_000), "rest"), account="spc-jpy"))
    assert state.receipts["HANA-C1"].status is ReceiptStatus.RECEIVED


def test_what_is_beyond_the_receipt_is_in_suspense():
    events = booked(b.owing(), b.credit("B1", C1 + b.jpy(7), "HANA-C1"), account="spc-jpy")
    assert [event.type for event in events] == ["receipt-matched", "movement-unmatched"]
    assert balances(events) == {
        "asset:bank:spc-jpy JPY": C1 + b.jpy(7),
        "asset:commitment:mori JPY": -C1,
        "suspense:unmatched:spc-jpy JPY": b.jpy(-7),
    }


def test_a_converted_receipt_posts_gain_or_loss_against_the_contract():
    licence = b.usd(50_000_00)
    [event] = booked(b.owing(), b.credit("B1", b.krw(67_562_500), "HANA-L1", instructed=licence))
    assert balances([event]) == {
        "asset:commitment:streamer USD": -licence,
        "equity:fx-position USD": licence,
        "equity:fx-position KRW": b.krw(-65_000_000),
        "expense:fx-gain-loss KRW": b.krw(-2_562_500),
        "asset:bank:spc-krw KRW": b.krw(67_562_500),
    }


def test_what_a_report_names_as_not_found_is_not_accepted_by_its_group():
    state, run = with_status(Status.UNKNOWN)
    state = b.after(state, reported(state, run, Verdict.ACCEPTED, P1=Verdict.NOT_FOUND))
    assert [state.payments[name].status for name in ("HANA-P1", "HANA-P2")] == [Status.RELEASED, Status.ACCEPTED]


@pytest.mark.parametrize("verdict", Verdict)
def test_a_report_that_names_a_payment_twice_says_it_once(verdict):
    state, run = with_status(Status.UNKNOWN)
    report = b.report(state.runs[run].message_id or "", P1=verdict)
    twice = report.model_copy(update={"transfers": report.transfers * 2})
    assert answers.reported(state.runs[run], state.payments, twice) == reported(state, run, P1=verdict)


@pytest.mark.parametrize("group", [None, *Verdict])
def test_a_report_that_contradicts_itself_about_a_payment_is_not_believed_about_it(group):
    state, run = with_status(Status.UNKNOWN)
    report = b.report(state.runs[run].message_id or "", group, P1=Verdict.ACCEPTED)
    other = b.report("M", P1=Verdict.REJECTED).transfers
    both = report.model_copy(update={"transfers": report.transfers + other})
    events = answers.reported(state.runs[run], state.payments, both)
    assert (
        AnswerContradicted(message_id="S1", payment="HANA-P1", status="unknown", answer="accepted and rejected")
        in events
    )
    assert b.after(state, events).payments["HANA-P1"].status is Status.UNKNOWN


def test_a_late_acceptance_of_an_attempt_that_was_given_up_is_named(second_attempt):
    state, run = second_attempt
    assert reported(state, run, P1=Verdict.ACCEPTED) == [
        AnswerContradicted(message_id="S1", payment="HANA-P1", status="not in the run", answer="accepted as HANA-P1")
    ]


def test_a_payment_booked_and_returned_on_one_statement_is_returned():
    state, _ = b.at_the_bank()
    events = booked(state, b.debit("B1", "HANA-P1", P1), b.came_back("B2", "HANA-P1", P1))
    assert [event.type for event in events] == ["payments-settled", "payment-returned"]
    assert b.after(state, events).payments["HANA-P1"].status is Status.RETURNED


def test_a_payment_that_comes_back_twice_is_returned_once():
    state, _ = with_status(Status.SETTLED)
    events = booked(state, b.came_back("B2", "HANA-P1", P1), b.came_back("B3", "HANA-P1", P1))
    assert [event.type for event in events] == ["payment-returned", "movement-unmatched"]
    b.after(state, events)


def test_a_booking_on_another_account_of_ours_settles_nothing():
    state, _ = b.at_the_bank()
    [event] = booked(state, b.debit("B1", "HANA-P1", b.jpy(120_000_000)), account="spc-jpy")
    assert isinstance(event, MovementUnmatched)


def test_two_parts_of_a_receipt_on_one_statement_both_count():
    parts = (b.credit("B1", b.jpy(40_000_000), "HANA-C1"), b.credit("B2", b.jpy(50_000_000), "HANA-C1"))
    events = booked(b.owing(), *parts, account="spc-jpy")
    assert [event.type for event in events] == ["receipt-matched", "receipt-matched"]
    assert b.after(b.owing(), events).receipts["HANA-C1"].status is ReceiptStatus.RECEIVED


def test_what_is_beyond_a_converted_receipt_is_in_suspense_and_no_gain():
    licence = b.usd(50_000_00)
    movement = b.credit("B1", b.krw(78_000_000), "HANA-L1", instructed=b.usd(60_000_00))
    events = booked(b.owing(), movement)
    assert balances(events) == {
        "asset:commitment:streamer USD": -licence,
        "equity:fx-position USD": licence,
        "equity:fx-position KRW": b.krw(-65_000_000),
        "suspense:unmatched:spc-krw KRW": b.krw(-13_000_000),
        "asset:bank:spc-krw KRW": b.krw(78_000_000),
    }


def test_what_the_bank_keeps_of_a_receipt_is_its_charge():
    [event] = events = booked(b.owing(), b.credit("B1", C1 - b.jpy(800), "HANA-C1", instructed=C1), account="spc-jpy")
    assert balances(events) == {
        "asset:commitment:mori JPY": -C1,
        "expense:bank-charges JPY": b.jpy(800),
        "asset:bank:spc-jpy JPY": C1 - b.jpy(800),
    }
    assert b.after(b.owing(), [event]).receipts["HANA-C1"].status is ReceiptStatus.RECEIVED


def test_money_that_comes_before_it_is_owed_still_falls_due_and_then_is_received():
    state = b.registered()
    events = booked(state, b.credit("B1", C1, "HANA-C1"), account="spc-jpy")
    state = b.after(state, events)
    assert state.receipts["HANA-C1"].status is ReceiptStatus.EXPECTED
    due = fall_due(state.payments, state.receipts, b.TODAY)
    state = b.after(state, due)
    assert state.receipts["HANA-C1"].status is ReceiptStatus.RECEIVED
    books = balances([*events, *due])
    assert "asset:commitment:mori JPY" not in books
    assert books["equity:contribution:mori JPY"] == -C1


def test_a_receipt_that_came_early_and_whole_takes_no_more_money():
    state = b.registered()
    state = b.after(state, booked(state, b.credit("B1", C1, "HANA-C1"), account="spc-jpy"))
    [event] = booked(state, b.credit("B2", C1, "HANA-C1"), account="spc-jpy")
    assert isinstance(event, MovementUnmatched)
