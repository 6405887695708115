"""Where each thing stood after every command, as its view would have said: what results in histories are held against.

Views are compared without what the business clock says of the moment (seconds left), which is only bounded.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from adapters.db.streams import production_of
from domain.agreement.model import Agreement
from domain.agreement.proposals import Proposal
from domain.audit.refold import CommandBatch
from domain.audit.relevance import names
from domain.errors import SluiceError
from domain.milestones import Milestone
from domain.payments import doubts
from domain.payments.payments import (
    FINISHED,
    ON_ITS_WAY,
    UNANSWERED,
    Payment,
    Status,
)
from domain.payments.receipts import WAITING
from domain.payments.runs import Run
from domain.sharing.distributions import Distribution, Distributions
from domain.state import State

View = dict[str, Any]
Thing = tuple[str, str]
"""What a view is of: `production`, `milestone`, `run`, `distribution` or `payment`, and which."""
_DAY_S = 86_400
_EMPTY: View = {"status": "empty", "total": None, "sha256": None} | dict.fromkeys(
    ("count", "open", "silent", "unsent", "times_sent", "enquiries", "unasked"), 0
)
_NONE: View = {"status": "none", "revision": 0, "silent": [], "disputing": [], "before": []} | dict.fromkeys(
    ("answer_by", "pay_on", "after")
)
_UNREGISTERED: View = {
    "version": 0,
    "open_milestones": [],
    "debtor_accounts": [],
    "complete": False,
    "proposals": [],
}


@dataclass(frozen=True, slots=True)
class Stood:
    """A view that held from event `seq` on, until the thing's next; `most_seconds` bounds what may be left of it."""

    seq: int
    view: View
    most_seconds: int | None = None


@dataclass
class Timeline:
    """The views of one production's things, in the order of its stream; hears of every batch that is folded."""

    agreement_of: Callable[[str], Agreement]
    stood: dict[Thing, list[Stood]] = field(default_factory=dict)
    _milestones: dict[str, None] = field(default_factory=dict)
    _in_run: dict[str, str | None] = field(default_factory=dict)
    _in_doubt: dict[str, set[str | None]] = field(default_factory=dict)
    """The runs of a payment's attempts in doubt."""

    def __call__(self, state: State, batch: CommandBatch) -> None:
        """Note what a batch has changed."""
        production = production_of(batch.facts[0].fact.stream)
        waiting = [proposal for proposal in state.proposals.values() if proposal.waits]
        if state.production is None:
            if waiting:
                self._note_production(production, batch, _UNREGISTERED, waiting)
            return
        try:
            agreement = self.agreement_of(state.production.document)
        except SluiceError:  # not kept, or no agreement any more: said where documents are looked at
            return
        seq, day = batch.last_seq, batch.first.effective_on
        in_force = {milestone.id for milestone in agreement.milestones}
        self._milestones.update(dict.fromkeys(in_force))
        for name in self._milestones:
            known = state.milestones.get(name, Milestone(name))
            left = None
            if known.status == "submitted" and known.deadline_on is not None:
                left = _seconds_to(known.deadline_on, day)
            self._note(("milestone", name), seq, _milestone(known, in_force), left)
        for run in self._touched(state, batch):
            asked = agreement.account(run.account).profile.takes_enquiries
            self._note(("run", run.id), seq, _run(state, run, asked=asked), _DAY_S)
        for one in state.distributions.values():
            left = _seconds_to(one.answer_by, day)
            self._note(("distribution", one.period), seq, _distribution(one, state.distributions), left)
        self._note_production(production, batch, _production(state, agreement), waiting)

    def _touched(self, state: State, batch: CommandBatch) -> list[Run]:
        """The runs that a batch is about, by name or by their payments; where those stand is noted on the way."""
        runs: set[str | None] = set()
        for event in batch.events:
            runs.add(getattr(event, "run", None))
            for name in names(event):
                if name in state.payments:
                    runs |= {state.payments[name].run, self._in_run.get(name), *self._in_doubt.get(name, ())}
                    self._stands(state.payments[name], batch.last_seq)
        found = [state.runs[name] for name in sorted(filter(None, runs)) if name in state.runs]
        for run in found:
            for payment in state.payments.of_run(run.id):
                self._stands(payment, batch.last_seq)
        return found

    def _stands(self, payment: Payment, seq: int) -> None:
        self._in_run[payment.id] = payment.run
        if payment.doubts or payment.id in self._in_doubt:
            self._in_doubt[payment.id] = {doubt.run for doubt in payment.doubts}
        self._note(("payment", payment.id), seq, {"status": str(payment.status)}, None)

    def before(self, thing: Thing) -> View | None:
        """How a thing stood before anything was recorded of it; None for what cannot be asked after then."""
        kind, name = thing
        match kind:
            case "milestone":
                return _milestone(Milestone(name), set())  # no version in force has it yet, or ever
            case "run":
                return _EMPTY
            case "distribution":
                return _NONE
            case "production":
                return _UNREGISTERED
            case _:
                return None

    def _note_production(self, name: str, batch: CommandBatch, view: View, waiting: Iterable[Proposal]) -> None:
        """Note a production with what waits in it. An approved version waits for the day that its document names."""
        waiting = list(waiting)
        last = [self._waits_until(proposal) for proposal in waiting]
        left = min((_seconds_to(day, batch.first.effective_on) for day in last), default=None)
        view = view | {"proposals": [proposal.words for proposal in waiting]}
        self._note(("production", name), batch.last_seq, view, left)

    def _waits_until(self, proposal: Proposal) -> date:
        if proposal.status != "approved":
            return proposal.open_until
        try:
            return self.agreement_of(proposal.document).effective_on
        except SluiceError:  # as above
            return date.max

    def _note(self, thing: Thing, seq: int, view: View, most_seconds: int | None) -> None:
        noted = self.stood.setdefault(thing, [])
        if not noted or noted[-1].view != view:
            noted.append(Stood(seq, view, most_seconds))


