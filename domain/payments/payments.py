"""The life cycle of a payment.

    scheduled → due → released → submitted → accepted → settled → returned;
    scheduled → cancelled;
    due → held → due;
    submitted or accepted → rejected;
    submitted → unknown → accepted, rejected, settled, or (not found) released again;
    submitted or accepted → unknown, if the bank calls it a duplicate;
    rejected or returned → due, once corrected;
    rejected, due or held → settled, if the bank booked an attempt that it had rejected;
    scheduled, due or held → cancelled, if it is a refund or late interest that a person takes back.

A released payment is due again if its run is cancelled before it was sent. `TRANSITIONS` has every transition. A
payment keeps its doubts: the attempts that the bank may still book. No later one is released until they have ended.

A person who said that a movement settled a payment, or returned it, may take that back: it stands where it stood.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import asdict, replace

from domain.agreement.model import Purpose
from domain.commands import (
    CorrectPayment,
    HoldPayment,
    ResumePayment,
    require,
)
from domain.errors import IllegalTransition, NotFound
from domain.events import (
    DoubtThen,
    Event,
    PaymentCorrected,
    PaymentHeld,
    PaymentResumed,
    PaymentThen,
)
from domain.identity import Person
from domain.payments.attempts import Doubt, Doubts, asked, attempt_of, end_to_end_id, without
from domain.values.money import Money


class Status(StrEnum):
    """The status of a payment. The members are hashed at every transition, and the enumeration's own hash is slow."""

    __hash__ = str.__hash__

    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    DUE = "due"
    HELD = "held"
    RELEASED = "released"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    SETTLED = "settled"
    RETURNED = "returned"


class PaymentStep(StrEnum):
    """A transition of a payment."""

    __hash__ = str.__hash__

    CANCEL = "cancel"
    FALL_DUE = "fall due"
    HOLD = "hold"
    RESUME = "resume"
    RELEASE = "release"
    RECALL = "recall"
    SUBMIT = "submit"
    ACCEPT = "accept"
    REJECT = "reject"
    DOUBT = "doubt"
    DUPLICATE = "be called a duplicate"
    NOT_FOUND = "not found"
    SETTLE = "settle"
    SETTLE_AFTER_ALL = "settle after all"
    RETURN = "return"
    CORRECT = "correct"
    WITHDRAW = "withdraw"


UNANSWERED = frozenset({Status.SUBMITTED, Status.UNKNOWN})
"""The bank has the payment and has not answered."""

AT_THE_BANK = UNANSWERED | {Status.ACCEPTED}
"""The bank may still move this money. Nothing else may be done with the payment."""

ON_ITS_WAY = AT_THE_BANK | {Status.RELEASED}
"""A run is not over while one of its payments has such a status: the bank or we still have to act."""

TRANSITIONS: dict[PaymentStep, tuple[frozenset[Status], Status]] = {
    PaymentStep.CANCEL: (frozenset({Status.SCHEDULED}), Status.CANCELLED),
    PaymentStep.FALL_DUE: (frozenset({Status.SCHEDULED}), Status.DUE),
    PaymentStep.HOLD: (frozenset({Status.DUE}), Status.HELD),
    PaymentStep.RESUME: (frozenset({Status.HELD}), Status.DUE),
    PaymentStep.RELEASE: (frozenset({Status.DUE}), Status.RELEASED),
    PaymentStep.RECALL: (frozenset({Status.RELEASED}), Status.DUE),
    PaymentStep.SUBMIT: (frozenset({Status.RELEASED}), Status.SUBMITTED),
    PaymentStep.ACCEPT: (frozenset({Status.SUBMITTED, Status.UNKNOWN, Status.RELEASED}), Status.ACCEPTED),
    PaymentStep.REJECT: (ON_ITS_WAY, Status.REJECTED),
    PaymentStep.DOUBT: (frozenset({Status.SUBMITTED}), Status.UNKNOWN),
    PaymentStep.DUPLICATE: (ON_ITS_WAY, Status.UNKNOWN),
    PaymentStep.NOT_FOUND: (frozenset({Status.UNKNOWN}), Status.RELEASED),
    # The bank's booking is final: it may come before, or instead of, any other answer.
    PaymentStep.SETTLE: (ON_ITS_WAY, Status.SETTLED),
    PaymentStep.SETTLE_AFTER_ALL: (frozenset({Status.REJECTED, Status.DUE, Status.HELD}), Status.SETTLED),
    PaymentStep.RETURN: (frozenset({Status.SETTLED}), Status.RETURNED),
    PaymentStep.CORRECT: (frozenset({Status.REJECTED, Status.RETURNED}), Status.DUE),
    PaymentStep.WITHDRAW: (frozenset({Status.SCHEDULED, Status.DUE, Status.HELD}), Status.CANCELLED),
}

