"""The state of a production: the fold of its events. The database tables are snapshots of this state."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from domain import events, milestones
from domain.agreement import proposals
from domain.agreement.productions import Production
from domain.agreement.proposals import Proposal
from domain.events import AgreementAmended, AgreementRegistered, AgreementRestored, BooksClosed, Event
from domain.identity import folding as people_folding
from domain.identity.people import People
from domain.milestones import Milestone
from domain.payees import model as payees
from domain.payments import credit, folding, receipts, run_folding
from domain.payments.credit import Credit
from domain.payments.payments import Payments
from domain.payments.receipts import Receipt
from domain.payments.runs import Run
from domain.sharing import distributions
from domain.sharing.distributions import Distribution


@dataclass(frozen=True, slots=True)
class State:
    """A production, or the part of it that a command needs. Each mapping is by id.

    `people` are facts of the house. The state of a production has those whom its command concerns.
    """

    production: Production | None = None
    milestones: dict[str, Milestone] = field(default_factory=dict)
    payments: Payments = field(default_factory=Payments)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    distributions: dict[str, Distribution] = field(default_factory=dict)
    people: People = field(default_factory=People)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    credits: dict[str, Credit] = field(default_factory=dict)


def fold(state: State, events_by_date: Iterable[tuple[Event, date]]) -> State:
    """Apply events, each with its effective date, to a copy of `state`.

    Raises:
        IllegalTransition: the events contain a transition that does not exist.
    """
    after = State(
        state.production,
        dict(state.milestones),
        Payments(state.payments.values()),
        dict(state.receipts),
        dict(state.runs),
        dict(state.distributions),
        state.people.copy(),
        dict(state.proposals),
        dict(state.credits),
    )
    for event, effective_on in events_by_date:
        after = apply(after, event, effective_on)
    return after


def apply(state: State, event: Event, effective_on: date) -> State:
    """Apply one event. The mappings of `state` are changed in place; only `production` is replaced.

    Raises:
        IllegalTransition: the event is a transition that does not exist.
    """
    kind = type(event)
    if kind in OF_PAYMENTS:
        folding.apply(state.payments, event)
    if kind in OF_RUNS:
        run_folding.apply(state.runs, state.payments, event)
    if kind in OF_RECEIPTS:
        receipts.apply(state.receipts, event, effective_on)
    if kind in OF_CREDITS:
        credit.apply(state.credits, event)
    if kind in OF_MILESTONES:
        milestones.apply(state.milestones, event, effective_on)
    if kind in OF_DISTRIBUTIONS:
        distributions.apply(state.distributions, event)
    if kind in OF_PEOPLE:
        people_folding.apply(state.people, event)
    if kind in OF_PROPOSALS:
        proposals.apply(state.proposals, event)
    return _produced(state, event, effective_on)


def _produced(state: State, event: Event, effective_on: date) -> State:
    """Apply an event to the production itself."""
    before = state.production
    if isinstance(event, AgreementRegistered | AgreementAmended | AgreementRestored):
        of = before or Production(event.production, event.title, event.version, event.document)
        in_force = replace(of, title=event.title, version=event.version, document=event.document)
        return replace(state, production=in_force)
    if before is None:
        return state
    if type(event) is BooksClosed:
        return replace(state, production=replace(before, books_closed_until=event.until))
    if type(event) in OF_PAYEES:
        return replace(state, production=replace(before, payees=payees.apply(before.payees, event, effective_on)))
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
        events.PaymentsHeld,
        events.PaymentsFreed,
        events.PaymentFailed,
        events.PaymentsGathered,
        events.PaymentsAccepted,
        events.PaymentsRejected,
        events.PaymentsNotFound,
        events.PaymentsDoubted,
        events.DoubtsEnded,
        events.PaymentsSettled,
        events.PaymentReturned,
        events.MovementAllocated,
        events.MovementAllocationUndone,
        events.CreditRefunded,
        events.CreditRefundWithdrawn,
        events.LateInterestClaimed,
        events.LateInterestWithdrawn,
    }
)
"""The events that `folding.apply` handles. Checking this set first is much faster than trying every case."""
OF_RUNS = frozenset(
    {
        events.QuoteTaken,
        events.DealTaken,
        events.RunPrepared,
        events.RunFirstReleased,
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
        events.ReceiptReversed,
        events.MovementAllocated,
        events.MovementAllocationUndone,
        events.ReceiptAdjusted,
        events.ReceiptAdjustmentUndone,
        events.WriteOffProposed,
        events.WriteOffDeclined,
        events.LateInterestClaimed,
        events.LateInterestWithdrawn,
    }
)
OF_CREDITS = frozenset(
    {
        events.MovementAllocated,
        events.MovementAllocationUndone,
        events.ReceiptAdjusted,
        events.ReceiptAdjustmentUndone,
        events.CreditRefunded,
        events.CreditRefundWithdrawn,
        events.CreditHeldElsewhere,
    }
)
OF_PAYEES = frozenset(
    {
        events.AccountChangeProposed,
        events.AccountChangeConfirmed,
        events.AccountChangeRefused,
        events.PartyFrozen,
        events.UnfreezeApproved,
        events.PartyMatched,
        events.ClearanceApproved,
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
OF_PEOPLE = frozenset(
    {
        events.PeopleLoaded,
        events.PeopleChangeProposed,
        events.PeopleChangeConfirmed,
        events.PeopleChangeRejected,
    }
)
OF_PROPOSALS = frozenset(
    {
        events.AgreementProposed,
        events.AgreementApproved,
        events.ProposalEnded,
        events.AgreementRegistered,
        events.AgreementAmended,
        events.AgreementRestored,
    }
)
