"""The messages of a bank as release 0.1.0 knew them."""

from datetime import date, datetime

from domain.bank.messages import BankVerdict, Direction, Max35
from domain.values.money import Exact, Money
from domain.values.record import Record


class TransferStatus(Record):
    """The status of one transfer. `reason` is an ISO external code such as AC04, `words` the bank's own text."""

    end_to_end_id: Max35
    verdict: BankVerdict
    reason: str | None = None
    words: str | None = None


class StatusReport(Record):
    """One pain.002. `group` applies to every transfer of the order that `transfers` does not name.

    `group_reason` and `group_words` say why a whole order was rejected.
    """

    message_id: Max35
    created_at: datetime
    order_message_id: Max35
    group: BankVerdict | None
    group_reason: str | None = None
    group_words: str | None = None
    transfers: tuple[TransferStatus, ...]


class Movement(Record):
    """One booked movement on the account.

    `booked` is positive and in the account's currency. `instructed` and `rate` are given if the bank converted.
    `returned` marks the return of an earlier transfer, with the bank's reason.
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
