"""Events that a bank's messages cause."""

from datetime import date
from typing import Literal

from domain.values.money import Money
from domain.values.record import Record, Sha256


class RunAccepted(Record):
    """The bank accepted every payment of the run that it has not rejected."""

    type: Literal["run-accepted"] = "run-accepted"
    run: str
    message_id: str


class PaymentsAccepted(Record):
    """The bank accepted these payments one by one."""

    type: Literal["payments-accepted"] = "payments-accepted"
    run: str
    message_id: str
    payments: tuple[str, ...]


class RejectedPayment(Record):
    """A payment with the bank's reason code and words.

    `may_book_on` is the execution day of its order if the bank may still book it, because it had accepted it before.
    """

    payment: str
    reason: str
    words: str | None
    may_book_on: date | None = None


class PaymentsRejected(Record):
    """The bank will not carry out these payments."""

    type: Literal["payments-rejected"] = "payments-rejected"
    run: str
    message_id: str
    payments: tuple[RejectedPayment, ...]


class PaymentFailed(Record):
    """A person says that the bank did not execute an attempt: its complete statement of the day lacks it."""

    type: Literal["payment-failed"] = "payment-failed"
    run: str
    payment: str
    end_to_end_id: str
    reason: str
    by: str


class PaymentsNotFound(Record):
    """The bank says that it never saw these payments. They are released again and resent as the same bytes."""

    type: Literal["payments-not-found"] = "payments-not-found"
    run: str
    message_id: str
    payments: tuple[str, ...]


class DoubtedPayment(Record):
    """An attempt of a payment by its end-to-end id, with the bank's reason code and words if it gave any."""

    payment: str
    end_to_end_id: str
    reason: str | None
    words: str | None


class PaymentsDoubted(Record):
    """The bank may still book these attempts of a run's order, whatever it said of them.

    It refused them as a duplicate, which says nothing against the first copy: those under way are unknown. Or it
    accepted them although it had rejected them. `execution_on` is the order's day. No further attempt is released.
    """

    type: Literal["payments-doubted"] = "payments-doubted"
    run: str
    message_id: str
    execution_on: date
    why: Literal["duplicate", "accepted"]
    payments: tuple[DoubtedPayment, ...]


class EndedDoubt(Record):
    """An attempt of a payment that the bank will not book any more."""

    payment: str
    end_to_end_id: str


class DoubtsEnded(Record):
    """The bank will not book these attempts of a run: it said so when asked, or its statement of that day has none.

    `silent_on` is the day of that statement, None if the bank answered.
    """

    type: Literal["doubts-ended"] = "doubts-ended"
    run: str
    message_id: str
    silent_on: date | None
    payments: tuple[EndedDoubt, ...]


class SettledPayment(Record):
    """A payment as the bank booked it: `booked` left the account, `contract_value` is what the budget expected.

    `end_to_end_id` is the attempt's. `charges` are the bank's charges within `booked`. `movement` is the booking's id;
    it is empty in records of release 0.1.0, where `bank_reference` identified a booking.
    """

    payment: str
    payee_party: str
    amount: Money
    booked: Money
    contract_value: Money
    bank_reference: str
    movement: str = ""
    end_to_end_id: str | None = None
    charges: Money | None = None


class PaymentsSettled(Record):
    """The bank booked these payments on `account`."""

    type: Literal["payments-settled"] = "payments-settled"
    account: str
    message_id: str
    booked_on: date
    payments: tuple[SettledPayment, ...]


class PaymentReturned(Record):
    """The money of a settled payment came back. We owe it again."""

    type: Literal["payment-returned"] = "payment-returned"
    account: str
    message_id: str
    payment: str
    payee_party: str
    amount: Money
    booked: Money
    contract_value: Money
    bank_reference: str
    reason: str
    movement: str = ""
    charges: Money | None = None


class ReceiptMatched(Record):
    """Expected money arrived and settles `amount` of the receipt; `contract_value` is what the budget expected.

    `on` is the value day of the booking, or else its booking day.
    """

    type: Literal["receipt-matched"] = "receipt-matched"
    account: str
    message_id: str
    receipt: str
    payer_party: str
    amount: Money
    booked: Money
    contract_value: Money
    bank_reference: str
    movement: str = ""
    charges: Money | None = None
    on: date | None = None


