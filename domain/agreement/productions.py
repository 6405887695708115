"""A production under its agreement: register, amend, and let the schedule fall due."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from domain.agreement.model import Agreement, DueAfter, DueOn, Instalment
from domain.agreement.schedule import InstalmentDirection, direction
from domain.errors import IllegalTransition, NotFound, Refused
from domain.events import (
    AgreementAmended,
    AgreementRegistered,
    AgreementRestored,
    DueDateSet,
    DueDatesSet,
    DuePayment,
    DueReceipt,
    Event,
    ExpectedReceipt,
    PaymentsCancelled,
    PaymentsFellDue,
    PaymentsScheduled,
    ReceiptsCancelled,
    ReceiptsExpected,
    ReceiptsFellDue,
    ScheduledPayment,
)
from domain.payees.model import NOTHING, Payees
from domain.payments.payments import Payment, Payments, Status
from domain.payments.receipts import Receipt, Receipts, ReceiptStatus
from domain.payments.runs import chunks
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class Production:
    """A production and its agreement version in force. `document` is the SHA-256 of the YAML.

    Nothing counts from `books_closed_until` or an earlier day any more.
    `payees` is what is on record about those who are paid, beside the agreement.
    """

    key: str
    title: str
    version: int
    document: str
    books_closed_until: date | None = None
    payees: Payees = NOTHING


_UNSCHEDULED = frozenset({Status.SCHEDULED, Status.CANCELLED})
"""Payments that nothing is owed of: a version that is restored decides on them."""
DueDate = Callable[[Instalment, date | None], date | None]
"""Returns an instalment's due date, given its milestone's acceptance date. `None` while that is unknown."""


def the_production(production: Production | None, key: str) -> Production:
    """The registered production.

    Raises:
        NotFound: it is not registered.
    """
    if production is None:
        raise NotFound(f"There is no production {key}: register its agreement first.", production=key)
    return production


def register(
    production: Production | None,
    agreement: Agreement,
    document: str,
    approved_by: tuple[str, ...],
    amounts: dict[str, Money],
    due_date: DueDate,
) -> list[Event]:
    """Put the first version in force, by the parties that approved it, and schedule its payments and receipts."""
    if production is not None:
        raise IllegalTransition(
            f"{agreement.production} is registered already, at version {production.version}: amend it instead.",
            production=agreement.production,
        )
    if agreement.version != 1:
        raise Refused(f"A production is registered at version 1, not {agreement.version}.")
    payments, receipts = promised(agreement, amounts, due_date)
    events: list[Event] = [
        AgreementRegistered(
            production=agreement.production,
            title=agreement.title,
            version=agreement.version,
            document=document,
            approved_by=approved_by,
        )
    ]
    events += [PaymentsScheduled(payments=tuple(part)) for part in chunks(payments)]
    events += [ReceiptsExpected(receipts=tuple(part)) for part in chunks(receipts)]
    return events


def promised(
    agreement: Agreement, amounts: dict[str, Money], due_date: DueDate
) -> tuple[list[ScheduledPayment], list[ExpectedReceipt]]:
    """The payments and receipts of a schedule. Their ids are `{production}.{instalment}`."""
    payments: list[ScheduledPayment] = []
    receipts: list[ExpectedReceipt] = []
    for instalment in agreement.schedule:
        name = f"{agreement.production}.{instalment.id}"
        amount = amounts[instalment.id]
        milestone = instalment.due.milestone if isinstance(instalment.due, DueAfter) else None
        due_on = due_date(instalment, None) if isinstance(instalment.due, DueOn) else None
        payee = agreement.account(instalment.payee)
        payer = agreement.account(instalment.payer)
        if direction(agreement, instalment) is InstalmentDirection.OUTGOING:
            payments.append(
                ScheduledPayment(
                    payment=name,
                    instalment=instalment.id,
                    purpose=instalment.purpose,
                    account=payer.id,
                    payee=payee.id,
                    payee_party=payee.owner,
                    amount=amount,
                    milestone=milestone,
                    due_on=due_on,
                )
            )
        else:
            receipts.append(
                ExpectedReceipt(
                    receipt=name,
                    instalment=instalment.id,
                    purpose=instalment.purpose,
                    account=payee.id,
                    payer_party=payer.owner,
                    amount=amount,
                    milestone=milestone,
                    due_on=due_on,
                )
            )
    return payments, receipts


def amend(
    production: Production,
    payments: Payments,
    receipts: Receipts,
    accepted: dict[str, date],
    agreement: Agreement,
    document: str,
    approved_by: tuple[str, ...],
    amounts: dict[str, Money],
    due_date: DueDate,
    provisional_until: date | None = None,
) -> list[Event]:
    """Put the next version in force. Owed instalments stay unchanged; scheduled ones take the new terms.

    `accepted` maps each accepted milestone to its acceptance date, so a new instalment after it is dated at once.

    Raises:
        Refused: the document is of another production, its version does not follow, it changes or drops an
            owed instalment, or drops an account that a payout or refund goes to.
    """
    if agreement.production != production.key:
        raise Refused(f"{production.key} is amended by its own agreement, not by that of {agreement.production}.")
    if agreement.version != production.version + 1:
        raise Refused(
            f"{production.key} is at version {production.version}: the next is {production.version + 1}, "
            f"but the document says {agreement.version}."
        )
    _refuse_dropped_payees(payments, agreement)
    amended = AgreementAmended(
        production=agreement.production,
        title=agreement.title,
        version=agreement.version,
        document=document,
        approved_by=approved_by,
        provisional_until=provisional_until,
    )
    return [amended, *_rescheduled(payments, receipts, accepted, agreement, amounts, due_date)]


def restore(
    production: Production,
    payments: Payments,
    receipts: Receipts,
    accepted: dict[str, date],
    agreement: Agreement,
    document: str,
    amounts: dict[str, Money],
    due_date: DueDate,
) -> list[Event]:
    """Put the version before the provisional one in force again. What is owed, paid or received stands as it is."""
    restored = AgreementRestored(
        production=agreement.production,
        title=agreement.title,
        version=agreement.version,
        document=document,
        ended=production.document,
    )
    open_payments = Payments(each for each in payments.values() if each.status in _UNSCHEDULED)
    open_receipts = {
        name: each
        for name, each in receipts.items()
        if each.status in {ReceiptStatus.EXPECTED, ReceiptStatus.CANCELLED} and not each.received.minor
    }
    standing = (payments.keys() - open_payments.keys()) | (receipts.keys() - open_receipts.keys())
    events = _rescheduled(open_payments, open_receipts, accepted, agreement, amounts, due_date, standing)
    return [restored, *events]


def _rescheduled(
    payments: Payments,
    receipts: Receipts,
    accepted: dict[str, date],
    agreement: Agreement,
    amounts: dict[str, Money],
    due_date: DueDate,
    standing: AbstractSet[str] = frozenset(),
) -> list[Event]:
    """The events by which the schedule of a version replaces that of another, but for what is `standing`."""
    new_payments, new_receipts = promised(agreement, amounts, due_date)
    new_payments = [line for line in new_payments if line.payment not in standing]
    new_receipts = [line for line in new_receipts if line.receipt not in standing]
    changed_payments = [line for line in new_payments if _payment_is_new(line, payments.get(line.payment))]
    changed_receipts = [line for line in new_receipts if _receipt_is_new(line, receipts.get(line.receipt))]
    dropped_payments = _dropped(payments, {line.payment for line in new_payments})
    dropped_receipts = _dropped(receipts, {line.receipt for line in new_receipts})
    events: list[Event] = [PaymentsScheduled(payments=tuple(part)) for part in chunks(changed_payments)]
    events += [ReceiptsExpected(receipts=tuple(part)) for part in chunks(changed_receipts)]
    events += [PaymentsCancelled(payments=tuple(part)) for part in chunks(dropped_payments)]
    events += [ReceiptsCancelled(receipts=tuple(part)) for part in chunks(dropped_receipts)]
    changed = {line.instalment for line in changed_payments} | {line.instalment for line in changed_receipts}
    for milestone, accepted_on in accepted.items():
        events += due_dates(agreement, milestone, accepted_on, due_date, only=changed)
    return events


def due_dates(
    agreement: Agreement, milestone: str, accepted_on: date, due_date: DueDate, only: set[str] | None = None
) -> list[Event]:
    """The due dates that a milestone's acceptance fixes, for all its instalments or `only` those named."""
    payments: list[DueDateSet] = []
    receipts: list[DueDateSet] = []
    for instalment in agreement.schedule:
        released = isinstance(instalment.due, DueAfter) and instalment.due.milestone == milestone
        due_on = due_date(instalment, accepted_on) if released else None
        if due_on is None or (only is not None and instalment.id not in only):
            continue
        fixed = DueDateSet(id=f"{agreement.production}.{instalment.id}", due_on=due_on)
        outgoing = direction(agreement, instalment) is InstalmentDirection.OUTGOING
        (payments if outgoing else receipts).append(fixed)
    if not payments and not receipts:
        return []
    return [DueDatesSet(milestone=milestone, payments=tuple(payments), receipts=tuple(receipts))]


