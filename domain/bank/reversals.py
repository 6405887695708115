"""What a reversal undoes: each effect that the reversed movement had is taken back in full."""

from collections.abc import Iterator, Mapping
from datetime import date

from domain.bank.movements import BankMovement
from domain.errors import IllegalTransition
from domain.events import MovementAllocated
from domain.payments.payments import Payment, PaymentStep, can, stands
from domain.payments.receipts import Receipt, apply
from domain.values.money import Money, total


def reversed_movement(
    template: MovementAllocated, other: BankMovement, payments: Mapping[str, Payment], receipts: Mapping[str, Receipt]
) -> Iterator[MovementAllocated]:
    """The events by which a movement reverses another. `template` is the allocation of all of it as a reversal.

    What is in suspense of the other movement leaves it together with the same amount of this one. A payment that it
    settled is returned. A receipt that it was matched to, and any other claim, is owed again.

    Raises:
        IllegalTransition: what the other movement did was undone otherwise, or cannot be undone by a booking.
    """
    suspended = total((allocated.booked for _, allocated in other.standing()), template.booked.currency)
    suspended += other.open or Money.zero(template.booked.currency)
    left, on = dict(receipts), template.on or other.booking.booked_on or date.min
    for event in _of_booking(template, other, other.booking.amount - suspended, payments, left):
        apply(left, event, on)
        yield event
    for _, allocated in other.standing():
        for event in _of_allocation(template, other, allocated, payments, left):
            apply(left, event, on)
            yield event
    if other.open is not None and other.open.minor:
        yield template.model_copy(update={"reverses": other.id, **_all(-other.open)})
        yield template.model_copy(
            update={
                "name": template.movement,
                "movement": other.id,
                "bank_reference": other.booking.bank_reference,
                **_all(other.open),
            }
        )


def _all(amount: Money) -> dict[str, object]:
    return {"amount": amount, "booked": amount, "contract_value": amount}


def _of_booking(
    template: MovementAllocated,
    other: BankMovement,
    booked: Money,
    payments: Mapping[str, Payment],
    receipts: Mapping[str, Receipt],
) -> Iterator[MovementAllocated]:
    """Take back what the bank's own booking explained: `booked` of it never was in suspense."""
    booking = other.booking
    match booking.fate:
        case "settles":
            yield _returned(template, other, payments.get(booking.about), booked)
        case "received":
            claim, value = booking.claim or booked, booking.contract_value or booked
            yield _owed_again(template, other, receipts.get(booking.about), (claim, booked, value))
        case "charge":
            yield _changed(template, other, to="charges", name="", **_all(-booked))
        case "suspense":
            return
        case _:
            raise _cannot(other, f"it is of a booking that {booking.fate}")


def _of_allocation(
    template: MovementAllocated,
    other: BankMovement,
    allocated: MovementAllocated,
    payments: Mapping[str, Payment],
    receipts: Mapping[str, Receipt],
) -> Iterator[MovementAllocated]:
    """Take back what a person, or a later report, said of the other movement."""
    amounts = (allocated.amount, allocated.booked, allocated.contract_value)
    match allocated.to:
        case "payment":
            yield _returned(template, other, payments.get(allocated.name), allocated.booked)
        case "receipt" if allocated.amount.minor > 0:
            yield _owed_again(template, other, receipts.get(allocated.name), amounts)
        case "charges" | "interest" | "source" | "production" | "settlement" | "vendor-refund" | "paid-again":
            amount, booked, value = (-one for one in amounts)
            back = {"amount": amount, "booked": booked, "contract_value": value}
            same = {"to": allocated.to, "name": allocated.name, "party": allocated.party, "purpose": allocated.purpose}
            yield _changed(template, other, **same, **back)
        case _:
            raise _cannot(other, f"it is allocated as {allocated.to} {allocated.name}: undo that first")


def _returned(
    template: MovementAllocated, other: BankMovement, payment: Payment | None, booked: Money
) -> MovementAllocated:
    if payment is None or not can(payment, PaymentStep.RETURN) or payment.booked != -booked:
        standing = "gone" if payment is None else f"{payment.id}, which is {payment.status} otherwise by now"
        raise _cannot(other, f"it settled a payment: {standing}")
    return _changed(
        template,
        other,
        to="return",
        name=payment.id,
        party=payment.payee_party,
        amount=payment.amount,
        booked=-booked,
        contract_value=payment.contract_value,
        end_to_end_id=payment.end_to_end_id,
        then=stands(payment),
    )


def _owed_again(
    template: MovementAllocated, other: BankMovement, receipt: Receipt | None, amounts: tuple[Money, Money, Money]
) -> MovementAllocated:
    claim, booked, value = amounts
    if receipt is None or receipt.received < claim:
        raise _cannot(other, "what it was received for was taken back already")
    return _changed(
        template,
        other,
        to="receipt",
        name=receipt.id,
        party=receipt.payer_party,
        amount=-claim,
        booked=-booked,
        contract_value=-value,
    )


def _changed(template: MovementAllocated, other: BankMovement, **changes: object) -> MovementAllocated:
    return template.model_copy(update={"reverses": other.id, **changes})


def _cannot(other: BankMovement, why: str) -> IllegalTransition:
    return IllegalTransition(f"Movement {other.id} cannot be reversed by a booking: {why}.", movement=other.id)
