"""A bank's status reports: every status of a payment, every answer, every level; and odd reports."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from domain.bank.messages import BankVerdict
from domain.bank.reports import GivenStatus, InstructionStatus, StatusReport, TransferStatus
from domain.bank.statuses import DUPLICATE_CODES, named_by, reported
from domain.events import (
    AnswerContradicted,
    DoubtedPayment,
    DoubtsEnded,
    EndedDoubt,
    Event,
    PaymentCorrected,
    PaymentsDoubted,
    PaymentsNotFound,
    PaymentsRejected,
    RejectedPayment,
    RunAccepted,
    RunDoubted,
)
from domain.payments.payments import ON_ITS_WAY, Status
from domain.state import State
from tests.domain import builders as b

ACCEPTED = GivenStatus(BankVerdict.ACCEPTED)
REJECTED = GivenStatus(BankVerdict.REJECTED, "AC04")
NOT_FOUND = GivenStatus(BankVerdict.NOT_FOUND)
DUPLICATE = GivenStatus(BankVerdict.REJECTED, "DU01", "Duplicate message id")
ANSWERED = sorted(ON_ITS_WAY | {Status.REJECTED, Status.SETTLED, Status.RETURNED})
LEVELS = ("group", "block", "transfer")


def report(
    state: State,
    run: str,
    *,
    group: GivenStatus | None = None,
    block: GivenStatus | None = None,
    named: Mapping[str, GivenStatus | None] | None = None,
    message: str = "S1",
) -> StatusReport:
    """A report on a run's order: on the whole, its payment information, and transfers by end-to-end id."""
    order = state.runs[run].message_id
    transfers = tuple(TransferStatus(name, None, status) for name, status in (named or {}).items())
    return StatusReport("pain.002.001.10", message, None, order, group, (InstructionStatus(order, block, transfers),))


def answers(state: State, run: str, **said) -> list[Event]:
    return reported(state.runs[run], state.payments, report(state, run, **said))


def take(state: State, run: str, **said) -> State:
    return b.after(state, answers(state, run, **said))


def asked(state: State, run: str) -> State:
    return b.after(state, [RunDoubted(run=run, enquiry_message_id="E1", file=b.FILE)])


def on_level(level: str, status: GivenStatus) -> dict[str, object]:
    return {"named": {"HANA.P1": status, "HANA.P2": status}} if level == "transfer" else {level: status}


def both_with(status: Status) -> tuple[State, str]:
    """A submitted run whose two payments have come to a status."""
    state, run = b.at_the_bank()
    for name in ("HANA.P1", "HANA.P2"):
        state.payments[name] = replace(state.payments[name], status=status)
    return state, run


def kinds(events: list[Event]) -> list[str]:
    return sorted({event.type for event in events})


def expected(status: Status, said: GivenStatus, level: str) -> list[str]:
    contradicted = ["answer-contradicted"]
    if said is ACCEPTED:
        if status is Status.REJECTED:
            return [*contradicted, "payments-doubted"]
        accepts = status in ON_ITS_WAY - {Status.ACCEPTED}
        return ["payments-accepted" if level == "transfer" else "run-accepted"] if accepts else []
    if said is NOT_FOUND:
        if status is Status.UNKNOWN:
            return ["payments-not-found"]
        return contradicted if status in {Status.ACCEPTED, Status.SETTLED} else []
    if status in ON_ITS_WAY:
        return ["payments-doubted" if said is DUPLICATE else "payments-rejected"]
    return contradicted if said is REJECTED and status in {Status.SETTLED, Status.RETURNED} else []


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("said", [ACCEPTED, REJECTED, NOT_FOUND, DUPLICATE], ids=["acc", "rej", "lost", "dup"])
@pytest.mark.parametrize("status", ANSWERED)
def test_each_answer_on_each_level_changes_repeats_or_contradicts_each_status(status, said, level):
    state, run = both_with(status)
    events = answers(state, run, **on_level(level, said))
    assert kinds(events) == expected(status, said, level)
    after = b.after(state, events)
    if said is DUPLICATE and status in ON_ITS_WAY:
        assert {after.payments[name].status for name in ("HANA.P1", "HANA.P2")} == {Status.UNKNOWN}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("said", [ACCEPTED, REJECTED, NOT_FOUND, DUPLICATE], ids=["acc", "rej", "lost", "dup"])
