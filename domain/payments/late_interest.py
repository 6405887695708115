"""Late interest of receipts and payments: how it accrues, and how it is claimed.

It is on what was outstanding each day, so money that came in parts is counted in parts, and it stays when the money has
come. What is claimed is the interest to date, rounded once by the terms, less what was claimed before.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction

from msgspec import Struct

from domain.agreement.clauses import LateInterest
from domain.agreement.model import Agreement, Instalment, Purpose
from domain.calendar.interest import simple_on_balance
from domain.commands import ClaimLateInterest, WithdrawLateInterest, require
from domain.errors import BadInput, IllegalTransition, NotFound
from domain.events import (
    DueReceipt,
    Event,
    ExpectedReceipt,
    LateInterestClaimed,
    LateInterestWithdrawn,
    PaymentsScheduled,
    ReceiptsExpected,
    ReceiptsFellDue,
    ScheduledPayment,
)
from domain.identity import Person
from domain.milestones import Milestone
from domain.payments.credit import fell_due
from domain.payments.payments import Payment, Status
from domain.payments.receipts import Receipt, ReceiptStatus
from domain.values.money import Money
from domain.values.rounding import Rounding

Owed = Payment | Receipt
Milestones = Mapping[str, Milestone]
_UNIT = Fraction(1)
_PARTS = 3
"""Of the instalment of a claim: `I`, the instalment that was late, and the claim's number."""


def accrued(owed: Owed, agreement: Agreement, milestones: Milestones, until: date) -> Money:
    """The interest of an instalment on the days before `until`, rounded by its terms. Zero if it bears none.

    Raises:
        IllegalTransition: the records do not say when a payment left.
    """
    terms, rates = _terms(owed, agreement), []
    nothing = Money.zero(owed.amount.currency)
    if terms is None or owed.due_on is None:
        return nothing
    rates.append((owed.due_on + timedelta(terms.grace_days), Fraction(terms.annual_percent) / 100))
    milestone = milestones.get(owed.milestone) if owed.milestone is not None else None
    delivered = milestone.submitted_on if milestone is not None else None
    if terms.after_delivery is not None and delivered is not None:
        rate = Fraction(terms.after_delivery.annual_percent) / 100
        rates.append((delivered + timedelta(terms.after_delivery.days), rate))
    exact = simple_on_balance(Fraction(owed.amount.minor), list(_settled(owed)), rates, terms.days, until)
    return Money(Rounding(_UNIT, terms.rounded).units(exact), owed.amount.currency)


def _settled(owed: Owed) -> Iterator[tuple[date, Fraction]]:
    """What was settled of an instalment, by day."""
    if isinstance(owed, Receipt):
        yield from ((on, Fraction(amount.minor)) for on, amount in owed.by_day())
    elif owed.status is Status.SETTLED:
        if owed.settled_on is None:
            raise IllegalTransition(f"The records do not say on which day {owed.id} left.", payment=owed.id)
        yield owed.settled_on, Fraction(owed.amount.minor)


def _terms(owed: Owed, agreement: Agreement) -> LateInterest | None:
    found: Iterable[Instalment] = (one for one in agreement.schedule if one.id == owed.instalment)
    return next((one.late_interest for one in found), None)


def claim(
    command: ClaimLateInterest,
    owed: Owed | None,
    agreement: Agreement,
    milestones: Milestones,
    person: Person,
    today: date,
) -> list[Event]:
    """Claim the late interest of a receipt, or owe that of a payment.

    Raises:
        WrongRole: the person is no treasurer of the account's owner.
        NotFound: there is no such receipt or payment.
        BadInput: it bears no interest, or the day is to come.
        IllegalTransition: nothing has accrued that is not claimed already.
    """
    if owed is None:
        raise NotFound(
            f"There is no receipt or payment {command.payment}: `sluice payment expected` and `list` have them.",
            payment=command.payment,
        )
    owner = agreement.account(owed.account).owner
    require(person, ClaimLateInterest, (owner,), f"claim late interest of {owed.id}")
    if _terms(owed, agreement) is None:
        raise BadInput(f"{owed.id} bears no late interest by the agreement: its instalment has no `late_interest`.")
    until = command.until or today
    if until > today:
        raise BadInput(f"Today is {today}: the interest until {until} has not accrued yet.")
    events = _claimed(owed, agreement, milestones, until, command, today)
    if not events:
        before = f"beyond the {owed.claimed} that were claimed before" if owed.claimed is not None else "yet"
        raise IllegalTransition(f"No late interest of {owed.id} has accrued before {until} {before}.", payment=owed.id)
    return events


