"""Saying what a movement in suspense was: money that moved on our accounts and that nothing explained.

A command names one target. Amounts are exact and never more than what is in suspense; what is left stays there. An
amount that differs from the claim's is explained only by the bank's charge that the person names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from domain.agreement.model import Agreement, Control, Purpose
from domain.bank.movements import BankMovement
from domain.bank.reversals import reversed_movement
from domain.commands import AllocateMovement, ReceiptPart, require
from domain.errors import BadInput, IllegalTransition, NotFound
from domain.events import Event, MovementAllocated, PaymentsScheduled, ScheduledPayment
from domain.identity import Person
from domain.payments.payments import Payment, PaymentStep, can, can_settle, payment_id, stands
from domain.payments.receipts import WAITING, Receipt
from domain.rates import contract_value
from domain.values.money import Money
from domain.values.money import allocate as shared


@dataclass(frozen=True, slots=True)
class AllocationContext:
    """What the records say of the names in a command, on the business day `today`.

    `other` is the movement that is named, if one is. `exists` says whether the named source or production does.
    `refunds` counts the refunds of the production.
    """

    agreement: Agreement
    today: date
    movement: BankMovement | None
    other: BankMovement | None = None
    payments: Mapping[str, Payment] = field(default_factory=dict)
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    exists: bool = False
    refunds: int = 0


def allocate(command: AllocateMovement, known: AllocationContext, person: Person) -> list[Event]:
    """Take a movement, or a part of it, out of suspense.

    Raises:
        WrongRole: the person is no treasurer of the account's owner.
        NotFound: there is no such movement in suspense, or nothing of the target's name.
        BadInput: the amounts, the signs or the names do not fit.
        IllegalTransition: all of it is allocated, or the target's status does not allow it.
    """
    what = f"movement {command.movement} on {command.account}"
    owners = tuple(account.owner for account in known.agreement.accounts if account.id == command.account)
    open_ = known.movement.open if known.movement is not None else None
    if not owners or known.movement is None or open_ is None:
        raise NotFound(f"There is no {what} in suspense: `sluice movement list` shows what is.")
    require(person, AllocateMovement, owners, f"allocate {what}")
    if not open_.minor:
        raise IllegalTransition(f"All of {what} is allocated already: `sluice movement show` says to what.")
    if open_ != known.movement.booking.amount and command.to in _WHOLE_MOVEMENT:
        raise IllegalTransition(f"Only {open_} of {what} is in suspense: only a whole movement can be a {command.to}.")
    _fits(command, open_)
    events = _TARGETS[command.to](command, open_, known)
    for event in events:
        if isinstance(event, MovementAllocated) and (event.movement or event.bank_reference) == command.movement:
            if not _part_of(open_, event.booked) or (event.amount.minor > 0) != (event.booked.minor > 0):
                raise BadInput(f"{open_} of {what} is in suspense, which cannot settle {event.amount}.")
            open_ -= event.booked
    return events


_CHARGED = frozenset({"payment", "return", "receipt"})
_WHOLE_MOVEMENT = frozenset({"duplicate", "reversal"})
_UNNAMED = frozenset({"charges", "interest"})


def _fits(command: AllocateMovement, open_: Money) -> None:
    """Check that the command says what its target needs, and nothing else."""
    if bool(command.name) is (command.to in _UNNAMED):
        why = "has no name: leave it out" if command.name else "has a name: say which it is"
        raise BadInput(f"A {command.to} {why}.")
    if command.amount is not None and command.to in _WHOLE_MOVEMENT:
        raise BadInput(f"A {command.to} takes its own amount: leave {command.amount} out.")
    if command.further and command.to != "receipt":
        raise BadInput(f"Only receipts can be several, and this is a {command.to}: use a command for each.")
    if command.charges is not None:
        if command.to not in _CHARGED:
            raise BadInput(f"A bank's charge is deducted from a payment, a return or a receipt, not from {command.to}.")
        if command.charges.currency != open_.currency or command.charges.minor <= 0:
            raise BadInput(f"The bank's charge is a positive amount in {open_.currency}, not {command.charges}.")


def _event(
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
    }
    return MovementAllocated.model_validate(fields | more)


# ---- payments


def _the_payment(command: AllocateMovement, open_: Money, known: AllocationContext) -> Payment:
    payment = known.payments.get(payment_id(command.name))
    if payment is None:
        raise NotFound(f"There is no payment {command.name}: `sluice payment list` lists them.", payment=command.name)
    if payment.account != command.account:
        raise BadInput(f"Payment {payment.id} leaves {payment.account}, and this moved on {command.account}.")
    _whole(command, payment, open_)
    return payment


def _whole(command: AllocateMovement, payment: Payment, open_: Money) -> None:
    """Check that a named amount is the payment's. It must be named if the bank converted it."""
    if command.amount is None and payment.amount.currency != open_.currency:
        raise BadInput(
            f"{payment.id} is of {payment.amount}: name that amount, if {open_} is what the bank made of it."
        )
    if command.amount not in {None, payment.amount}:
        raise BadInput(f"{payment.id} is of {payment.amount}, and is settled or returned as a whole.")