def _seconds_to(last: date, day: date) -> int:
    """The most that can be left until the end of a day, asked on another or after; a day to spare for time zones."""
    return ((last - day).days + 2) * _DAY_S


def _milestone(known: Milestone, in_force: set[str]) -> View:
    return {
        "status": known.status if known.id in in_force else "dropped",
        "round": known.round,
        "approvals": len(known.approvals),
        "deadline_on": known.deadline_on.isoformat() if known.deadline_on else None,
    }


def _run(state: State, run: Run, *, asked: bool) -> View:
    statuses = [payment.status for payment in state.payments.of_run(run.id)]
    given_up = doubts.given_up(state.payments, run.id)
    return {
        "status": run.status,
        "count": run.count,
        "total": str(run.total),
        "sha256": run.sha256,
        "open": sum(status in ON_ITS_WAY for status in statuses) + given_up,
        "silent": sum(status in UNANSWERED for status in statuses) + given_up if asked else 0,
        "unsent": statuses.count(Status.RELEASED),
        "times_sent": run.times_sent,
        "enquiries": run.enquiries,
        "unasked": doubts.unasked(state.payments, run.id) if asked else 0,
        "first_released_by": run.first_released_by,
    }


def _distribution(one: Distribution, known: Distributions) -> View:
    waiting = sorted((other.until, other.period) for other in known.values() if not other.is_posted)
    earlier = [period for until, period in waiting if until < one.until]
    return {
        "status": one.status,
        "revision": one.revision,
        "silent": sorted(one.silent),
        "disputing": sorted(one.objections),
        "answer_by": one.answer_by.isoformat(),
        "pay_on": one.pay_on.isoformat(),
        "after": earlier[0] if earlier else None,
        "before": [period for until, period in waiting if until > one.until],
    }


def _production(state: State, agreement: Agreement) -> View:
    accepted = {milestone.id for milestone in state.milestones.values() if milestone.status == "accepted"}
    waiting = [milestone.id for milestone in agreement.milestones if milestone.id not in accepted]
    complete = (
        not waiting
        and all(payment.status in FINISHED for payment in state.payments.values())
        and not any(receipt.status in WAITING for receipt in state.receipts.values())
    )
    return {
        "version": state.production.version if state.production else 0,
        "open_milestones": waiting,
        "debtor_accounts": [account.id for account in agreement.controlled],
        "complete": complete,
    }
