from datetime import date, timedelta

import pytest
from msgspec import structs

from domain.agreement import productions
from domain.agreement.model import Agreement, DueAfter, DueOn, Instalment, Purpose
from domain.errors import IllegalTransition, NotFound, Refused
from domain.events import (
    AgreementAmended,
    AgreementRegistered,
    DueDateSet,
    DueDatesSet,
    PaymentsCancelled,
    PaymentsFellDue,
    PaymentsScheduled,
    ReceiptMatched,
    ReceiptsCancelled,
    ReceiptsExpected,
    ReceiptsFellDue,
    ScheduledPayment,
)
from domain.payments.payments import Status
from domain.payments.receipts import ReceiptStatus
from domain.state import State
from tests.domain import builders as b


def amend(
    state: State,
    agreement: Agreement,
    accepted: dict[str, date] | None = None,
    document: str = "e" * 64,
):
    assert state.production is not None
    return productions.amend(
        state.production,
        state.payments,
        state.receipts,
        accepted or {},
        agreement,
        document,
        ("han",),
        b.amounts(agreement),
        b.due_date,
    )


def amended(version: int = 2, without: tuple[str, ...] = (), plus: tuple[Instalment, ...] = ()) -> Agreement:
    """The agreement's next version without some instalments and with others; one of the same id replaces."""
    gone = {*without, *(line.id for line in plus)}
    return b.agreement(version, tuple(line for line in b.schedule() if line.id not in gone) + plus)


def part_of_c2() -> ReceiptMatched:
    return ReceiptMatched(
        account="spc-jpy",
        message_id="N1",
        receipt="HANA.C2",
        payer_party="mori",
        amount=b.jpy(1_000),
        booked=b.jpy(1_000),
        contract_value=b.jpy(1_000),
        bank_reference="B1",
    )


WRAP = DueAfter(milestone="wrap", business_days=2)
LOCK = DueAfter(milestone="lock", business_days=2)


def test_registering_puts_version_one_in_force_and_promises_its_schedule():
    state = b.registered()
    assert state.production == productions.Production("HANA", "하나 / はな", 1, b.DOCUMENT)
    assert set(state.payments) == {f"HANA.{name}" for name in ("P1", "P2", "P3", "R1", "U1", "U2")}
    assert set(state.receipts) == {f"HANA.{name}" for name in ("C1", "C2", "L1")}
    assert {payment.status for payment in state.payments.values()} == {Status.SCHEDULED}
    assert {receipt.status for receipt in state.receipts.values()} == {ReceiptStatus.EXPECTED}


def test_what_a_milestone_releases_has_no_date_yet():
    state = b.registered()
    assert (state.payments["HANA.P1"].due_on, state.payments["HANA.P1"].milestone) == (b.TODAY, None)
    assert (state.payments["HANA.P3"].due_on, state.payments["HANA.P3"].milestone) == (None, "lock")


def test_a_production_is_registered_once():
    production = b.registered().production
    with pytest.raises(IllegalTransition, match="registered already, at version 1: amend it"):
        productions.register(production, b.agreement(), b.DOCUMENT, (), b.amounts(b.agreement()), b.due_date)


def test_a_production_starts_at_version_one():
    terms = b.agreement(version=2)
    with pytest.raises(Refused, match="at version 1, not 2"):
        productions.register(None, terms, b.DOCUMENT, (), b.amounts(terms), b.due_date)


def test_a_production_that_is_not_registered_is_named():
    with pytest.raises(NotFound, match="There is no production HANA"):
        productions.the_production(None, "HANA")


def test_a_schedule_of_thousands_is_promised_in_bounded_events():
    lines = tuple(b.instalment(f"N{i}", "spc-krw", "vendor-krw", b.krw(i + 1), DueOn(on=b.TODAY)) for i in range(1_001))
    terms = b.agreement(lines=lines)
    events = productions.register(None, terms, b.DOCUMENT, (), b.amounts(terms), b.due_date)
    assert isinstance(events[0], AgreementRegistered)
    assert [len(event.payments) for event in events[1:] if isinstance(event, PaymentsScheduled)] == [1000, 1]


def test_what_is_promised_for_today_or_before_falls_due_once():
    state = b.registered()
    payments, receipts = productions.fall_due(state.payments, state.receipts, b.TODAY)
    assert isinstance(payments, PaymentsFellDue)
    assert [line.payment for line in payments.payments] == ["HANA.P1", "HANA.P2", "HANA.R1", "HANA.U1"]
    assert isinstance(receipts, ReceiptsFellDue)
    assert [line.receipt for line in receipts.receipts] == ["HANA.C1", "HANA.L1"]
    state = b.after(state, [payments, receipts])
    assert productions.fall_due(state.payments, state.receipts, b.TODAY) == []


def test_nothing_falls_due_a_day_early():
    state = b.registered()
    assert productions.fall_due(state.payments, state.receipts, b.TODAY - timedelta(days=1)) == []


