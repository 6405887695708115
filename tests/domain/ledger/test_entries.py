import ast
import inspect

import pytest

from domain import milestones
from domain.agreement import proposals
from domain.agreement.model import Purpose
from domain.errors import Broken
from domain.events import DuePayment, DueReceipt, PaymentsFellDue, PaymentsSettled, ReceiptsFellDue, SettledPayment
from domain.identity import folding as people
from domain.ledger import entries
from domain.ledger.entries import Entry, postings
from domain.payees import model as payees
from domain.payments import credit, folding, receipts, run_folding
from domain.sharing import distributions
from domain.values.money import Money, totals
from tests.domain import builders as b
from tests.domain.event_samples import SAMPLES

MOVES_MONEY = {
    "payments-fell-due",
    "receipts-fell-due",
    "payments-settled",
    "payment-returned",
    "receipt-matched",
    "receipt-reversed",
    "charge-booked",
    "movement-unmatched",
    "payouts-ordered",
    "movement-allocated",
    "movement-allocation-undone",
    "entitlements-posted",
    "statement-imported",
    "opening-balance-recorded",
    "late-interest-withdrawn",
    "receipt-adjusted",
    "receipt-adjustment-undone",
    "credit-refunded",
    "credit-refund-withdrawn",
    "credit-held-elsewhere",
}
CHANGES_NOTHING = {
    "run-escalated",
    "evidence-kept",
    "receipt-reminded",
    "payee-notified",
    "charge-booked",
    "bank-file-taken",
    "bookings-reported",
    "opening-balance-recorded",
    "movement-unmatched",
    "answer-contradicted",
    "bank-file-refused",
    "statement-imported",
    "statement-fetched",
    "statements-issued",
    "command-refused",
    "history-archived",
    "history-given-up",
}


def settled(amount: Money, booked: Money, contract_value: Money) -> PaymentsSettled:
    line = SettledPayment(
        payment="HANA.P1",
        payee_party="vendor",
        amount=amount,
        booked=booked,
        contract_value=contract_value,
        bank_reference="B1",
    )
    return PaymentsSettled(account="spc-krw", message_id="N1", booked_on=b.TODAY, payments=(line,))


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: event.type)
def test_every_event_balances_per_currency_and_posts_only_where_money_moves(event):
    entries = postings(event)
    assert all(not amount.minor for amount in totals(entry.amount for entry in entries).values())
    assert bool(entries) is (event.type in MOVES_MONEY)


def test_every_event_is_folded_or_known_to_change_nothing():
    folded = set()
    for module in (milestones, folding, receipts, credit, run_folding, payees, distributions, people, proposals):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.MatchClass) and isinstance(node.cls, ast.Name):
                folded.add(node.cls.id)
    folded |= {"AgreementRegistered", "AgreementAmended", "AgreementRestored", "BooksClosed"}  # folded in state itself
    quiet = {type(event).__name__ for event in SAMPLES if event.type in CHANGES_NOTHING}
    assert folded | quiet == {type(event).__name__ for event in SAMPLES}
    assert not folded & quiet


def test_what_falls_due_is_an_expense_that_we_owe():
    line = DuePayment(payment="HANA.P1", purpose=Purpose.RIGHTS, payee_party="tokyo", amount=b.jpy(7), due_on=b.TODAY)
    assert postings(PaymentsFellDue(payments=(line,))) == (
        Entry("expense:production:rights", b.jpy(7), "HANA.P1"),
        Entry("liability:payable:tokyo", b.jpy(-7), "HANA.P1"),
    )


def test_a_payout_that_falls_due_is_no_cost_but_what_was_owed_as_a_share():
    line = DuePayment(
        payment="HANA.D/1", purpose=Purpose.PARTICIPATION, payee_party="mori", amount=b.jpy(7), due_on=b.TODAY
    )
    assert postings(PaymentsFellDue(payments=(line,))) == (
        Entry("liability:participation:mori", b.jpy(7), "HANA.D/1"),
        Entry("liability:payable:mori", b.jpy(-7), "HANA.D/1"),
    )


@pytest.mark.parametrize(
    ("purpose", "source"),
    [
        (Purpose.CONTRIBUTION, "equity:contribution:mori"),
        (Purpose.LICENCE_FEE, "income:receipts:licence_fee"),
        (Purpose.MINIMUM_GUARANTEE, "income:receipts:minimum_guarantee"),
        (Purpose.GRANT, "income:receipts:grant"),
        (Purpose.PRODUCTION, "expense:production:production"),
    ],
)
def test_what_is_owed_to_us_is_a_commitment_whose_source_depends_on_its_purpose(purpose, source):
    line = DueReceipt(receipt="HANA.C1", purpose=purpose, payer_party="mori", amount=b.jpy(7), due_on=b.TODAY)
    assert postings(ReceiptsFellDue(receipts=(line,))) == (
        Entry("asset:commitment:mori", b.jpy(7), "HANA.C1"),
        Entry(source, b.jpy(-7), "HANA.C1"),
    )


def test_a_converted_settlement_moves_through_the_position_in_two_balanced_legs():
    assert postings(settled(b.usd(100), b.krw(1_351), b.krw(1_300))) == (
        Entry("liability:payable:vendor", b.usd(100), "HANA.P1"),
        Entry(entries.FX_POSITION, b.usd(-100), "HANA.P1"),
        Entry(entries.FX_POSITION, b.krw(1_300), "HANA.P1"),
        Entry(entries.FX_GAIN_LOSS, b.krw(51), "HANA.P1"),
        Entry("asset:bank:spc-krw", b.krw(-1_351), "HANA.P1"),
    )


def test_a_settlement_in_the_accounts_currency_knows_no_exchange():
    assert postings(settled(b.krw(100), b.krw(100), b.krw(100))) == (
        Entry("liability:payable:vendor", b.krw(100), "HANA.P1"),
        Entry("asset:bank:spc-krw", b.krw(-100), "HANA.P1"),
    )


def test_entries_that_do_not_balance_are_never_handed_on(monkeypatch):
    monkeypatch.setattr(entries, "_entries", lambda event: [Entry("asset:bank:x", b.krw(1), "x")])
    with pytest.raises(Broken, match="do not balance: KRW 1 is left over"):
        postings(SAMPLES[0])
