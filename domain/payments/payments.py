"""The life of a payment.

scheduled → due → released → submitted → accepted → settled → returned
             │        │          ├→ rejected ──┐        │
             │        ↑          └→ unknown    │        │
             │        └── not found ──┘        │        │
             └→ held → due        due ← corrected ←─────┘

A released payment is due again when its run is cancelled before it was sent.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from domain.agreement.model import Purpose
from domain.commands import (
    CorrectPayment,
    HoldPayment,
    ResumePayment,
    require,
)
from domain.errors import IllegalTransition, NotFound
from domain.events import (
    DueDatesSet,
    Event,
    PaymentCorrected,
    PaymentHeld,
    PaymentResumed,
    PaymentReturned,
    PaymentsAccepted,
    PaymentsCancelled,
    PaymentsFellDue,
    PaymentsGathered,
    PaymentsNotFound,
    PaymentsRejected,
    PaymentsScheduled,
    PaymentsSettled,
    ScheduledPayment,
)
from domain.identity import Person
from domain.values.money import Money


class Status(StrEnum):
    """Where a payment is in its life. Both are looked up at every step: an enumeration's own hash is slow."""

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
    """What can happen to a payment."""

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
    NOT_FOUND = "not found"
    SETTLE = "settle"
    RETURN = "return"
    CORRECT = "correct"


TRANSITIONS: dict[PaymentStep, tuple[frozenset[Status], Status]] = {
    PaymentStep.CANCEL: (frozenset({Status.SCHEDULED}), Status.CANCELLED),
    PaymentStep.FALL_DUE: (frozenset({Status.SCHEDULED}), Status.DUE),
    PaymentStep.HOLD: (frozenset({Status.DUE}), Status.HELD),
    PaymentStep.RESUME: (frozenset({Status.HELD}), Status.DUE),
    PaymentStep.RELEASE: (frozenset({Status.DUE}), Status.RELEASED),
    PaymentStep.RECALL: (frozenset({Status.RELEASED}), Status.DUE),
    PaymentStep.SUBMIT: (frozenset({Status.RELEASED}), Status.SUBMITTED),
    PaymentStep.ACCEPT: (frozenset({Status.SUBMITTED, Status.UNKNOWN, Status.RELEASED}), Status.ACCEPTED),
    PaymentStep.REJECT: (
        frozenset({Status.SUBMITTED, Status.ACCEPTED, Status.UNKNOWN, Status.RELEASED}),
        Status.REJECTED,
    ),
    PaymentStep.DOUBT: (frozenset({Status.SUBMITTED}), Status.UNKNOWN),
    PaymentStep.NOT_FOUND: (frozenset({Status.UNKNOWN}), Status.RELEASED),
    # The bank's booking is the truth about the bank: it may come before, or instead of, any other answer.
    PaymentStep.SETTLE: (
        frozenset({Status.SUBMITTED, Status.ACCEPTED, Status.UNKNOWN, Status.RELEASED}),
        Status.SETTLED,
    ),
    PaymentStep.RETURN: (frozenset({Status.SETTLED}), Status.RETURNED),
    PaymentStep.CORRECT: (frozenset({Status.REJECTED, Status.RETURNED}), Status.DUE),
}

UNANSWERED = frozenset({Status.SUBMITTED, Status.UNKNOWN})
"""It went to the bank, which has not said what it makes of it."""

AT_THE_BANK = UNANSWERED | {Status.ACCEPTED}
"""The bank may still move this money; nothing else may be done with the payment."""

ON_ITS_WAY = AT_THE_BANK | {Status.RELEASED}
"""A run is not over while one of its payments is here: the bank, or we, still have to do something about it."""

FINISHED = frozenset({Status.SETTLED, Status.CANCELLED})
"""Nothing more is expected to happen."""


class Payment(Struct, frozen=True):
    """One instalment that we pay. `account` and `payee` are account ids of the agreement.

    `run` is the run it is in, `attempt` counts from 1 and grows with each correction. Once settled, `booked` is what
    left the account and `contract_value` what the budget expected to leave it, both in the account's currency.
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

    @property
    def next_end_to_end_id(self) -> str:
        """The id under which the bank will know this attempt: its own, plus the attempt from the second on.

        The dot is in no key, so that no attempt bears the name of another payment.
        """
        return self.id if self.attempt == 1 else f"{self.id}.{self.attempt}"


def payment_id(end_to_end_id: str) -> str:
    """The payment that an end-to-end id of any attempt belongs to."""
    production, _, rest = end_to_end_id.partition(".")
    return f"{production}.{rest.partition('.')[0]}" if rest else end_to_end_id


class Payments(dict[str, Payment]):
    """Payments by id, set one by one; those of one run are found without looking through all the others."""

    def __init__(self, payments: Iterable[Payment] = ()) -> None:
        super().__init__()
        self._in_run: dict[str, dict[str, None]] = {}
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
        super().__setitem__(name, payment)

    def of_run(self, run: str) -> list[Payment]:
        """Those that are in a run now, in the order in which they came into it."""
        return [self[name] for name in self._in_run.get(run, ())]


def can(payment: Payment, step: PaymentStep) -> bool:
    """Whether a payment's life has this step from where it is."""
    return payment.status in TRANSITIONS[step][0]