def test_accepting_a_milestone_dates_its_payments_and_receipts():
    [dates] = productions.due_dates(b.agreement(), "lock", b.TODAY, b.due_date)
    on = b.TODAY + timedelta(days=3)
    assert dates == DueDatesSet(
        milestone="lock",
        payments=(DueDateSet(id="HANA.P3", due_on=on),),
        receipts=(DueDateSet(id="HANA.C2", due_on=on),),
    )
    state = b.after(b.registered(), [dates])
    assert (state.payments["HANA.P3"].due_on, state.receipts["HANA.C2"].due_on) == (on, on)


def test_a_milestone_that_releases_nothing_dates_nothing():
    assert productions.due_dates(b.agreement(), "delivery", b.TODAY, b.due_date) == []


def test_an_amendment_without_changes_is_only_a_new_version():
    [event] = amend(b.owing(), amended())
    by = {"document": "e" * 64, "approved_by": ("han",)}
    assert event == AgreementAmended(production="HANA", title="하나 / はな", version=2, **by)


def test_an_amendment_follows_the_version_in_force():
    with pytest.raises(Refused, match="the next is 2, but the document says 3"):
        amend(b.registered(), amended(version=3))


def test_an_amendment_adds_payments_and_receipts():
    new = (
        b.instalment("P4", "spc-krw", "vendor-krw", b.krw(5), WRAP),
        b.instalment("C3", "mori-jpy", "spc-jpy", b.jpy(5), DueOn(on=b.TODAY), Purpose.CONTRIBUTION),
    )
    events = amend(b.owing(), amended(plus=new))
    assert [event.type for event in events] == ["agreement-amended", "payments-scheduled", "receipts-expected"]
    state = b.after(b.owing(), events)
    assert state.payments["HANA.P4"].status is Status.SCHEDULED
    assert state.receipts["HANA.C3"].due_on == b.TODAY


def test_an_amendment_changes_what_is_still_only_promised():
    new = (
        b.instalment("P3", "spc-krw", "vendor-krw", b.krw(61_000_000), WRAP),
        b.instalment("C2", "mori-jpy", "spc-jpy", b.jpy(31_000_000), LOCK, Purpose.CONTRIBUTION),
    )
    state = b.after(b.owing(), amend(b.owing(), amended(plus=new)))
    assert (state.payments["HANA.P3"].amount, state.payments["HANA.P3"].milestone) == (b.krw(61_000_000), "wrap")
    assert state.receipts["HANA.C2"].amount == b.jpy(31_000_000)


def test_an_amendment_drops_what_is_still_only_promised():
    events = amend(b.owing(), amended(without=("P3", "C2")))
    assert events[1:] == [PaymentsCancelled(payments=("HANA.P3",)), ReceiptsCancelled(receipts=("HANA.C2",))]
    state = b.after(b.owing(), events)
    assert state.payments["HANA.P3"].status is Status.CANCELLED
    assert state.receipts["HANA.C2"].status is ReceiptStatus.CANCELLED
    assert productions.fall_due(state.payments, state.receipts, b.TODAY + timedelta(days=999)) == []


@pytest.mark.parametrize("name", ["P1", "C1"])
def test_an_amendment_may_not_drop_what_fell_due(name):
    with pytest.raises(Refused, match=f"HANA.{name} is (due|owed) already: the amendment may not take it out"):
        amend(b.owing(), amended(without=(name,)))


@pytest.mark.parametrize(
    "line",
    [
        b.instalment("P1", "spc-krw", "vendor-krw", b.krw(1), DueOn(on=b.TODAY)),
        b.instalment("P1", "spc-krw", "vendor-krw", b.krw(120_000_000), DueOn(on=b.TODAY + timedelta(days=1))),
        b.instalment("P1", "spc-krw", "vendor-krw", b.krw(120_000_000), WRAP),
        b.instalment("P1", "spc-krw", "agent-usd", b.krw(120_000_000), DueOn(on=b.TODAY)),
        b.instalment("C1", "mori-jpy", "spc-jpy", b.jpy(1), DueOn(on=b.TODAY), Purpose.CONTRIBUTION),
    ],
    ids=["amount", "date", "milestone", "payee", "receipt"],
)
def test_an_amendment_may_not_change_the_terms_of_what_fell_due(line):
    with pytest.raises(Refused, match="the amendment may not change its terms"):
        amend(b.owing(), amended(plus=(line,)))


def test_a_receipt_that_arrived_in_part_stands():
    state = b.after(b.registered(), [part_of_c2()])
    line = b.instalment("C2", "mori-jpy", "spc-jpy", b.jpy(31_000_000), LOCK, Purpose.CONTRIBUTION)
    with pytest.raises(Refused, match=r"HANA\.C2 is expected already"):
        amend(state, amended(plus=(line,)))


