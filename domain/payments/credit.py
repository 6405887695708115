"""Credits: what parties have paid too much. A credit stands on the account where its money is, until it is used.

Money that another production holds for us stands on `production:{key}`. What we hold for another production is a credit
of the party `production:{key}`. What another production owes us is the negative credit of that production.
"""

from collections.abc import Mapping, MutableMapping
from datetime import date

from msgspec import Struct

from domain.agreement.model import Account, Agreement, Control, Purpose
from domain.commands import HoldCreditElsewhere, RefundCredit, WithdrawRefund, require
from domain.errors import BadInput, IllegalTransition, NotFound
from domain.events import (
    CreditHeldElsewhere,
    CreditRefunded,
    CreditRefundWithdrawn,
    Event,
    MovementAllocated,
    MovementAllocationUndone,
    PaymentsScheduled,
    ReceiptAdjusted,
    ReceiptAdjustmentUndone,
    ScheduledPayment,
)
from domain.identity import Person
from domain.payments.payments import Payment, PaymentStep, Status, can
from domain.values.money import Money


class Credit(Struct, frozen=True):
    """What stands to the credit of a party on an account."""

    account: str
    party: str
    amount: Money

    @property
    def id(self) -> str:
        """Where it stands, and whose it is."""
        return credit_id(self.account, self.party)


Credits = MutableMapping[str, Credit]


def credit_id(account: str, party: str) -> str:
    """The id of a party's credit on an account."""
    return f"{account}/{party}"


def of_production(key: str) -> str:
    """Another production, where an account or a party is named."""
    return f"production:{key}"


def apply(credits_: Credits, event: Event) -> None:
    """Update the credits that an event is about."""
    match event:
        case MovementAllocated():
            _by_a_movement(credits_, event, event.amount)
        case MovementAllocationUndone():
            _by_a_movement(credits_, event.allocated, -event.allocated.amount)
        case ReceiptAdjusted(to="credit"):
            _add(credits_, event.name, event.payer_party, -event.amount)
        case ReceiptAdjustmentUndone(to="credit"):
            _add(credits_, event.name, event.payer_party, event.amount)
        case CreditRefunded():
            _add(credits_, event.account, event.party, -event.amount)
        case CreditRefundWithdrawn():
            _add(credits_, event.account, event.party, event.amount)
        case CreditHeldElsewhere():
            holder = of_production(event.holder)
            _add(credits_, holder, event.party, event.amount)
            _add(credits_, holder, holder, -event.amount)
        case _:
            return


def _by_a_movement(credits_: Credits, event: MovementAllocated, amount: Money) -> None:
    match event.to:
        case "credit" if event.party is not None:
            _add(credits_, event.account, event.party, amount)
        case "production" if event.party is not None:
            _add(credits_, event.account, of_production(event.name), amount)
        case "settlement":
            _add(credits_, of_production(event.name), of_production(event.name), amount)
        case _:
            return


def _add(credits_: Credits, account: str, party: str, amount: Money) -> None:
    before = credits_.get(name := credit_id(account, party))
    credits_[name] = Credit(account, party, amount if before is None else before.amount + amount)


def the_credit(credits_: Credits, account: str, party: str, amount: Money | None) -> tuple[Credit, Money]:
    """The credit of a party on an account, and what is used of it: `amount`, or all.

    Raises:
        NotFound: there is none.
        BadInput: it is less, or in another currency.
    """
    credit = credits_.get(credit_id(account, party))
    if credit is None or credit.amount.minor <= 0:
        raise NotFound(f"{party} has no credit on {account}: `sluice payment credits` lists what there is.")
    wanted = amount or credit.amount
    if wanted.currency != credit.amount.currency or not 0 < wanted.minor <= credit.amount.minor:
        raise BadInput(f"The credit of {party} on {account} is {credit.amount}, of which {wanted} cannot be used.")
    return credit, wanted