def advance(payment: Payment, step: PaymentStep) -> Status:
    """The status after a step.

    Raises:
        IllegalTransition: the step does not exist from the payment's status.
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
    """The payment of that id.

    Raises:
        NotFound: there is none.
    """
    try:
        return payments[payment_id]
    except KeyError:
        raise NotFound(f"There is no payment {payment_id}: see `sluice payment list`.", payment=payment_id) from None


def hold(payments: Payments, command: HoldPayment, person: Person, debtor: str) -> list[Event]:
    """Keep a due payment back; `debtor` is the party that owns the account it would leave."""
    payment = the_payment(payments, command.payment)
    require(person, HoldPayment, (debtor,), f"hold payment {payment.id}")
    advance(payment, PaymentStep.HOLD)
    return [PaymentHeld(payment=payment.id, reason=command.reason)]


def resume(payments: Payments, command: ResumePayment, person: Person, debtor: str) -> list[Event]:
    """Let a held payment go again."""
    payment = the_payment(payments, command.payment)
    require(person, ResumePayment, (debtor,), f"resume payment {payment.id}")
    advance(payment, PaymentStep.RESUME)
    return [PaymentResumed(payment=payment.id)]


def correct(payments: Payments, command: CorrectPayment, person: Person, debtor: str) -> list[Event]:
    """Make a rejected or returned payment due again, for a new attempt under a new end-to-end id."""
    payment = the_payment(payments, command.payment)
    require(person, CorrectPayment, (debtor,), f"correct payment {payment.id}")
    advance(payment, PaymentStep.CORRECT)
    return [PaymentCorrected(payment=payment.id, reason=command.reason)]


def scheduled(line: ScheduledPayment) -> Payment:
    """A payment as the schedule promises it."""
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


def apply(payments: Payments, event: Event) -> None:  # noqa: C901, PLR0912 - one case for each kind of event
    """Bring payments to where an event of theirs leaves them; `domain.payments.runs.apply` does so for whole runs.

    Raises:
        IllegalTransition: the journal tells a life that payments do not have.
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
            take(payments, event.payment, PaymentStep.HOLD, reason=event.reason, run=None, end_to_end_id=None)
        case PaymentResumed():
            take(payments, event.payment, PaymentStep.RESUME, reason=None)
        case PaymentCorrected():
            anew = dict.fromkeys(("run", "end_to_end_id", "reason", "booked", "contract_value", "bank_reference"))
            take(payments, event.payment, PaymentStep.CORRECT, **anew, attempt=payments[event.payment].attempt + 1)
        case PaymentsGathered():
            for gathered in event.payments:
                payment = payments[gathered.payment]
                payments[payment.id] = replace(payment, run=event.run, end_to_end_id=gathered.end_to_end_id)
        case PaymentsAccepted():
            for name in event.payments:
                take(payments, name, PaymentStep.ACCEPT)
        case PaymentsRejected():
            for rejected in event.payments:
                take(payments, rejected.payment, PaymentStep.REJECT, reason=_why(rejected.reason, rejected.words))
        case PaymentsNotFound():
            for name in event.payments:
                take(payments, name, PaymentStep.NOT_FOUND)
        case PaymentsSettled():
            for paid in event.payments:
                take(
                    payments,
                    paid.payment,
                    PaymentStep.SETTLE,
                    booked=paid.booked,
                    contract_value=paid.contract_value,
                    bank_reference=paid.bank_reference,
                )
        case PaymentReturned():
            take(payments, event.payment, PaymentStep.RETURN, reason=event.reason)
        case _:
            return


def take(payments: Payments, payment_id: str, step: PaymentStep, **changes: object) -> None:
    """Take one step of one payment's life in place."""
    payment = payments[payment_id]
    payments[payment_id] = replace(payment, status=advance(payment, step), **changes)


def _why(code: str, words: str | None) -> str:
    return f"{code}: {words}" if words else code
