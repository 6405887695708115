from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec import structs

from domain.agreement.model import Agreement
from domain.bank.first_release.rules import reported
from domain.bank.messages import AgreedRate, BankVerdict
from domain.bank.profile import Pain001Profile
from domain.commands import CancelRun, ReleaseRun
from domain.errors import IllegalTransition, NotFound, SamePerson, StaleApproval, WrongRole
from domain.events import (
    PaymentCorrected,
    PaymentHeld,
    PaymentResumed,
    PaymentsAccepted,
    PaymentsNotFound,
    PaymentsRejected,
    RejectedPayment,
    RunAccepted,
    RunCancelled,
    RunDoubted,
    RunReleased,
)
from domain.identity import SYSTEM, Person
from domain.payments import orders, runs
from domain.payments.payments import ON_ITS_WAY, Payments, Status
from domain.schemas import STEPS, Schemas, given
from domain.state import State
from tests.domain import builders as b

TERMS = b.agreement()
NOON = datetime(2026, 4, 1, 3, tzinfo=UTC)


def prepare(state: State, command=None, person: Person = b.SORA, quote: runs.Quote | None = None):
    return runs.prepare(state.payments, TERMS, command or b.prepare_command(), person, quote)


def release(
    state: State,
    run: str,
    person: Person = b.YUN,
    sha256: str | None = None,
    terms: Agreement = TERMS,
    today: date = b.TODAY,
):
    command = ReleaseRun(key="k", by=person.user, production="HANA", run=run, sha256=sha256 or state.runs[run].sha256)
    return runs.release(state.runs, state.payments, terms, command, person, today)


def cancel(state: State, run: str, person: Person = b.SORA):
    command = CancelRun(key="k", by=person.user, production="HANA", run=run, reason="wrong day")
    return runs.cancel(state.runs, TERMS, command, person)


def on_their_way(state: State, run: str) -> int:
    return sum(payment.status in ON_ITS_WAY for payment in state.payments.of_run(run))


def statuses(state: State, run: str) -> dict[str, Status]:
    return {payment.instalment: payment.status for payment in state.payments.of_run(run)}


def test_preparing_when_nothing_is_due_makes_nothing():
    assert prepare(b.registered()) == []


def test_only_what_is_due_of_that_account_and_currency_is_gathered():
    prepared, gathered = prepare(b.owing())
    assert [(line.payment, line.end_to_end_id) for line in gathered.payments] == [
        ("HANA.P1", "HANA.P1"),
        ("HANA.P2", "HANA.P2"),
    ]
    assert (prepared.count, prepared.total, prepared.by) == (2, b.krw(200_000_000), "sora")


def test_what_is_held_is_not_gathered():
    state = b.after(b.owing(), [PaymentHeld(payment="HANA.P1", reason="frozen")])
    assert [line.payment for line in prepare(state)[1].payments] == ["HANA.P2"]


def test_what_is_in_a_run_is_not_gathered_into_another():
    state, _ = b.prepared(b.owing())
    assert prepare(state, b.prepare_command(2)) == []


def test_a_run_that_converts_carries_its_quote():
    state = b.owing()
    events = prepare(state, b.prepare_command(currency="USD"), quote=b.QUOTE)
    assert [event.type for event in events] == ["run-prepared", "quote-taken", "payments-gathered"]
    state = b.after(state, events)
    [run] = state.runs.values()
    assert run.quote == b.QUOTE
    state = b.released(state, run.id)
    order = orders.order(state.runs[run.id], state.payments, TERMS, NOON)
    assert order.transfers[0].agreed_rate is None, "the bank made no deal"


def converting(terms: Agreement, quote: runs.Quote = b.QUOTE):
    """A released run of dollars from a won account, under these terms."""
    state = b.owing()
    events = runs.prepare(state.payments, terms, b.prepare_command(currency="USD"), b.SORA, quote)
    state = b.after(state, events)
    [run] = state.runs
    return b.after(state, release(state, run, terms=terms)), run


