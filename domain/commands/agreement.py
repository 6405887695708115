"""Commands about an agreement."""

from pydantic import Field

from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.events import (
    AgreementApproved,
    AgreementRegistered,
)
from domain.identity import Role
from domain.values.record import Sha256


class RegisterAgreement(Command):
    """Propose version 1 of an agreement; its document is already stored under its hash."""

    document: Sha256


class AmendAgreement(Command):
    """Propose the next version of an agreement; its document is already stored under its hash."""

    document: Sha256
    provisional: bool = False


class ApproveAgreement(Command):
    """Approve a proposed version for a party that must. The last approval puts it in force."""

    document: Sha256


class RefuseAgreement(Command):
    """Refuse a proposed version for a party that must approve it, which ends the proposal."""

    document: Sha256
    reason: str = Field(min_length=1, max_length=500, description="What is wrong with it.")


class WithdrawAgreement(Command):
    """Withdraw a proposed version, for the party that proposed it."""

    document: Sha256
    reason: str = Field(min_length=1, max_length=500, description="Why it is withdrawn.")


class PassProposal(Command):
    """Put an approved version in force on its day, or end a proposal whose time is over."""

    document: Sha256


_SIGNATORIES = "the parties that sign, by the version in force and the proposed one"
_ARGUMENTS = ("production", "document")
DECLARED = (
    Declaration(
        RegisterAgreement,
        key="register/{production}/{document:.16}/{by}",
        repeated_in=AgreementRegistered,
        activity="register",
        role=Role.PRODUCER,
        parties="any party of the agreement",
        workflow="Production",
        update="register",
        cli="agreement register",
        path="/productions",
        arguments=("document",),
    ),
    Declaration(
        AmendAgreement,
        key="amend/{production}/{document:.16}/{by}",
        activity="amend",
        role=Role.PRODUCER,
        parties="any party of the agreement",
        workflow="Production",
        update="amend",
        cli="agreement amend",
        path="/productions/{production}/amendments",
        arguments=("document",),
    ),
    Declaration(
        ApproveAgreement,
        key="approve-agreement/{production}/{document:.16}/{by}",
        repeated_in=AgreementApproved,
        activity="approve_agreement",
        role=Role.APPROVER,
        parties=_SIGNATORIES,
        excluded="whoever proposed it, or has approved it for another party",
        workflow="Production",
        update="approve_agreement",
        cli="agreement approve",
        path="/productions/{production}/proposals/{document}/approvals",
        arguments=_ARGUMENTS,
    ),
    Declaration(
        RefuseAgreement,
        key="refuse-agreement/{production}/{document:.16}/{by}",
        activity="refuse_agreement",
        role=Role.APPROVER,
        parties=_SIGNATORIES,
        workflow="Production",
        update="refuse_agreement",
        cli="agreement refuse",
        path="/productions/{production}/proposals/{document}/refusals",
        arguments=_ARGUMENTS,
    ),
    Declaration(
        WithdrawAgreement,
        key="withdraw-agreement/{production}/{document:.16}/{by}",
        activity="withdraw_agreement",
        role=Role.PRODUCER,
        parties="the party that proposed it",
        workflow="Production",
        update="withdraw_agreement",
        cli="agreement withdraw",
        path="/productions/{production}/proposals/{document}/withdrawals",
        arguments=_ARGUMENTS,
    ),
    Declaration(
        PassProposal,
        key="proposal-day/{production}/{document:.16}",
        activity="pass_proposal",
        system=True,
    ),
)