def fall_due(
    payments: Mapping[str, Payment],
    receipts: Mapping[str, Receipt],
    on: date,
    ordered_until: Mapping[str, date] | None = None,
) -> list[Event]:
    """The events of everything scheduled for `on` or before that is not owed yet.

    `ordered_until` has the accounts whose banks want orders ahead, each with the last due day that is ordered on `on`.
    A payment from such an account falls due when it must be ordered.
    """
    until = ordered_until or {}
    due = sorted(
        (
            p
            for p in payments.values()
            if p.status is Status.SCHEDULED and p.due_on is not None and p.due_on <= until.get(p.account, on)
        ),
        key=lambda payment: payment.id,
    )
    owed = sorted(
        (
            r
            for r in receipts.values()
            if r.status is ReceiptStatus.EXPECTED and r.due_on is not None and r.due_on <= on
        ),
        key=lambda receipt: receipt.id,
    )
    fell_due: list[Event] = [PaymentsFellDue(payments=tuple(map(_due_payment, part))) for part in chunks(due)]
    became_owed: list[Event] = [ReceiptsFellDue(receipts=tuple(map(_due_receipt, part))) for part in chunks(owed)]
    return fell_due + became_owed


def _due_payment(payment: Payment) -> DuePayment:
    assert payment.due_on is not None  # noqa: S101 - selected for having one
    return DuePayment(
        payment=payment.id,
        purpose=payment.purpose,
        payee_party=payment.payee_party,
        amount=payment.amount,
        due_on=payment.due_on,
    )