def dealt(deal: str | None = "FWD-77", contract: str = "1351.25") -> Agreement:
    """The terms with a deal of the bank on dollars."""
    rule = TERMS.fx_rule("USD", "KRW").model_copy(update={"deal": deal, "contract": Decimal(contract)})
    others = tuple(one for one in TERMS.fx if (one.base, one.quote) != ("USD", "KRW"))
    return TERMS.model_copy(update={"fx": (*others, rule)})


def test_an_order_names_the_rate_of_a_deal_that_the_bank_made_and_its_number():
    terms = dealt()
    state, run = converting(terms)
    order = orders.order(state.runs[run], state.payments, terms, NOON)
    assert order.transfers[0].agreed_rate == AgreedRate(rate=Decimal("1351.25"), contract_id="FWD-77")


def test_a_run_at_another_rate_than_the_deals_names_no_deal():
    terms = dealt(contract="1400")
    state, run = converting(terms)
    assert orders.order(state.runs[run], state.payments, terms, NOON).transfers[0].agreed_rate is None


@pytest.mark.parametrize("now", [dealt("FWD-78"), dealt(None), dealt(contract="1351.26")])
def test_a_release_is_bound_to_the_deal(now):
    state, run = converting(dealt())
    with pytest.raises(StaleApproval, match="changed after its release"):
        orders.order(state.runs[run], state.payments, now, NOON)


def test_a_release_is_bound_to_the_profile_of_the_bank_file():
    state, run = b.prepared(b.owing())
    state = b.released(state, run)
    profile = Pain001Profile(charge_bearer="DEBT")
    for change in ({"bank_file": profile}, {"batch_booking": False}, {"kind": "savings"}):
        accounts = tuple(one.model_copy(update=change if one.id == "spc-krw" else {}) for one in TERMS.accounts)
        with pytest.raises(StaleApproval, match="changed after its release"):
            orders.order(state.runs[run], state.payments, TERMS.model_copy(update={"accounts": accounts}), NOON)


def test_an_order_released_before_deals_had_numbers_may_name_its_rate_under_its_own_id():
    state, run = converting(TERMS)
    [today] = orders.orders_made(state.runs[run], state.payments, TERMS, NOON)
    assert today.transfers[0].agreed_rate is None
    [earlier] = runs.bindings(state.runs[run], state.payments.of_run(run), TERMS) - {state.runs[run].sha256}
    state.runs[run] = structs.replace(state.runs[run], sha256=earlier)
    same, first = orders.orders_made(state.runs[run], state.payments, TERMS, NOON)
    assert same == today
    assert first.transfers[0].agreed_rate == AgreedRate(rate=Decimal("1351.25"), contract_id=today.message_id)


def test_another_rate_is_another_approval():
    state = b.owing()
    hashes = {
        prepare(state, b.prepare_command(currency="USD"), quote=replace(b.QUOTE, rate=Decimal(rate)))[0].sha256
        for rate in ("1351.25", "1351.26")
    }
    assert len(hashes) == 2


def test_ten_thousand_payments_are_gathered_by_a_bounded_number_of_lines_an_event():
    state = b.owing()
    one = state.payments["HANA.P1"]
    many = (structs.replace(one, id=f"HANA.{i}", instalment=str(i)) for i in range(2_500))
    events = prepare(State(payments=Payments(many)))
    assert [len(event.payments) for event in events[1:]] == [1000, 1000, 500]


def test_another_person_releases_exactly_what_was_looked_at():
    state, run = b.prepared(b.owing())
    sha256 = state.runs[run].sha256
    assert release(state, run) == [RunReleased(run=run, by="yun", sha256=sha256, on=b.TODAY)]
    state = b.after(state, release(state, run))
    assert (state.runs[run].status, state.runs[run].released_by) == ("released", "yun")
    assert set(statuses(state, run).values()) == {Status.RELEASED}