class ReceiptReversed(Record):
    """The bank took matched money back, so `amount` of the receipt is owed again. `booked` left the account.

    `on` is the value day of the booking, or else its booking day.
    """

    type: Literal["receipt-reversed"] = "receipt-reversed"
    account: str
    message_id: str
    receipt: str
    payer_party: str
    amount: Money
    booked: Money
    contract_value: Money
    bank_reference: str
    movement: str
    reverses: str
    on: date | None = None


class ChargeBooked(Record):
    """The bank booked a charge of its own, or gave one back. `booked` is negative for a charge."""

    type: Literal["charge-booked"] = "charge-booked"
    account: str
    message_id: str
    movement: str
    booked: Money
    bank_reference: str
    words: str


class AnswerContradicted(Record):
    """The bank's answer contradicts its earlier ones. Nothing was posted for it; a person must look."""

    type: Literal["answer-contradicted"] = "answer-contradicted"
    message_id: str
    payment: str
    status: str
    answer: str


Fate = Literal["settles", "returns", "received", "reverses", "charge", "known", "suspense"]
"""What becomes of a booking. `reverses` undoes an earlier booking; `known` was reported before."""


class Tally(Record):
    """How many bookings have a fate, and their sums. A booking that is split counts in each of its fates."""

    fate: Fate
    bookings: int
    debits: Money
    credits: Money


class ReportTaken(Record):
    """One statement or notification of a taken file: what it told of an account, and what became of it.

    `bookings`, `debits` and `credits` are counted in the file. The sums of `tallies` equal them. Balances are the
    booked ones, negative for an overdraft, each with its day. `first_on` and `last_on` are the days of its bookings.
    """

    account: str
    kind: Literal["notification", "intraday", "statement"]
    report: str
    number: str | None
    page: int | None
    last_page: bool
    opening: Money | None
    opening_on: date | None
    closing: Money | None
    closing_on: date | None
    first_on: date | None
    last_on: date | None
    bookings: int
    debits: Money
    credits: Money
    tallies: tuple[Tally, ...]


class BankFileTaken(Record):
    """A file of the bank was taken in whole. `account` is the one whose folder it came by.

    `left_out` are account numbers that the file speaks of and that are none of ours.
    """

    type: Literal["bank-file-taken"] = "bank-file-taken"
    account: str
    message_id: str
    file: Sha256
    format: str
    reports: tuple[ReportTaken, ...]
    left_out: tuple[str, ...]


class Booking(Record):
    """One booking as a report told it. `movement` names it by its file and its place there.

    `entry` is the entry that it is a part of. `amount` is positive for money that came in. `references` are by kind;
    `entry_references` are those of a whole entry that has several bookings. `about` is the payment, the receipt, or the
    movement that is told again; of a booking in suspense, the movement that it may tell again. `claim` is what was
    settled of a receipt, and `contract_value` what the budget expected that to be.
    """

    movement: str
    entry: str
    booked_on: date
    value_on: date | None
    amount: Money
    references: dict[str, str]
    entry_references: dict[str, str]
    counterparty: str | None
    remittance: str | None
    fate: Fate
    about: str
    claim: Money | None = None
    contract_value: Money | None = None


class BookingsReported(Record):
    """Bookings of one report in a taken file, with what became of each."""

    type: Literal["bookings-reported"] = "bookings-reported"
    account: str
    file: Sha256
    kind: Literal["notification", "intraday", "statement"]
    report: str
    bookings: tuple[Booking, ...]


class OpeningBalanceRecorded(Record):
    """A person says what an account held at the start of the day `on`, before everything that the books have of it.

    It replaces what was on record before, which is `replaces`: zero at first.
    """

    type: Literal["opening-balance-recorded"] = "opening-balance-recorded"
    account: str
    amount: Money
    on: date
    reason: str
    replaces: Money
    by: str


class BankFileRefused(Record):
    """A file from the bank could not be read. It is kept aside, and nothing was posted."""

    type: Literal["bank-file-refused"] = "bank-file-refused"
    account: str
    name: str
    file: Sha256
    why: str


BankEvent = (
    RunAccepted
    | PaymentsAccepted
    | PaymentsRejected
    | PaymentFailed
    | PaymentsNotFound
    | PaymentsDoubted
    | DoubtsEnded
    | PaymentsSettled
    | PaymentReturned
    | ReceiptMatched
    | ReceiptReversed
    | ChargeBooked
    | AnswerContradicted
    | BankFileTaken
    | BookingsReported
    | OpeningBalanceRecorded
    | BankFileRefused
)
"""Every event of this module."""
