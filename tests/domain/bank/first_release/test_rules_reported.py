"""The bank's status reports: the whole table of status and verdict, and odd reports."""

import pytest
from msgspec.structs import replace

from domain.bank.first_release import rules as answers
from domain.bank.messages import BankVerdict
from domain.events import (
    AnswerContradicted,
    Event,
    PaymentsNotFound,
    PaymentsRejected,
    RejectedPayment,
    RunAccepted,
)
from domain.payments.payments import AT_THE_BANK, Status
from domain.state import State
from tests.domain import builders as b

TERMS = b.agreement()
ANSWERED = [
    status
    for status in Status
    if status in AT_THE_BANK or status.value in {"released", "rejected", "settled", "returned"}
]


def reported(state: State, run: str, group: BankVerdict | None = None, **transfers: BankVerdict) -> list[Event]:
    report = b.report(state.runs[run].message_id or "", group, **transfers)
    return answers.reported(state.runs[run], state.payments, report)


ACCEPTS = {Status.SUBMITTED, Status.UNKNOWN, Status.RELEASED}
REJECTS = {Status.SUBMITTED, Status.ACCEPTED, Status.UNKNOWN, Status.RELEASED}
LOSES = {Status.UNKNOWN}
CONTRADICTED = {
    BankVerdict.ACCEPTED: {Status.REJECTED},
    BankVerdict.REJECTED: {Status.SETTLED, Status.RETURNED},
    BankVerdict.NOT_FOUND: {Status.ACCEPTED, Status.SETTLED},
}


def expected_types(status: Status, verdict: BankVerdict, whole: str) -> list[str]:
    by_verdict = {
        BankVerdict.ACCEPTED: (ACCEPTS, whole),
        BankVerdict.REJECTED: (REJECTS, "payments-rejected"),
        BankVerdict.NOT_FOUND: (LOSES, "payments-not-found"),
    }
    origins, name = by_verdict[verdict]
    if status in origins:
        return [name]
    return ["answer-contradicted"] if status in CONTRADICTED[verdict] else []


@pytest.mark.parametrize("status", ANSWERED)
@pytest.mark.parametrize("verdict", BankVerdict)
def test_each_verdict_by_name_changes_repeats_or_contradicts_each_status(status, verdict):
    state, run = b.with_status(status)
    events = reported(state, run, P1=verdict)
    assert [event.type for event in events] == expected_types(status, verdict, "payments-accepted")
    b.after(state, events)


@pytest.mark.parametrize("status", ANSWERED)
@pytest.mark.parametrize("verdict", BankVerdict)
def test_a_group_verdict_does_to_the_unnamed_what_it_would_do_by_name(status, verdict):
    state, run = b.with_status(status)
    state.payments["HANA.P2"] = replace(state.payments["HANA.P2"], status=status)
    events = reported(state, run, verdict)
    # A group's acceptance says nothing of what was rejected by name before.
    silent = verdict is BankVerdict.ACCEPTED and status is Status.REJECTED
    types = [] if silent else expected_types(status, verdict, "run-accepted")
    assert sorted({event.type for event in events}) == types
    b.after(state, events)


@pytest.mark.parametrize("verdict", BankVerdict)
@pytest.mark.parametrize("status", ANSWERED)
def test_the_same_report_twice_changes_nothing_the_second_time(status, verdict):
    state, run = b.with_status(status)
    state = b.after(state, reported(state, run, P1=verdict))
    again = reported(state, run, P1=verdict)
    assert [event for event in again if not isinstance(event, AnswerContradicted)] == []


def test_a_contradiction_has_the_known_status_and_the_banks_answer():
    state, run = b.with_status(Status.SETTLED)
    assert reported(state, run, P1=BankVerdict.REJECTED) == [
        AnswerContradicted(message_id="S1", payment="HANA.P1", status="settled", answer="rejected")
    ]


def test_a_partial_group_rejects_the_named_and_accepts_the_rest():
    state, run = b.at_the_bank()
    events = reported(state, run, BankVerdict.ACCEPTED, P1=BankVerdict.REJECTED)
    assert events == [
        PaymentsRejected(
            run=run,
            message_id="S1",
            payments=(RejectedPayment(payment="HANA.P1", reason="AC04", words=None),),
        ),
        RunAccepted(run=run, message_id="S1"),
    ]
    state = b.after(state, events)
    assert [state.payments[name].status for name in ("HANA.P1", "HANA.P2")] == [Status.REJECTED, Status.ACCEPTED]


