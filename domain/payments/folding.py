"""Folds events into payments."""

from msgspec.structs import replace

from domain.events import (
    CreditRefunded,
    CreditRefundWithdrawn,
    DoubtsEnded,
    DueDatesSet,
    Event,
    LateInterestClaimed,
    LateInterestWithdrawn,
    MovementAllocated,
    MovementAllocationUndone,
    PaymentCorrected,
    PaymentFailed,
    PaymentHeld,
    PaymentResumed,
    PaymentReturned,
    PaymentsAccepted,
    PaymentsCancelled,
    PaymentsDoubted,
    PaymentsFellDue,
    PaymentsFreed,
    PaymentsGathered,
    PaymentsHeld,
    PaymentsNotFound,
    PaymentsRejected,
    PaymentsScheduled,
    PaymentsSettled,
    PaymentThen,
    RejectedPayment,
    ScheduledPayment,
    StoppedPayment,
)
from domain.payments.attempts import Doubt, bank_reason, without
from domain.payments.payments import AT_THE_BANK, Payment, Payments, PaymentStep, Status, can, take
from domain.values.money import Money

_NO_RUN = {"run": None, "end_to_end_id": None}


def apply(payments: Payments, event: Event) -> None:  # noqa: C901, PLR0912, PLR0915 - one case for each kind of event
    """Update the payments that an event is about. `run_folding.apply` handles events of whole runs.

    Raises:
        IllegalTransition: the event is a transition that does not exist.
    """
    match event:
        case PaymentsScheduled():
            for line in event.payments:
                payments[line.payment] = scheduled(line)
        case PaymentsCancelled():
            for name in event.payments:
                take(payments, name, PaymentStep.CANCEL)
        case DueDatesSet():
            for promise in event.payments:
                payments[promise.id] = replace(payments[promise.id], due_on=promise.due_on)
        case PaymentsFellDue():
            for due in event.payments:
                take(payments, due.payment, PaymentStep.FALL_DUE)
        case PaymentHeld():
            take(payments, event.payment, PaymentStep.HOLD, reason=event.reason, cause=None, **_NO_RUN)
        case PaymentResumed():
            take(payments, event.payment, PaymentStep.RESUME, reason=None)
        case PaymentsHeld():
            for stopped in event.payments:
                _stop(payments, stopped)
        case PaymentsFreed():
            for name in event.payments:
                take(payments, name, PaymentStep.RESUME, reason=None, cause=None)
        case PaymentCorrected():
            cleared = dict.fromkeys(("reason", "cause", *_BOOKED)) | _NO_RUN
            take(payments, event.payment, PaymentStep.CORRECT, **cleared, attempt=payments[event.payment].attempt + 1)
        case PaymentsGathered():
            for gathered in event.payments:
                payment = payments[gathered.payment]
                payments[payment.id] = replace(payment, run=event.run, end_to_end_id=gathered.end_to_end_id)
        case PaymentFailed():
            take(payments, event.payment, PaymentStep.REJECT, reason=event.reason)
        case PaymentsAccepted():
            for name in event.payments:
                take(payments, name, PaymentStep.ACCEPT)
        case PaymentsRejected():
            for rejected in event.payments:
                _reject(payments, rejected, event)
        case PaymentsNotFound():
            for name in event.payments:
                take(payments, name, PaymentStep.NOT_FOUND)
        case PaymentsDoubted():
            _doubt(payments, event)
        case DoubtsEnded():
            for ended in event.payments:
                payment = payments[ended.payment]
                payments[payment.id] = replace(payment, doubts=without(payment.doubts, ended.end_to_end_id))
        case PaymentsSettled():
            for paid in event.payments:
                settle(
                    payments,
                    paid.payment,
                    paid.end_to_end_id,
                    booked=paid.booked,
                    contract_value=paid.contract_value,
                    bank_reference=paid.bank_reference,
                    settled_on=event.booked_on,
                )
        case PaymentReturned():
            take(payments, event.payment, PaymentStep.RETURN, reason=event.reason)
        case MovementAllocated() | MovementAllocationUndone():
            _by_a_movement(payments, event)
        case CreditRefunded():
            payments[event.payment] = replace(payments[event.payment], credit=(event.account, event.party))
        case CreditRefundWithdrawn():
            take(payments, event.payment, PaymentStep.WITHDRAW, **_NO_RUN, reason=None)
        case LateInterestClaimed(incoming=False):
            _claim(payments, event.payment, event.amount, claims=1)
        case LateInterestWithdrawn(incoming=False):
            _claim(payments, event.of, -event.amount, claims=0)
            take(payments, event.payment, PaymentStep.WITHDRAW, **_NO_RUN, reason=None)
        case _:
            return


_BOOKED = ("booked", "contract_value", "bank_reference", "settled_on")
"""What is known of a payment once the bank has booked it."""


