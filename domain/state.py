"""The state of a production: the fold of its events. The tables of the database are snapshots of exactly this."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from domain import events, milestones
from domain.agreement.productions import Production
from domain.events import AgreementAmended, AgreementRegistered, Event
from domain.milestones import Milestone
from domain.payments import payments, receipts, runs
from domain.payments.payments import Payments
from domain.payments.receipts import Receipt
from domain.payments.runs import Run
from domain.sharing import distributions
from domain.sharing.distributions import Distribution


@dataclass(frozen=True, slots=True)
class State:
    """A production, or the part of it that a command concerns; each mapping is by id."""

    production: Production | None = None
    milestones: dict[str, Milestone] = field(default_factory=dict)
    payments: Payments = field(default_factory=Payments)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    distributions: dict[str, Distribution] = field(default_factory=dict)


def fold(state: State, told: Iterable[tuple[Event, date]]) -> State:
    """The state after events, each with its effective date; the state given is left as it was.

    Raises:
        IllegalTransition: the events tell a life that payments do not have.
    """
    after = State(
        state.production,
        dict(state.milestones),
        Payments(state.payments.values()),
        dict(state.receipts),
        dict(state.runs),
        dict(state.distributions),
    )
    for event, effective_on in told:
        after = apply(after, event, effective_on)
    return after


def apply(state: State, event: Event, effective_on: date) -> State:
    """The state after one more event, made of the mappings of the state given: whoever folds a whole stream owns it.

    Raises:
        IllegalTransition: the event tells a life that payments do not have.
    """
    kind = type(event)
    if kind in OF_PAYMENTS:
        payments.apply(state.payments, event)
    if kind in OF_RUNS:
        runs.apply(state.runs, state.payments, event)
    if kind in OF_RECEIPTS:
        receipts.apply(state.receipts, event)
    if kind in OF_MILESTONES:
        milestones.apply(state.milestones, event, effective_on)
    if kind in OF_DISTRIBUTIONS:
        distributions.apply(state.distributions, event)
    if type(event) is AgreementRegistered or type(event) is AgreementAmended:
        return replace(state, production=Production(event.production, event.title, event.version, event.document))
    return state


OF_PAYMENTS = frozenset(
    {
        events.PaymentsScheduled,
        events.PaymentsCancelled,
        events.DueDatesSet,
        events.PaymentsFellDue,
        events.PaymentHeld,
        events.PaymentResumed,
        events.PaymentCorrected,
        events.PaymentsGathered,
        events.PaymentsAccepted,
        events.PaymentsRejected,
        events.PaymentsNotFound,
        events.PaymentsSettled,
        events.PaymentReturned,
    }
)
"""What `payments.apply` has a case for. A fold asks here first: to try thirty cases took most of its time."""
OF_RUNS = frozenset(
    {
        events.QuoteTaken,
        events.RunPrepared,
        events.RunReleased,
        events.RunCancelled,
        events.RunSubmitted,
        events.RunDoubted,
        events.RunAccepted,
    }
)
OF_RECEIPTS = frozenset(
    {
        events.ReceiptsExpected,
        events.ReceiptsCancelled,
        events.DueDatesSet,
        events.ReceiptsFellDue,
        events.ReceiptMatched,
        events.MovementAllocated,
    }
)
OF_MILESTONES = frozenset(
    {
        events.MilestoneSubmitted,
        events.MilestoneApproved,
        events.MilestoneRejected,
        events.MilestoneEscalated,
        events.MilestoneAccepted,
    }
)
OF_DISTRIBUTIONS = frozenset(
    {
        events.DistributionComputed,
        events.DistributionApproved,
        events.DistributionObjected,
        events.ObjectionResolved,
        events.EntitlementsPosted,
        events.PayoutsOrdered,
    }
)