@pytest.mark.parametrize("status", ANSWERED)
def test_the_same_report_twice_changes_nothing_the_second_time(status, said, level):
    state, run = both_with(status)
    state = take(state, run, **on_level(level, said))
    again = answers(state, run, **on_level(level, said))
    # A report of release that was not found, or was accepted after its rejection, is contradicted again.
    assert [event for event in again if not isinstance(event, AnswerContradicted)] == []


@pytest.mark.parametrize("code", sorted(DUPLICATE_CODES))
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("times_sent", [1, 2])
@pytest.mark.parametrize("status", sorted(ON_ITS_WAY))
def test_a_duplicate_code_never_rejects_however_often_the_order_was_sent(status, times_sent, level, code):
    state, run = both_with(status)
    state.runs[run] = replace(state.runs[run], times_sent=times_sent)
    state = take(state, run, **on_level(level, GivenStatus(BankVerdict.REJECTED, code)))
    assert {state.payments[name].status for name in ("HANA.P1", "HANA.P2")} == {Status.UNKNOWN}
    assert [doubt.why for _, doubt in state.payments.doubts_of_run(run)] == ["duplicate", "duplicate"]


@pytest.mark.parametrize("reason", [None, "NARR", "MS03", "E-4711"])
@pytest.mark.parametrize("words", ["Duplicate file", "Duplikat", "중복 전문", "重複エラー", "二重振込"])
def test_a_duplicate_that_only_the_banks_words_say_is_one(words, reason):
    state, run = b.at_the_bank()
    assert kinds(answers(state, run, group=GivenStatus(BankVerdict.REJECTED, reason, words))) == ["payments-doubted"]


def test_a_duplicate_that_only_the_banks_own_reason_says_is_one_and_no_words_beside_an_iso_reason():
    state, run = b.at_the_bank()
    for reason in ("DUPLICATE_FILE", "du01", "dupl"):
        assert kinds(answers(state, run, group=GivenStatus(BankVerdict.REJECTED, reason))) == ["payments-doubted"]
    other = GivenStatus(BankVerdict.REJECTED, "AC04", "no duplicate accounts")
    assert kinds(answers(state, run, group=other)) == ["payments-rejected"]


def test_a_duplicate_names_run_day_attempt_and_reason():
    state, run = b.at_the_bank()
    [event] = answers(state, run, named={"HANA.P1": DUPLICATE})
    line = DoubtedPayment(payment="HANA.P1", end_to_end_id="HANA.P1", reason="DU01", words="Duplicate message id")
    assert event == PaymentsDoubted(run=run, message_id="S1", execution_on=b.TODAY, why="duplicate", payments=(line,))
    payment = b.after(state, [event]).payments["HANA.P1"]
    assert (payment.status, payment.reason) == (Status.UNKNOWN, "DU01: Duplicate message id")


def test_a_rejected_payment_information_rejects_whatever_the_group_says():
    state, run = b.at_the_bank()
    state = take(state, run, group=ACCEPTED, block=GivenStatus(BankVerdict.REJECTED, "AM04", "Insufficient funds"))
    assert {p.status for p in state.payments.of_run(run)} == {Status.REJECTED}
    assert state.payments["HANA.P1"].reason == "AM04: Insufficient funds"


def test_a_transfer_s_own_status_wins_over_its_payment_information_and_the_group():
    state, run = b.at_the_bank()
    state = take(state, run, group=ACCEPTED, block=REJECTED, named={"HANA.P2": ACCEPTED})
    assert [state.payments[name].status for name in ("HANA.P1", "HANA.P2")] == [Status.REJECTED, Status.ACCEPTED]


@pytest.mark.parametrize("group", [ACCEPTED, REJECTED, NOT_FOUND, DUPLICATE])
def test_a_transfer_that_is_pending_at_the_bank_keeps_its_status(group):
    state, run = b.at_the_bank()
    state = take(state, run, group=group, named={"HANA.P1": None})
    assert state.payments["HANA.P1"].status is Status.SUBMITTED


