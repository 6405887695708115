"""Events that a bank's messages cause."""

from datetime import date
from typing import Literal

from domain.values.money import Money
from domain.values.record import Record, Sha256


class RunAccepted(Record):
    """The bank accepted every payment of the run that it has not rejected."""

    type: Literal["run-accepted"] = "run-accepted"
    run: str
    message_id: str


class PaymentsAccepted(Record):
    """The bank accepted these payments one by one."""

    type: Literal["payments-accepted"] = "payments-accepted"
    run: str
    message_id: str
    payments: tuple[str, ...]


class RejectedPayment(Record):
    """A payment with the bank's reason code and words."""

    payment: str
    reason: str
    words: str | None


class PaymentsRejected(Record):
    """The bank will not carry out these payments."""

    type: Literal["payments-rejected"] = "payments-rejected"
    run: str
    message_id: str
    payments: tuple[RejectedPayment, ...]


class PaymentsNotFound(Record):
    """The bank says that it never saw these payments. They are released again and resent as the same bytes."""

    type: Literal["payments-not-found"] = "payments-not-found"
    run: str
    message_id: str
    payments: tuple[str, ...]


class SettledPayment(Record):
    """A payment as the bank booked it: `booked` left the account, `contract_value` is what the budget expected."""

    payment: str
    payee_party: str
    amount: Money
    booked: Money
    contract_value: Money
    bank_reference: str


class PaymentsSettled(Record):
    """The bank booked these payments on `account`."""

    type: Literal["payments-settled"] = "payments-settled"
    account: str
    message_id: str
    booked_on: date
    payments: tuple[SettledPayment, ...]


class PaymentReturned(Record):
    """The money of a settled payment came back. We owe it again."""

    type: Literal["payment-returned"] = "payment-returned"
    account: str
    message_id: str
    payment: str
    payee_party: str
    amount: Money
    booked: Money
    contract_value: Money
    bank_reference: str
    reason: str


class ReceiptMatched(Record):
    """Expected money arrived and settles `amount` of the receipt; `contract_value` is what the budget expected."""

    type: Literal["receipt-matched"] = "receipt-matched"
    account: str
    message_id: str
    receipt: str
    payer_party: str
    amount: Money
    booked: Money
    contract_value: Money
    bank_reference: str


class MovementUnmatched(Record):
    """Money moved on the account, and no payment or expected receipt explains it. It is in suspense."""

    type: Literal["movement-unmatched"] = "movement-unmatched"
    account: str
    message_id: str
    booked: Money
    """Positive for money that came in, negative for money that went out."""
    end_to_end_id: str | None
    counterparty: str | None
    bank_reference: str
    why: str


class MovementAllocated(Record):
    """A person explained an unmatched movement. `booked` leaves suspense (positive for money that came in).

    It settles `amount` of an expected receipt of `party`, or of what a source owes by its statements; `name` says
    which. Otherwise it was the bank's own charge. `contract_value` is what the budget expected `amount` to be.
    """

    type: Literal["movement-allocated"] = "movement-allocated"
    account: str
    bank_reference: str
    to: Literal["receipt", "source", "charges"]
    name: str
    party: str | None
    amount: Money
    booked: Money
    contract_value: Money
    by: str
    reason: str


class AnswerContradicted(Record):
    """The bank's answer contradicts its earlier ones. Nothing was posted for it; a person must look."""

    type: Literal["answer-contradicted"] = "answer-contradicted"
    message_id: str
    payment: str
    status: str
    answer: str


class BankFileRefused(Record):
    """A file from the bank could not be read. It is kept aside, and nothing was posted."""

    type: Literal["bank-file-refused"] = "bank-file-refused"
    account: str
    name: str
    file: Sha256
    why: str


BankEvent = (
    RunAccepted
    | PaymentsAccepted
    | PaymentsRejected
    | PaymentsNotFound
    | PaymentsSettled
    | PaymentReturned
    | ReceiptMatched
    | MovementUnmatched
    | MovementAllocated
    | AnswerContradicted
    | BankFileRefused
)
"""Every event of this module."""
