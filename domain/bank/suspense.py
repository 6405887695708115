"""Saying what a movement in suspense was: money that moved on our accounts and that nothing explained.

A command names one target. Amounts are exact and never more than what is in suspense; what is left stays there. An
amount that differs from the claim's is explained only by the bank's charge that the person names.
"""

from collections.abc import Callable, Iterator, Mapping

from domain.bank import other_money
from domain.bank.allocation import AllocationContext, allocation
from domain.bank.movements import BankMovement
from domain.bank.reversals import reversed_movement
from domain.commands import AllocateMovement, ReceiptPart, require
from domain.errors import BadInput, IllegalTransition, NotFound
from domain.events import Event, MovementAllocated
from domain.identity import Person
from domain.payments.adjusting import written_off_by_rule
from domain.payments.late_interest import claimed_when_paid
from domain.payments.payments import Payment, PaymentStep, can, can_settle, payment_id, stands
from domain.payments.receipts import WAITING, Receipt, apply
from domain.values.money import Money
from domain.values.money import allocate as shared


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
    if bool(command.party) is not (command.to == "production"):
        why = "Say whose money it is, in that production, by its party" if not command.party else "Leave the party out"
        raise BadInput(f"{why}: money of another production is the credit of a party there.")
    if command.further and command.to != "receipt":
        raise BadInput(f"Only receipts can be several, and this is a {command.to}: use a command for each.")
    if command.charges is not None:
        if command.to not in _CHARGED:
            raise BadInput(f"A bank's charge is deducted from a payment, a return or a receipt, not from {command.to}.")
        if command.charges.currency != open_.currency or command.charges.minor <= 0:
            raise BadInput(f"The bank's charge is a positive amount in {open_.currency}, not {command.charges}.")


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
    paid = allocation(
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
    came_back = allocation(
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
    events: list[Event] = []
    for receipt, amount, settled in zip(receipts, amounts, booked, strict=True):
        charges = command.charges if receipt is receipts[-1] else None
        events.append(
            allocation(command, known, amount, settled, name=receipt.id, party=receipt.payer_party, charges=charges)
        )
    return [*events, *_by_rule(events, {receipt.id: receipt for receipt in receipts}, known, command.by)]


def _by_rule(events: list[Event], before: Mapping[str, Receipt], known: AllocationContext, by: str) -> Iterator[Event]:
    """What the agreement's rules make of money that `by` found: small rests written off, late interest claimed."""
    after = dict(before)
    for event in events:
        apply(after, event, known.today)
    for name in before:
        for written_off in written_off_by_rule(known.agreement, after[name], known.today, by):
            apply(after, written_off, known.today)
            yield written_off
    yield from claimed_when_paid(known.agreement, known.milestones, before, after, known.today, by)


def _the_receipt(name: str, command: AllocateMovement, known: AllocationContext) -> Receipt:
    receipt = known.receipts.get(name)
    waiting = receipt is not None and receipt.status in WAITING
    if receipt is None or not waiting or not receipt.outstanding.minor:
        raise NotFound(f"{command.account} expects no money as {name!r}: `sluice payment expected` lists what it does.")
    owner, other = (known.agreement.account(account).owner for account in (command.account, receipt.account))
    if owner != other:
        raise BadInput(f"{receipt.id} is owed to {other} on {receipt.account}, and {command.account} is of {owner}.")
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


# ---- other movements


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
    return [allocation(command, known, open_, open_)]


def _reversal(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    other = _the_other(command, known)
    if other.booking.amount != -open_:
        raise BadInput(f"Movement {other.id} is of {other.booking.amount}, which {open_} does not reverse.")
    if other.reversed_by is not None:
        raise IllegalTransition(f"Movement {other.id} is reversed by {other.reversed_by} already.")
    template = allocation(command, known, open_, open_)
    return [*reversed_movement(template, other, known.payments, known.receipts)]


_TARGETS: Mapping[str, Callable[[AllocateMovement, Money, AllocationContext], list[Event]]] = {
    "payment": _payment,
    "return": _return,
    "receipt": _receipts,
    "source": other_money.plain,
    "production": other_money.plain,
    "charges": other_money.plain,
    "interest": other_money.plain,
    "refund": other_money.refund,
    "credit": other_money.credit,
    "settlement": other_money.settlement,
    "vendor-refund": other_money.vendor_refund,
    "paid-again": other_money.paid_again,
    "duplicate": _duplicate,
    "reversal": _reversal,
}


def _part_of(whole: Money, part: Money) -> bool:
    return 0 < part.minor <= whole.minor or whole.minor <= part.minor < 0