def test_the_preparer_does_not_release_even_as_a_releaser():
    state, run = b.prepared(b.owing())
    with pytest.raises(SamePerson, match="sora prepared run"):
        release(state, run, b.SORA)


def test_the_preparer_does_not_release_under_another_name():
    state, run = b.prepared(b.owing())
    with pytest.raises(SamePerson, match="tae counts as sora, who prepared run"):
        release(state, run, replace(b.SORA, user="tae", names=frozenset({"sora"})))


def test_a_run_whose_day_is_past_is_not_released_at_its_old_rate():
    state, run = b.prepared(b.owing())
    release(state, run, today=state.runs[run].execution_on)
    with pytest.raises(StaleApproval, match="is past: cancel it and open the account's day"):
        release(state, run, today=state.runs[run].execution_on + timedelta(days=1))


def test_only_a_releaser_of_the_debtor_releases():
    state, run = b.prepared(b.owing())
    with pytest.raises(WrongRole, match="needs the role releaser"):
        release(state, run, b.JI)
    with pytest.raises(WrongRole, match="this is for spc to do"):
        release(state, run, replace(b.YUN, party="mori"))


def test_a_run_that_does_not_exist_is_named():
    state, _ = b.prepared(b.owing())
    with pytest.raises(NotFound, match="There is no run nowhere"):
        release(state, "nowhere", sha256="0" * 64)


def test_a_hash_of_something_else_releases_nothing():
    state, run = b.prepared(b.owing())
    with pytest.raises(StaleApproval, match="no longer what was looked at"):
        release(state, run, sha256="0" * 64)


def test_a_payment_held_after_preparing_voids_the_hash_and_leaves_the_run():
    state, run = b.prepared(b.owing())
    state = b.after(state, [PaymentHeld(payment="HANA.P1", reason="frozen")])
    with pytest.raises(StaleApproval):
        release(state, run)
    now = runs.binding(state.runs[run], state.payments.of_run(run), TERMS)
    state = b.after(state, release(state, run, sha256=now))
    assert (state.runs[run].count, state.runs[run].total) == (1, b.krw(80_000_000))
    assert statuses(state, run) == {"P2": Status.RELEASED}


def test_what_was_seen_before_an_upgrade_still_holds_and_nothing_else_does():
    state, run = b.prepared(b.owing())
    of = state.runs[run], state.payments.of_run(run), TERMS
    steps = STEPS["BoundRun"]
    later = Schemas({"BoundRun": (*steps, given("rate", None))})
    assert state.runs[run].sha256 in runs.bindings(*of)
    assert len(runs.bindings(*of)) == 1 + len(steps)
    assert len(runs.bindings(*of, later)) == 2 + len(steps)
    assert runs.bindings(*of) & runs.bindings(*of, later) == set(), "what names its version has other bytes"
    quoted = structs.replace(state.runs[run], quote=b.QUOTE)
    assert len(runs.bindings(quoted, *of[1:], later)) == 1, "what an earlier version had no words for has no such hash"


def test_a_payment_held_and_resumed_goes_in_a_later_run():
    state, run = b.prepared(b.owing())
    state = b.after(state, [PaymentHeld(payment="HANA.P1", reason="?"), PaymentResumed(payment="HANA.P1")])
    assert statuses(state, run) == {"P2": Status.DUE}
    state, second = b.prepared(state, 2)
    assert statuses(state, second) == {"P1": Status.DUE}


def test_an_amendment_of_a_creditors_account_voids_the_hash():
    state, run = b.prepared(b.owing())
    amended = b.agreement(version=2, vendor_number="999888777")
    with pytest.raises(StaleApproval):
        release(state, run, terms=amended)


def test_a_release_happens_once():
    state, run = b.prepared(b.owing())
    with pytest.raises(IllegalTransition, match="is released: only a prepared run"):
        release(b.released(state, run), run)