def test_a_status_of_another_payment_information_says_nothing_of_ours():
    state, run = b.at_the_bank()
    order = state.runs[run].message_id
    other = StatusReport("pain.002", "S1", None, order, ACCEPTED, (InstructionStatus("SOMEBODY", REJECTED, ()),))
    assert reported(state.runs[run], state.payments, other) == [RunAccepted(run=run, message_id="S1")]


def test_payment_informations_that_contradict_each_other_are_not_believed():
    state, run = b.at_the_bank()
    order = state.runs[run].message_id
    blocks = (InstructionStatus(order, REJECTED, ()), InstructionStatus(None, ACCEPTED, ()))
    events = reported(state.runs[run], state.payments, StatusReport("pain.002", "S1", None, order, None, blocks))
    assert kinds(events) == ["answer-contradicted"]


@pytest.mark.parametrize("end_to_end", [None, "THE-BANKS-OWN"])
def test_a_transfer_is_found_by_its_instruction_id(end_to_end):
    state, run = b.at_the_bank()
    order = state.runs[run].message_id
    lines = (TransferStatus(end_to_end, "HANA.P1", REJECTED),)
    told = StatusReport("pain.002", "S1", None, order, None, (InstructionStatus(order, None, lines),))
    assert b.after(state, reported(state.runs[run], state.payments, told)).payments["HANA.P1"].status is Status.REJECTED


def test_a_report_tells_which_payments_it_may_name():
    lines = (
        TransferStatus("HANA.P1.2", "X", None),
        TransferStatus(None, "HANA.P2", None),
        TransferStatus(None, None, None),
    )
    told = StatusReport("pain.002", "S1", None, "M", None, (InstructionStatus(None, None, lines),))
    assert named_by(told) == {"HANA.P1", "HANA.P2", "X"}


def test_a_partial_group_rejects_the_named_and_accepts_the_rest_in_one_event():
    state, run = b.at_the_bank()
    assert answers(state, run, group=ACCEPTED, named={"HANA.P1": REJECTED}) == [
        PaymentsRejected(
            run=run, message_id="S1", payments=(RejectedPayment(payment="HANA.P1", reason="AC04", words=None),)
        ),
        RunAccepted(run=run, message_id="S1"),
    ]


@pytest.mark.parametrize("other", [DUPLICATE, NOT_FOUND])
def test_a_group_s_acceptance_does_not_accept_what_the_report_says_else_of(other):
    state, run = b.with_status(Status.UNKNOWN)
    state = take(state, run, group=ACCEPTED, named={"HANA.P1": other})
    assert state.payments["HANA.P1"].status in {Status.UNKNOWN, Status.RELEASED}
    assert state.payments["HANA.P2"].status is Status.ACCEPTED


def test_a_refused_second_copy_says_nothing_against_the_acceptance_of_the_first():
    state, run = b.at_the_bank()
    order = state.runs[run].message_id
    lines = (TransferStatus("HANA.P1", None, DUPLICATE), TransferStatus("HANA.P1", None, ACCEPTED))
    told = StatusReport("pain.002", "S1", None, order, None, (InstructionStatus(order, None, lines),))
    assert kinds(reported(state.runs[run], state.payments, told)) == ["payments-accepted"]


def test_a_report_that_contradicts_itself_about_a_payment_is_not_believed_about_it():
    state, run = b.at_the_bank()
    order = state.runs[run].message_id
    lines = (TransferStatus("HANA.P1", None, ACCEPTED), TransferStatus("HANA.P1", None, REJECTED))
    told = StatusReport("pain.002", "S1", None, order, NOT_FOUND, (InstructionStatus(order, None, lines),))
    assert reported(state.runs[run], state.payments, told) == [
        AnswerContradicted(message_id="S1", payment="HANA.P1", status="submitted", answer="accepted and rejected")
    ]


