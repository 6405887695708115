import pytest
from msgspec.structs import replace

from domain.commands import CorrectPayment, HoldPayment, ResumePayment
from domain.errors import IllegalTransition, NotFound, WrongRole
from domain.events import (
    PaymentCorrected,
    PaymentHeld,
    PaymentResumed,
    PaymentReturned,
    PaymentsCancelled,
    PaymentsRejected,
    PaymentsSettled,
    RejectedPayment,
    SettledPayment,
)
from domain.payments import payments
from domain.payments.payments import (
    TRANSITIONS,
    PaymentStep,
    Status,
    advance,
    can,
)
from domain.state import State
from tests.domain import builders as b


def hold(state: State, name: str = "HANA.P1", person=b.SORA):
    command = HoldPayment(key="k", by=person.user, production="HANA", payment=name, reason="tax form missing")
    return payments.hold(state.payments, command, person, "spc")


def resume(state: State, person=b.SORA):
    command = ResumePayment(key="k", by=person.user, production="HANA", payment="HANA.P1")
    return payments.resume(state.payments, command, person, "spc")


def correct(state: State, person=b.SORA):
    command = CorrectPayment(key="k", by=person.user, production="HANA", payment="HANA.P1", reason="new account")
    return payments.correct(state.payments, command, person, "spc")


def rejected(state: State, run: str) -> State:
    line = RejectedPayment(payment="HANA.P1", reason="AC04", words="closed")
    return b.after(state, [PaymentsRejected(run=run, message_id="S1", payments=(line,))])


def settled() -> State:
    state, _ = b.at_the_bank()
    line = SettledPayment(
        payment="HANA.P1",
        payee_party="vendor",
        amount=b.krw(120_000_000),
        booked=b.krw(120_000_000),
        contract_value=b.krw(120_000_000),
        bank_reference="B1",
    )
    event = PaymentsSettled(account="spc-krw", message_id="N1", booked_on=b.TODAY, payments=(line,))
    return b.after(state, [event])


def returned() -> State:
    event = PaymentReturned(
        account="spc-krw",
        message_id="N2",
        payment="HANA.P1",
        payee_party="vendor",
        amount=b.krw(120_000_000),
        booked=b.krw(120_000_000),
        contract_value=b.krw(120_000_000),
        bank_reference="B2",
        reason="AC04",
    )
    return b.after(settled(), [event])


def test_every_step_says_where_it_starts_and_where_it_ends():
    assert set(TRANSITIONS) == set(PaymentStep)


def test_every_status_is_reached_from_scheduled():
    reached = {Status.SCHEDULED}
    while grown := {target for origins, target in TRANSITIONS.values() if origins & reached} - reached:
        reached |= grown
    assert reached == set(Status)


def test_only_a_settled_or_cancelled_payment_has_nothing_more_expected_of_it():
    leaving = {status for origins, _ in TRANSITIONS.values() for status in origins}
    assert set(Status) - leaving == {Status.CANCELLED}
    assert {Status.SETTLED, Status.CANCELLED} == payments.FINISHED
    assert {origin for origin in Status if origin in TRANSITIONS[PaymentStep.RETURN][0]} == {Status.SETTLED}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("step", PaymentStep)
def test_a_step_that_does_not_exist_from_a_status_is_refused_by_name(step, status):
    payment = replace(b.registered().payments["HANA.P1"], status=status)
    if can(payment, step):
        assert advance(payment, step) is TRANSITIONS[step][1]
        return
    with pytest.raises(IllegalTransition, match=f"HANA.P1 is {status}: the step '{step}' exists only") as refused:
        advance(payment, step)
    assert refused.value.data == {"payment": "HANA.P1", "status": status, "step": step}


def test_a_due_payment_is_held_and_resumed():
    state = b.owing()
    assert hold(state) == [PaymentHeld(payment="HANA.P1", reason="tax form missing")]
    state = b.after(state, hold(state))
    assert (state.payments["HANA.P1"].status, state.payments["HANA.P1"].reason) == (Status.HELD, "tax form missing")
    assert resume(state) == [PaymentResumed(payment="HANA.P1")]
    state = b.after(state, resume(state))
    assert (state.payments["HANA.P1"].status, state.payments["HANA.P1"].reason) == (Status.DUE, None)


@pytest.mark.parametrize("act", [hold, resume, correct])
def test_only_a_treasurer_of_the_debtor_holds_resumes_and_corrects(act):
    with pytest.raises(WrongRole, match="needs the role treasurer"):
        act(b.owing(), person=b.YUN)


@pytest.mark.parametrize("act", [hold, resume, correct])
def test_a_payment_already_at_the_bank_is_neither_held_nor_resumed_nor_corrected(act):
    state, _ = b.at_the_bank()
    with pytest.raises(IllegalTransition, match=r"HANA\.P1 is submitted"):
        act(state)


def test_a_payment_that_does_not_exist_is_named():
    with pytest.raises(NotFound, match=r"There is no payment HANA\.P9"):
        hold(b.owing(), "HANA.P9")


def test_a_rejected_payment_tells_the_banks_reason_and_words():
    state = rejected(*b.at_the_bank())
    assert state.payments["HANA.P1"].reason == "AC04: closed"


def test_a_corrected_payment_is_due_again_outside_its_run_for_a_new_attempt():
    state = rejected(*b.at_the_bank())
    assert correct(state) == [PaymentCorrected(payment="HANA.P1", reason="new account")]
    payment = b.after(state, correct(state)).payments["HANA.P1"]
    assert (payment.status, payment.run, payment.end_to_end_id, payment.attempt) == (Status.DUE, None, None, 2)
    assert payment.reason is None


def test_a_returned_payment_can_be_corrected_too():
    state = returned()
    assert b.after(state, correct(state)).payments["HANA.P1"].status is Status.DUE


def test_each_attempt_has_an_end_to_end_id_of_its_own():
    payment = b.registered().payments["HANA.P1"]
    ids = [replace(payment, attempt=attempt).next_end_to_end_id for attempt in (1, 2, 3)]
    assert len(set(ids)) == 3
    assert ids[0] == "HANA.P1"


def test_the_longest_keys_still_make_an_end_to_end_id_that_banks_take():
    payment = replace(b.registered().payments["HANA.P1"], id="P" * 16 + "-" + "I" * 12, attempt=99_999)
    assert len(payment.next_end_to_end_id) <= 35


def test_a_payment_that_fell_due_is_not_cancelled():
    with pytest.raises(IllegalTransition, match="the step 'cancel' exists only for one that is scheduled"):
        b.after(b.owing(), [PaymentsCancelled(payments=("HANA.P1",))])


def test_no_attempt_of_one_payment_has_the_end_to_end_id_of_another_payment():
    payment = b.registered().payments["HANA.P1"]
    other = replace(payment, id="HANA.P1-2", instalment="P1-2")
    assert replace(payment, attempt=2).next_end_to_end_id != other.next_end_to_end_id