FINISHED = frozenset({Status.SETTLED, Status.CANCELLED})
"""Nothing more is expected to happen."""


class Payment(Struct, frozen=True):
    """One instalment that we pay. `account` and `payee` are account ids of the agreement.

    `run` is the run that the payment is in. `attempt` counts from 1 and grows with each correction. Once settled,
    `booked` is what left the account and `contract_value` what the budget expected, both in the account's currency.
    `doubts` are attempts, this one or earlier, that the bank may still book. `cause` is the fact about the payee that
    holds the payment or, once a person let it go in spite of that, did.

    `repaid` is what the payee gave back of it; negative for what it got beyond it. `claims` counts the claims of late
    interest that were raised for it, and `claimed` is their sum. A refund of a `credit` has that credit's account and
    party.
    """

    id: str
    instalment: str
    purpose: Purpose
    account: str
    payee: str
    payee_party: str
    amount: Money
    milestone: str | None
    due_on: date | None
    status: Status = Status.SCHEDULED
    run: str | None = None
    attempt: int = 1
    end_to_end_id: str | None = None
    reason: str | None = None
    booked: Money | None = None
    contract_value: Money | None = None
    bank_reference: str | None = None
    doubts: Doubts = ()
    cause: str | None = None
    settled_on: date | None = None
    repaid: Money | None = None
    claims: int = 0
    claimed: Money | None = None
    credit: tuple[str, str] | None = None

    @property
    def next_end_to_end_id(self) -> str:
        """The end-to-end id of the current attempt."""
        return end_to_end_id(self.id, self.attempt)

    def doubt_about(self, end_to_end_id: str | None) -> Doubt | None:
        """The doubt about an attempt, if any."""
        return next((doubt for doubt in self.doubts if doubt.end_to_end_id == end_to_end_id), None)


def payment_id(end_to_end_id: str) -> str:
    """The id of the payment that an end-to-end id of any attempt belongs to."""
    production, _, rest = end_to_end_id.partition(".")
    return f"{production}.{rest.partition('.')[0]}" if rest else end_to_end_id


class Payments(dict[str, Payment]):
    """Payments by id, with an index by run, and one by the run of each doubt."""

    def __init__(self, payments: Iterable[Payment] = ()) -> None:
        super().__init__()
        self._in_run: dict[str, dict[str, None]] = {}
        self._in_doubt: dict[str, dict[str, None]] = {}
        for payment in payments:
            self[payment.id] = payment

    def __setitem__(self, name: str, payment: Payment) -> None:
        before = self.get(name)
        left = before.run if before is not None else None
        if left != payment.run:
            if left is not None:
                del self._in_run[left][name]
            if payment.run is not None:
                self._in_run.setdefault(payment.run, {})[name] = None
        if before is not None and before.doubts is not payment.doubts:
            for doubt in before.doubts:
                self._in_doubt[doubt.run].pop(name, None)
        for doubt in payment.doubts:
            self._in_doubt.setdefault(doubt.run, {})[name] = None
        super().__setitem__(name, payment)

    def of_run(self, run: str) -> list[Payment]:
        """The payments that are in a run now, in the order in which they were added to it."""
        return [self[name] for name in self._in_run.get(run, ())]

    def doubts_of_run(self, run: str) -> list[tuple[Payment, Doubt]]:
        """The attempts of a run that the bank may still book. Their payments may have left the run."""
        doubted = (self[name] for name in self._in_doubt.get(run, ()))
        return [(payment, doubt) for payment in doubted for doubt in payment.doubts if doubt.run == run]

    def asked_about(self, run: str) -> None:
        """Note in the doubts about a run that the bank has been asked."""
        for payment, _ in self.doubts_of_run(run):
            self[payment.id] = replace(payment, doubts=asked(payment.doubts, run))


