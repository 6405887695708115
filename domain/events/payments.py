"""Events of payments and receipts that people or the calendar cause."""

from datetime import date
from typing import Literal

from domain.agreement.model import Purpose
from domain.values.money import Money
from domain.values.record import Record


class DuePayment(Record):
    """A payment at the moment it became owed."""

    payment: str
    purpose: Purpose
    payee_party: str
    amount: Money
    due_on: date


class PaymentsFellDue(Record):
    """The due date came. We owe these payments."""

    type: Literal["payments-fell-due"] = "payments-fell-due"
    payments: tuple[DuePayment, ...]


class DueReceipt(Record):
    """A receipt at the moment it became owed to us."""

    receipt: str
    purpose: Purpose
    payer_party: str
    amount: Money
    due_on: date


class ReceiptsFellDue(Record):
    """The due date came. These receipts are owed to us."""

    type: Literal["receipts-fell-due"] = "receipts-fell-due"
    receipts: tuple[DueReceipt, ...]


class PaymentHeld(Record):
    """Somebody keeps a due payment back."""

    type: Literal["payment-held"] = "payment-held"
    payment: str
    reason: str


class PaymentResumed(Record):
    """A held payment may go again."""

    type: Literal["payment-resumed"] = "payment-resumed"
    payment: str


class PaymentCorrected(Record):
    """A rejected or returned payment is due again. It gets a new end-to-end id when it next enters a run."""

    type: Literal["payment-corrected"] = "payment-corrected"
    payment: str
    reason: str


ReminderLanguage = Literal["en", "ko", "ja"]


class ReceiptReminded(Record):
    """A payer was reminded of a late receipt. `text` is what was sent, `to` whom.

    `language` is the one that was asked for; None means that of the payer's country.
    """

    type: Literal["receipt-reminded"] = "receipt-reminded"
    receipt: str
    party: str
    outstanding: Money
    due_on: date
    days_late: int
    to: str
    language: ReminderLanguage | None
    text: str
    by: str


PaymentEvent = PaymentsFellDue | ReceiptsFellDue | PaymentHeld | PaymentResumed | PaymentCorrected | ReceiptReminded
"""Every event of this module."""