def test_a_cancelled_run_frees_its_payments_for_the_next():
    state, run = b.prepared(b.owing())
    assert cancel(state, run) == [RunCancelled(run=run, by="sora", reason="wrong day")]
    state = b.after(state, cancel(state, run))
    assert (state.runs[run].status, statuses(state, run)) == ("cancelled", {})
    state, second = b.prepared(state, 2)
    assert statuses(state, second) == {"P1": Status.DUE, "P2": Status.DUE}


def test_only_a_preparer_of_the_debtor_cancels():
    state, run = b.prepared(b.owing())
    with pytest.raises(WrongRole, match="needs the role preparer"):
        cancel(state, run, b.YUN)


def test_a_run_at_the_bank_is_not_cancelled():
    with pytest.raises(IllegalTransition, match="is submitted: only"):
        cancel(*b.at_the_bank())


def test_an_order_names_everything_that_the_bank_needs():
    state, run = b.prepared(b.owing())
    state = b.released(state, run)
    order = orders.order(state.runs[run], state.payments, TERMS, NOON)
    assert (order.message_id, order.execution_on) == (runs.message_id(state.runs[run]), b.TODAY)
    assert order.debtor == TERMS.bank_account("spc-krw")
    first, second = order.transfers
    assert (first.end_to_end_id, first.amount, first.remittance) == ("HANA.P1", b.krw(120_000_000), "HANA P1")
    assert (second.end_to_end_id, second.creditor) == ("HANA.P2", TERMS.bank_account("vendor-krw"))
    assert first.agreed_rate is None


def test_only_a_released_run_is_sent():
    state, run = b.prepared(b.owing())
    with pytest.raises(IllegalTransition, match="is prepared: only a released run is sent"):
        orders.order(state.runs[run], state.payments, TERMS, NOON)


def test_an_amendment_between_release_and_sending_stops_the_order():
    state, run = b.prepared(b.owing())
    state = b.released(state, run)
    with pytest.raises(StaleApproval, match="changed after its release"):
        orders.order(state.runs[run], state.payments, b.agreement(2, vendor_number="999888777"), NOON)


def test_message_ids_are_short_stable_and_distinct():
    name = runs.run_id("P" * 16, "A" * 16, "KRW", b.TODAY, 1234)
    run = runs.Run(name, "A", "KRW", b.TODAY, "x", 0, b.krw(0), "")
    ids = [runs.message_id(run, enquiry) for enquiry in range(50)]
    assert ids == [runs.message_id(structs.replace(run, status="submitted"), enquiry) for enquiry in range(50)]
    assert len(set(ids)) == 50
    assert max(map(len, ids)) <= 35


def test_no_enquiry_is_made_without_unanswered_payments():
    state, run = b.at_the_bank()
    state = b.after(state, [RunAccepted(run=run, message_id="S1")])
    assert orders.enquiry(state.runs[run], state.payments, TERMS, NOON) is None


def test_nothing_is_asked_about_what_was_never_sent():
    state, run = b.prepared(b.owing())
    assert orders.enquiry(state.runs[run], state.payments, TERMS, NOON) is None


def test_an_enquiry_asks_for_what_has_no_answer_under_a_new_id_each_time():
    state, run = b.at_the_bank()
    state = b.after(state, [PaymentsAccepted(run=run, message_id="S1", payments=("HANA.P1",))])
    first = orders.enquiry(state.runs[run], state.payments, TERMS, NOON)
    assert first is not None
    assert (first.order_message_id, first.end_to_end_ids) == (state.runs[run].message_id, ("HANA.P2",))
    state = b.after(state, [RunDoubted(run=run, enquiry_message_id=first.message_id, file=b.FILE)])
    assert statuses(state, run) == {"P1": Status.ACCEPTED, "P2": Status.UNKNOWN}
    second = orders.enquiry(state.runs[run], state.payments, TERMS, NOON)
    assert second is not None
    assert second.end_to_end_ids == ("HANA.P2",)
    assert len({first.message_id, second.message_id, first.order_message_id}) == 3