def test_a_rejection_after_acceptance_leaves_the_attempt_in_doubt():
    state, run = both_with(Status.ACCEPTED)
    state = take(state, run, named={"HANA.P1": REJECTED})
    payment = state.payments["HANA.P1"]
    assert (payment.status, payment.reason) == (Status.REJECTED, "AC04")
    [doubt] = payment.doubts
    assert (doubt.end_to_end_id, doubt.run, doubt.on, doubt.why) == ("HANA.P1", run, b.TODAY, "rejected")


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.UNKNOWN, Status.RELEASED])
def test_a_rejection_of_what_was_never_accepted_leaves_no_doubt(status):
    state, run = both_with(status)
    assert take(state, run, group=REJECTED).payments["HANA.P1"].doubts == ()


def corrected(state: State) -> State:
    return b.after(state, [PaymentCorrected(payment="HANA.P1", reason="new account")])


def accepted_then_rejected() -> tuple[State, str]:
    state, run = both_with(Status.ACCEPTED)
    return take(state, run, named={"HANA.P1": REJECTED}), run


@pytest.mark.parametrize("answer", [REJECTED, NOT_FOUND])
@pytest.mark.parametrize("correct", [False, True])
def test_the_answer_to_an_enquiry_ends_the_doubt(correct, answer):
    state, run = accepted_then_rejected()
    state = corrected(state) if correct else state
    events = answers(asked(state, run), run, named={"HANA.P1": answer}, message="S2")
    ended = EndedDoubt(payment="HANA.P1", end_to_end_id="HANA.P1")
    assert events == [DoubtsEnded(run=run, message_id="S2", silent_on=None, payments=(ended,))]
    assert b.after(state, events).payments["HANA.P1"].doubts == ()


@pytest.mark.parametrize("correct", [False, True])
def test_an_answer_about_the_whole_order_ends_the_doubt_too(correct):
    state, run = accepted_then_rejected()
    state = asked(corrected(state) if correct else state, run)
    assert take(state, run, block=REJECTED, message="S2").payments["HANA.P1"].doubts == ()


def test_the_rejection_told_again_before_or_under_the_same_message_id_is_no_answer():
    state, run = accepted_then_rejected()
    assert answers(state, run, named={"HANA.P1": REJECTED}, message="S2") == []
    assert answers(asked(state, run), run, named={"HANA.P1": REJECTED}, message="S1") == []


@pytest.mark.parametrize("answer", [ACCEPTED, DUPLICATE])
@pytest.mark.parametrize("correct", [False, True])
def test_another_answer_to_an_enquiry_ends_no_doubt(correct, answer):
    state, run = accepted_then_rejected()
    state = asked(corrected(state) if correct else state, run)
    assert take(state, run, named={"HANA.P1": answer}, message="S2").payments["HANA.P1"].doubts != ()


@pytest.mark.parametrize("correct", [False, True])
def test_an_attempt_that_the_bank_accepts_when_asked_is_doubted_anew_until_it_is_asked_again(correct):
    state, run = accepted_then_rejected()
    state = asked(corrected(state) if correct else state, run)
    state = take(state, run, named={"HANA.P1": ACCEPTED}, message="S2")
    assert answers(state, run, named={"HANA.P1": REJECTED}, message="S3") == []
    assert take(asked(state, run), run, named={"HANA.P1": REJECTED}, message="S3").payments["HANA.P1"].doubts == ()


def duplicate() -> tuple[State, str]:
    state, run = both_with(Status.ACCEPTED)
    return take(state, run, group=DUPLICATE), run


def test_a_refused_duplicate_that_the_bank_does_not_find_is_rejected_and_not_sent_again():
    state, run = duplicate()
    state = take(asked(state, run), run, named={"HANA.P1": NOT_FOUND}, message="S2")
    payment = state.payments["HANA.P1"]
    assert (payment.status, payment.doubts) == (Status.REJECTED, ())
    assert payment.reason == "NARR: refused as a duplicate (DU01: Duplicate message id), and not found when asked"


def test_what_the_bank_does_not_find_before_it_is_asked_about_a_duplicate_stays_unknown():
    state, run = duplicate()
    assert answers(state, run, named={"HANA.P1": NOT_FOUND}, message="S2") == []


