"""Events of agreements and their amendments."""

from datetime import date
from typing import Literal

from domain.agreement.model import Purpose
from domain.values.money import Money
from domain.values.record import Record, Sha256


class AgreementRegistered(Record):
    """Version 1 of a production's agreement is in force; `document` is the SHA-256 of its YAML bytes."""

    type: Literal["agreement-registered"] = "agreement-registered"
    production: str
    title: str
    version: int
    document: Sha256


class AgreementAmended(Record):
    """A later version of the agreement is in force."""

    type: Literal["agreement-amended"] = "agreement-amended"
    production: str
    title: str
    version: int
    document: Sha256


class ScheduledPayment(Record):
    """A payment of the schedule. It falls due after `milestone` is accepted, or on the fixed `due_on`."""

    payment: str
    instalment: str
    purpose: Purpose
    account: str
    payee: str
    payee_party: str
    amount: Money
    milestone: str | None
    due_on: date | None


class PaymentsScheduled(Record):
    """The schedule or an amendment contains these payments. A payment scheduled before gets these terms."""

    type: Literal["payments-scheduled"] = "payments-scheduled"
    payments: tuple[ScheduledPayment, ...]


class PaymentsCancelled(Record):
    """An amendment took these payments out of the schedule before they fell due."""

    type: Literal["payments-cancelled"] = "payments-cancelled"
    payments: tuple[str, ...]


class ExpectedReceipt(Record):
    """Money that the schedule expects from outside, into our `account`."""

    receipt: str
    instalment: str
    purpose: Purpose
    account: str
    payer_party: str
    amount: Money
    milestone: str | None
    due_on: date | None


class ReceiptsExpected(Record):
    """The schedule or an amendment contains these expected receipts."""

    type: Literal["receipts-expected"] = "receipts-expected"
    receipts: tuple[ExpectedReceipt, ...]


class ReceiptsCancelled(Record):
    """An amendment took these receipts out of the schedule before they fell due."""

    type: Literal["receipts-cancelled"] = "receipts-cancelled"
    receipts: tuple[str, ...]


AgreementEvent = (
    AgreementRegistered
    | AgreementAmended
    | PaymentsScheduled
    | PaymentsCancelled
    | ReceiptsExpected
    | ReceiptsCancelled
)
"""Every event of this module."""
