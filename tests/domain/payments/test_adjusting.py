"""Receipts settled without money: credits, deductions with a certificate, and write-offs under the eyes of two."""

import dataclasses

import pytest
from msgspec.structs import replace

from domain.agreement.clauses import WriteOffLimits
from domain.commands import AdjustReceipt, ConfirmWriteOff, DeclineWriteOff, UndoAdjustment
from domain.errors import BadInput, IllegalTransition, NotFound, SamePerson, StaleApproval, WrongRole
from domain.events import WriteOffProposed
from domain.identity import Person, Role
from domain.payments import adjusting
from domain.payments.credit import Credit
from domain.payments.receipts import ReceiptStatus, changed_by
from tests.domain import builders as b

EUNWOO = Person("eunwoo", "spc", frozenset({Role.TREASURER}))
CERTIFICATE = {"certificate": "c" * 64}
LIMITS = WriteOffLimits(by_rule=(b.jpy(500),), by_one=(b.jpy(10_000),))


class Dealt:
    """A production's receipts and what people do with them."""

    def __init__(self, limits=None, received=0):
        self.terms = b.agreement().model_copy(update={"write_off": limits or WriteOffLimits()})
        self.state, self.events = b.owing(), []
        self.state.credits["spc-jpy/mori"] = Credit("spc-jpy", "mori", b.jpy(1_000))
        if received:
            self.state.receipts["HANA.C1"] = changed_by(self.receipt, b.jpy(received), b.TODAY)

    @property
    def receipt(self):
        return self.state.receipts["HANA.C1"]

    def happened(self, events):
        self.state = b.after(self.state, events)
        self.events += events
        return events

    def adjust(self, to, amount=None, name="", documents=None, person=b.SORA, receipt="HANA.C1"):
        command = AdjustReceipt(
            key="k", by=person.user, production="HANA", receipt=receipt, to=to, name=name,
            amount=None if amount is None else str(b.jpy(amount)), documents=documents or {}, reason="its letter",
        )  # fmt: skip
        state = self.state
        return self.happened(adjusting.adjust(command, state.receipts, state.credits, {}, self.terms, person, b.TODAY))

    def confirm(self, amount, person=EUNWOO):
        command = ConfirmWriteOff(
            key="k", by=person.user, production="HANA", receipt="HANA.C1", amount=str(b.jpy(amount))
        )
        return self.happened(adjusting.confirm(command, self.state.receipts, {}, self.terms, person, b.TODAY))

    def decline(self, person=EUNWOO):
        command = DeclineWriteOff(key="k", by=person.user, production="HANA", receipt="HANA.C1", reason="it pays")
        return self.happened(adjusting.decline(command, self.state.receipts, self.terms, person))

    def undo(self, number=None, person=b.SORA):
        command = UndoAdjustment(
            key="k", by=person.user, production="HANA", receipt="HANA.C1", number=number, reason="a mistake"
        )
        return self.happened(adjusting.undo(command, self.state.receipts, self.terms, person))


def test_tax_that_the_payer_withheld_settles_the_receipt_in_full_and_stands_on_its_own_account():
    dealt = Dealt(received=89_000_000)
    dealt.adjust("tax", documents=CERTIFICATE)
    assert dealt.receipt.status is ReceiptStatus.RECEIVED
    assert b.balances(dealt.events) == {
        "asset:withheld-tax:mori JPY": b.jpy(1_000_000),
        "asset:commitment:mori JPY": b.jpy(-1_000_000),
    }


def test_charges_that_the_payer_deducted_are_an_expense():
    dealt = Dealt()
    dealt.adjust("charges", 440, documents=CERTIFICATE)
    assert b.balances(dealt.events)["expense:deducted-charges JPY"] == b.jpy(440)
    assert dealt.receipt.outstanding == b.jpy(90_000_000 - 440)


def test_a_credit_is_used_as_far_as_it_goes_and_comes_back_if_that_is_undone():
    dealt = Dealt(received=500)
    dealt.adjust("credit")
    assert (dealt.receipt.adjusted, dealt.state.credits["spc-jpy/mori"].amount) == (b.jpy(1_000), b.jpy(0))
    assert b.balances(dealt.events)["liability:credit:mori JPY"] == b.jpy(1_000)
    dealt.undo()
    assert (dealt.receipt.adjusted, dealt.state.credits["spc-jpy/mori"].amount) == (b.jpy(0), b.jpy(1_000))
    assert b.balances(dealt.events) == {}
    with pytest.raises(NotFound, match="has no adjustment that stands"):
        dealt.undo()


