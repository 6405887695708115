"""Events of payees: changes of their bank accounts, and what keeps payments from them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.bank.messages import AccountType, ClearingMember
from domain.values.record import Record, Sha256


class AccountDetails(Record):
    """What tells one bank account from another: its number and its bank. See `domain.agreement.model.Account`."""

    number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,34}$")] = Field(
        description="The account number, or the IBAN."
    )
    bic: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{8}([A-Z0-9]{3})?$")] | None = Field(
        default=None, description="The BIC of the bank."
    )
    clearing: ClearingMember | None = Field(
        default=None, description="The bank in its clearing system: SYSTEM MEMBER BRANCH, such as 'JPZGN 0005 123'."
    )
    iban: bool = Field(default=False, description="The number is an IBAN.")
    kind: AccountType | None = Field(default=None, description="The type of the account, as Japanese banks ask for it.")


class AccountChangeProposed(AccountDetails):
    """Somebody asked that a payee be paid on another bank account.

    `change` is the account's id and the number of the change, from 1. `evidence` are documents by SHA-256. An `added`
    account is one that an amendment brought for a known payee: nothing goes to it before it is confirmed.
    """

    type: Literal["account-change-proposed"] = "account-change-proposed"
    change: str
    account: str
    evidence: dict[str, Sha256]
    reason: str
    by: str
    added: bool = False


class PayeeNotified(Record):
    """A notice of a change was written to the payee's contacts that the agreement has; `document` is its text."""

    type: Literal["payee-notified"] = "payee-notified"
    change: str
    contacts: tuple[str, ...]
    document: Sha256


class AccountChangeConfirmed(Record):
    """A second person confirmed a change by a call-back. The account is in force from `in_force_on`.

    `called` is who was called, at the number `phone`, which `known_from` has from before the change.
    """

    type: Literal["account-change-confirmed"] = "account-change-confirmed"
    change: str
    called: str
    phone: str
    known_from: str
    called_on: date
    said: str
    by: str
    in_force_on: date


class AccountChangeRefused(Record):
    """Somebody refused a change before it was in force: the account before it stays."""

    type: Literal["account-change-refused"] = "account-change-refused"
    change: str
    reason: str
    by: str


class PartyFrozen(Record):
    """Nothing is paid to a party from now on."""

    type: Literal["party-frozen"] = "party-frozen"
    party: str
    reason: str
    by: str


class UnfreezeApproved(Record):
    """Somebody approved that a party be paid again. `lifted` says whether that was the second person."""

    type: Literal["unfreeze-approved"] = "unfreeze-approved"
    party: str
    reason: str
    by: str
    lifted: bool


class StoppedPayment(Record):
    """A payment that is held, with the reason for people."""

    payment: str
    cause: str
    reason: str


class PaymentsHeld(Record):
    """What concerns a payee keeps these payments back. `cause` names the change, freeze or match."""

    type: Literal["payments-held"] = "payments-held"
    payments: tuple[StoppedPayment, ...]


class PaymentsFreed(Record):
    """What kept these payments back is over: they may go again."""

    type: Literal["payments-freed"] = "payments-freed"
    payments: tuple[str, ...]


class PartyMatched(Record):
    """A party's name is like `listed_name` of an entry of a list, by `score` of 100. Nothing is paid to it.

    `document` is the SHA-256 of the list's file, `entry_sha256` that of the entry as it reads there.
    """

    type: Literal["party-matched"] = "party-matched"
    match: str
    party: str
    source: str
    published_on: date
    document: Sha256
    entry: str
    entry_sha256: Sha256
    listed_name: str
    score: int


class ClearanceApproved(Record):
    """Somebody approved that a match is of somebody else. `cleared` says whether that was the second person.

    The decision is about the entry as it reads in that version of the list.
    """

    type: Literal["clearance-approved"] = "clearance-approved"
    match: str
    reason: str
    by: str
    cleared: bool
    entry_sha256: Sha256
    document: Sha256


PayeeEvent = (
    AccountChangeProposed
    | PayeeNotified
    | AccountChangeConfirmed
    | AccountChangeRefused
    | PartyFrozen
    | UnfreezeApproved
    | PartyMatched
    | ClearanceApproved
    | PaymentsHeld
    | PaymentsFreed
)
"""Every event of this module."""
