"""What customers send, independent of the file format."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


class Unreadable(Exception):
    """The file cannot be read, so there is no sender to answer."""


@dataclass(frozen=True, slots=True)
class AccountRead:
    """An account in a customer's file. `bic` is empty and `member` the bank's clearing code, or the other way round."""

    number: str
    iban: bool
    bic: str
    currency: str | None
    member: str = ""


@dataclass(frozen=True, slots=True)
class Instructed:
    """One transfer of a file. Amount and rate are still text."""

    end_to_end_id: str
    amount: Decimal | None
    currency: str
    creditor: AccountRead
    name: str
    town: str
    country: str
    remittance: str
    agreed_rate: Decimal | None
    unit_currency: str
    instruction_id: str = ""


@dataclass(frozen=True, slots=True)
class ReceivedOrder:
    """One order of a file. `as_one` says that the bank may book it as one sum.

    A `domestic` order names banks by number and creditors by name only. It is not answered by a status report.
    """

    message_id: str
    count: str
    control_sum: Decimal | None
    instructions: int
    execution_on: date | None
    debtor: AccountRead
    transfers: tuple[Instructed, ...]
    payment_information_id: str
    message_type: str
    as_one: bool = True
    domestic: bool = False


@dataclass(frozen=True, slots=True)
class EnquiredTransfer:
    """One enquiry: the order's message id, and the transfers asked about. An empty tuple means all of them."""

    order_message_id: str
    end_to_end_ids: tuple[str, ...]