class _Wish(Struct, frozen=True):
    """A claim that the agreement's rule raises when `by` has settled the rest."""

    by: str
    until: date | None = None
    reason: str = "it was paid late, and the agreement claims the interest then"


def claimed_when_paid(
    agreement: Agreement,
    milestones: Milestones,
    before: Mapping[str, Owed],
    after: Mapping[str, Owed],
    today: date,
    by: str,
) -> Iterator[Event]:
    """The claims that the agreement raises by itself of what `by` settled between two states."""
    for name, owed in sorted(after.items()):
        terms = _terms(owed, agreement)
        if terms is not None and terms.claimed == "when_paid" and _paid(owed) and not _paid(before.get(name)):
            yield from _claimed(owed, agreement, milestones, today, _Wish(by), today)


def _paid(owed: Owed | None) -> bool:
    return owed is not None and owed.status in {Status.SETTLED, ReceiptStatus.RECEIVED}


def _claimed(
    owed: Owed,
    agreement: Agreement,
    milestones: Milestones,
    until: date,
    wish: ClaimLateInterest | _Wish,
    today: date,
) -> list[Event]:
    """The events of a claim; none if nothing more has accrued."""
    amount = accrued(owed, agreement, milestones, until)
    amount -= owed.claimed or Money.zero(amount.currency)
    if amount.minor <= 0:
        return []
    instalment = f"I/{owed.instalment}/{owed.claims + 1}"
    name = f"{agreement.production}.{instalment}"
    claimed = LateInterestClaimed(
        payment=owed.id,
        claim=name,
        incoming=isinstance(owed, Receipt),
        amount=amount,
        counted_to=until,
        until=wish.until,
        by=wish.by,
        reason=wish.reason,
    )
    common = {"instalment": instalment, "purpose": Purpose.LATE_INTEREST, "account": owed.account, "amount": amount}
    if isinstance(owed, Payment):
        payee = {"payee": owed.payee, "payee_party": owed.payee_party}
        line = ScheduledPayment.model_validate({**common, **payee, "payment": name, "milestone": None, "due_on": today})
        return [claimed, PaymentsScheduled(payments=(line,))]
    expected = ExpectedReceipt.model_validate(
        {**common, "receipt": name, "payer_party": owed.payer_party, "milestone": None, "due_on": today}
    )
    due = DueReceipt(receipt=name, purpose=expected.purpose, payer_party=owed.payer_party, amount=amount, due_on=today)
    return [claimed, ReceiptsExpected(receipts=(expected,)), ReceiptsFellDue(receipts=(due,))]


def claimed_of(claim: str) -> str:
    """The id of the receipt or payment that a claim is about. An id that is none of a claim is returned as it is."""
    production, _, instalment = claim.partition(".")
    parts = instalment.split("/")
    return f"{production}.{parts[1]}" if len(parts) == _PARTS and parts[0] == "I" else claim


def withdraw(command: WithdrawLateInterest, owed: Owed | None, agreement: Agreement, person: Person) -> list[Event]:
    """Take a claim of late interest back. Nothing of it may be settled, or on its way.

    Raises:
        WrongRole: the person is no treasurer of the account's owner.
        NotFound: it is no claim of late interest.
        IllegalTransition: something of it is settled, or it is on its way.
    """
    if owed is None or owed.purpose is not Purpose.LATE_INTEREST:
        raise NotFound(f"{command.payment} is no claim of late interest.", payment=command.payment)
    owner = agreement.account(owed.account).owner
    require(person, WithdrawLateInterest, (owner,), f"take {owed.id} back")
    incoming = isinstance(owed, Receipt)
    if isinstance(owed, Receipt):
        if owed.status is not ReceiptStatus.OWED or owed.outstanding != owed.amount:
            raise IllegalTransition(
                f"{owed.id} is {owed.status}, with {owed.outstanding} of {owed.amount} outstanding: take back what "
                "settled it first."
            )
        party, was_due = owed.payer_party, True
    else:
        party, was_due = owed.payee_party, fell_due(owed)
    withdrawn = LateInterestWithdrawn(
        payment=owed.id,
        of=claimed_of(owed.id),
        incoming=incoming,
        party=party,
        amount=owed.amount,
        fell_due=was_due,
        by=command.by,
        reason=command.reason,
    )
    return [withdrawn]
