from fractions import Fraction

import pytest

from adapters.sandbox_bank.faults import (
    RANDOM_KINDS,
    FaultKind,
    add_fault,
    add_random_faults,
    clear_faults,
    list_faults,
    plan_faults,
)
from domain.bank.messages import BankVerdict
from domain.errors import BadInput
from tests.adapters.bank.samples import transfer
from tests.adapters.sandbox_bank.customer import KEY, groups, movements, statuses


def strike(customer, payment, kind, reason="AC04", seconds=30):
    add_fault(customer.bank.books.db, payment, FaultKind(kind), reason=reason, seconds=seconds)


def test_a_payment_is_rejected_on_demand_with_the_reason(customer):
    strike(customer, "E2", "reject", reason="AC06")
    answers = customer.exchange(transfer("E1"), transfer("E2"))
    assert statuses(answers) == {"E1": ("accepted", None), "E2": ("rejected", "AC06")}
    assert movements(answers) == [("E1", "debit", "JPY 1000")]


def test_a_rejected_payment_goes_through_when_it_is_sent_corrected(customer):
    strike(customer, "E1", "reject")
    customer.exchange(transfer("E1"))
    assert groups(customer.exchange(transfer("E1"), message_id="RUN-2")) == [(BankVerdict.ACCEPTED, None)]
    assert customer.bank.effects("E1") == 1


def test_a_delayed_order_is_silent_until_its_time_and_pending_when_asked_about(customer):
    strike(customer, "E1", "delay", seconds=30)
    assert customer.exchange(transfer("E1")) == []
    customer.ask("E1")
    (pending,) = customer.answers()
    assert (pending.group, pending.transfers) == (None, ())
    customer.seconds += 30
    answers = customer.answers()
    assert groups(answers) == [(BankVerdict.ACCEPTED, None)]
    assert movements(answers) == [("E1", "debit", "JPY 1000")]


def test_a_delayed_payment_does_not_hold_up_the_others(customer):
    strike(customer, "E1", "delay", seconds=30)
    answers = customer.exchange(transfer("E1"), transfer("E2"))
    assert statuses(answers) == {"E2": ("accepted", None)}
    assert movements(answers) == [("E2", "debit", "JPY 1000")]


def test_a_lost_answer_is_booked_and_told_only_when_asked_for(customer):
    strike(customer, "E1", "lose-answer")
    assert customer.exchange(transfer("E1")) == []
    assert customer.bank.effects("E1") == 1
    customer.ask("E1")
    answers = customer.answers()
    assert statuses(answers) == {"E1": ("accepted", None)}
    assert movements(answers) == [("E1", "debit", "JPY 1000")]


def test_a_lost_answer_in_a_batch_leaves_that_payment_out_and_the_group_open(customer):
    strike(customer, "E1", "lose-answer")
    answers = customer.exchange(transfer("E1"), transfer("E2"))
    assert (groups(answers), statuses(answers)) == ([(None, None)], {"E2": ("accepted", None)})
    assert movements(answers) == [("E2", "debit", "JPY 1000")]


def test_a_lost_answer_is_also_given_to_the_same_file_again(customer):
    strike(customer, "E1", "lose-answer")
    raw = customer.send(transfer("E1"))
    assert customer.answers() == []
    customer.put(raw)
    answers = customer.answers()
    assert (groups(answers), len(movements(answers))) == ([(BankVerdict.ACCEPTED, None)], 1)
    assert customer.bank.effects("E1") == 1


def test_a_lost_file_was_never_received_and_goes_through_when_sent_again(customer):
    strike(customer, "E1", "lose-file")
    raw = customer.send(transfer("E1"), transfer("E2"))
    assert customer.answers() == []
    customer.ask("E1", "E2")
    assert statuses(customer.answers()) == {"E1": ("not_found", "NOOR"), "E2": ("not_found", "NOOR")}
    assert customer.bank.books.booked() == {}
    customer.put(raw)
    answers = customer.answers()
    assert groups(answers) == [(BankVerdict.ACCEPTED, None)]
    assert len(movements(answers)) == 2


def test_a_partial_batch_rejects_every_second_payment_from_the_one_named(customer):
    strike(customer, "E2", "partial", reason="MS03")
    answers = customer.exchange(*(transfer(f"E{n}") for n in range(1, 6)))
    rejected = {key for key, (verdict, _) in statuses(answers).items() if verdict == "rejected"}
    assert rejected == {"E2", "E4"}
    assert [key for key, _, _ in movements(answers)] == ["E1", "E3", "E5"]


def test_a_duplicate_answer_is_the_same_message_under_another_name(customer):
    strike(customer, "E1", "duplicate-answer")
    answers = customer.exchange(transfer("E1"))
    assert [each.message_id for each in answers] == ["SBX-0000000001"] * 2 + ["SBX-0000000003"] * 2
    assert customer.bank.effects("E1") == 1


def test_a_settled_payment_comes_back_with_the_reason(customer):
    strike(customer, "E1", "return", reason="BE04", seconds=60)
    customer.exchange(transfer("E1"))
    before = customer.bank.books.balances()[KEY]
    customer.seconds += 60
    ((report,),) = (customer.answers(),)
    (movement,) = report.movements
    assert (movement.returned, movement.reason, movement.direction.value) == (True, "BE04", "credit")
    assert movement.end_to_end_id == "E1"
    assert customer.bank.books.balances()[KEY] == before + movement.booked
    assert (customer.bank.effects("E1"), customer.answers()) == (1, [])


def test_faults_at_random_strike_the_same_payments_for_the_same_seed(customer):
    db = customer.bank.books.db
    payments = [f"E{n}" for n in range(1000)]
    add_random_faults(db, 7, Fraction("0.1"), RANDOM_KINDS, reason="AC04", seconds=1)
    first = plan_faults(db, payments)
    clear_faults(db)
    add_random_faults(db, 7, Fraction("0.1"), RANDOM_KINDS, reason="AC04", seconds=1)
    again = plan_faults(db, payments)
    struck = {kind: set(first.of(kind)) for kind in FaultKind}
    assert struck == {kind: set(again.of(kind)) for kind in FaultKind}
    assert 60 < sum(len(each) for each in struck.values()) < 140
    assert not struck[FaultKind.PARTIAL]


def test_whatever_strikes_at_random_each_payment_is_booked_at_most_once(customer):
    add_random_faults(customer.bank.books.db, 3, Fraction("0.5"), RANDOM_KINDS, reason="AC04", seconds=1)
    keys = [f"E{n}" for n in range(40)]
    raw = customer.send(*(transfer(key) for key in keys))
    for _ in range(3):
        customer.answers()
        customer.put(raw)
        customer.ask(*keys)
        customer.seconds += 1
    customer.answers()
    assert {customer.bank.effects(key) for key in keys} == {0, 1}
    assert set(customer.bank.books.db.execute("SELECT notify FROM posting")) == {("done",)}


def test_a_share_that_is_none_is_refused(customer):
    for rate, kinds in ((Fraction(2), RANDOM_KINDS), (Fraction(-1), RANDOM_KINDS), (Fraction(1), ())):
        with pytest.raises(BadInput, match="is not a share of payments"):
            add_random_faults(customer.bank.books.db, 1, rate, kinds, reason="AC04", seconds=1)


def test_faults_are_listed_and_forgotten(customer):
    strike(customer, "E1", "return")
    (rule,) = list_faults(customer.bank.books.db)
    assert (rule.kind, rule.payment, rule.reason, rule.seconds) == (FaultKind.RETURN, "E1", "AC04", 30)
    clear_faults(customer.bank.books.db)
    assert list_faults(customer.bank.books.db) == []
