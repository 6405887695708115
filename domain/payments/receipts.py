"""Receipts: money that the schedule expects from outside, owed when due, and matched when it arrives, also in parts.

What is owed is settled by money, by a credit of the payer, by what the payer deducted, or by writing it off:

    amount = received + credit used + deducted + written off + outstanding

`arrivals` has the money of each day, less what was taken back of it. `adjustments` has everything else in the order of
the facts, and what was taken back as its negative.
"""

from collections.abc import Iterator, MutableMapping
from datetime import date
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from domain.agreement.model import Purpose
from domain.events import (
    AdjustedTo,
    DueDatesSet,
    Event,
    ExpectedReceipt,
    LateInterestClaimed,
    LateInterestWithdrawn,
    MovementAllocated,
    MovementAllocationUndone,
    ReceiptAdjusted,
    ReceiptAdjustmentUndone,
    ReceiptMatched,
    ReceiptReversed,
    ReceiptsCancelled,
    ReceiptsExpected,
    ReceiptsFellDue,
    WriteOffDeclined,
    WriteOffProposed,
)
from domain.values.money import Money, total


class ReceiptStatus(StrEnum):
    """The status of an expected receipt."""

    EXPECTED = "expected"
    CANCELLED = "cancelled"
    OWED = "owed"
    RECEIVED = "received"


WAITING = frozenset({ReceiptStatus.EXPECTED, ReceiptStatus.OWED})
"""Money may still arrive for a receipt of such a status."""


class Arrival(Struct, frozen=True):
    """The money of a day for a receipt. Negative if the bank took back what had come on another day."""

    on: date
    amount: Money


class Adjustment(Struct, frozen=True):
    """What settled `amount` of a receipt without money, on a day. Negative if it takes an adjustment back.

    `number` counts a receipt's adjustments from 1; one that takes another back has its number. `name` is where a credit
    stands.
    """

    on: date
    amount: Money
    to: AdjustedTo
    number: int
    name: str


class ProposedWriteOff(Struct, frozen=True):
    """An amount that somebody wants to write off, and that waits for a second person."""

    amount: Money
    by: str
    reason: str


class Receipt(Struct, frozen=True):
    """One instalment that is paid to us, into `account`. `received` is the money that came, up to the whole `amount`.

    `claims` counts the claims of late interest that were raised for it, and `claimed` is their sum.
    """

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
    arrivals: tuple[Arrival, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    claims: int = 0
    claimed: Money | None = None
    proposed: ProposedWriteOff | None = None

    @property
    def adjusted(self) -> Money:
        """What was settled without money on our accounts."""
        return total((one.amount for one in self.adjustments), self.amount.currency)

    @property
    def outstanding(self) -> Money:
        """What is not settled yet."""
        return self.amount - self.received - self.adjusted

    def by_day(self) -> Iterator[tuple[date, Money]]:
        """What was settled on each day, by money and without."""
        yield from ((one.on, one.amount) for one in self.arrivals)
        yield from ((one.on, one.amount) for one in self.adjustments)

    def standing(self) -> Iterator[Adjustment]:
        """The adjustments that were not taken back, in order."""
        undone = {one.number for one in self.adjustments if one.amount.minor < 0}
        yield from (one for one in self.adjustments if one.number not in undone)


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


def changed_by(receipt: Receipt, amount: Money, on: date) -> Receipt:
    """The receipt after money arrived on a day, or was taken back if the amount is negative.

    An early receipt stays expected, because it still has to fall due.
    """
    by_day = {one.on: one.amount for one in receipt.arrivals}
    by_day[on] = by_day.get(on, Money.zero(amount.currency)) + amount
    arrivals = tuple(Arrival(day, money) for day, money in sorted(by_day.items()) if money.minor)
    return _standing(replace(receipt, received=receipt.received + amount, arrivals=arrivals))


def _standing(receipt: Receipt) -> Receipt:
    """An owed receipt of which nothing is outstanding is received, and owed again once something is."""
    if receipt.status is ReceiptStatus.OWED and not receipt.outstanding.minor:
        return replace(receipt, status=ReceiptStatus.RECEIVED)
    if receipt.status is ReceiptStatus.RECEIVED and receipt.outstanding.minor:
        return replace(receipt, status=ReceiptStatus.OWED)
    return receipt


def apply(receipts: Receipts, event: Event, effective_on: date) -> None:  # noqa: C901, PLR0912 - one case for each kind
    """Update the receipts that an event is about. What has no day of its own counts on `effective_on`."""
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
                receipts[due.receipt] = _standing(replace(receipts[due.receipt], status=ReceiptStatus.OWED))
        case ReceiptMatched(receipt=name, amount=amount):
            receipts[name] = changed_by(receipts[name], amount, event.on or effective_on)
        case ReceiptReversed(receipt=name, amount=amount):
            receipts[name] = changed_by(receipts[name], -amount, event.on or effective_on)
        case MovementAllocated(to="receipt", name=name, amount=amount):
            receipts[name] = changed_by(receipts[name], amount, event.on or effective_on)
        case MovementAllocationUndone(allocated=MovementAllocated(to="receipt", name=name, amount=amount)):
            receipts[name] = changed_by(receipts[name], -amount, event.allocated.on or effective_on)
        case ReceiptAdjusted() | ReceiptAdjustmentUndone():
            _adjusted(receipts, event)
        case WriteOffProposed() | WriteOffDeclined():
            _proposed(receipts, event)
        case LateInterestClaimed(incoming=True, payment=name, amount=amount):
            of = receipts[name]
            receipts[name] = replace(of, claims=of.claims + 1, claimed=_sum(of.claimed, amount))
        case LateInterestWithdrawn(incoming=True, of=name, amount=amount):
            receipts[name] = replace(receipts[name], claimed=_sum(receipts[name].claimed, -amount))
            receipts[event.payment] = replace(receipts[event.payment], status=ReceiptStatus.CANCELLED)
        case _:
            return


def _adjusted(receipts: Receipts, event: ReceiptAdjusted | ReceiptAdjustmentUndone) -> None:
    receipt, stands = receipts[event.receipt], isinstance(event, ReceiptAdjusted)
    added = Adjustment(event.on, event.amount if stands else -event.amount, event.to, event.number, event.name)
    confirmed = isinstance(event, ReceiptAdjusted) and event.proposed_by
    proposed = None if confirmed else receipt.proposed
    receipts[receipt.id] = _standing(replace(receipt, adjustments=(*receipt.adjustments, added), proposed=proposed))


def _proposed(receipts: Receipts, event: WriteOffProposed | WriteOffDeclined) -> None:
    proposed = None
    if isinstance(event, WriteOffProposed):
        proposed = ProposedWriteOff(event.amount, event.by, event.reason)
    receipts[event.receipt] = replace(receipts[event.receipt], proposed=proposed)


def _sum(before: Money | None, amount: Money) -> Money:
    return amount if before is None else before + amount
