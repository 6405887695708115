"""Events about movements that no payment or expected receipt explains."""

from datetime import date
from typing import Literal

from domain.agreement.model import Purpose
from domain.values.money import Money
from domain.values.record import Record


class MovementUnmatched(Record):
    """Money moved on the account, and no payment or expected receipt explains it. It is in suspense."""

    type: Literal["movement-unmatched"] = "movement-unmatched"
    account: str
    message_id: str
    booked: Money
    """Positive for money that came in, negative for money that went out."""
    end_to_end_id: str | None
    counterparty: str | None
    bank_reference: str
    why: str
    movement: str = ""


AllocatedTo = Literal[
    "receipt",
    "source",
    "charges",
    "payment",
    "return",
    "production",
    "duplicate",
    "reversal",
    "interest",
    "refund",
    "credit",
    "settlement",
    "vendor-refund",
    "paid-again",
]
"""What an unmatched movement turned out to be."""


class DoubtThen(Record):
    """A doubt about the attempt that a movement settles: see `domain.payments.attempts.Doubt`."""

    end_to_end_id: str
    run: str
    on: date
    why: str
    message_id: str
    reason: str | None
    asked: bool


class PaymentThen(Record):
    """Where a payment stood before a movement settled it, or told its return. Taking that back needs it."""

    status: str
    run: str | None
    end_to_end_id: str | None
    reason: str | None
    doubt: DoubtThen | None = None


class MovementAllocated(Record):
    """An unmatched movement is explained. `booked` leaves suspense (positive for money that came in).

    It settles `amount` of a claim: `name` says which receipt, source, payment, production or other movement, and
    `party` whose. `contract_value` is what the budget expected `amount` to be. `charges` are the bank's, in `booked`.
    `end_to_end_id` is that of the payment's attempt, and `then` where the payment stood. `reverses` is the movement
    whose effect this one undoes; a receipt's amounts are then negative. `by` is a person, or the system if a later
    report explained it. `on` is the day on which the money moved. `purpose` is that of the payment whose expense a
    vendor's refund reduces.
    """

    type: Literal["movement-allocated"] = "movement-allocated"
    account: str
    bank_reference: str
    to: AllocatedTo
    name: str
    party: str | None
    amount: Money
    booked: Money
    contract_value: Money
    by: str
    reason: str
    movement: str = ""
    end_to_end_id: str | None = None
    charges: Money | None = None
    reverses: str = ""
    then: PaymentThen | None = None
    on: date | None = None
    purpose: Purpose | None = None


class MovementAllocationUndone(Record):
    """A person took an allocation back: what it posted is negated, and the money is in suspense again.

    `number` counts the movement's allocations from 1. `payment` says where the allocation's payment stands again.
    `fell_due` says whether a refund, which is cancelled, had fallen due.
    """

    type: Literal["movement-allocation-undone"] = "movement-allocation-undone"
    account: str
    movement: str
    number: int
    allocated: MovementAllocated
    payment: PaymentThen | None
    fell_due: bool
    by: str
    reason: str


MovementEvent = MovementUnmatched | MovementAllocated | MovementAllocationUndone
"""Every event of this module."""