def test_what_the_bank_never_saw_is_sent_again_as_the_same_bytes():
    state, run = b.at_the_bank()
    state = b.after(
        state,
        [
            RunDoubted(run=run, enquiry_message_id="E1", file=b.FILE),
            PaymentsAccepted(run=run, message_id="S1", payments=("HANA.P1",)),
            PaymentsNotFound(run=run, message_id="S1", payments=("HANA.P2",)),
        ],
    )
    assert statuses(state, run) == {"P1": Status.ACCEPTED, "P2": Status.RELEASED}
    assert on_their_way(state, run) == 2
    before = state.runs[run]
    state = b.submitted(state, run)
    assert statuses(state, run) == {"P1": Status.ACCEPTED, "P2": Status.SUBMITTED}
    assert (state.runs[run].message_id, state.runs[run].file) == (before.message_id, before.file)


def test_a_run_waits_for_the_bank_until_each_payment_has_its_end():
    state, run = b.at_the_bank()
    assert on_their_way(state, run) == 2
    report = b.report(state.runs[run].message_id or "", P1=BankVerdict.REJECTED, P2=BankVerdict.REJECTED)
    state = b.after(state, reported(state.runs[run], state.payments, report))
    assert on_their_way(state, run) == 0


def test_a_corrected_payment_goes_in_a_later_run_under_a_new_end_to_end_id():
    state, run = b.at_the_bank()
    line = RejectedPayment(payment="HANA.P1", reason="AC04", words=None)
    state = b.after(
        state,
        [
            PaymentsRejected(run=run, message_id="S1", payments=(line,)),
            PaymentCorrected(payment="HANA.P1", reason="new account"),
        ],
    )
    assert statuses(state, run) == {"P2": Status.SUBMITTED}
    state, second = b.prepared(state, 2)
    [payment] = state.payments.of_run(second)
    assert (payment.id, payment.run) == ("HANA.P1", second)
    assert payment.end_to_end_id not in {None, "HANA.P1"}


def test_only_a_preparer_of_the_debtor_prepares_and_sluice_itself_may():
    state = b.owing()
    with pytest.raises(WrongRole, match="needs the role preparer"):
        prepare(state, person=b.YUN)
    with pytest.raises(WrongRole, match="this is for spc to do"):
        prepare(state, person=replace(b.SORA, party="mori"))
    assert prepare(state, person=SYSTEM)[0].by == "system"


def test_a_run_left_without_payments_is_not_released():
    state, run = b.prepared(b.owing())
    state = b.after(state, [PaymentHeld(payment=name, reason="frozen") for name in ("HANA.P1", "HANA.P2")])
    with pytest.raises(IllegalTransition, match="has no payments left: cancel it"):
        release(state, run, sha256=runs.binding(state.runs[run], [], TERMS))


def test_a_released_run_that_an_amendment_stopped_can_be_cancelled():
    state, run = b.prepared(b.owing())
    state = b.released(state, run)
    state = b.after(state, cancel(state, run))
    assert state.runs[run].status == "cancelled"
    assert {state.payments[name].status for name in ("HANA.P1", "HANA.P2")} == {Status.DUE}
    state, second = b.prepared(state, 2, terms=b.agreement(2, vendor_number="999888777"))
    assert statuses(state, second) == {"P1": Status.DUE, "P2": Status.DUE}


def test_a_run_is_never_prepared_twice_under_one_name():
    state, _ = b.prepared(b.owing())
    state = b.after(state, [PaymentHeld(payment="HANA.P1", reason="?"), PaymentResumed(payment="HANA.P1")])
    with pytest.raises(IllegalTransition, match=r"There is a run .+ already"):
        b.prepared(state)
