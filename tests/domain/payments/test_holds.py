"""What keeps payments from payees: held with the reason when it comes, freed when it is over, and asked again."""

import dataclasses
from datetime import timedelta

import pytest

from domain.commands import ResumePayment
from domain.errors import Hindered, SamePerson
from domain.events import (
    AccountChangeConfirmed,
    AccountChangeProposed,
    AccountChangeRefused,
    PartyFrozen,
    PaymentCorrected,
    PaymentHeld,
    PaymentsFreed,
    PaymentsHeld,
    PaymentsRejected,
    RejectedPayment,
    UnfreezeApproved,
)
from domain.identity import Person, Role
from domain.payments import holds
from domain.payments.payments import Status
from tests.domain import builders as b

TREASURER = Person("tae", "spc", frozenset({Role.TREASURER}))
FROZEN = PartyFrozen(party="vendor", reason="a suspicion", by="sora")
PROPOSED = AccountChangeProposed(
    change="vendor-krw/1",
    account="vendor-krw",
    number="10020077700099",
    bic="SLUAKRSE",
    evidence={},
    reason="a new bank",
    by="sora",
)
CONFIRMED = AccountChangeConfirmed(
    change="vendor-krw/1",
    called="Ms Han",
    phone="1",
    known_from="the contract",
    called_on=b.TODAY,
    said="yes",
    by="tae",
    in_force_on=b.TODAY + timedelta(days=5),
)
LIFTED = UnfreezeApproved(party="vendor", reason="it was not so", by="tae", lifted=True)
EVENTS = (
    PROPOSED,
    FROZEN,
    LIFTED.model_copy(update={"by": "sora", "lifted": False}),
    LIFTED,
    CONFIRMED,
    AccountChangeRefused(change="vendor-krw/1", reason="a fraud", by="tae"),
)
"""A life of what is on record about a payee."""
VENDORS = ["HANA.P1", "HANA.P2"]


def reviewed(state, on=b.TODAY):
    return holds.reviewed(state.payments, state.runs, state.production.payees, on)


def held(state, *events):
    """The state after events and what they hold."""
    after = b.after(state, events)
    return b.after(after, reviewed(after))


def resume(state, person=TREASURER, on=b.TODAY):
    command = ResumePayment(key="k", by=person.user, production="HANA", payment="HANA.P1")
    return holds.resume(state.payments, state.production.payees, command, person, "spc", on)


def test_a_freeze_holds_what_is_due_to_the_party_and_nothing_else():
    state = held(b.owing(), FROZEN)
    assert [name for name, one in state.payments.items() if one.status is Status.HELD] == VENDORS
    assert state.payments["HANA.P1"].reason == "vendor is frozen: a suspicion"
    assert reviewed(state) == [], "once"


def test_a_proposed_change_takes_payments_out_of_runs_also_released_ones():
    state, run = b.prepared(b.owing())
    for at in (state, b.released(state, run)):
        after = held(at, PROPOSED)
        assert after.payments.of_run(run) == []
        assert {after.payments[name].status for name in VENDORS} == {Status.HELD}


def test_what_the_bank_has_is_not_held():
    state, _ = b.at_the_bank()
    assert held(state, PROPOSED).payments == state.payments


def test_what_is_over_frees_what_it_held():
    changed, frozen = held(b.owing(), PROPOSED), held(b.owing(), FROZEN)
    [freed] = reviewed(b.after(changed, [AccountChangeRefused(change="vendor-krw/1", reason="a fraud", by="tae")]))
    assert freed == PaymentsFreed(payments=tuple(VENDORS))
    assert reviewed(b.after(frozen, [LIFTED])) == [freed]
    cooling = b.after(changed, [CONFIRMED])
    assert reviewed(cooling, b.TODAY + timedelta(days=4)) == []
    assert reviewed(cooling, b.TODAY + timedelta(days=5)) == [freed]


def test_what_is_freed_of_one_cause_is_held_for_another():
    state = b.after(held(b.owing(), FROZEN), [PROPOSED])
    freed, again = reviewed(b.after(state, [LIFTED]))
    assert isinstance(freed, PaymentsFreed)
    assert isinstance(again, PaymentsHeld)
    assert {line.cause for line in again.payments} == {"account/vendor-krw/1"}


def test_a_person_may_pay_to_the_account_in_force_in_spite_of_a_change_but_not_who_asked_for_it():
    state = held(b.owing(), PROPOSED)
    with pytest.raises(SamePerson, match="sora asked for the change"):
        resume(state, b.SORA)
    with pytest.raises(SamePerson, match="counts as sora, who asked for the change"):
        resume(state, dataclasses.replace(b.SORA, user="soyeon", names=frozenset({"sora"})))
    after = b.after(state, resume(state))
    assert after.payments["HANA.P1"].status is Status.DUE
    assert reviewed(after) == [], "the decision holds"
    holds.refuse_hindered("R", [after.payments["HANA.P1"]], after.production.payees, b.TODAY)


def test_nobody_resumes_what_a_freeze_or_an_added_account_holds():
    with pytest.raises(Hindered, match="vendor is frozen"):
        resume(held(b.owing(), FROZEN))
    with pytest.raises(Hindered, match="not confirmed by a second person"):
        resume(held(b.owing(), PROPOSED.model_copy(update={"added": True})))


def test_a_hold_of_a_person_is_not_ended_by_what_happens_to_the_payee():
    state = b.after(b.owing(), [PaymentHeld(payment="HANA.P1", reason="no invoice"), PROPOSED])
    state = b.after(state, [AccountChangeRefused(change="vendor-krw/1", reason="a fraud", by="tae")])
    assert reviewed(state) == []
    assert resume(state)


def test_a_corrected_payment_is_held_again():
    state = held(b.owing(), PROPOSED)
    sent, run = b.prepared(b.after(state, resume(state)))
    rejected = PaymentsRejected(
        run=run, message_id="S1", payments=(RejectedPayment(payment="HANA.P1", reason="AC04", words=None),)
    )
    refused = b.after(b.submitted(b.released(sent, run), run), [rejected])
    [again] = reviewed(b.after(refused, [PaymentCorrected(payment="HANA.P1", reason="asked")]))
    assert [line.payment for line in again.payments] == ["HANA.P1"]


def test_a_run_with_a_hindered_payment_cannot_go_and_says_why():
    state = b.after(b.owing(), [FROZEN])
    with pytest.raises(Hindered, match=r"because of payment HANA.P1: vendor is frozen: a suspicion. `sluice payment"):
        holds.refuse_hindered("R", state.payments.values(), state.production.payees, b.TODAY)
    assert "HANA.P1" not in holds.unhindered(state.payments, state.production.payees, b.TODAY)