def test_a_refused_duplicate_that_the_bank_has_is_accepted_and_no_longer_in_doubt():
    state, run = duplicate()
    state = take(asked(state, run), run, group=ACCEPTED, message="S2")
    payment = state.payments["HANA.P1"]
    assert (payment.status, payment.doubts) == (Status.ACCEPTED, ())


def test_a_refused_duplicate_that_is_rejected_when_asked_is_not_in_doubt_and_before_it_is():
    state, run = duplicate()
    before = take(state, run, named={"HANA.P1": REJECTED}, message="S2").payments["HANA.P1"]
    after = take(asked(state, run), run, named={"HANA.P1": REJECTED}, message="S2").payments["HANA.P1"]
    assert (before.status, [doubt.why for doubt in before.doubts]) == (Status.REJECTED, ["rejected"])
    assert (after.status, after.doubts) == (Status.REJECTED, ())


def test_a_payment_that_was_silent_and_is_not_found_is_released_to_be_sent_again():
    state, run = b.with_status(Status.UNKNOWN)
    assert answers(state, run, named={"HANA.P1": NOT_FOUND}) == [
        PaymentsNotFound(run=run, message_id="S1", payments=("HANA.P1",))
    ]


@pytest.mark.parametrize("other", [REJECTED, DUPLICATE])
def test_what_the_bank_does_not_find_is_not_sent_again_with_what_it_refused(other):
    state, run = both_with(Status.UNKNOWN)
    together = take(state, run, named={"HANA.P1": NOT_FOUND, "HANA.P2": other})
    later = take(take(state, run, named={"HANA.P2": other}), run, named={"HANA.P1": NOT_FOUND}, message="S2")
    for after in (together, later):
        payment = after.payments["HANA.P1"]
        assert (payment.status, (payment.reason or "")[:37]) == (
            Status.REJECTED,
            "NARR: not found, and not sent again, ",
        )


def test_what_the_bank_does_not_find_is_not_sent_again_with_what_goes_out_anew():
    state, run = both_with(Status.UNKNOWN)
    state = corrected(take(state, run, named={"HANA.P1": REJECTED}))
    assert take(state, run, named={"HANA.P2": NOT_FOUND}, message="S2").payments["HANA.P2"].status is Status.REJECTED


def test_a_late_acceptance_of_an_attempt_that_was_given_up_is_named_and_in_doubt():
    state, run = b.second_attempt()
    line = DoubtedPayment(payment="HANA.P1", end_to_end_id="HANA.P1", reason=None, words=None)
    assert answers(state, run, named={"HANA.P1": ACCEPTED}) == [
        PaymentsDoubted(run=run, message_id="S1", execution_on=b.TODAY, why="accepted", payments=(line,)),
        AnswerContradicted(message_id="S1", payment="HANA.P1", status="not in the run", answer="accepted as HANA.P1"),
    ]


def test_the_acceptance_of_an_order_says_nothing_of_what_was_rejected_by_name():
    state, run = b.at_the_bank()
    state = take(state, run, named={"HANA.P1": REJECTED})
    assert answers(state, run, group=ACCEPTED) == [RunAccepted(run=run, message_id="S1")]
    assert answers(take(state, run, group=ACCEPTED), run, group=ACCEPTED) == []


@pytest.mark.parametrize("said", [REJECTED, NOT_FOUND, DUPLICATE])
def test_a_repeated_answer_to_the_first_attempt_does_not_touch_the_second(said):
    state, run = b.second_attempt()
    assert answers(state, run, named={"HANA.P1": said}) == []


def test_a_report_about_payments_that_are_none_of_the_order_changes_nothing():
    state, run = b.at_the_bank()
    assert answers(state, run, named={"HANA.R1": REJECTED, "HANA.X9": NOT_FOUND, "Y": DUPLICATE}) == []
    foreign = answers(state, run, named={"Y": ACCEPTED})
    assert foreign == [
        AnswerContradicted(message_id="S1", payment="Y", status="not in the run", answer="accepted as Y")
    ]
