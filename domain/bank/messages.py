"""What Sluice says to a bank and hears from it, free of any file format.

The adapters write these as ISO 20022 (pain.001, pacs.028) and read them from it (pain.002, camt.053, camt.054).
"""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.values.money import Exact, Money
from domain.values.record import Record

Max35 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/?:().,'+ -]{1,35}$")]
"""An identifier as banks take it: up to 35 characters of the SWIFT x-set."""

_UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
MAX_RATE_DIGITS = 11
MAX_RATE_DECIMALS = 10


def carries_text(text: str) -> bool:
    """Whether a bank file can carry a text: XML has no way to write control characters, and banks refuse blanks."""
    return bool(text.strip()) and not _UNWRITABLE.search(text)


def carries_rate(rate: Decimal) -> bool:
    """Whether a bank file can carry a rate: above zero, at most 11 digits, 10 of them decimals."""
    if not rate.is_finite() or rate <= 0:
        return False
    _sign, digits, exponent = rate.normalize().as_tuple()
    decimals = max(0, -int(exponent))
    whole = max(0, len(digits) + int(exponent))
    return decimals <= MAX_RATE_DECIMALS and whole + decimals <= MAX_RATE_DIGITS


class Address(Record):
    """A structured postal address; unstructured lines are refused by banks from November 2026."""

    street: str = Field(max_length=70)
    building: str | None = Field(default=None, max_length=16)
    postcode: str = Field(max_length=16)
    town: str = Field(max_length=35)
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class BankAccount(Record):
    """An account as a bank file names it. `number` is an IBAN where `iban` is true, a domestic number otherwise."""

    holder: str = Field(max_length=140)
    address: Address
    bic: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{8}([A-Z0-9]{3})?$")]
    number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,34}$")]
    iban: bool = False
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

    @property
    def masked(self) -> str:
        """What logs and lists may show of the number: its last four characters."""
        return f"…{self.number[-4:]}"


class AgreedRate(Record):
    """The rate at which the bank is told to convert: units of the debtor account's currency for one of the amount's."""

    rate: Exact
    contract_id: Max35


class CreditTransfer(Record):
    """One payment in an order. `end_to_end_id` is fixed before anything is sent and is never used twice."""

    end_to_end_id: Max35
    amount: Money
    creditor: BankAccount
    remittance: str = Field(default="", max_length=140)
    agreed_rate: AgreedRate | None = None


class PaymentOrder(Record):
    """One pain.001: transfers in one currency from one debtor account on one execution date."""

    message_id: Max35
    created_at: datetime
    execution_on: date
    debtor: BankAccount
    transfers: tuple[CreditTransfer, ...] = Field(min_length=1)


class Enquiry(Record):
    """One pacs.028: what became of these transfers of an earlier order? Asked when no answer came in time."""

    message_id: Max35
    created_at: datetime
    order_message_id: Max35
    debtor: BankAccount
    end_to_end_ids: tuple[Max35, ...] = Field(min_length=1)


class BankVerdict(StrEnum):
    """What a bank says of a transfer before it is booked."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_FOUND = "not_found"


class TransferStatus(Record):
    """One transfer's status in a report; `reason` is an ISO external code such as AC04, with the bank's own words."""

    end_to_end_id: Max35
    verdict: BankVerdict
    reason: str | None = None
    words: str | None = None


class StatusReport(Record):
    """One pain.002. `group` speaks for every transfer of the order that `transfers` does not name.

    `group_reason` and `group_words` say why a whole order was rejected.
    """

    message_id: Max35
    created_at: datetime
    order_message_id: Max35
    group: BankVerdict | None
    group_reason: str | None = None
    group_words: str | None = None
    transfers: tuple[TransferStatus, ...]


class Direction(StrEnum):
    """Which way money moved on the account that a statement speaks of."""

    CREDIT = "credit"
    DEBIT = "debit"


class Movement(Record):
    """One transfer booked on the account.

    `booked` is in the account's currency and positive; `instructed` and `rate` are given where the bank converted.
    `returned` marks the money of an earlier transfer coming back, with the bank's reason.
    """

    bank_reference: Max35
    direction: Direction
    booked: Money
    instructed: Money | None = None
    rate: Exact | None = None
    end_to_end_id: Max35 | None
    counterparty: str | None = None
    remittance: str | None = None
    returned: bool = False
    reason: str | None = None


class AccountReport(Record):
    """One camt.054 (notification) or camt.053 (statement; then with balances) about one account."""

    message_id: Max35
    created_at: datetime
    account_number: str
    currency: str
    booked_on: date
    movements: tuple[Movement, ...]
    opening: Money | None = None
    closing: Money | None = None


BankMessage = StatusReport | AccountReport
