"""Checks the controls of what is paid: call-backs, cooling-off, freezes, holds, and second releases above limits."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from app.audit.replay.funds import AgreementOf
from domain.audit.findings import Finding, unfaithful
from domain.audit.refold import CommandBatch, DecodedFact
from domain.events import (
    AccountChangeConfirmed,
    AccountChangeProposed,
    ClearanceApproved,
    PartyMatched,
    PaymentResumed,
    PaymentsFreed,
    PaymentsGathered,
    PaymentsHeld,
    RunReleased,
    RunSubmitted,
    UnfreezeApproved,
)
from domain.payees import accounts, model
from domain.payees.model import NOTHING, Payees
from domain.payees.screening import ListedEntry
from domain.payments import limits
from domain.payments.holds import Hindrance, hindrance_of, hindrances
from domain.payments.payments import Payment
from domain.state import State


class Controls:
    """A check of a production's batches; see `domain.audit.refold.Check`."""

    def __init__(self, agreement_of: AgreementOf, entries_of: Callable[[str], Iterable[ListedEntry]]) -> None:
        self._agreement_of, self._entries_of = agreement_of, entries_of

    def __call__(self, state: State, batch: CommandBatch) -> Iterator[Finding]:
        """Yield what in a batch the controls in force then did not allow."""
        payees, on = state.production.payees if state.production else NOTHING, batch.first.effective_on
        for told in batch.facts:
            yield from self._decided(state, payees, told, on)
            yield from self._approved(payees, told)
            yield from _paid(state, payees, told, on)
            if isinstance(told.event, RunReleased):
                yield from self._released(state, told, told.event, on)
            if told.event is not None:
                payees = model.apply(payees, told.event, on)

    def _decided(self, state: State, payees: Payees, told: DecodedFact, on: date) -> Iterator[Finding]:
        """Check the changes of accounts."""
        match told.event:
            case AccountChangeProposed():
                number = 1 + sum(1 for _ in payees.changes_of(told.event.account))
                if told.event.change != f"{told.event.account}/{number}":
                    yield unfaithful(told.record, "is not the next change of its account", number, told.event.change)
            case AccountChangeConfirmed():
                change = payees.change(told.event.change)
                if change.status != "proposed" or told.event.by == change.proposed_by:
                    yield unfaithful(told.record, f"{change.id} was {change.status} by {change.proposed_by} before")
                if not change.proposed_on <= told.event.called_on <= on:
                    days = f"{change.proposed_on} to {on}"
                    yield unfaithful(told.record, "its call-back was on another day", days, told.event.called_on)
                right = accounts.in_force_from(self._agreement_of(state), on)
                if told.event.in_force_on != right:
                    yield unfaithful(told.record, "has another cooling-off", right, told.event.in_force_on)
            case _:
                return

    def _approved(self, payees: Payees, told: DecodedFact) -> Iterator[Finding]:
        """Check matches with lists, and that two people ended a match or a freeze."""
        match told.event:
            case PartyMatched():
                entry = next((one for one in self._entries_of(told.event.document) if one.id == told.event.entry), None)
                if entry is None or entry.sha256 != told.event.entry_sha256:
                    yield unfaithful(told.record, f"names an entry that is not in document {told.event.document}")
            case ClearanceApproved():
                match = payees.matches[told.event.match]
                if told.event.cleared != (match.cleared_by is not None) or told.event.by == match.cleared_by:
                    said = "does not say whether a second person approved"
                    yield unfaithful(told.record, said, match.cleared_by, told.event.by)
            case UnfreezeApproved():
                first = payees.frozen[told.event.party].unfreeze_by
                if told.event.lifted != (first is not None) or told.event.by == first:
                    yield unfaithful(told.record, "does not say whether a second person approved", first, told.event.by)
            case _:
                return

    def _released(self, state: State, told: DecodedFact, event: RunReleased, on: date) -> Iterator[Finding]:
        """Check that a run above limits was released by two people, both of the same content."""
        run, lines = state.runs[event.run], state.payments.of_run(event.run)
        earlier = limits.released_on(state.runs, state.payments, run, on)
        terms = self._agreement_of(state).payment_controls
        above = limits.exceeded(terms.limits, run, lines, earlier, event.by)
        if above and (run.first_released_by in {None, event.by} or run.first_sha256 != event.sha256):
            said = f"one person released {run.id}: {'; '.join(above)}"
            yield unfaithful(told.record, said, "two people", run.first_released_by or event.by)
        if event.on not in {None, on}:
            yield unfaithful(told.record, "is of another day", on, event.on)


def _paid(state: State, payees: Payees, told: DecodedFact, on: date) -> Iterator[Finding]:  # noqa: C901
    """Check what is held and freed, and that nothing hindered what is gathered, released or sent."""
    match told.event:
        case PaymentsHeld():
            for line in told.event.payments:
                causes = {one.cause: one.reason for one in _all(state.payments[line.payment], payees, on)}
                if causes.get(line.cause) != line.reason:
                    yield unfaithful(told.record, f"holds {line.payment} for what is not so", causes, line.reason)
        case PaymentsFreed():
            for payment in (state.payments[name] for name in told.event.payments):
                if payment.cause in {one.cause for one in _all(payment, payees, on)}:
                    yield unfaithful(told.record, f"frees {payment.id}, and {payment.cause} still holds it")
        case PaymentResumed():
            payment = state.payments[told.event.payment]
            if any(not one.may_resume for one in _all(payment, payees, on)):
                yield unfaithful(told.record, f"resumes {payment.id}, which nobody may")
        case PaymentsGathered():
            yield from _unhindered(told, (state.payments[one.payment] for one in told.event.payments), payees, on)
        case RunReleased() | RunSubmitted():
            yield from _unhindered(told, state.payments.of_run(told.event.run), payees, on)
        case _:
            return


def _all(payment: Payment, payees: Payees, on: date) -> Iterator[Hindrance]:
    return hindrances(payment.payee, payment.payee_party, payees, on)


def _unhindered(told: DecodedFact, lines: Iterable[Payment], payees: Payees, on: date) -> Iterator[Finding]:
    for payment in lines:
        if found := hindrance_of(payment, payees, on):
            yield unfaithful(told.record, f"lets {payment.id} go, and {found.reason}")