def refund(
    command: RefundCredit, agreement: Agreement, credits_: Credits, refunds: int, person: Person, today: date
) -> list[Event]:
    """Owe a credit back, to an account of the agreement, by the next run. `refunds` counts those of the production.

    Raises:
        WrongRole: the person is no treasurer of the paying account's owner.
        NotFound: there is no such credit or account.
        BadInput: the amounts or accounts do not fit.
    """
    accounts = {account.id: account for account in agreement.accounts}
    paying, payee = accounts.get(command.paid_from or command.account), accounts.get(command.payee)
    if paying is None or paying.control is not Control.CONTROLLED:
        raise NotFound(f"{command.paid_from or command.account!r} is no account of ours: say which one pays.")
    require(person, RefundCredit, (paying.owner,), f"refund the credit of {command.party}")
    if payee is None or payee.control is not Control.EXTERNAL:
        raise NotFound(
            f"The agreement has no external account {command.payee!r}: a refund goes to one of its accounts."
        )
    if not command.party.startswith(of_production("")) and payee.owner != command.party:
        raise BadInput(f"{payee.id} is an account of {payee.owner}: the credit of {command.party} goes back to itself.")
    _, amount = the_credit(credits_, command.account, command.party, command.amount)
    for account in (paying, payee):
        if account.currency != amount.currency:
            raise BadInput(f"{account.id} is in {account.currency}: {amount} is paid back in its own currency.")
    line = refund_line(command.production, refunds + 1, paying, payee, amount, today)
    refunded = CreditRefunded(
        account=command.account,
        party=command.party,
        amount=amount,
        payment=line.payment,
        payee_party=line.payee_party,
        by=command.by,
        reason=command.reason,
    )
    return [PaymentsScheduled(payments=(line,)), refunded]


def held_elsewhere(command: HoldCreditElsewhere, agreement: Agreement, credits_: Credits) -> list[Event]:
    """Record what another production holds of this one, or no longer does.

    Raises:
        NotFound: the agreement has no such party.
        IllegalTransition: the credit that is taken back was used since.
    """
    if command.party not in {party.id for party in agreement.parties}:
        raise NotFound(f"The agreement of {agreement.production} has no party {command.party!r}.")
    credit = credits_.get(credit_id(of_production(command.holder), command.party))
    left = credit.amount if credit is not None else Money.zero(command.amount.currency)
    if command.amount.minor < 0 and left < -command.amount:
        raise IllegalTransition(
            f"{command.production} has used the credit of {command.party}: only {left} of it is left there."
        )
    return [
        CreditHeldElsewhere(
            holder=command.holder,
            account=command.account,
            movement=command.movement,
            party=command.party,
            amount=command.amount,
        )
    ]


def refund_line(
    production: str, number: int, paying: Account, payee: Account, amount: Money, today: date
) -> ScheduledPayment:
    """A production's refund of a number, for the next run."""
    return ScheduledPayment(
        payment=f"{production}.R/{number}",
        instalment=f"R/{number}",
        purpose=Purpose.REFUND,
        account=paying.id,
        payee=payee.id,
        payee_party=payee.owner,
        amount=amount,
        milestone=None,
        due_on=today,
    )


def withdraw(
    command: WithdrawRefund, payments: Mapping[str, Payment], agreement: Agreement, person: Person
) -> list[Event]:
    """Take back the refund of a credit. It must still be with us.

    Raises:
        WrongRole: the person is no treasurer of the paying account's owner.
        NotFound: it is no refund of a credit.
        IllegalTransition: it is on its way, or paid.
    """
    payment = payments.get(command.payment)
    if payment is None or payment.credit is None:
        raise NotFound(f"{command.payment} is no refund of a credit: one of a movement is undone with the movement.")
    owner = agreement.account(payment.account).owner
    require(person, WithdrawRefund, (owner,), f"take refund {payment.id} back")
    account, party = payment.credit
    return [
        CreditRefundWithdrawn(
            payment=payment.id,
            account=account,
            party=party,
            amount=payment.amount,
            payee_party=payment.payee_party,
            fell_due=fell_due(payment),
            by=command.by,
            reason=command.reason,
        )
    ]


def fell_due(payment: Payment) -> bool:
    """Whether a payment that is taken back had fallen due. It must still be with us.

    Raises:
        IllegalTransition: it is on its way or paid, or an attempt of it is in doubt.
    """
    if not can(payment, PaymentStep.WITHDRAW):
        raise IllegalTransition(f"{payment.id} is {payment.status}, and cannot be taken back any more.")
    if payment.doubts:
        raise IllegalTransition(payment.doubts[0].sentence)
    return payment.status is not Status.SCHEDULED
