"""Taking back what was said of a movement: what was posted is negated, and what it settled is as it was before."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from domain.agreement.model import Agreement
from domain.bank.movements import BankMovement
from domain.commands import UndoAllocation, require
from domain.errors import IllegalTransition, NotFound
from domain.events import Event, MovementAllocated, MovementAllocationUndone, PaymentThen
from domain.identity import Person
from domain.payments.credit import Credit, credit_id, fell_due, of_production
from domain.payments.payments import Payment, Status
from domain.payments.receipts import Receipt, apply
from domain.payments.runs import Run
from domain.values.money import Money

_AWAITING = {Status.DUE: "prepared", Status.RELEASED: "released"}
"""The status of a run whose payments have a status and did not go to the bank yet."""


@dataclass(frozen=True, slots=True)
class UndoContext:
    """What the records say of a movement, of the other one if both reversed each other, and of what it settled."""

    agreement: Agreement
    movement: BankMovement | None
    today: date
    other: BankMovement | None = None
    payments: Mapping[str, Payment] = field(default_factory=dict)
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    runs: Mapping[str, Run] = field(default_factory=dict)
    credits: Mapping[str, Credit] = field(default_factory=dict)


def undo(command: UndoAllocation, standing: UndoContext, person: Person) -> list[Event]:
    """Take back one allocation of a movement; of a reversal, all of it, on both movements.

    Raises:
        WrongRole: the person is no treasurer of the account's owner.
        NotFound: there is no such movement, or no such allocation.
        IllegalTransition: it was taken back already, or later facts depend on it.
    """
    what = f"movement {command.movement} on {command.account}"
    owners = tuple(account.owner for account in standing.agreement.accounts if account.id == command.account)
    movement = standing.movement
    if not owners or movement is None:
        raise NotFound(f"There is no {what}: `sluice movement list` shows those in suspense.")
    require(person, UndoAllocation, owners, f"take back what was said of {what}")
    number, allocated = the_allocation(movement, command.number)
    if movement.reversed_by is not None:
        raise _cannot(number, movement, f"movement {movement.reversed_by} has reversed it since")
    reversed_ = counterpart(allocated)
    if not reversed_:
        return [_undone(command, movement, number, allocated, standing)]
    parts = [(movement, n, one) for n, one in movement.standing() if counterpart(one) == reversed_]
    if standing.other is not None:
        parts += [(standing.other, n, one) for n, one in standing.other.standing() if counterpart(one) == movement.id]
    events, receipts = list[Event](), dict(standing.receipts)
    for whose, n, one in parts:
        events.append(_undone(command, whose, n, one, replace(standing, receipts=receipts)))
        apply(receipts, events[-1], standing.today)
    return events


def counterpart(allocated: MovementAllocated) -> str:
    """The movement that an allocation says is undone by its own, or undoes it. Empty if it says no such thing."""
    return allocated.reverses or (allocated.name if allocated.to == "reversal" else "")


def other_movement(movement: BankMovement | None, number: int | None) -> str:
    """The movement that takes part in the allocation that an undo is about. Empty if there is none."""
    standing = dict(movement.standing()) if movement is not None else {}
    allocated = standing.get(number or max(standing, default=0))
    return counterpart(allocated) if allocated is not None else ""


def the_allocation(movement: BankMovement, number: int | None) -> tuple[int, MovementAllocated]:
    """The allocation of a number, else the newest that stands.

    Raises:
        NotFound: there is none.
        IllegalTransition: it was taken back already.
    """
    by_number = dict(movement.standing())
    wanted = number or max(by_number, default=0)
    if wanted in by_number:
        return wanted, by_number[wanted]
    if wanted in movement.undone:
        raise IllegalTransition(f"Allocation {wanted} of movement {movement.id} was taken back already.")
    which = f"allocation {number}" if number else "allocation"
    raise NotFound(f"Movement {movement.id} has no {which}: `sluice movement show` lists what it has.")


def _undone(
    command: UndoAllocation, movement: BankMovement, number: int, allocated: MovementAllocated, standing: UndoContext
) -> MovementAllocationUndone:
    payment, fell_due = None, False
    match allocated.to:
        case "payment" | "return":
            payment = _payment(movement, number, allocated, standing)
        case "receipt":
            _receipt(movement, number, allocated, standing.receipts[allocated.name])
        case "refund":
            fell_due = _refund(movement, number, standing.payments[allocated.name])
        case "credit" | "production" if allocated.party is not None:
            _credit(movement, number, allocated, standing.credits)
        case "vendor-refund" | "paid-again":
            _repaid(movement, number, allocated, standing.payments[allocated.name])
        case _:
            pass
    return MovementAllocationUndone(
        account=command.account,
        movement=movement.id,
        number=number,
        allocated=allocated,
        payment=payment,
        fell_due=fell_due,
        by=command.by,
        reason=command.reason,
    )


def _payment(movement: BankMovement, number: int, allocated: MovementAllocated, standing: UndoContext) -> PaymentThen:
    """Where the payment stands again. It may not have gone on since.

    The cancellation of its run since has cleared its end-to-end id.
    """
    payment = standing.payments[allocated.name]
    if allocated.then is None:
        raise _cannot(number, movement, f"the records do not say where payment {payment.id} stood before")
    status = Status.SETTLED if allocated.to == "payment" else Status.RETURNED
    if payment.status is not status or payment.end_to_end_id not in {allocated.end_to_end_id, None}:
        since = f"payment {payment.id} is {payment.status} since, with attempt {payment.attempt}"
        raise _cannot(number, movement, since)
    then = allocated.then
    awaited = _AWAITING.get(Status(then.status))
    run = standing.runs.get(then.run) if then.run is not None else None
    if awaited is None or run is None or run.status == awaited:
        return then
    # Its run went to the bank without it, or was given up: the payment waits for the next one.
    return then.model_copy(update={"status": Status.DUE.value, "run": None, "end_to_end_id": None})


def _receipt(movement: BankMovement, number: int, allocated: MovementAllocated, receipt: Receipt) -> None:
    if receipt.received < allocated.amount:
        raise _cannot(number, movement, f"only {receipt.received} of receipt {receipt.id} are received by now")
    if receipt.outstanding < -allocated.amount:
        raise _cannot(number, movement, f"receipt {receipt.id} has been paid otherwise since")


def _credit(movement: BankMovement, number: int, allocated: MovementAllocated, credits_: Mapping[str, Credit]) -> None:
    """The credit that money became may not be used since."""
    party = of_production(allocated.name) if allocated.to == "production" else allocated.name
    credit = credits_.get(credit_id(allocated.account, party))
    left = credit.amount if credit is not None else Money.zero(allocated.amount.currency)
    if left < allocated.amount:
        raise _cannot(number, movement, f"only {left} of that credit of {party} is left by now")


def _repaid(movement: BankMovement, number: int, allocated: MovementAllocated, payment: Payment) -> None:
    """What a vendor got beyond a payment may not have come back since."""
    repaid = (payment.repaid or Money.zero(payment.amount.currency)) - allocated.amount
    if repaid > payment.amount:
        raise _cannot(number, movement, f"{payment.repaid} of {payment.id} came back since")


def _refund(movement: BankMovement, number: int, payment: Payment) -> bool:
    """Whether the refund fell due. It must still be with us."""
    try:
        return fell_due(payment)
    except IllegalTransition as error:
        raise _cannot(number, movement, f"its refund {error.sentence}".removesuffix(".")) from error


def _cannot(number: int, movement: BankMovement, why: str) -> IllegalTransition:
    return IllegalTransition(
        f"Allocation {number} of movement {movement.id} cannot be taken back: {why}.", movement=movement.id
    )
