"""Attempts that the bank may still book: what they keep from happening, and how the doubt ends."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from domain.commands import CorrectPayment, ReleaseRun
from domain.errors import InDoubt, StaleApproval
from domain.events import (
    DoubtedPayment,
    DoubtsEnded,
    EndedDoubt,
    PaymentHeld,
    PaymentResumed,
    PaymentsAccepted,
    PaymentsDoubted,
    PaymentsRejected,
    RejectedPayment,
    RunAccepted,
    RunDoubted,
)
from domain.payments import orders, runs
from domain.payments import payments as rules
from domain.payments.attempts import Doubt, attempt_of, end_to_end_id
from domain.payments.doubts import given_up, silent_over, unasked
from domain.payments.folding import settle
from domain.payments.payments import Status, can_settle
from domain.state import State
from tests.domain import builders as b

TERMS = b.agreement()
NOON = datetime(2026, 4, 1, 3, tzinfo=UTC)


def rejected_after_acceptance() -> tuple[State, str]:
    """HANA.P1 was accepted, then rejected."""
    state, run = b.at_the_bank()
    line = RejectedPayment(payment="HANA.P1", reason="AC04", words="closed", may_book_on=b.TODAY)
    events = [RunAccepted(run=run, message_id="S1"), PaymentsRejected(run=run, message_id="S2", payments=(line,))]
    return b.after(state, events), run


def corrected(state: State) -> State:
    command = CorrectPayment(key="k", by="sora", production="HANA", payment="HANA.P1", reason="new account")
    return b.after(state, rules.correct(state.payments, command, b.SORA, "spc"))


def gathered_again() -> tuple[State, str, str]:
    """The payment in doubt, corrected and gathered into a second run; with the first run and the second."""
    state, first = rejected_after_acceptance()
    state, second = b.prepared(corrected(state), 2)
    return state, first, second


def release(state: State, run: str):
    lines = state.payments.of_run(run)
    sha256 = runs.binding(state.runs[run], lines, TERMS)
    command = ReleaseRun(key="k", by="yun", production="HANA", run=run, sha256=sha256)
    return runs.release(state.runs, state.payments, TERMS, command, b.YUN, b.TODAY)


def ended(state: State, run: str) -> State:
    lines = (EndedDoubt(payment="HANA.P1", end_to_end_id="HANA.P1"),)
    return b.after(state, [DoubtsEnded(run=run, message_id="S3", silent_on=None, payments=lines)])


def asked(state: State, run: str) -> State:
    return b.after(state, [RunDoubted(run=run, enquiry_message_id="E1", file=b.FILE)])


def duplicate(state: State, run: str, *names: str) -> State:
    lines = tuple(DoubtedPayment(payment=n, end_to_end_id=n, reason="DU01", words=None) for n in names)
    event = PaymentsDoubted(run=run, message_id="S9", execution_on=b.TODAY, why="duplicate", payments=lines)
    return b.after(state, [event])


def test_a_payment_in_doubt_is_corrected_and_gathered_and_not_released():
    state, first, second = gathered_again()
    with pytest.raises(InDoubt) as refused:
        release(state, second)
    assert refused.value.sentence == (
        f"Run {second} cannot go because of payment HANA.P1: attempt HANA.P1 of run {first} may still be booked, for "
        "the bank rejected it after it had accepted it (AC04: closed); this waits for the bank's statement of "
        "2026-04-01, or for its answer to an enquiry. Ask the bank; or `sluice payment hold HANA.P1`, which takes the "
        "payment out of the run, so that the others can go."
    )
    with pytest.raises(InDoubt, match="the bank's statement of 2026-04-01, or for its answer to the enquiry"):
        release(asked(state, first), second)
    assert [event.type for event in release(ended(state, first), second)] == ["run-released"]


def test_a_payment_in_doubt_that_is_held_lets_the_others_go_and_keeps_the_doubt():
    state, _, second = gathered_again()
    state.payments["HANA.P2"] = replace(state.payments["HANA.P2"], run=second, status=Status.DUE)
    state = b.after(state, [PaymentHeld(payment="HANA.P1", reason="in doubt")])
    assert release(state, second)
    assert b.after(state, [PaymentResumed(payment="HANA.P1")]).payments["HANA.P1"].doubts


def test_a_doubt_that_arises_after_the_release_stops_the_order():
    state, first, second = gathered_again()
    state = b.released(ended(state, first), second)
    line = DoubtedPayment(payment="HANA.P1", end_to_end_id="HANA.P1", reason=None, words=None)
    late = PaymentsDoubted(run=first, message_id="S4", execution_on=b.TODAY, why="accepted", payments=(line,))
    state = b.after(state, [late])
    assert state.payments["HANA.P1"].status is Status.RELEASED
    with pytest.raises(InDoubt, match=f"accepted it after it had rejected it.*`sluice run cancel {second}`"):
        orders.order(state.runs[second], state.payments, TERMS, NOON)


def test_an_enquiry_asks_about_attempts_in_doubt_whose_payments_have_left_the_run():
    state, first, _ = gathered_again()
    enquiry = orders.enquiry(state.runs[first], state.payments, TERMS, NOON)
    assert enquiry is not None
    assert enquiry.end_to_end_ids == ("HANA.P1",)
    assert (given_up(state.payments, first), unasked(state.payments, first)) == (1, 1)
    state = asked(state, first)
    assert (given_up(state.payments, first), unasked(state.payments, first)) == (1, 0)


def test_an_enquiry_names_each_attempt_once():
    state, run = b.at_the_bank()
    state = duplicate(state, run, "HANA.P1", "HANA.P2")
    enquiry = orders.enquiry(state.runs[run], state.payments, TERMS, NOON)
    assert enquiry is not None
    assert enquiry.end_to_end_ids == ("HANA.P1", "HANA.P2")
    assert (given_up(state.payments, run), unasked(state.payments, run)) == (0, 2)


def test_an_answer_about_an_attempt_ends_the_doubt_about_it():
    state, run = b.at_the_bank()
    state = duplicate(state, run, "HANA.P1")
    assert (
        b.after(state, [PaymentsAccepted(run=run, message_id="S", payments=("HANA.P1",))]).payments["HANA.P1"].doubts
        == ()
    )
    assert b.after(state, [RunAccepted(run=run, message_id="S")]).payments["HANA.P1"].doubts == ()


# The bank's booking


BOOKED = {"booked": b.krw(120_000_000), "contract_value": b.krw(120_000_000), "bank_reference": "B1"}
SETTLED_BY_ITS_ATTEMPT = {Status.SUBMITTED, Status.ACCEPTED, Status.UNKNOWN, Status.RELEASED, Status.REJECTED}
SETTLED_BY_AN_EARLIER_ONE = SETTLED_BY_ITS_ATTEMPT | {Status.DUE, Status.HELD}


@pytest.mark.parametrize("status", Status)
def test_which_attempts_settle_a_payment(status):
    payment = replace(b.registered().payments["HANA.P1"], status=status, attempt=2)
    assert can_settle(payment, "HANA.P1.2") == (status in SETTLED_BY_ITS_ATTEMPT)
    assert can_settle(payment, "HANA.P1") == (status in SETTLED_BY_AN_EARLIER_ONE)
    for other in (
        "HANA.P1.3",
        "HANA.P1.1",
        "HANA.P1.02",
        "HANA.P1.٢",
        "HANA.P1.",
        "HANA.P2",
        "HANA.P12",
        "",
        "HANA.P1.2.1",
    ):
        assert not can_settle(payment, other)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("attempt", ["HANA.P1", "HANA.P1.2"])
def test_what_can_settle_does(attempt, status):
    state, _, _ = gathered_again()
    state.payments["HANA.P1"] = replace(state.payments["HANA.P1"], status=status)
    if not can_settle(state.payments["HANA.P1"], attempt):
        return
    settle(state.payments, "HANA.P1", attempt, **BOOKED)
    payment = state.payments["HANA.P1"]
    assert (payment.status, payment.end_to_end_id) == (Status.SETTLED, attempt)
    assert payment.doubts == (() if attempt == "HANA.P1" else rejected_after_acceptance()[0].payments["HANA.P1"].doubts)


def test_a_debit_of_an_earlier_attempt_takes_the_payment_out_of_the_prepared_run_and_voids_its_release():
    state, _, second = gathered_again()
    looked_at = runs.binding(state.runs[second], state.payments.of_run(second), TERMS)
    settle(state.payments, "HANA.P1", "HANA.P1", **BOOKED)
    payment = state.payments["HANA.P1"]
    assert (payment.status, payment.run, payment.end_to_end_id, payment.doubts) == (Status.SETTLED, None, "HANA.P1", ())
    assert state.payments.of_run(second) == []
    assert runs.binding(state.runs[second], [], TERMS) != looked_at


def test_a_debit_of_an_earlier_attempt_stops_a_released_order():
    state, first, second = gathered_again()
    state = b.released(ended(state, first), second)
    settle(state.payments, "HANA.P1", "HANA.P1", **BOOKED)
    with pytest.raises(StaleApproval):
        orders.order(state.runs[second], state.payments, TERMS, NOON)


def test_a_debit_of_the_first_attempt_when_the_second_is_at_the_bank_settles_and_stays_in_its_run():
    state, _ = b.second_attempt()
    second = state.payments["HANA.P1"].run
    settle(state.payments, "HANA.P1", "HANA.P1", **BOOKED)
    payment = state.payments["HANA.P1"]
    assert (payment.status, payment.run, payment.end_to_end_id) == (Status.SETTLED, second, "HANA.P1")
    assert not can_settle(payment, "HANA.P1.2"), "the second debit is a contradiction"


def test_a_held_payment_that_the_bank_paid_is_no_longer_held_for_a_reason():
    state, _ = rejected_after_acceptance()
    state = b.after(corrected(state), [PaymentHeld(payment="HANA.P1", reason="in doubt")])
    settle(state.payments, "HANA.P1", "HANA.P1", **BOOKED)
    assert (state.payments["HANA.P1"].status, state.payments["HANA.P1"].reason) == (Status.SETTLED, None)


def test_a_booking_that_names_no_attempt_is_of_the_current_one():
    state, _ = b.at_the_bank()
    settle(state.payments, "HANA.P1", None, **BOOKED)
    assert state.payments["HANA.P1"].end_to_end_id == "HANA.P1"


def test_an_end_to_end_id_tells_its_attempt():
    for attempt in (1, 2, 10, 99_999):
        assert attempt_of("HANA.D/1", end_to_end_id("HANA.D/1", attempt)) == attempt


# The bank's silence


def silent(state: State, day=b.TODAY, account: str = "spc-krw"):
    return silent_over(state.payments, state.runs, account, lambda on: on <= day, "M1")


@pytest.mark.parametrize("how", ["silence", "duplicate"])
def test_an_unknown_payment_that_a_complete_statement_lacks_is_rejected(how):
    state, run = b.at_the_bank()
    state = asked(state, run) if how == "silence" else duplicate(state, run, "HANA.P1", "HANA.P2")
    [event] = silent(state)
    words = "not in the bank's statement of 2026-04-01"
    lines = tuple(RejectedPayment(payment=f"HANA.{n}", reason="NARR", words=words) for n in ("P1", "P2"))
    assert event == PaymentsRejected(run=run, message_id="M1", payments=lines)
    after = b.after(state, [event])
    assert [(p.status, p.doubts) for p in after.payments.of_run(run)] == [(Status.REJECTED, ())] * 2
    assert silent(after) == []


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.UNKNOWN}))
def test_silence_changes_no_payment_without_doubt(status):
    state, _ = b.with_status(status)
    assert silent(state) == []


def test_a_statement_of_an_earlier_day_or_another_account_ends_nothing():
    state, run = b.at_the_bank()
    state = duplicate(state, run, "HANA.P1")
    assert silent(state, b.TODAY - timedelta(days=1)) == []
    assert silent(state, account="spc-jpy") == []
    assert silent(state, b.TODAY + timedelta(days=1)) != []


def test_a_guard_ends_when_the_statement_of_the_attempts_day_lacks_it():
    state, first, second = gathered_again()
    lines = (EndedDoubt(payment="HANA.P1", end_to_end_id="HANA.P1"),)
    assert silent(state) == [DoubtsEnded(run=first, message_id="M1", silent_on=b.TODAY, payments=lines)]
    assert release(b.after(state, silent(state)), second)


def test_a_guard_outlives_the_silence_over_the_later_attempt():
    state, first, second = gathered_again()
    state = b.submitted(b.released(ended(state, first), second), second)
    on = b.TODAY + timedelta(days=3)
    doubt = Doubt("HANA.P1", first, on, "accepted", "S7")
    state.payments["HANA.P1"] = replace(state.payments["HANA.P1"], doubts=(doubt,), status=Status.UNKNOWN)
    after = b.after(state, silent(state))
    assert (after.payments["HANA.P1"].status, after.payments["HANA.P1"].doubts) == (Status.REJECTED, (doubt,))