def scheduled(line: ScheduledPayment) -> Payment:
    """A payment from a line of the schedule."""
    return Payment(
        id=line.payment,
        instalment=line.instalment,
        purpose=line.purpose,
        account=line.account,
        payee=line.payee,
        payee_party=line.payee_party,
        amount=line.amount,
        milestone=line.milestone,
        due_on=line.due_on,
    )


def _stop(payments: Payments, stopped: StoppedPayment) -> None:
    """Hold a payment. One that was released and not sent leaves its run, whose release no longer holds."""
    if payments[stopped.payment].status is Status.RELEASED:
        take(payments, stopped.payment, PaymentStep.RECALL)
    take(payments, stopped.payment, PaymentStep.HOLD, reason=stopped.reason, cause=stopped.cause, **_NO_RUN)


def _by_a_movement(payments: Payments, event: MovementAllocated | MovementAllocationUndone) -> None:
    match event:
        case MovementAllocated(to="payment", name=name):
            settle(
                payments,
                name,
                event.end_to_end_id,
                booked=-event.booked,
                contract_value=-event.contract_value,
                bank_reference=event.bank_reference,
                settled_on=event.on,
            )
        case MovementAllocated(to="vendor-refund" | "paid-again", name=name):
            payments[name] = replace(payments[name], repaid=_sum(payments[name].repaid, event.amount))
        case MovementAllocationUndone(allocated=MovementAllocated(to="vendor-refund" | "paid-again", name=name) as one):
            payments[name] = replace(payments[name], repaid=_sum(payments[name].repaid, -one.amount))
        case MovementAllocated(to="return", name=name):
            take(payments, name, PaymentStep.RETURN, reason=event.reason)
        case MovementAllocationUndone(allocated=MovementAllocated(to="refund", name=name)):
            take(payments, name, PaymentStep.WITHDRAW, **_NO_RUN, reason=None)
        case MovementAllocationUndone(allocated=MovementAllocated(name=name)) if event.payment is not None:
            payments[name] = stood_again(payments[name], event.payment)
        case _:
            return


def settle(payments: Payments, payment_id: str, end_to_end_id: str | None, **booked: object) -> None:
    """Settle a payment in place by the bank's booking of an attempt; without an id, of the current attempt.

    A payment whose later attempt is not at the bank leaves its run, so that a release of that run no longer holds.
    """
    payment = payments[payment_id]
    attempt = end_to_end_id or payment.end_to_end_id
    booked |= {"end_to_end_id": attempt, "doubts": without(payment.doubts, attempt)}
    step = PaymentStep.SETTLE
    if not can(payment, step):
        step, booked["reason"] = PaymentStep.SETTLE_AFTER_ALL, None
    if attempt != payment.end_to_end_id and payment.status not in AT_THE_BANK:
        booked["run"] = None
    take(payments, payment_id, step, **booked)


def stood_again(payment: Payment, before: PaymentThen) -> Payment:
    """The payment where it stood before a movement settled or returned it. A settled one keeps what was booked."""
    kept = {} if before.status == Status.SETTLED else dict.fromkeys(_BOOKED)
    doubts = payment.doubts
    if before.doubt is not None:
        doubt = Doubt(**before.doubt.model_dump())
        doubts = (*without(doubts, doubt.end_to_end_id), doubt)
    stood = {"run": before.run, "end_to_end_id": before.end_to_end_id, "reason": before.reason}
    return replace(payment, status=Status(before.status), doubts=doubts, **stood, **kept)


def _claim(payments: Payments, name: str, amount: Money, claims: int) -> None:
    payment = payments[name]
    payments[name] = replace(payment, claims=payment.claims + claims, claimed=_sum(payment.claimed, amount))


def _sum(before: Money | None, amount: Money) -> Money:
    return amount if before is None else before + amount


def _reject(payments: Payments, rejected: RejectedPayment, event: PaymentsRejected) -> None:
    payment, reason = payments[rejected.payment], bank_reason(rejected.reason, rejected.words)
    take(payments, payment.id, PaymentStep.REJECT, reason=reason)
    if rejected.may_book_on is not None and payment.end_to_end_id is not None:
        attempt, on = payment.end_to_end_id, rejected.may_book_on
        _add(payments, payment.id, Doubt(attempt, event.run, on, "rejected", event.message_id, reason))


def _doubt(payments: Payments, event: PaymentsDoubted) -> None:
    for line in event.payments:
        attempt, reason = line.end_to_end_id, bank_reason(line.reason, line.words)
        if event.why == "duplicate":
            take(payments, line.payment, PaymentStep.DUPLICATE, reason=reason)
        doubt = Doubt(attempt, event.run, event.execution_on, event.why, event.message_id, reason)
        _add(payments, line.payment, doubt)


def _add(payments: Payments, payment_id: str, doubt: Doubt) -> None:
    payment = payments[payment_id]
    payments[payment_id] = replace(payment, doubts=(*without(payment.doubts, doubt.end_to_end_id), doubt))
