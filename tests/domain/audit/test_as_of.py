"""A production as of a day, as known at an instant."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agreement.productions import fall_due, register
from domain.audit.as_of import picture
from domain.errors import Broken
from domain.events import (
    AgreementAmended,
    DistributionComputed,
    EntitlementsPosted,
    PartyAmount,
    PaymentCorrected,
    PaymentHeld,
    PaymentReturned,
    PaymentsFellDue,
    PaymentsSettled,
    Payout,
    PayoutsOrdered,
    ReceiptMatched,
    RunReleased,
    RunSubmitted,
    SettledPayment,
)
from domain.ledger import journal
from domain.ledger.entries import postings
from domain.payments.receipts import ReceiptStatus
from domain.payments.runs import prepare
from domain.state import State, fold
from tests.domain import builders as b

START = datetime(2026, 4, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def life():
    """Batches of events as commands would make them: registered, due, paid, returned, amended, distributed."""
    state, batches = State(), []

    def record(*events):
        nonlocal state
        state = b.after(state, events)
        batches.append(list(events))

    terms = b.agreement()
    record(*register(None, terms, b.DOCUMENT, (), b.amounts(terms), b.due_date))
    record(*fall_due(state.payments, state.receipts, b.TODAY))
    record(PaymentHeld(payment="HANA.U1", reason="form"))
    command = b.prepare_command()
    record(*prepare(state.payments, terms, command, b.SORA, None))
    run = command.run
    record(RunReleased(run=run, by="yun", sha256=state.runs[run].sha256))
    record(RunSubmitted(run=run, message_id="M1", file=b.FILE))
    paid = state.payments["HANA.P1"]
    money = {"amount": paid.amount, "booked": paid.amount, "contract_value": paid.amount, "bank_reference": "B1"}
    line = SettledPayment(payment=paid.id, payee_party=paid.payee_party, **money)
    record(PaymentsSettled(account="spc-krw", message_id="N1", booked_on=b.TODAY, payments=(line,)))
    back = {"payment": paid.id, "payee_party": paid.payee_party, **money, "reason": "AC04"}
    record(PaymentReturned(account="spc-krw", message_id="N2", **back))
    record(PaymentCorrected(payment=paid.id, reason="account"))
    record(AgreementAmended(production="HANA", title="two", version=2, document="e" * 64))
    owed = next(one for one in state.receipts.values() if one.status is ReceiptStatus.OWED)
    got = {"amount": owed.amount, "booked": owed.amount, "contract_value": owed.amount, "bank_reference": "B3"}
    record(ReceiptMatched(account=owed.account, message_id="N3", receipt=owed.id, payer_party=owed.payer_party, **got))
    shares = (PartyAmount(party="mori", amount=b.krw(7)),)
    named = {"period": "2026-Q1", "engine": "1", "version": 2, "result": b.FILE, "shares": ()}
    record(DistributionComputed(**named, revision=1, until=b.TODAY, to_date=shares, answer_by=b.TODAY, pay_on=b.TODAY))
    record(EntitlementsPosted(period="2026-Q1", changes=shares))
    payout = Payout(party="mori", payment="HANA.D/1", amount=b.krw(7))
    record(PayoutsOrdered(period="2026-Q1", payouts=(payout,), carried=(), held=(), kept=shares))
    return batches


LIFE = life()


def chained(effective):
    """The life as facts, batch n effective on a day of April and recorded at noon of the n-th day."""
    facts, head = [], journal.Head()
    for number, (batch, day) in enumerate(zip(LIFE, effective, strict=False)):
        facts += journal.chained(
            "production/HANA",
            head,
            batch,
            effective_on=date(2026, 4, day),
            recorded_at=START + number * DAY,
            actor="ji",
            command_key=f"c{number}",
        )
        head = journal.Head(facts[-1].seq, facts[-1].hash)
    return facts


days = st.lists(st.integers(1, 28), min_size=len(LIFE), max_size=len(LIFE))


@given(effective=days, day=st.integers(1, 28), batches=st.integers(0, len(LIFE)))
def test_the_same_question_is_answered_alike_whatever_is_recorded_later(effective, day, batches):
    known = START + batches * DAY - timedelta(microseconds=1)
    everything = chained(effective)
    by_then = [fact for fact in everything if fact.recorded_at <= known]
    asked = picture(by_then, date(2026, 4, day), known)
    assert picture(everything, date(2026, 4, day), known) == asked
    assert asked.head == (journal.Head(by_then[-1].seq, by_then[-1].hash) if by_then else journal.Head())


@given(effective=days, day=st.integers(1, 28))
def test_balances_are_the_entries_of_the_facts_that_count_and_balance_by_themselves(effective, day):
    facts, sums = chained(effective), {}
    for fact in facts:
        if fact.effective_on <= date(2026, 4, day):
            for entry in postings(fact.event):
                key = (entry.account, entry.amount.currency)
                sums[key] = sums.get(key, 0) + entry.amount.minor
    found = picture(facts, date(2026, 4, day), START + 100 * DAY).balances
    assert found == {key: minor for key, minor in sums.items() if minor}
    for currency in {key[1] for key in found}:
        assert sum(minor for (_, each), minor in found.items() if each == currency) == 0


@given(effective=days.map(sorted), day=st.integers(1, 28))
def test_facts_that_count_in_the_order_of_the_journal_make_exactly_the_state_of_that_day(effective, day):
    facts = chained(effective)
    state = fold(State(), [(f.event, f.effective_on) for f in facts if f.effective_on <= date(2026, 4, day)])
    found = picture(facts, date(2026, 4, day), START + 100 * DAY)
    assert (found.payments, found.receipts, found.distributions) == (
        state.payments,
        state.receipts,
        state.distributions,
    )


def test_a_payment_is_as_the_last_fact_that_counts_left_it_though_an_earlier_recorded_one_counts_later():
    """Everything up to submission counts on the 20th, the bank's booking on the 5th: on the 10th it is settled."""
    effective = [20] * len(LIFE)
    effective[6] = 5
    assert isinstance(LIFE[6][0], PaymentsSettled)
    found = picture(chained(effective), date(2026, 4, 10), START + 6 * DAY)
    assert {name: str(one.status) for name, one in found.payments.items()} == {"HANA.P1": "settled"}
    assert found.agreement is None
    assert found.balances
    assert found.since["HANA.P1"][0] == date(2026, 4, 5)


def test_an_amendment_that_is_dated_back_is_in_force_from_its_day_once_it_is_known():
    effective = [1, *[5] * 8, 2, 6, 6, 6, 6]
    assert isinstance(LIFE[9][0], AgreementAmended)
    facts = chained(effective)
    before, after = START + 8 * DAY, START + 9 * DAY
    assert picture(facts, date(2026, 4, 3), before).agreement.version == 1
    assert picture(facts, date(2026, 4, 3), after).agreement.version == 2


def test_entitlements_and_payouts_are_summed_to_date():
    found = picture(chained([1] * len(LIFE)), b.TODAY, START + 100 * DAY)
    assert found.entitled == found.ordered == found.kept == {"mori": b.krw(7)}
    assert found.distributions["2026-Q1"].status == "ordered"


def test_a_journal_that_tells_an_impossible_life_is_named_by_its_event():
    facts = chained([1] * len(LIFE))
    due = next(fact for fact in facts if isinstance(fact.event, PaymentsFellDue))
    with pytest.raises(Broken, match=r"Event 1 of production/HANA cannot follow"):
        picture([due._replace(seq=1)], b.TODAY, START + 9 * DAY)
