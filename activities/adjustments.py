"""Receipts and payments put right without money on our accounts: interest, credits, deductions, write-offs."""

from datetime import date

from temporalio import activity

from activities.views import CreditView, InterestView, ReceiptView
from adapters.command_handler import CommandHandler, Decision
from adapters.db import tables
from adapters.db.conditions import any_of
from adapters.db.records import Selection
from domain.agreement.model import Agreement, Purpose
from domain.commands import (
    AdjustReceipt,
    ClaimLateInterest,
    Command,
    ConfirmWriteOff,
    DeclineWriteOff,
    RefundCredit,
    UndoAdjustment,
    WithdrawLateInterest,
    WithdrawRefund,
)
from domain.errors import Broken
from domain.events import Event
from domain.payments import adjusting, credit, late_interest
from domain.payments.payments import Payment
from domain.payments.receipts import Receipt
from domain.state import State

_PAYMENT, _RECEIPT = tables.payment.c, tables.receipt.c
_REFUNDS = _PAYMENT.purpose == Purpose.REFUND.value


class AdjustmentActivities:
    """Each method is one activity and one transaction."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    @activity.defn
    def claim_interest(self, command: ClaimLateInterest) -> InterestView:
        """Claim the late interest of a receipt, or owe that of a payment."""

        def _claim(state: State, agreement: Agreement, today: date) -> list[Event]:
            owed, person = _named(state, command.payment), self._handler.person(command, state.people)
            return late_interest.claim(command, owed, agreement, state.milestones, person, today)

        done = self._handler.decide(command, _selected(command.payment, milestones=True), _claim)
        return _interest(done.state, command.payment)

    @activity.defn
    def withdraw_interest(self, command: WithdrawLateInterest) -> InterestView:
        """Take a claim of late interest back."""
        of = late_interest.claimed_of(command.payment)

        def _withdraw(state: State, agreement: Agreement, _: date) -> list[Event]:
            owed, person = _named(state, command.payment), self._handler.person(command, state.people)
            return late_interest.withdraw(command, owed, agreement, person)

        done = self._handler.decide(command, _selected(command.payment, of), _withdraw)
        return _interest(done.state, of)

    @activity.defn
    def adjust(self, command: AdjustReceipt) -> ReceiptView:
        """Settle a part of a receipt without money."""

        def _adjust(state: State, agreement: Agreement, today: date) -> list[Event]:
            person = self._handler.person(command, state.people)
            return adjusting.adjust(command, state.receipts, state.credits, state.milestones, agreement, person, today)

        return self._of_receipt(command, command.receipt, _adjust)

    @activity.defn
    def confirm_write_off(self, command: ConfirmWriteOff) -> ReceiptView:
        """Write off what another person proposed."""

        def _confirm(state: State, agreement: Agreement, today: date) -> list[Event]:
            person = self._handler.person(command, state.people)
            return adjusting.confirm(command, state.receipts, state.milestones, agreement, person, today)

        return self._of_receipt(command, command.receipt, _confirm)

    @activity.defn
    def decline_write_off(self, command: DeclineWriteOff) -> ReceiptView:
        """Take the proposal of a write-off off the table."""

        def _decline(state: State, agreement: Agreement, _: date) -> list[Event]:
            return adjusting.decline(command, state.receipts, agreement, self._handler.person(command, state.people))

        return self._of_receipt(command, command.receipt, _decline)

    @activity.defn
    def undo_adjustment(self, command: UndoAdjustment) -> ReceiptView:
        """Take a credit, a deduction or a write-off of a receipt back."""

        def _undo(state: State, agreement: Agreement, _: date) -> list[Event]:
            return adjusting.undo(command, state.receipts, agreement, self._handler.person(command, state.people))

        return self._of_receipt(command, command.receipt, _undo)

    @activity.defn
    def refund_credit(self, command: RefundCredit) -> CreditView:
        """Owe a credit back, by the next run."""

        def _refund(state: State, agreement: Agreement, today: date) -> list[Event]:
            return credit.refund(
                command,
                agreement,
                state.credits,
                len(state.payments),
                self._handler.person(command, state.people),
                today,
            )

        state = self._handler.decide(command, Selection(payments=_REFUNDS, credits=True), _refund).state
        left = state.credits[credit.credit_id(command.account, command.party)]
        newest = max((p for p in state.payments.values() if p.credit), key=lambda p: int(p.instalment.split("/")[1]))
        return CreditView(account=left.account, party=left.party, left=left.amount, payment=newest.id)

    @activity.defn
    def withdraw_refund(self, command: WithdrawRefund) -> CreditView:
        """Take the refund of a credit back."""

        def _withdraw(state: State, agreement: Agreement, _: date) -> list[Event]:
            return credit.withdraw(command, state.payments, agreement, self._handler.person(command, state.people))

        state = self._handler.decide(command, _selected(command.payment), _withdraw).state
        account, party = state.payments[command.payment].credit or ("", "")
        left = state.credits[credit.credit_id(account, party)]
        return CreditView(account=account, party=party, left=left.amount, payment=command.payment)

    def _of_receipt(self, command: Command, name: str, decision: Decision) -> ReceiptView:
        receipt = self._handler.decide(command, _selected(name, milestones=True), decision).state.receipts[name]
        proposed = receipt.proposed.amount if receipt.proposed is not None else None
        return ReceiptView(receipt=name, status=receipt.status, outstanding=receipt.outstanding, proposed=proposed)


def _selected(*names: str, milestones: bool = False) -> Selection:
    """The payments and receipts of these ids, and all credits."""
    return Selection(
        payments=any_of(_PAYMENT.id, names), receipts=any_of(_RECEIPT.id, names), milestones=milestones, credits=True
    )


def _named(state: State, name: str) -> Payment | Receipt | None:
    return state.receipts.get(name) or state.payments.get(name)


def _interest(state: State, name: str) -> InterestView:
    owed = _named(state, name)
    if owed is None or owed.claimed is None:
        raise Broken(f"Late interest of {name} was claimed and is in no record.")
    return InterestView(payment=name, claimed=owed.claimed, claims=owed.claims)
