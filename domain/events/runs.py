"""Events of a payment run on our side."""

from datetime import date
from typing import Literal

from domain.bank.messages import Max35
from domain.values.money import Exact, Money
from domain.values.record import Record, Sha256


class RunPrepared(Record):
    """Due payments of one account, currency and day were gathered. `sha256` binds what the releaser approves."""

    type: Literal["run-prepared"] = "run-prepared"
    run: str
    account: str
    currency: str
    execution_on: date
    by: str
    count: int
    total: Money
    sha256: Sha256


class QuoteTaken(Record):
    """The rate that a run pays at: units of `quote` for one `base`, with its source and fixing date."""

    type: Literal["quote-taken"] = "quote-taken"
    run: str
    base: str
    quote: str
    rate: Exact
    source: str
    fixing_on: date
    contract_rate: Exact


class DealTaken(Record):
    """The run pays at the rate of a deal with the bank: units of the account's currency for one of `amount`.

    `number` is the bank's. The bank exchanges at most `amount`, on the day `on`.
    """

    type: Literal["deal-taken"] = "deal-taken"
    run: str
    number: Max35
    amount: Money
    rate: Exact
    on: date
    by: str


class GatheredPayment(Record):
    """A payment in a run, with the end-to-end id under which the bank will know it."""

    payment: str
    end_to_end_id: str


class PaymentsGathered(Record):
    """The lines of a prepared run."""

    type: Literal["payments-gathered"] = "payments-gathered"
    run: str
    payments: tuple[GatheredPayment, ...]


class SharedWith(Record):
    """Another production that names the same bank account, as its journal was up to the event `seq`."""

    production: str
    account: str
    seq: int


class ReleasedAgainst(Record):
    """What was there when a run was released, in the currency of its account.

    `balance` is what the account held by the bank's word for the day `balance_on` and its bookings since; None if
    nobody had told it. `on_its_way` was released and not booked, `debit` is what the run takes, `overdraft` how far
    below zero the account may go. `shared` are the other productions that are counted.
    """

    balance: Money | None
    balance_on: date | None
    on_its_way: Money
    debit: Money
    overdraft: Money
    shared: tuple[SharedWith, ...] = ()


class RunFirstReleased(Record):
    """A run above `limits`, which say why, got the first of two releases, of exactly what `sha256` binds."""

    type: Literal["run-first-released"] = "run-first-released"
    run: str
    by: str
    sha256: Sha256
    limits: tuple[str, ...]


class RunReleased(Record):
    """A second person released exactly what `sha256` binds, on a day. Its order goes to the accounts of that day.

    `against` is None in records that did not know balances.
    """

    type: Literal["run-released"] = "run-released"
    run: str
    by: str
    sha256: Sha256
    against: ReleasedAgainst | None = None
    on: date | None = None


class RunCancelled(Record):
    """A run was cancelled before it was sent. Its payments may be gathered again."""

    type: Literal["run-cancelled"] = "run-cancelled"
    run: str
    by: str
    reason: str


class RunSubmitted(Record):
    """The order's bytes are fixed and in the outbox. A resend sends the same bytes."""

    type: Literal["run-submitted"] = "run-submitted"
    run: str
    message_id: str
    file: Sha256


class RunEscalated(Record):
    """A prepared run was not released by the account's cut-off."""

    type: Literal["run-escalated"] = "run-escalated"
    run: str


class RunDoubted(Record):
    """The bank is asked about payments without an answer in time, now unknown, and about attempts in doubt."""

    type: Literal["run-doubted"] = "run-doubted"
    run: str
    enquiry_message_id: str
    file: Sha256


RunEvent = (
    QuoteTaken
    | DealTaken
    | RunPrepared
    | PaymentsGathered
    | RunFirstReleased
    | RunReleased
    | RunCancelled
    | RunSubmitted
    | RunEscalated
    | RunDoubted
)
"""Every event of this module."""