def _due_receipt(receipt: Receipt) -> DueReceipt:
    assert receipt.due_on is not None  # noqa: S101 - selected for having one
    return DueReceipt(
        receipt=receipt.id,
        purpose=receipt.purpose,
        payer_party=receipt.payer_party,
        amount=receipt.amount,
        due_on=receipt.due_on,
    )


def _payment_is_new(line: ScheduledPayment, now: Payment | None) -> bool:
    """Whether a line is unknown, cancelled, or scheduled with other terms."""
    if now is None or now.status is Status.CANCELLED:
        return True
    same = (line.amount, line.account, line.payee, line.payee_party, line.purpose, line.milestone) == (
        now.amount,
        now.account,
        now.payee,
        now.payee_party,
        now.purpose,
        now.milestone,
    ) and (line.milestone is not None or line.due_on == now.due_on)
    if not same and now.status is not Status.SCHEDULED:
        raise Refused(f"{line.payment} is {now.status} already: the amendment may not change its terms.")
    return not same


def _receipt_is_new(line: ExpectedReceipt, now: Receipt | None) -> bool:
    """Whether a line is unknown, cancelled, or expected with other terms and not received in part."""
    if now is None or now.status is ReceiptStatus.CANCELLED:
        return True
    same = (line.amount, line.account, line.payer_party, line.purpose, line.milestone) == (
        now.amount,
        now.account,
        now.payer_party,
        now.purpose,
        now.milestone,
    ) and (line.milestone is not None or line.due_on == now.due_on)
    if not same and (now.status is not ReceiptStatus.EXPECTED or now.received.minor):
        raise Refused(f"{line.receipt} is {now.status} already: the amendment may not change its terms.")
    return not same


def _dropped(known: Mapping[str, Payment | Receipt], kept: set[str]) -> list[str]:
    """The ids that the new schedule leaves out. It may not leave out owed or partly received ones.

    Payouts and refunds are in no schedule.
    """
    gone = []
    for name, item in sorted(known.items()):
        if name in kept or item.status == "cancelled" or item.purpose.unscheduled:
            continue
        arrived = isinstance(item, Receipt) and item.received.minor
        if item.status not in {"scheduled", "expected"} or arrived:
            raise Refused(f"{name} is {item.status} already: the amendment may not take it out of the schedule.")
        gone.append(name)
    return gone


def _refuse_dropped_payees(payments: Payments, agreement: Agreement) -> None:
    """Check that the agreement keeps the accounts of payouts and refunds. Even a paid one may be returned."""
    kept = {account.id for account in agreement.accounts}
    for name, payment in sorted(payments.items()):
        if payment.purpose.unscheduled and payment.payee not in kept:
            raise Refused(
                f"{name} is {payment.status} and goes to the account {payment.payee}: the amendment may not take that "
                "account out."
            )
