"""Commands that put right what is owed without money on our accounts: interest, credits, deductions, write-offs."""

from datetime import date

from pydantic import Field

from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.events import (
    AdjustedTo,
    CreditHeldElsewhere,
    CreditRefundWithdrawn,
    LateInterestClaimed,
    LateInterestWithdrawn,
    WriteOffDeclined,
)
from domain.identity import Role
from domain.values.money import Money
from domain.values.record import Sha256

_OWNER = "the party that owns the account"


class ClaimLateInterest(Command):
    """Claim the interest that a late receipt bears by its terms, or owe that of a late payment of ours.

    It is what was outstanding each day, less what was claimed before. A claim on us goes out with the next run.
    """

    payment: str
    until: date | None = Field(default=None, description="Count the days before this one; default all before today.")
    reason: str = Field(min_length=1, max_length=500, description="Why it is claimed, such as a letter's date.")


class WithdrawLateInterest(Command):
    """Take back a claim of late interest that was wrong, and of which nothing was received or sent."""

    payment: str
    reason: str = Field(min_length=1, max_length=500, description="What was wrong.")


class AdjustReceipt(Command):
    """Settle a part of a receipt without money: by the payer's credit, by what it deducted, or by writing it off.

    To waive late interest is to write its claim off. More than the agreement lets one person write off is written off
    once a second one has confirmed it.
    """

    receipt: str
    to: AdjustedTo = Field(description="What settles it: a credit, a deduction for tax or charges, or nothing.")
    name: str = Field(
        default="", description="Where the credit stands: an account, or production:KEY; default its own account."
    )
    amount: Money | None = Field(default=None, description="How much of it; default all, as far as a credit goes.")
    documents: dict[str, Sha256] = Field(
        default_factory=dict, description="The certificate of a deduction; once for each. Its SHA-256 is recorded."
    )
    reason: str = Field(min_length=1, max_length=500, description="How that is known, or why.")


class ConfirmWriteOff(Command):
    """Write off what another person proposed: the second pair of eyes."""

    receipt: str
    amount: Money = Field(description="The amount that you agree to write off, as it was proposed.")


class DeclineWriteOff(Command):
    """Take the proposal to write a part of a receipt off the table: one's own, or that of another."""

    receipt: str
    reason: str = Field(min_length=1, max_length=500, description="Why not.")


class UndoAdjustment(Command):
    """Take back a credit, a deduction or a write-off of a receipt: it is owed again."""

    receipt: str
    number: int | None = Field(
        default=None, ge=1, description="Which of the receipt's adjustments, from 1; default the newest that stands."
    )
    reason: str = Field(min_length=1, max_length=500, description="Why it was wrong.")


class RefundCredit(Command):
    """Owe a credit back to the party that has it, with the next run, to one of its accounts of the agreement."""

    account: str
    party: str
    payee: str = Field(description="The account that it goes back to.")
    amount: Money | None = Field(default=None, description="How much of the credit; default all.")
    paid_from: str = Field(default="", description="Our account that pays it, if the credit stands on none of ours.")
    reason: str = Field(min_length=1, max_length=500, description="Why it goes back.")


class WithdrawRefund(Command):
    """Take back the refund of a credit that is still with us: the credit stands again."""

    payment: str
    reason: str = Field(min_length=1, max_length=500, description="Why it was wrong.")


class HoldCreditElsewhere(Command):
    """Record that another production holds money of this one, or no longer does. `amount` is then negative."""

    holder: str
    account: str
    movement: str
    party: str
    amount: Money


DECLARED = (
    Declaration(
        ClaimLateInterest,
        key="claim-interest/{payment}",
        repeatable=True,
        repeated_in=LateInterestClaimed,
        activity="claim_interest",
        role=Role.TREASURER,
        parties=_OWNER,
        workflow="Production",
        update="claim_interest",
        cli="payment claim-interest",
        path="/payments/{payment}/late-interest",
        arguments=("payment",),
    ),
    Declaration(
        WithdrawLateInterest,
        key="withdraw-interest/{payment}",
        repeatable=True,
        repeated_in=LateInterestWithdrawn,
        activity="withdraw_interest",
        role=Role.TREASURER,
        parties=_OWNER,
        workflow="Production",
        update="withdraw_interest",
        cli="payment withdraw-interest",
        path="/payments/{payment}/late-interest/correction",
        arguments=("payment",),
    ),
    Declaration(
        AdjustReceipt,
        key="adjust/{receipt}",
        repeatable=True,
        activity="adjust",
        role=Role.TREASURER,
        parties=_OWNER,
        workflow="Production",
        update="adjust",
        cli="payment adjust",
        path="/receipts/{receipt}/adjustments",
        arguments=("receipt",),
    ),
    Declaration(
        ConfirmWriteOff,
        key="confirm-write-off/{receipt}",
        repeatable=True,
        activity="confirm_write_off",
        role=Role.TREASURER,
        parties=_OWNER,
        excluded="who proposed it",
        workflow="Production",
        update="confirm_write_off",
        cli="payment confirm-write-off",
        path="/receipts/{receipt}/write-off/confirmation",
        arguments=("receipt", "amount"),
    ),
    Declaration(
        DeclineWriteOff,
        key="decline-write-off/{receipt}",
        repeatable=True,
        repeated_in=WriteOffDeclined,
        activity="decline_write_off",
        role=Role.TREASURER,
        parties=_OWNER,
        workflow="Production",
        update="decline_write_off",
        cli="payment decline-write-off",
        path="/receipts/{receipt}/write-off/refusal",
        arguments=("receipt",),
    ),
    Declaration(
        UndoAdjustment,
        key="undo-adjustment/{receipt}",
        repeatable=True,
        activity="undo_adjustment",
        role=Role.TREASURER,
        parties=_OWNER,
        workflow="Production",
        update="undo_adjustment",
        cli="payment undo-adjustment",
        path="/receipts/{receipt}/adjustments/correction",
        arguments=("receipt",),
    ),
    Declaration(
        RefundCredit,
        key="refund-credit/{production}/{account}/{party}",
        repeatable=True,
        activity="refund_credit",
        role=Role.TREASURER,
        parties="the party that owns the paying account",
        workflow="Production",
        update="refund_credit",
        cli="payment refund-credit",
        path="/productions/{production}/credits/{party}/refunds",
        arguments=("production", "account", "party"),
    ),
    Declaration(
        WithdrawRefund,
        key="withdraw-refund/{payment}",
        repeatable=True,
        repeated_in=CreditRefundWithdrawn,
        activity="withdraw_refund",
        role=Role.TREASURER,
        parties="the party that owns the paying account",
        workflow="Production",
        update="withdraw_refund",
        cli="payment withdraw-refund",
        path="/payments/{payment}/refund/correction",
        arguments=("payment",),
    ),
    Declaration(
        HoldCreditElsewhere,
        key="credit-elsewhere/{allocation}",
        repeated_in=CreditHeldElsewhere,
        activity="allocate",
        system=True,
    ),
)
