"""The state of a production: the fold of its events. The tables of the database are snapshots of exactly this."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from domain import milestones
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


def fold(state: State, events: Iterable[tuple[Event, date]]) -> State:
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
    for event, effective_on in events:
        after = apply(after, event, effective_on)
    return after


def apply(state: State, event: Event, effective_on: date) -> State:
    """The state after one more event, made of the mappings of the state given: whoever folds a whole stream owns it.

    Raises:
        IllegalTransition: the event tells a life that payments do not have.
    """
    milestones.apply(state.milestones, event, effective_on)
    payments.apply(state.payments, event)
    receipts.apply(state.receipts, event)
    runs.apply(state.runs, state.payments, event)
    distributions.apply(state.distributions, event)
    if isinstance(event, AgreementRegistered | AgreementAmended):
        return replace(state, production=Production(event.production, event.title, event.version, event.document))
    return state