def test_a_new_instalment_after_an_accepted_milestone_has_its_date_at_once():
    state = b.owing()
    state = b.after(state, productions.due_dates(b.agreement(), "lock", b.TODAY, b.due_date))
    new = b.instalment("P4", "spc-krw", "vendor-krw", b.krw(5), LOCK)
    events = amend(state, amended(plus=(new,)), accepted={"lock": b.TODAY})
    on = b.TODAY + timedelta(days=2)
    assert events[-1] == DueDatesSet(milestone="lock", payments=(DueDateSet(id="HANA.P4", due_on=on),), receipts=())
    state = b.after(state, events)
    assert state.payments["HANA.P4"].due_on == on
    assert state.payments["HANA.P3"].due_on == b.TODAY + timedelta(days=3)


def test_a_changed_instalment_of_an_accepted_milestone_keeps_no_stale_date():
    state = b.after(b.owing(), productions.due_dates(b.agreement(), "lock", b.TODAY, b.due_date))
    new = b.instalment("P3", "spc-krw", "vendor-krw", b.krw(5), WRAP)
    state = b.after(state, amend(state, amended(plus=(new,)), accepted={"lock": b.TODAY}))
    assert state.payments["HANA.P3"].due_on is None


def test_expected_receipts_differ_from_payments_by_who_controls_the_account():
    events = productions.register(None, b.agreement(), b.DOCUMENT, (), b.amounts(b.agreement()), b.due_date)
    [receipts] = [event for event in events if isinstance(event, ReceiptsExpected)]
    assert {(line.receipt, line.account, line.payer_party) for line in receipts.receipts} == {
        ("HANA.C1", "spc-jpy", "mori"),
        ("HANA.C2", "spc-jpy", "mori"),
        ("HANA.L1", "spc-krw", "streamer"),
    }


def test_an_instalment_that_was_dropped_can_come_back():
    state = b.owing()
    state = b.after(state, amend(state, amended(without=("P3", "C2"))))
    state = b.after(state, amend(state, amended(version=3)))
    assert state.payments["HANA.P3"].status is Status.SCHEDULED
    assert state.receipts["HANA.C2"].status is ReceiptStatus.EXPECTED


def test_an_amendment_may_not_drop_a_receipt_that_arrived_in_part():
    state = b.after(b.registered(), [part_of_c2()])
    with pytest.raises(Refused, match=r"HANA\.C2 is expected already"):
        amend(state, amended(without=("C2",)))


def test_an_amendment_changes_the_purpose_of_what_is_still_only_promised():
    state = b.owing()
    new = (
        b.instalment("P3", "spc-krw", "vendor-krw", b.krw(60_000_000), LOCK, Purpose.POST_PRODUCTION),
        b.instalment("C2", "mori-jpy", "spc-jpy", b.jpy(30_000_000), LOCK, Purpose.LICENCE_FEE),
    )
    state = b.after(state, amend(state, amended(plus=new)))
    assert state.payments["HANA.P3"].purpose is Purpose.POST_PRODUCTION
    assert state.receipts["HANA.C2"].purpose is Purpose.LICENCE_FEE


def test_the_amendment_of_another_production_is_refused():
    other = amended().model_copy(update={"production": "YUKI"})
    with pytest.raises(Refused, match="HANA is amended by its own agreement, not by that of YUKI"):
        amend(b.registered(), other)


def test_an_amendment_leaves_payouts_alone():
    state = b.owing()
    payouts = [
        ScheduledPayment(
            payment=f"HANA.D/{number}",
            instalment=f"D/{number}",
            purpose=Purpose.PARTICIPATION,
            account="spc-krw",
            payee="vendor-krw",
            payee_party="vendor",
            amount=b.krw(5),
            milestone=None,
            due_on=b.TODAY,
        )
        for number in (1, 2)
    ]
    state = b.after(state, [PaymentsScheduled(payments=tuple(payouts))])
    state.payments["HANA.D/2"] = structs.replace(state.payments["HANA.D/2"], status=Status.SETTLED)
    state = b.after(state, amend(state, amended(without=("P3",))))
    assert state.payments["HANA.D/1"].status is Status.SCHEDULED


@pytest.mark.parametrize("status", [Status.SCHEDULED, Status.SETTLED])
def test_an_amendment_may_not_drop_the_account_that_a_payout_goes_to(status):
    state = b.owing()
    payout = structs.replace(
        state.payments["HANA.P1"], id="HANA.D/1", purpose=Purpose.PARTICIPATION, payee="agent-usd", status=status
    )
    state.payments[payout.id] = payout
    without = amended()
    without = without.model_copy(update={"accounts": tuple(one for one in without.accounts if one.id != "agent-usd")})
    with pytest.raises(Refused, match=f"HANA.D/1 is {status} and goes to the account agent-usd: the amendment may not"):
        amend(state, without)
    assert amend(state, amended())
