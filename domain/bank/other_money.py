"""Money in suspense that is no payment or receipt of ours: of a source, a credit, another production, a vendor."""

from domain.agreement.model import Control, Purpose
from domain.bank.allocation import AllocationContext, allocation
from domain.commands import AllocateMovement
from domain.errors import BadInput, IllegalTransition, NotFound
from domain.events import Event, MovementAllocated, PaymentsScheduled
from domain.payments.credit import credit_id, of_production, refund_line
from domain.payments.payments import Payment, Status
from domain.values.money import Money
from domain.values.money import allocate as shared


def plain(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    """A charge or interest of the bank, or money of a source or of another production."""
    if command.to == "source" and not known.exists:
        raise NotFound(f"There is no source {command.name!r}: `sluice revenue list` lists those with statements.")
    if command.to == "production":
        if command.name == command.production:
            raise BadInput(f"The account belongs to {command.production} already: name another production.")
        if not known.exists:
            raise NotFound(
                f"There is no production {command.name!r} with a party {command.party!r}.", production=command.name
            )
        return [_as_named(command, known, open_, party=command.party)]
    return [_as_named(command, known, open_)]


def _as_named(
    command: AllocateMovement, known: AllocationContext, open_: Money, party: str | None = None
) -> MovementAllocated:
    """The event for the named amount, or all that is in suspense. A converted amount takes all."""
    amount = command.amount or open_
    booked = amount if amount.currency == open_.currency else open_
    return allocation(command, known, amount, booked, party=party)


def _came_in(command: AllocateMovement, open_: Money) -> Money:
    """The amount of the command in the account's currency, which came in."""
    amount = command.amount or open_
    if open_.minor < 0 or amount.currency != open_.currency:
        raise BadInput(f"A {command.to} is of money that came in, in its own currency, and this is {open_}.")
    return amount


def credit(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    """Keep what a party paid too much, until it is used for a receipt or refunded."""
    if command.name not in {party.id for party in known.agreement.parties}:
        raise NotFound(f"The agreement has no party {command.name!r}: `sluice agreement show` lists them.")
    amount = _came_in(command, open_)
    return [allocation(command, known, amount, amount, party=command.name)]


def settlement(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    """What another production held of ours comes in."""
    amount, holder = _came_in(command, open_), of_production(command.name)
    debt = known.credits.get(credit_id(holder, holder))
    if debt is None or debt.amount.currency != amount.currency or amount > -debt.amount:
        owed = -debt.amount if debt is not None else "nothing"
        raise BadInput(f"{command.name} holds {owed} of ours by the books, and {amount} came in.")
    return [allocation(command, known, amount, amount)]


def _settled_payment(command: AllocateMovement, known: AllocationContext) -> Payment:
    """A payment of an expense that the bank executed, whatever account it left."""
    payment = known.payments.get(command.name)
    if payment is None:
        raise NotFound(f"There is no payment {command.name}: `sluice payment list` lists them.", payment=command.name)
    if payment.status is not Status.SETTLED or payment.purpose in {Purpose.PARTICIPATION, Purpose.REFUND}:
        raise IllegalTransition(
            f"{payment.id} is a {payment.purpose} payment that is {payment.status}: a vendor gives back only what was "
            "paid to it. Money of a payment that came back is its return.",
            payment=payment.id,
        )
    return payment


def vendor_refund(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    """What a payee gives back: first what it got beyond the payment, then a part of the payment's expense."""
    payment = _settled_payment(command, known)
    amount = command.amount or open_
    if open_.minor < 0 or amount.currency != payment.amount.currency:
        raise BadInput(f"{payment.id} is in {payment.amount.currency}: say how much of it came back by {open_}.")
    nothing = Money.zero(amount.currency)
    repaid = payment.repaid or nothing
    left = payment.amount - repaid
    if not 0 < amount.minor <= left.minor:
        raise BadInput(f"{left} of {payment.id} can be given back, not {amount}.")
    beyond = min(amount, max(-repaid, nothing))
    parts = [(part, purpose) for part, purpose in ((beyond, None), (amount - beyond, payment.purpose)) if part.minor]
    booked = [part for part, _ in parts]
    if amount.currency != open_.currency:
        booked = list(shared(open_, [part.minor for part, _ in parts]))
    return [
        allocation(command, known, part, moved, name=payment.id, party=payment.payee_party, purpose=purpose)
        for (part, purpose), moved in zip(parts, booked, strict=True)
    ]


def paid_again(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    """What a payee got beyond a payment: it owes it back."""
    payment = _settled_payment(command, known)
    amount = -(command.amount or -open_)
    if open_.minor > 0 or amount.minor >= 0 or amount.currency != payment.amount.currency:
        raise BadInput(
            f"{payment.id} is of {payment.amount}: {open_} is not that again. Name its amount in that money."
        )
    booked = amount if amount.currency == open_.currency else open_
    return [allocation(command, known, amount, booked, name=payment.id, party=payment.payee_party)]


def refund(command: AllocateMovement, open_: Money, known: AllocationContext) -> list[Event]:
    """Owe money back to its payer: a payment to an account of the agreement, for the next run."""
    payee = next((account for account in known.agreement.accounts if account.id == command.name), None)
    if payee is None or payee.control is not Control.EXTERNAL:
        raise NotFound(f"The agreement has no external account {command.name!r}: a refund goes to one of its accounts.")
    if open_.minor < 0:
        raise BadInput(f"{-open_} went out, and only what came in can be paid back.")
    if payee.currency != open_.currency:
        raise BadInput(f"{payee.id} is an account in {payee.currency}, and {open_} is paid back in its own currency.")
    amount = command.amount or open_
    paying = known.agreement.account(command.account)
    line = refund_line(command.production, known.refunds + 1, paying, payee, amount, known.today)
    refund = allocation(command, known, amount, amount, name=line.payment, party=payee.owner)
    return [refund, PaymentsScheduled(payments=(line,))]
