"""Every fact that the journal can hold, past tense, frozen.

One event is one fact as it arrived: a bank's answer to ten thousand payments is a handful of events with lines, not ten
thousand events.

Amounts travel as written strings. A field may be added with a default; none is ever renamed, retyped or removed.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from domain.agreement.model import Purpose
from domain.model import Record, Sha256
from domain.money import Exact, Money

LINES_PER_EVENT = 1_000
"""How many payments one event speaks of at most, so that replaying a journal needs bounded memory."""


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
    """A payment that the schedule promises. `milestone` releases it, or `due_on` is fixed from the start."""

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
    """The schedule (or its amendment) promises these payments; one that was scheduled before now has these terms."""

    type: Literal["payments-scheduled"] = "payments-scheduled"
    payments: tuple[ScheduledPayment, ...]


class PaymentsCancelled(Record):
    """An amendment took these payments out of the schedule before they fell due."""

    type: Literal["payments-cancelled"] = "payments-cancelled"
    payments: tuple[str, ...]


class ExpectedReceipt(Record):
    """Money that the schedule promises from outside, into our `account`."""

    receipt: str
    instalment: str
    purpose: Purpose
    account: str
    payer_party: str
    amount: Money
    milestone: str | None
    due_on: date | None


class ReceiptsExpected(Record):
    """The schedule (or its amendment) promises these receipts."""

    type: Literal["receipts-expected"] = "receipts-expected"
    receipts: tuple[ExpectedReceipt, ...]


class ReceiptsCancelled(Record):
    """An amendment took these receipts out of the schedule before they fell due."""

    type: Literal["receipts-cancelled"] = "receipts-cancelled"
    receipts: tuple[str, ...]


class MilestoneSubmitted(Record):
    """Evidence was handed in; approvals given to an earlier `round` are void. The deadline is promised here, once."""

    type: Literal["milestone-submitted"] = "milestone-submitted"
    milestone: str
    round: int
    by: str
    party: str
    evidence: dict[str, Sha256]
    deadline_on: date


class MilestoneApproved(Record):
    """One person approved exactly the evidence of this round."""

    type: Literal["milestone-approved"] = "milestone-approved"
    milestone: str
    round: int
    by: str
    party: str


class MilestoneRejected(Record):
    """The round is over: somebody rejected it, or its deadline passed under the policy `reject` (then `by` is None)."""

    type: Literal["milestone-rejected"] = "milestone-rejected"
    milestone: str
    round: int
    by: str | None
    reason: str


class MilestoneEscalated(Record):
    """The deadline passed without enough approvals; `to` is asked now, and may approve in place of those missing."""

    type: Literal["milestone-escalated"] = "milestone-escalated"
    milestone: str
    round: int
    to: str
    deadline_on: date


class MilestoneAccepted(Record):
    """The milestone is reached. `deemed` when silence was agreed to mean yes."""

    type: Literal["milestone-accepted"] = "milestone-accepted"
    milestone: str
    round: int
    deemed: bool


class DueDateSet(Record):
    """Acceptance of a milestone fixed the date on which a payment or a receipt falls due."""

    id: str
    due_on: date


class DueDatesSet(Record):
    """Dates promised from here on: a later change of a calendar does not move them."""

    type: Literal["due-dates-set"] = "due-dates-set"
    milestone: str
    payments: tuple[DueDateSet, ...]
    receipts: tuple[DueDateSet, ...]


class DuePayment(Record):
    """A payment as it became owed."""

    payment: str
    purpose: Purpose
    payee_party: str
    amount: Money
    due_on: date


class PaymentsFellDue(Record):
    """The due date came: we owe these."""

    type: Literal["payments-fell-due"] = "payments-fell-due"
    payments: tuple[DuePayment, ...]


class DueReceipt(Record):
    """A receipt as it became owed to us."""

    receipt: str
    purpose: Purpose
    payer_party: str
    amount: Money
    due_on: date


class ReceiptsFellDue(Record):
    """The due date came: these are owed to us."""

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
    """A rejected or returned payment is due again; it gets a new end-to-end id when it next enters a run."""

    type: Literal["payment-corrected"] = "payment-corrected"
    payment: str
    reason: str


class QuoteTaken(Record):
    """The rate a run pays at: units of `quote` for one `base`, with where and of which day it comes from."""

    type: Literal["quote-taken"] = "quote-taken"
    run: str
    base: str
    quote: str
    rate: Exact
    source: str
    fixing_on: date
    contract_rate: Exact


class RunPrepared(Record):
    """Due payments of one account, currency and day were gathered. `sha256` binds what a releaser approves."""

    type: Literal["run-prepared"] = "run-prepared"
    run: str
    account: str
    currency: str
    execution_on: date
    by: str
    count: int
    total: Money
    sha256: Sha256


class GatheredPayment(Record):
    """A payment in a run, with the end-to-end id under which the bank will know it."""

    payment: str
    end_to_end_id: str


class PaymentsGathered(Record):
    """The lines of a prepared run."""

    type: Literal["payments-gathered"] = "payments-gathered"
    run: str
    payments: tuple[GatheredPayment, ...]


class RunReleased(Record):
    """A second person released exactly what `sha256` binds."""

    type: Literal["run-released"] = "run-released"
    run: str
    by: str
    sha256: Sha256


class RunCancelled(Record):
    """A run was given up before it was sent; its payments may be gathered again."""

    type: Literal["run-cancelled"] = "run-cancelled"
    run: str
    by: str
    reason: str


class RunSubmitted(Record):
    """The order's bytes are fixed and on their way to the bank. Sent again, they are the same bytes."""

    type: Literal["run-submitted"] = "run-submitted"
    run: str
    message_id: str
    file: Sha256