def _payment(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    payment = _the_payment(command, open_, known)
    if open_.minor > 0:
        raise BadInput(f"{open_} came in, which pays nothing: if {payment.id} came back, say that it is a return.")
    if not can_settle(payment, command.name):
        raise IllegalTransition(
            f"Payment {payment.id} is {payment.status}, with attempt {payment.attempt}: {command.name} cannot be what "
            "left.",
            payment=payment.id,
        )
    booked = open_
    if payment.amount.currency == open_.currency:
        booked = -(payment.amount + (command.charges or Money.zero(open_.currency)))
        if booked.minor < open_.minor:
            raise BadInput(f"{-open_} left, less than the {-booked} of {payment.id}{_with(command)}.")
    paid = _event(
        command,
        known,
        -payment.amount,
        booked,
        name=payment.id,
        party=payment.payee_party,
        end_to_end_id=command.name,
        charges=command.charges,
        then=stands(payment, command.name),
    )
    return [paid]


def _return(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    payment = _the_payment(command, open_, known)
    if open_.minor < 0:
        raise BadInput(f"{-open_} went out, which is no return of {payment.id}.")
    if not can(payment, PaymentStep.RETURN) or command.name not in {payment.id, payment.end_to_end_id}:
        raise IllegalTransition(f"Payment {payment.id} is {payment.status}: only a settled one can come back.")
    booked = open_
    if payment.amount.currency == open_.currency:
        whole = open_ if open_ == payment.booked else payment.amount
        booked = whole - (command.charges or Money.zero(open_.currency))
        if not 0 < booked.minor <= open_.minor:
            raise BadInput(
                f"{open_} came in, and a return of {payment.id} brings {booked}{_with(command)}: name the bank's "
                "charge if it kept one."
            )
    came_back = _event(
        command,
        known,
        payment.amount,
        booked,
        name=payment.id,
        value=payment.contract_value,
        party=payment.payee_party,
        end_to_end_id=payment.end_to_end_id,
        charges=command.charges,
        then=stands(payment),
    )
    return [came_back]


def _with(command: AllocateMovement) -> str:
    return f" with {command.charges} of charges" if command.charges is not None else ""


# ---- receipts


def _receipts(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    """One receipt or several, in the order in which they are named. A charge is deducted from the last."""
    parts = (ReceiptPart(receipt=command.name, amount=command.amount), *command.further)
    if open_.minor < 0:
        raise BadInput(f"{-open_} went out, which is no receipt: if it takes one back, name the movement it reverses.")
    if len({part.receipt for part in parts}) != len(parts):
        raise BadInput("A receipt is named twice: name each once.")
    receipts = [_the_receipt(part.receipt, command, known) for part in parts]
    for part, receipt in zip(parts, receipts, strict=True):
        _within(part, receipt, open_)
    if all(receipt.amount.currency == open_.currency for receipt in receipts):
        amounts = _filled(parts, receipts, open_ + (command.charges or Money.zero(open_.currency)))
        booked = [*amounts[:-1], amounts[-1] - (command.charges or Money.zero(open_.currency))]
        if booked[-1].minor <= 0:
            raise BadInput(f"{open_}{_with(command)} leaves nothing for {receipts[-1].id}.")
    else:
        amounts = [part.amount or receipt.outstanding for part, receipt in zip(parts, receipts, strict=True)]
        if len({amount.currency for amount in amounts}) > 1:
            raise BadInput("The receipts are in several currencies: use a command for each.")
        booked = list(shared(open_, [amount.minor for amount in amounts]))
    return [
        _event(
            command,
            known,
            amount,
            part,
            name=receipt.id,
            party=receipt.payer_party,
            charges=command.charges if receipt is receipts[-1] else None,
        )
        for receipt, amount, part in zip(receipts, amounts, booked, strict=True)
    ]


def _the_receipt(name: str, command: AllocateMovement, known: AllocationContext) -> Receipt:
    receipt = known.receipts.get(name)
    waiting = receipt is not None and receipt.status in WAITING
    if receipt is None or not waiting or receipt.account != command.account or not receipt.outstanding.minor:
        raise NotFound(f"{command.account} expects no money as {name!r}: `sluice payment expected` lists what it does.")
    return receipt


def _within(part: ReceiptPart, receipt: Receipt, open_: Money) -> None:
    """Check the named amount of a receipt. It must be named if the movement is in another currency."""
    currency = receipt.amount.currency
    if part.amount is None:
        if currency != open_.currency:
            raise BadInput(f"{receipt.id} is in {currency}: say how much of it the {open_} settle.")
    elif part.amount.currency != currency:
        raise BadInput(f"{receipt.id} is in {currency}, so {part.amount} cannot settle it.")
    elif part.amount.minor <= 0:
        raise BadInput(f"{part.amount} settles nothing of {receipt.id}: name a positive amount.")
    elif part.amount > receipt.outstanding:
        raise BadInput(f"{receipt.id} expects {receipt.outstanding}, less than {part.amount}.")


def _filled(parts: tuple[ReceiptPart, ...], receipts: list[Receipt], left: Money) -> list[Money]:
    """What each receipt takes of `left`: its named amount, or all that is outstanding if there is as much."""
    amounts = []
    for part, receipt in zip(parts, receipts, strict=True):
        amount = part.amount or min(receipt.outstanding, left)
        if not 0 < amount.minor <= left.minor:
            raise BadInput(f"{left} is left for {receipt.id}, of which {amount} would be settled.")
        amounts.append(amount)
        left -= amount
    return amounts


# ---- other targets


def _plain(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    """A charge or interest of the bank, or money of a source or of another production."""
    if command.to == "source" and not known.exists:
        raise NotFound(f"There is no source {command.name!r}: `sluice revenue list` lists those with statements.")
    if command.to == "production":
        if command.name == command.production:
            raise BadInput(f"The account belongs to {command.production} already: name another production.")
        if not known.exists:
            raise NotFound(f"There is no production {command.name!r}.", production=command.name)
    amount = command.amount or open_
    return [_event(command, known, amount, amount if amount.currency == open_.currency else open_)]


def _refund(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    """Owe money back to its payer: a payment to an account of the agreement, for the next run."""
    payee = next((account for account in known.agreement.accounts if account.id == command.name), None)
    if payee is None or payee.control is not Control.EXTERNAL:
        raise NotFound(f"The agreement has no external account {command.name!r}: a refund goes to one of its accounts.")
    if open_.minor < 0:
        raise BadInput(f"{-open_} went out, and only what came in can be paid back.")
    if payee.currency != open_.currency:
        raise BadInput(f"{payee.id} is an account in {payee.currency}, and {open_} is paid back in its own currency.")
    amount = command.amount or open_
    name = f"{command.production}.{(instalment := f'R/{known.refunds + 1}')}"
    line = ScheduledPayment(
        payment=name,
        instalment=instalment,
        purpose=Purpose.REFUND,
        account=command.account,
        payee=payee.id,
        payee_party=payee.owner,
        amount=amount,
        milestone=None,
        due_on=known.today,
    )
    return [_event(command, known, amount, amount, name=name, party=payee.owner), PaymentsScheduled(payments=(line,))]


def _the_other(command: AllocateMovement, known: AllocationContext) -> BankMovement:
    if known.other is None or known.other.id == command.movement:
        raise NotFound(f"There is no other movement {command.name!r} on {command.account}.")
    if known.other.booking.fate == "known":
        raise BadInput(f"Movement {known.other.id} is {known.other.booking.about} told again: name that one.")
    return known.other


def _duplicate(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    """Take a booking back, because the bank told it twice."""
    other = _the_other(command, known)
    if other.booking.amount != open_:
        raise BadInput(f"Movement {other.id} is of {other.booking.amount}: {open_} is no duplicate of it.")
    if any(allocated.to == "duplicate" for _, allocated in other.standing()):
        raise BadInput(f"Movement {other.id} is a duplicate itself: name the movement that was booked first.")
    return [_event(command, known, open_, open_)]


def _reversal(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    other = _the_other(command, known)
    if other.booking.amount != -open_:
        raise BadInput(f"Movement {other.id} is of {other.booking.amount}, which {open_} does not reverse.")
    if other.reversed_by is not None:
        raise IllegalTransition(f"Movement {other.id} is reversed by {other.reversed_by} already.")
    template = _event(command, known, open_, open_)
    return [*reversed_movement(template, other, known.payments, known.receipts)]


_TARGETS: Mapping[str, Callable[[AllocateMovement, Money, AllocationContext], list[Event]]] = {
    "payment": _payment,
    "return": _return,
    "receipt": _receipts,
    "source": _plain,
    "production": _plain,
    "charges": _plain,
    "interest": _plain,
    "refund": _refund,
    "duplicate": _duplicate,
    "reversal": _reversal,
}


def _part_of(whole: Money, part: Money) -> bool:
    return 0 < part.minor <= whole.minor or whole.minor <= part.minor < 0
