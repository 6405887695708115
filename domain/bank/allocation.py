"""What a rule knows of a movement in suspense, and the event by which it takes a part of it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from domain.agreement.model import Agreement
from domain.bank.movements import BankMovement, moved_on
from domain.commands import AllocateMovement
from domain.events import MovementAllocated
from domain.milestones import Milestone
from domain.payments.credit import Credit
from domain.payments.payments import Payment
from domain.payments.receipts import Receipt
from domain.rates import contract_value
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class AllocationContext:
    """What the records say of the names in a command, on the business day `today`.

    `other` is the movement that is named, if one is. `exists` says whether the named source does, or the named
    production and the party there. `refunds` counts the refunds of the production.
    """

    agreement: Agreement
    today: date
    movement: BankMovement | None
    other: BankMovement | None = None
    payments: Mapping[str, Payment] = field(default_factory=dict)
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    exists: bool = False
    refunds: int = 0
    credits: Mapping[str, Credit] = field(default_factory=dict)
    milestones: Mapping[str, Milestone] = field(default_factory=dict)


def allocation(
    command: AllocateMovement,
    known: AllocationContext,
    amount: Money,
    booked: Money,
    *,
    name: str | None = None,
    value: Money | None = None,
    **more: object,
) -> MovementAllocated:
    """The event for `booked` of the movement, which settles `amount`. `value` is its contract value, if known."""
    fields: dict[str, object] = {
        "account": command.account,
        "bank_reference": known.movement.booking.bank_reference if known.movement is not None else "",
        "to": command.to,
        "name": command.name if name is None else name,
        "party": None,
        "amount": amount,
        "booked": booked,
        "contract_value": value or contract_value(known.agreement, amount, booked.currency),
        "by": command.by,
        "reason": command.reason,
        "movement": command.movement,
        "on": None if known.movement is None else moved_on(known.movement.booking),
    }
    return MovementAllocated.model_validate(fields | more)