def test_a_rejected_group_spares_what_is_accepted_by_name():
    state, run = b.at_the_bank()
    state = b.after(state, reported(state, run, BankVerdict.REJECTED, P2=BankVerdict.ACCEPTED))
    assert [state.payments[name].status for name in ("HANA.P1", "HANA.P2")] == [Status.REJECTED, Status.ACCEPTED]


def test_a_group_not_found_releases_only_what_is_unknown():
    state, run = b.with_status(Status.UNKNOWN)
    [event] = reported(state, run, BankVerdict.NOT_FOUND)
    assert event == PaymentsNotFound(run=run, message_id="S1", payments=("HANA.P1",))


def test_a_report_about_unknown_payments_changes_nothing():
    state, run = b.at_the_bank()
    assert reported(state, run, R1=BankVerdict.REJECTED, X9=BankVerdict.NOT_FOUND) == []


def test_a_bank_that_refuses_our_second_copy_says_nothing_against_the_first():
    state, run = b.with_status(Status.UNKNOWN)
    state = b.submitted(b.after(state, reported(state, run, P1=BankVerdict.NOT_FOUND, P2=BankVerdict.ACCEPTED)), run)
    copy = b.report(state.runs[run].message_id or "", BankVerdict.REJECTED).model_copy(update={"group_reason": "DU01"})
    assert answers.reported(state.runs[run], state.payments, copy) == []
    first_answer = reported(state, run, BankVerdict.ACCEPTED)
    assert b.after(state, first_answer).payments["HANA.P1"].status is Status.ACCEPTED


def test_a_payment_sent_once_that_the_bank_takes_for_a_copy_is_rejected():
    state, run = b.at_the_bank()
    refused = b.report(state.runs[run].message_id or "", BankVerdict.REJECTED).model_copy(
        update={"group_reason": "DU01"}
    )
    [event] = answers.reported(state.runs[run], state.payments, refused)
    assert isinstance(event, PaymentsRejected)


@pytest.mark.parametrize("verdict", [BankVerdict.REJECTED, BankVerdict.NOT_FOUND])
def test_a_repeated_answer_to_the_first_attempt_does_not_touch_the_second(verdict):
    state, run = b.second_attempt()
    assert reported(state, run, P1=verdict) == []


def test_a_group_answer_to_the_first_run_does_not_touch_the_second():
    state, run = b.second_attempt()
    state = b.after(state, reported(state, run, BankVerdict.REJECTED))
    assert state.payments["HANA.P1"].status is Status.SUBMITTED


def test_what_a_report_names_as_not_found_is_not_accepted_by_its_group():
    state, run = b.with_status(Status.UNKNOWN)
    state = b.after(state, reported(state, run, BankVerdict.ACCEPTED, P1=BankVerdict.NOT_FOUND))
    assert [state.payments[name].status for name in ("HANA.P1", "HANA.P2")] == [Status.RELEASED, Status.ACCEPTED]


@pytest.mark.parametrize("verdict", BankVerdict)
def test_a_report_that_names_a_payment_twice_says_it_once(verdict):
    state, run = b.with_status(Status.UNKNOWN)
    report = b.report(state.runs[run].message_id or "", P1=verdict)
    twice = report.model_copy(update={"transfers": report.transfers * 2})
    assert answers.reported(state.runs[run], state.payments, twice) == reported(state, run, P1=verdict)


@pytest.mark.parametrize("group", [None, *BankVerdict])
def test_a_report_that_contradicts_itself_about_a_payment_is_not_believed_about_it(group):
    state, run = b.with_status(Status.UNKNOWN)
    report = b.report(state.runs[run].message_id or "", group, P1=BankVerdict.ACCEPTED)
    other = b.report("M", P1=BankVerdict.REJECTED).transfers
    both = report.model_copy(update={"transfers": report.transfers + other})
    events = answers.reported(state.runs[run], state.payments, both)
    assert (
        AnswerContradicted(message_id="S1", payment="HANA.P1", status="unknown", answer="accepted and rejected")
        in events
    )
    assert b.after(state, events).payments["HANA.P1"].status is Status.UNKNOWN


def test_a_late_acceptance_of_an_attempt_that_was_given_up_is_named():
    state, run = b.second_attempt()
    assert reported(state, run, P1=BankVerdict.ACCEPTED) == [
        AnswerContradicted(message_id="S1", payment="HANA.P1", status="not in the run", answer="accepted as HANA.P1")
    ]