def test_one_person_writes_off_what_the_agreement_says_and_no_more():
    dealt = Dealt(LIMITS)
    dealt.adjust("write-off", 10_000)
    assert b.balances(dealt.events)["expense:write-off JPY"] == b.jpy(10_000)
    assert isinstance(dealt.adjust("write-off", 10_001)[0], WriteOffProposed)


def test_above_the_limit_a_second_person_confirms_the_very_amount_that_was_proposed():
    dealt = Dealt()
    dealt.adjust("write-off", 5)
    assert dealt.receipt.proposed.amount == b.jpy(5)
    assert not dealt.receipt.adjusted.minor
    with pytest.raises(SamePerson, match="sora proposed it and may not confirm it"):
        dealt.confirm(5, b.SORA)
    with pytest.raises(SamePerson, match="counts as sora, who proposed it"):
        dealt.confirm(5, dataclasses.replace(b.SORA, user="soyeon", names=frozenset({"sora"})))
    with pytest.raises(StaleApproval, match="JPY 6 cannot be confirmed"):
        dealt.confirm(6)
    with pytest.raises(IllegalTransition, match="confirm or decline that first"):
        dealt.adjust("write-off", 7)
    dealt.confirm(5)
    assert (dealt.receipt.proposed, dealt.receipt.adjusted) == (None, b.jpy(5))
    with pytest.raises(IllegalTransition, match="Nobody proposed"):
        dealt.confirm(5)


def test_a_proposal_that_was_declined_is_gone():
    dealt = Dealt()
    dealt.adjust("write-off")
    dealt.decline()
    assert dealt.receipt.proposed is None
    with pytest.raises(IllegalTransition, match="Nobody proposed"):
        dealt.decline()


def test_what_is_proposed_cannot_be_confirmed_once_less_is_outstanding():
    dealt = Dealt()
    dealt.adjust("write-off")
    dealt.state.receipts["HANA.C1"] = changed_by(dealt.receipt, b.jpy(1), b.TODAY)
    with pytest.raises(StaleApproval, match="JPY 89999999 is outstanding"):
        dealt.confirm(90_000_000)


def test_the_rule_writes_a_small_rest_off_and_leaves_a_large_one():
    terms = b.agreement().model_copy(update={"write_off": LIMITS})
    owed = Dealt().receipt
    small, large = (changed_by(owed, b.jpy(90_000_000 - left), b.TODAY) for left in (500, 501))
    assert [one.amount for one in adjusting.written_off_by_rule(terms, small, b.TODAY, "system")] == [b.jpy(500)]
    assert not [*adjusting.written_off_by_rule(terms, large, b.TODAY, "system")]
    assert not [*adjusting.written_off_by_rule(b.agreement(), small, b.TODAY, "system")]


def test_each_adjustment_is_undone_by_its_number_once():
    dealt = Dealt()
    for minor in (1, 2, 3):
        dealt.adjust("charges", minor, documents=CERTIFICATE)
    dealt.undo(2)
    assert dealt.receipt.adjusted == b.jpy(4)
    with pytest.raises(NotFound, match="has no adjustment 2 that stands"):
        dealt.undo(2)
    dealt.adjust("charges", 5, documents=CERTIFICATE)
    assert [one.number for one in dealt.receipt.standing()] == [1, 3, 4]


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        ({"to": "tax"}, BadInput, "A tax names its certificate"),
        ({"to": "write-off", "documents": CERTIFICATE}, BadInput, "A write-off has no certificate"),
        ({"to": "write-off", "name": "x"}, BadInput, "Only a credit has a place"),
        ({"to": "tax", "amount": 90_000_001, "documents": CERTIFICATE}, BadInput, "cannot be settled"),
        ({"to": "credit", "amount": 1_001}, BadInput, "of which JPY 1001 cannot be used"),
        ({"to": "credit", "name": "spc-krw"}, NotFound, "mori has no credit on spc-krw"),
        ({"to": "credit", "name": "mori-jpy"}, BadInput, "mori-jpy is no account of spc"),
        ({"to": "tax", "receipt": "HANA.NONE", "documents": CERTIFICATE}, NotFound, "no receipt HANA.NONE"),
        ({"to": "write-off", "person": b.YUN}, WrongRole, "this needs the role treasurer"),
    ],
)
def test_what_does_not_fit_settles_nothing(said, error, words):
    dealt = Dealt()
    with pytest.raises(error, match=words):
        dealt.adjust(**said)
    assert not dealt.receipt.adjusted.minor


def test_nothing_of_a_settled_receipt_can_be_adjusted():
    dealt = Dealt(received=90_000_000)
    dealt.state.receipts["HANA.C1"] = replace(dealt.receipt, status=ReceiptStatus.RECEIVED)
    with pytest.raises(IllegalTransition, match=r"Nothing of HANA\.C1 is outstanding"):
        dealt.adjust("write-off")
