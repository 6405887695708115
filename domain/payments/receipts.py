"""Receipts: money that the schedule expects from outside, owed when due, and matched when it arrives, also in parts."""

from collections.abc import MutableMapping
from datetime import date
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from domain.agreement.model import Purpose
from domain.events import (
    DueDatesSet,
    Event,
    ExpectedReceipt,
    MovementAllocated,
    MovementAllocationUndone,
    ReceiptMatched,
    ReceiptReversed,
    ReceiptsCancelled,
    ReceiptsExpected,
    ReceiptsFellDue,
)
from domain.values.money import Money


class ReceiptStatus(StrEnum):
    """The status of an expected receipt."""

    EXPECTED = "expected"
    CANCELLED = "cancelled"
    OWED = "owed"
    RECEIVED = "received"


WAITING = frozenset({ReceiptStatus.EXPECTED, ReceiptStatus.OWED})
"""Money may still arrive for a receipt of such a status."""


class Receipt(Struct, frozen=True):
    """One instalment that is paid to us, into `account`. `received` grows up to the whole `amount`."""

    id: str
    instalment: str
    purpose: Purpose
    account: str
    payer_party: str
    amount: Money
    milestone: str | None
    due_on: date | None
    status: ReceiptStatus
    received: Money

    @property
    def outstanding(self) -> Money:
        """What has not arrived yet."""
        return self.amount - self.received


Receipts = MutableMapping[str, Receipt]


def expected(line: ExpectedReceipt) -> Receipt:
    """A receipt from a line of the schedule."""
    return Receipt(
        id=line.receipt,
        instalment=line.instalment,
        purpose=line.purpose,
        account=line.account,
        payer_party=line.payer_party,
        amount=line.amount,
        milestone=line.milestone,
        due_on=line.due_on,
        status=ReceiptStatus.EXPECTED,
        received=Money.zero(line.amount.currency),
    )


def matched_by(receipt: Receipt, amount: Money) -> Receipt:
    """The receipt after `amount` arrived. An early receipt stays expected, because it still has to fall due."""
    return _whole(replace(receipt, received=receipt.received + amount))


def unmatched_by(receipt: Receipt, amount: Money) -> Receipt:
    """The receipt after `amount` was taken back: it is owed again."""
    status = ReceiptStatus.OWED if receipt.status is ReceiptStatus.RECEIVED else receipt.status
    return replace(receipt, received=receipt.received - amount, status=status)


def changed_by(receipt: Receipt, amount: Money) -> Receipt:
    """The receipt after `amount` arrived, or was taken back if it is negative."""
    return matched_by(receipt, amount) if amount.minor > 0 else unmatched_by(receipt, -amount)


def _whole(receipt: Receipt) -> Receipt:
    """An owed receipt of which nothing is outstanding is received."""
    whole = receipt.status is ReceiptStatus.OWED and not receipt.outstanding.minor
    return replace(receipt, status=ReceiptStatus.RECEIVED) if whole else receipt


def apply(receipts: Receipts, event: Event) -> None:  # noqa: C901, PLR0912 - one case for each kind of event
    """Update the receipts that an event is about."""
    match event:
        case ReceiptsExpected():
            for line in event.receipts:
                receipts[line.receipt] = expected(line)
        case ReceiptsCancelled():
            for name in event.receipts:
                receipts[name] = replace(receipts[name], status=ReceiptStatus.CANCELLED)
        case DueDatesSet():
            for promise in event.receipts:
                receipts[promise.id] = replace(receipts[promise.id], due_on=promise.due_on)
        case ReceiptsFellDue():
            for due in event.receipts:
                receipts[due.receipt] = _whole(replace(receipts[due.receipt], status=ReceiptStatus.OWED))
        case ReceiptMatched(receipt=name, amount=amount):
            receipts[name] = matched_by(receipts[name], amount)
        case ReceiptReversed(receipt=name, amount=amount):
            receipts[name] = unmatched_by(receipts[name], amount)
        case MovementAllocated():
            _allocated(receipts, event, event.amount)
        case MovementAllocationUndone():
            _allocated(receipts, event.allocated, -event.allocated.amount)
        case _:
            return


def _allocated(receipts: Receipts, event: MovementAllocated, amount: Money) -> None:
    if event.to == "receipt":
        receipts[event.name] = changed_by(receipts[event.name], amount)
