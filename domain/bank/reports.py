"""What a bank reports, independent of the file format.

    BankFile ─ AccountReport ─ BookedEntry ─ EntryDetail        booked money
    StatusReport ─ InstructionStatus ─ TransferStatus           what became of an order

Readers in `adapters/bank` make these. From here on no code knows the format. The records are structs, because a
statement may have 100,000 entries. Texts are trimmed; what the bank left empty, or wrote as NOTPROVIDED, is None.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from domain.bank.messages import BankVerdict, Direction
from domain.values.money import Money


class ReportKind(StrEnum):
    """How a bank reports bookings. An intraday report is preliminary; a statement is complete for its days."""

    NOTIFICATION = "notification"
    INTRADAY = "intraday"
    STATEMENT = "statement"


class References(Struct, frozen=True, gc=False):
    """Every reference that the bank gave of a booking, as it came.

    `servicer` is the bank's own (AcctSvcrRef, MT940's bank reference). `message` and `payment_information` are those of
    the order. `entry` (NtryRef) is unique only within its report, so it never identifies a booking in another file.
    `others` are further ones, such as a cheque number.
    """

    servicer: str | None = None
    end_to_end: str | None = None
    instruction: str | None = None
    transaction: str | None = None
    uetr: str | None = None
    clearing: str | None = None
    message: str | None = None
    payment_information: str | None = None
    entry: str | None = None
    others: tuple[str, ...] = ()


class EntryType(StrEnum):
    """What the bank's transaction code says of an entry. `TRANSFER` stands for every code not listed."""

    TRANSFER = "transfer"
    CHARGE = "charge"
    INTEREST = "interest"
    RETURN = "return"


class EntryDetail(Struct, frozen=True, gc=False):
    """One transaction of an entry.

    `booked` is its share of the entry: positive, in the account's currency, the details add up to the entry. `charges`
    are the bank's charges that the report names with it, in the account's currency: they may or may not be a part of
    `booked`. `instructed` is the amount of the order, if the bank gives it. `rate` is what the bank converted at, in
    units of the account's currency for one of `instructed`; None if the bank quotes it otherwise.
    """

    direction: Direction
    booked: Money
    references: References
    type: EntryType = EntryType.TRANSFER
    instructed: Money | None = None
    rate: Decimal | None = None
    charges: tuple[Money, ...] = ()
    counterparty: str | None = None
    counterparty_account: str | None = None
    remittance: str | None = None
    reason: str | None = None


class Batch(Struct, frozen=True, gc=False):
    """What an entry says of the order that it books as one sum."""

    message: str | None
    payment_information: str | None
    count: int | None
    total: Money | None


class BookedEntry(Struct, frozen=True, gc=False):
    """One booked line of an account. `booked` is positive. `reversal` marks that it undoes an earlier entry.

    `details` are empty if the bank gave none, or gave none whose shares of the entry are certain. `charges` is the part
    of the entry that is the bank's charge for the whole of it, beside its details; zero for most. With
    details, they and the charge add up to the entry: on a credit it is negative.
    `place` is the entry's place in its file, such as `2.14` for the 14th entry of the second report.
    """

    place: str
    booked_on: date
    value_on: date | None
    direction: Direction
    booked: Money
    references: References
    type: EntryType = EntryType.TRANSFER
    reversal: bool = False
    batch: Batch | None = None
    charges: Money | None = None
    text: str | None = None
    details: tuple[EntryDetail, ...] = ()


class Balance(Struct, frozen=True, gc=False):
    """A booked balance at the start or end of a day. It is negative for an overdraft."""

    amount: Money
    on: date


class ReportPage(Struct, frozen=True, gc=False):
    """A page of a report that the bank sends in parts. `number` counts from 1."""

    number: int
    last: bool


class AccountReport(Struct, frozen=True, gc=False):
    """A statement or notification about one account: its booked entries. Pending entries are left out.

    `account_number` has no blanks and hyphens. `number` is the bank's running number. A page may lack the balances.
    """

    kind: ReportKind
    id: str
    number: str | None
    page: ReportPage | None
    account_number: str
    currency: str
    opening: Balance | None
    closing: Balance | None
    entries: tuple[BookedEntry, ...]


class BankFile(Struct, frozen=True, gc=False):
    """A file of one or more account reports. `format` is such as `camt.053.001.08` or `mt940`."""

    format: str
    message_id: str
    created_at: datetime | None
    reports: tuple[AccountReport, ...]


class GivenStatus(Struct, frozen=True, gc=False):
    """A status that says what becomes of the money. `reason` is an ISO code such as AC04, `words` the bank's text."""

    verdict: BankVerdict
    reason: str | None = None
    words: str | None = None


class TransferStatus(Struct, frozen=True, gc=False):
    """The status of one transfer, named by end-to-end id or instruction id. None while it is pending at the bank.

    `amount` is what the bank says that the transfer is of, if it says so.
    """

    end_to_end: str | None
    instruction: str | None
    status: GivenStatus | None
    amount: Money | None = None


class InstructionStatus(Struct, frozen=True, gc=False):
    """The status of one payment information block, which holds for its transfers without a status of their own."""

    payment_information: str | None
    status: GivenStatus | None
    transfers: tuple[TransferStatus, ...]


class StatusReport(Struct, frozen=True, gc=False):
    """A bank's answer to an order, on three levels. The most specific status counts.

    A sheet of results names no order. It is that of the transfers.
    """

    format: str
    message_id: str
    created_at: datetime | None
    order_message_id: str | None
    group: GivenStatus | None
    instructions: tuple[InstructionStatus, ...]


BankMessage = BankFile | StatusReport
