"""Messages to and from a bank, independent of the file format."""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.values.money import Exact, Money
from domain.values.record import Record

Max35 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/?:().,'+ -]{1,35}$")]
"""An identifier as banks take it: up to 35 characters of the SWIFT x-set."""

Code4 = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,4}$")]
"""A code of an ISO external code list, such as SEPA or SALA."""

_UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
MAX_RATE_DIGITS = 11
MAX_RATE_DECIMALS = 10


def carries_text(text: str) -> bool:
    """Whether a bank file can carry a text. XML cannot represent control characters, and banks refuse blanks."""
    return bool(text.strip()) and not _UNWRITABLE.search(text)


def carries_rate(rate: Decimal) -> bool:
    """Whether a bank file can carry a rate: above zero, at most 11 digits, 10 of them decimals."""
    if not rate.is_finite() or rate <= 0:
        return False
    _sign, digits, exponent = rate.normalize().as_tuple()
    decimals = max(0, -int(exponent))
    whole = max(0, len(digits) + int(exponent))
    return decimals <= MAX_RATE_DECIMALS and whole + decimals <= MAX_RATE_DIGITS


def bank_country(bic: str | None, clearing: "ClearingMember | None") -> str:
    """The country of a bank by its BIC, else by its clearing system; empty if neither is known."""
    return bic[4:6] if bic else clearing.system[:2] if clearing else ""


class Address(Record):
    """A structured postal address. Banks refuse unstructured lines from November 2026."""

    street: str = Field(max_length=70)
    building: str | None = Field(default=None, max_length=16)
    postcode: str = Field(max_length=16)
    town: str = Field(max_length=35)
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class ClearingMember(Record):
    """A bank and its branch in a national clearing system, such as JPZGN, 0005 and 123.

    `system` is a code of the ISO list of clearing systems, which begins with its country. The list has none for Korea:
    write KR, and the bank's code of three digits as `member`.
    """

    system: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}([A-Z0-9]{3})?$")]
    member: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,28}$")]
    branch: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,28}$")] | None = None


class AccountType(StrEnum):
    """The type of an account, as Japanese banks ask for it."""

    ORDINARY = "ordinary"
    CURRENT = "current"
    SAVINGS = "savings"
    OTHER = "other"


class BankAccount(Record):
    """An account as a bank file names it. `number` is an IBAN if `iban` is true, else a domestic number.

    Its bank is known by `bic` or by `clearing`. `latin_name` and `kana_name` are the holder's name for files that
    cannot carry `holder`.
    """

    holder: str = Field(max_length=140)
    address: Address
    bic: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{8}([A-Z0-9]{3})?$")] | None
    number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,34}$")]
    iban: bool = False
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    latin_name: str | None = None
    kana_name: str | None = None
    lei: str | None = None
    clearing: ClearingMember | None = None
    kind: AccountType | None = None

    @property
    def country(self) -> str:
        """The country of the bank; empty if neither BIC nor clearing system is known."""
        return bank_country(self.bic, self.clearing)


class AgreedRate(Record):
    """The rate at which the bank must convert: units of the debtor account's currency for one of the amount's.

    `contract_id` is the bank's number of the deal. Without a deal there is no agreed rate.
    """

    rate: Exact
    contract_id: Max35


class RegulatoryReporting(Record):
    """What the bank must report to an authority of a transfer abroad."""

    indicator: Literal["CRED", "DEBT", "BOTH"] = "DEBT"
    authority_country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,10}$")] | None = None
    information: Max35 | None = None


class BankCodes(Record):
    """What a transfer is for, as banks and authorities ask for it: its purpose, and what is reported of it."""

    purpose: Code4 | None = None
    regulatory: RegulatoryReporting | None = None


class CreditTransfer(Record):
    """One payment in an order. `end_to_end_id` is fixed before sending and never used twice.

    What `codes` leaves out is as the bank's profile says.
    """

    end_to_end_id: Max35
    amount: Money
    creditor: BankAccount
    remittance: str = Field(default="", max_length=140)
    agreed_rate: AgreedRate | None = None
    codes: BankCodes = BankCodes()


class PaymentOrder(Record):
    """One file to a bank: transfers in one currency from one debtor account on one execution date.

    `batch_booking` asks the bank to book the order as one sum.
    """

    message_id: Max35
    created_at: datetime
    execution_on: date
    debtor: BankAccount
    batch_booking: bool = True
    transfers: tuple[CreditTransfer, ...] = Field(min_length=1)


class Enquiry(Record):
    """One pacs.028: asks for the status of transfers of an earlier order that were not answered in time."""

    message_id: Max35
    created_at: datetime
    order_message_id: Max35
    order_format: str = "pain.001.001.09"
    debtor: BankAccount
    end_to_end_ids: tuple[Max35, ...] = Field(min_length=1)


class BankVerdict(StrEnum):
    """The bank's status of a transfer before it is booked."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_FOUND = "not_found"


class Direction(StrEnum):
    """Which way money moved on the account of a statement."""

    CREDIT = "credit"
    DEBIT = "debit"
