"""Events of agreements and their amendments."""

from datetime import date
from typing import Literal

from domain.agreement.model import Purpose
from domain.values.money import Money
from domain.values.record import Record, Sha256, UserName


class AgreementProposed(Record):
    """A version of an agreement is proposed; `document` is the SHA-256 of its YAML bytes.

    It would amend the version of the document `amends`; the first version amends none. `needs` are the parties whose
    approval it needs, by `open_until`. The proposer has approved for their own party. A `provisional` one is in force
    at once, and ends unless all have approved by then.
    """

    type: Literal["agreement-proposed"] = "agreement-proposed"
    production: str
    title: str
    version: int
    document: Sha256
    amends: Sha256 | None
    by: UserName
    party: str
    needs: tuple[str, ...]
    open_until: date
    provisional: bool


class AgreementApproved(Record):
    """A party has approved this very document, as an amendment of the version of the document `amends`."""

    type: Literal["agreement-approved"] = "agreement-approved"
    document: Sha256
    amends: Sha256 | None
    by: UserName
    party: str


class ProposalEnded(Record):
    """A proposal will not be in force: refused, withdrawn, lapsed, or stale because another version came first.

    `by` is None where no person ended it.
    """

    type: Literal["proposal-ended"] = "proposal-ended"
    document: Sha256
    outcome: Literal["refused", "withdrawn", "lapsed", "stale"]
    by: UserName | None
    reason: str


class AgreementRestored(Record):
    """A provisional version, of the document `ended`, was not confirmed: the version before it is in force again."""

    type: Literal["agreement-restored"] = "agreement-restored"
    production: str
    title: str
    version: int
    document: Sha256
    ended: Sha256


class AgreementRegistered(Record):
    """Version 1 of a production's agreement is in force; `document` is the SHA-256 of its YAML bytes.

    `approved_by` are the parties that have approved it. The first release asked nobody.
    """

    type: Literal["agreement-registered"] = "agreement-registered"
    production: str
    title: str
    version: int
    document: Sha256
    approved_by: tuple[str, ...] = ()


class AgreementAmended(Record):
    """A later version of the agreement is in force.

    `approved_by` are the parties that have approved it. A provisional version ends after the day `provisional_until`
    unless all have.
    """

    type: Literal["agreement-amended"] = "agreement-amended"
    production: str
    title: str
    version: int
    document: Sha256
    approved_by: tuple[str, ...] = ()
    provisional_until: date | None = None


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
    AgreementProposed
    | AgreementApproved
    | ProposalEnded
    | AgreementRestored
    | AgreementRegistered
    | AgreementAmended
    | PaymentsScheduled
    | PaymentsCancelled
    | ReceiptsExpected
    | ReceiptsCancelled
)
"""Every event of this module."""