def can(payment: Payment, step: PaymentStep) -> bool:
    """Whether a payment can take a step from its status."""
    return payment.status in TRANSITIONS[step][0]


def advance(payment: Payment, step: PaymentStep) -> Status:
    """The status after a step.

    Raises:
        IllegalTransition: the payment's status does not allow the step.
    """
    origins, target = TRANSITIONS[step]
    if payment.status not in origins:
        allowed = " or ".join(sorted(origins))
        raise IllegalTransition(
            f"Payment {payment.id} is {payment.status}: the step '{step}' exists only for one that is {allowed}.",
            payment=payment.id,
            status=payment.status,
            step=step,
        )
    return target


def the_payment(payments: Payments, payment_id: str) -> Payment:
    """Look up a payment by id; `NotFound` if there is none."""
    try:
        return payments[payment_id]
    except KeyError:
        raise NotFound(f"There is no payment {payment_id}: see `sluice payment list`.", payment=payment_id) from None


def hold(payments: Payments, command: HoldPayment, person: Person, debtor: str) -> list[Event]:
    """Keep a due payment back. `debtor` is the party that owns the account it would leave."""
    payment = the_payment(payments, command.payment)
    require(person, HoldPayment, (debtor,), f"hold payment {payment.id}")
    advance(payment, PaymentStep.HOLD)
    return [PaymentHeld(payment=payment.id, reason=command.reason)]


def resume(payments: Payments, command: ResumePayment, person: Person, debtor: str) -> list[Event]:
    """Release a held payment for the next run."""
    payment = the_payment(payments, command.payment)
    require(person, ResumePayment, (debtor,), f"resume payment {payment.id}")
    advance(payment, PaymentStep.RESUME)
    return [PaymentResumed(payment=payment.id)]


def correct(payments: Payments, command: CorrectPayment, person: Person, debtor: str) -> list[Event]:
    """Make a rejected or returned payment due again, as a new attempt with a new end-to-end id."""
    payment = the_payment(payments, command.payment)
    require(person, CorrectPayment, (debtor,), f"correct payment {payment.id}")
    advance(payment, PaymentStep.CORRECT)
    return [PaymentCorrected(payment=payment.id, reason=command.reason)]


def take(payments: Payments, payment_id: str, step: PaymentStep, **changes: object) -> None:
    """Apply one transition to one payment in place."""
    payment = payments[payment_id]
    if payment.doubts and step in {PaymentStep.ACCEPT, PaymentStep.REJECT}:  # an answer about the current attempt
        changes["doubts"] = without(payment.doubts, payment.end_to_end_id)
    payments[payment_id] = replace(payment, status=advance(payment, step), **changes)


def can_settle(payment: Payment, end_to_end_id: str) -> bool:
    """Whether a debit under an end-to-end id settles a payment: it is not settled yet, and that attempt went out.

    An earlier attempt settles it too, whatever the bank said of that before. A later one is stopped by it.
    """
    attempt = attempt_of(payment.id, end_to_end_id)
    if attempt is None or attempt > payment.attempt:
        return False
    earlier = attempt < payment.attempt and can(payment, PaymentStep.SETTLE_AFTER_ALL)
    return can(payment, PaymentStep.SETTLE) or payment.status is Status.REJECTED or earlier


def stands(payment: Payment, end_to_end_id: str | None = None) -> PaymentThen:
    """Where a payment stands, with the doubt about an attempt: what `stood_again` needs."""
    doubt = payment.doubt_about(end_to_end_id)
    return PaymentThen(
        status=payment.status,
        run=payment.run,
        end_to_end_id=payment.end_to_end_id,
        reason=payment.reason,
        doubt=None if doubt is None else DoubtThen.model_validate(asdict(doubt)),
    )
