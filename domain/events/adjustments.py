"""Events by which people put right what is owed without money on our accounts: interest, credits, deductions."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from domain.agreement.model import Purpose
from domain.values.money import Money
from domain.values.record import Record, Sha256


class LateInterestClaimed(Record):
    """Interest for the lateness of a receipt or a payment is claimed; `incoming` if it is owed to us.

    `amount` is the interest on what was outstanding each day before `counted_to`, less what was claimed before. It is
    owed under the id `claim`, by facts of the same command. `until` is the day that the person named, if one was named.
    """

    type: Literal["late-interest-claimed"] = "late-interest-claimed"
    payment: str
    claim: str
    incoming: bool
    amount: Money
    counted_to: date
    until: date | None
    by: str
    reason: str


class LateInterestWithdrawn(Record):
    """A claim of late interest was wrong: what it posted is negated, and it is owed no more.

    `payment` is the id of the claim, and `of` what it was claimed for. `party` owes it or is owed it. `fell_due` says
    whether it had fallen due.
    """

    type: Literal["late-interest-withdrawn"] = "late-interest-withdrawn"
    payment: str
    of: str
    incoming: bool
    party: str
    amount: Money
    fell_due: bool
    by: str
    reason: str


AdjustedTo = Literal["credit", "tax", "charges", "write-off"]
"""What settled a part of a receipt without money: the payer's credit, its deduction for tax or charges, nothing."""


class ReceiptAdjusted(Record):
    """`amount` of a receipt is settled without money on our accounts.

    `name` is where a credit stands. `documents` are the certificates of a deduction, by name. `number` counts the
    receipt's adjustments from 1. `proposed_by` is the first of two people who wrote it off.
    """

    type: Literal["receipt-adjusted"] = "receipt-adjusted"
    receipt: str
    number: int
    to: AdjustedTo
    name: str
    payer_party: str
    purpose: Purpose
    amount: Money
    on: date
    documents: Mapping[str, Sha256]
    by: str
    reason: str
    proposed_by: str = ""


class ReceiptAdjustmentUndone(Record):
    """A person took adjustment `number` back: what it posted is negated, and so much of the receipt is owed again."""

    type: Literal["receipt-adjustment-undone"] = "receipt-adjustment-undone"
    receipt: str
    number: int
    to: AdjustedTo
    name: str
    payer_party: str
    purpose: Purpose
    amount: Money
    on: date
    by: str
    reason: str


class WriteOffProposed(Record):
    """Somebody wants to write off more than one person may. Nothing is posted before a second person confirms it."""

    type: Literal["write-off-proposed"] = "write-off-proposed"
    receipt: str
    amount: Money
    by: str
    reason: str


class WriteOffDeclined(Record):
    """The proposal to write a part of a receipt off is off the table."""

    type: Literal["write-off-declined"] = "write-off-declined"
    receipt: str
    by: str
    reason: str


class CreditRefunded(Record):
    """What a party has paid too much is owed back to it, as the refund `payment` of the next run."""

    type: Literal["credit-refunded"] = "credit-refunded"
    account: str
    party: str
    amount: Money
    payment: str
    payee_party: str
    by: str
    reason: str


class CreditRefundWithdrawn(Record):
    """The refund of a credit was wrong: it is cancelled, and the credit stands again.

    `fell_due` says whether it had fallen due.
    """

    type: Literal["credit-refund-withdrawn"] = "credit-refund-withdrawn"
    payment: str
    account: str
    party: str
    amount: Money
    payee_party: str
    fell_due: bool
    by: str
    reason: str


class CreditHeldElsewhere(Record):
    """Another production holds money that is ours, as the credit of a party. A negative amount takes that back.

    It came as `movement` on `account` of that `holder`, where it is a debt to this production.
    """

    type: Literal["credit-held-elsewhere"] = "credit-held-elsewhere"
    holder: str
    account: str
    movement: str
    party: str
    amount: Money


AdjustmentEvent = (
    LateInterestClaimed
    | LateInterestWithdrawn
    | ReceiptAdjusted
    | ReceiptAdjustmentUndone
    | WriteOffProposed
    | WriteOffDeclined
    | CreditRefunded
    | CreditRefundWithdrawn
    | CreditHeldElsewhere
)
"""Every event of this module."""
