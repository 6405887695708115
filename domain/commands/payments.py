"""Commands about single payments, and the date that makes them fall due."""

from datetime import date

from pydantic import Field

from domain.commands.base import Command
from domain.commands.declaration import PAYER, Declaration
from domain.events import (
    PaymentCorrected,
    PaymentFailed,
    PaymentHeld,
    PaymentResumed,
    ReceiptReminded,
    ReminderLanguage,
)
from domain.identity import Role


class FallDue(Command):
    """Let what is due by a date fall due."""

    on: date


class HoldPayment(Command):
    """Keep a due payment back until it is resumed."""

    payment: str
    reason: str = Field(min_length=1, max_length=500, description="Why: a missing tax form, a frozen party, a limit …")


class ResumePayment(Command):
    """Let a held payment go again, with its account's next run."""

    payment: str


class FailPayment(Command):
    """Say that the bank did not execute a payment that its complete statement lacks, so that it can be corrected."""

    payment: str
    reason: str = Field(min_length=1, max_length=500, description="How that is known, such as the bank's own words.")


class RemindReceipt(Command):
    """Remind a payer of a late receipt: makes the text, and records when it went to whom."""

    receipt: str
    to: str = Field(min_length=1, max_length=200, description="Whom it goes to, such as a name and an address.")
    language: ReminderLanguage | None = Field(
        default=None, description="Its language; that of the payer's country if left out."
    )


class CorrectPayment(Command):
    """Make a rejected or returned payment due again, under a new end-to-end id."""

    payment: str
    reason: str = Field(
        min_length=1, max_length=500, description="What was put right, such as the payee's account (`sluice account`)."
    )


DECLARED = (
    Declaration(
        FallDue,
        key="fall-due/{production}/{on}/{digest}/{by}",
        activity="fall_due",
        role=Role.PREPARER,
        parties=PAYER,
        system=True,
    ),
    Declaration(
        HoldPayment,
        key="hold/{payment}",
        repeated_in=PaymentHeld,
        repeatable=True,
        activity="hold",
        role=Role.TREASURER,
        parties=PAYER,
        workflow="Production",
        update="hold",
        cli="payment hold",
        path="/payments/{payment}/holds",
        arguments=("payment",),
    ),
    Declaration(
        ResumePayment,
        key="resume/{payment}",
        repeated_in=PaymentResumed,
        repeatable=True,
        activity="resume",
        role=Role.TREASURER,
        parties=PAYER,
        workflow="Production",
        update="resume",
        cli="payment resume",
        path="/payments/{payment}/resumption",
        arguments=("payment",),
    ),
    Declaration(
        FailPayment,
        key="fail/{payment}",
        repeated_in=PaymentFailed,
        repeatable=True,
        activity="fail",
        role=Role.TREASURER,
        parties=PAYER,
        workflow="Production",
        update="fail",
        cli="payment fail",
        path="/payments/{payment}/failures",
        arguments=("payment",),
    ),
    Declaration(
        CorrectPayment,
        key="correct/{payment}",
        repeated_in=PaymentCorrected,
        repeatable=True,
        activity="correct",
        role=Role.TREASURER,
        parties=PAYER,
        workflow="Production",
        update="correct",
        cli="payment correct",
        path="/payments/{payment}/corrections",
        arguments=("payment",),
    ),
    Declaration(
        RemindReceipt,
        key="remind/{receipt}",
        repeated_in=ReceiptReminded,
        repeatable=True,
        activity="remind",
        role=Role.TREASURER,
        parties="the party that owns the account",
        workflow="Production",
        update="remind",
        cli="receipt remind",
        path="/receipts/{receipt}/reminders",
        arguments=("receipt",),
    ),
)
