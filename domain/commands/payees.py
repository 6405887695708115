"""Commands about payees: their bank accounts, and parties that nothing is paid to."""

from datetime import date

from pydantic import Field

from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.events import (
    AccountChangeConfirmed,
    AccountChangeProposed,
    AccountChangeRefused,
    AccountDetails,
    ClearanceApproved,
    PartyFrozen,
    UnfreezeApproved,
)
from domain.identity import Role
from domain.values.record import Sha256


class ProposeAccount(AccountDetails, Command):
    """Ask that a payee be paid on another bank account. Its payments are held until that is decided or in force."""

    account: str
    evidence: dict[str, Sha256] = Field(
        min_length=1, description="A document that asks for the change, such as the payee's letter; its SHA-256 counts."
    )
    reason: str = Field(min_length=1, max_length=500, description="Why the account changes, as the payee says.")


class ConfirmAccount(Command):
    """Confirm a change of an account, after a call to the payee at a number known from before."""

    change: str
    called: str = Field(min_length=1, max_length=140, description="Who was called.")
    phone: str = Field(min_length=1, max_length=40, description="The number that was called.")
    known_from: str = Field(
        min_length=1, max_length=140, description="Where the number is known from, from before the change."
    )
    called_on: date = Field(description="The day of the call.")
    said: str = Field(min_length=1, max_length=500, description="What was said.")


class RefuseAccount(Command):
    """Refuse a change of an account that is not in force yet: the account before it stays."""

    change: str
    reason: str = Field(min_length=1, max_length=500, description="Why it is refused.")


class FreezeParty(Command):
    """Pay nothing to a party until two people have approved that it be paid again."""

    party: str
    reason: str = Field(min_length=1, max_length=500, description="Why nothing is paid to it.")


class UnfreezeParty(Command):
    """Approve that a frozen party be paid again. The second approval, by another person, ends the freeze."""

    party: str
    reason: str = Field(min_length=1, max_length=500, description="Why it may be paid again.")


class ScreenParties(Command):
    """Compare the parties with the lists of names."""


class ClearMatch(Command):
    """Approve that a match with a list is of somebody else. The second approval, by another person, ends it."""

    match: str
    reason: str = Field(min_length=1, max_length=500, description="How it is known that the party is another one.")


_PAYERS = "a party whose accounts pay the account"
_OWNERS = "a party that owns a debtor account"
_CHANGE = ("production", "change")
_PARTY = ("production", "party")
DECLARED = (
    Declaration(
        ProposeAccount,
        key="account/{production}/{account}",
        repeated_in=AccountChangeProposed,
        repeatable=True,
        activity="propose_account",
        role=Role.PREPARER,
        parties=_PAYERS,
        workflow="Production",
        update="propose_account",
        cli="account propose",
        path="/productions/{production}/accounts/{account}/changes",
        arguments=("production", "account"),
    ),
    Declaration(
        ConfirmAccount,
        key="confirm/{production}/{change}/{by}",
        repeated_in=AccountChangeConfirmed,
        repeatable=True,
        activity="confirm_account",
        role=Role.TREASURER,
        parties=_PAYERS,
        excluded="whoever proposed the change",
        workflow="Production",
        update="confirm_account",
        cli="account confirm",
        path="/productions/{production}/account-changes/{change}/confirmation",
        arguments=_CHANGE,
    ),
    Declaration(
        RefuseAccount,
        key="refuse/{production}/{change}",
        repeated_in=AccountChangeRefused,
        repeatable=True,
        activity="refuse_account",
        role=Role.TREASURER,
        parties=_PAYERS,
        workflow="Production",
        update="refuse_account",
        cli="account refuse",
        path="/productions/{production}/account-changes/{change}/refusal",
        arguments=_CHANGE,
    ),
    Declaration(
        FreezeParty,
        key="freeze/{production}/{party}",
        repeated_in=PartyFrozen,
        repeatable=True,
        activity="freeze",
        role=Role.TREASURER,
        parties=_OWNERS,
        workflow="Production",
        update="freeze",
        cli="party freeze",
        path="/productions/{production}/parties/{party}/freeze",
        arguments=_PARTY,
    ),
    Declaration(
        UnfreezeParty,
        key="unfreeze/{production}/{party}",
        repeated_in=UnfreezeApproved,
        repeatable=True,
        activity="unfreeze",
        role=Role.TREASURER,
        parties=_OWNERS,
        excluded="whoever approved it first",
        workflow="Production",
        update="unfreeze",
        cli="party unfreeze",
        path="/productions/{production}/parties/{party}/freeze/approvals",
        arguments=_PARTY,
    ),
    Declaration(ScreenParties, key="screen/{production}/{digest}", activity="screen", system=True),
    Declaration(
        ClearMatch,
        key="clear/{production}/{match}",
        repeated_in=ClearanceApproved,
        repeatable=True,
        activity="clear",
        role=Role.TREASURER,
        parties=_OWNERS,
        excluded="whoever approved it first",
        workflow="Production",
        update="clear",
        cli="party clear",
        path="/productions/{production}/matches/{match}/approvals",
        arguments=("production", "match"),
    ),
)