class RunEscalated(Record):
    """A prepared run was not released by the account's cut-off."""

    type: Literal["run-escalated"] = "run-escalated"
    run: str


class RunDoubted(Record):
    """The bank did not answer in time: what it has not answered for is unknown, and is enquired after, not resent."""

    type: Literal["run-doubted"] = "run-doubted"
    run: str
    enquiry_message_id: str
    file: Sha256


class RunAccepted(Record):
    """The bank accepted every payment of the run that it has not rejected."""

    type: Literal["run-accepted"] = "run-accepted"
    run: str
    message_id: str


class PaymentsAccepted(Record):
    """The bank accepted these payments by name."""

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
    """Asked, the bank never saw these payments: they are released again, to be sent as the same bytes."""

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
    """A settled payment's money came back; we owe it again."""

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
    """Money moved on the account that no payment and no expected receipt explains: in suspense until somebody does."""

    type: Literal["movement-unmatched"] = "movement-unmatched"
    account: str
    message_id: str
    booked: Money
    """Positive when it came in, negative when it went out."""
    end_to_end_id: str | None
    counterparty: str | None
    bank_reference: str
    why: str


class AnswerContradicted(Record):
    """The bank said something that its earlier answers exclude; nothing was posted for it, a person must look."""

    type: Literal["answer-contradicted"] = "answer-contradicted"
    message_id: str
    payment: str
    status: str
    answer: str


class BankFileRefused(Record):
    """A file from the bank could not be taken: it is kept aside and nothing was posted."""

    type: Literal["bank-file-refused"] = "bank-file-refused"
    account: str
    name: str
    file: Sha256
    why: str


class CommandRefused(Record):
    """Somebody wanted what they may not, or what cannot be now."""

    type: Literal["command-refused"] = "command-refused"
    command: str
    code: str
    sentence: str
    data: dict[str, str]


Event = Annotated[
    AgreementRegistered
    | AgreementAmended
    | PaymentsScheduled
    | PaymentsCancelled
    | ReceiptsExpected
    | ReceiptsCancelled
    | MilestoneSubmitted
    | MilestoneApproved
    | MilestoneRejected
    | MilestoneEscalated
    | MilestoneAccepted
    | DueDatesSet
    | PaymentsFellDue
    | ReceiptsFellDue
    | PaymentHeld
    | PaymentResumed
    | PaymentCorrected
    | QuoteTaken
    | RunPrepared
    | PaymentsGathered
    | RunReleased
    | RunCancelled
    | RunSubmitted
    | RunEscalated
    | RunDoubted
    | RunAccepted
    | PaymentsAccepted
    | PaymentsRejected
    | PaymentsNotFound
    | PaymentsSettled
    | PaymentReturned
    | ReceiptMatched
    | MovementUnmatched
    | AnswerContradicted
    | BankFileRefused
    | CommandRefused,
    Field(discriminator="type"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Reads an event from its canonical JSON, by its `type`."""
