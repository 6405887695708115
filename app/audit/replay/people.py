"""Proves who acted: changes of people are decided again, and every act of a person needs the people of its time."""

from collections.abc import Callable, Iterator

from adapters.db.streams import HOUSE, production_of
from domain.agreement.model import Agreement
from domain.audit.findings import Finding, differing, unfaithful
from domain.audit.people import PeopleHistory
from domain.audit.rebuilt_commands import rebuilt
from domain.audit.refold import CommandBatch, DecodedFact
from domain.commands import (
    ApproveMilestone,
    Command,
    ConfirmPeopleChange,
    LoadPeople,
    ProposePeopleChange,
    RejectMilestone,
    RejectPeopleChange,
    declared,
)
from domain.errors import WrongRole
from domain.events import (
    AccountChangeConfirmed,
    AgreementApproved,
    AgreementProposed,
    ClearanceApproved,
    DistributionApproved,
    DistributionObjected,
    Event,
    MilestoneApproved,
    MilestoneSubmitted,
    ReceiptAdjusted,
    RunReleased,
    UnfreezeApproved,
)
from domain.identity import SYSTEM, Person, Role, changes
from domain.identity.authentication import Acted
from domain.identity.people import People, acting
from domain.milestones import approvers
from domain.payees.model import Payees
from domain.schemas import Schemas
from domain.state import OF_PEOPLE, State

_FOR_THEIR_PARTY = (
    AgreementProposed,
    AgreementApproved,
    MilestoneSubmitted,
    MilestoneApproved,
    DistributionApproved,
    DistributionObjected,
)
"""Events that name the party in whose name somebody acted. Others name the party that they are about."""


class PeopleCheck:
    """Checks who gave the command of each batch, by the people in force when it was recorded.

    What was recorded before anybody was on record is judged by its events alone, as the settings of then are not kept.
    """

    def __init__(self, history: PeopleHistory, schemas: Schemas, agreement_of: Callable[[State], Agreement]) -> None:
        self._history, self._schemas, self._agreement_of = history, schemas, agreement_of

    def __call__(self, state: State, batch: CommandBatch) -> Iterator[Finding]:
        """Yield what is wrong about who acted."""
        first = batch.facts[0]
        if first.fact.stream == HOUSE and type(first.event) in OF_PEOPLE:
            yield from _decided_again(state.people, batch)
        people = self._history.at(first.fact.recorded_at)
        if first.fact.actor == SYSTEM.user:
            if first.fact.acted:
                yield unfaithful(first.record, "says who Sluice itself is")
        elif people is not None and not batch.refused:
            yield from self._acted(people, state, batch)

    def _acted(self, people: People, state: State, batch: CommandBatch) -> Iterator[Finding]:
        first = batch.facts[0]
        said = self._said(first)
        if said is not None and said.subject != first.fact.actor:
            yield unfaithful(first.record, "was done by another than who was trusted to be", said.subject)
        production = production_of(first.fact.stream)
        commands = list(rebuilt(production, batch))
        if first.fact.stream == HOUSE and type(first.event) in OF_PEOPLE:
            return
        acting_for, on = (said.acting_for, said.on) if said is not None else (None, None)
        try:
            person = acting(people, first.fact.actor, production, on or first.fact.effective_on, acting_for)
        except WrongRole as error:
            yield unfaithful(first.record, f"was done by nobody who could: {error.sentence}")
            return
        yield from _fits(person, batch, frozenset(role for each in commands for role in self._roles(state, each)))
        for told in batch.facts:
            for before in _before(state, told.event):
                if person.is_behind(before):
                    yield unfaithful(told.record, f"was done by {person.user}, and by {before} before, who is the same")

    def _roles(self, state: State, command: Command) -> tuple[Role, ...]:
        """The roles of which one is needed: by the agreement for decisions on milestones, else by the table."""
        if isinstance(command, ApproveMilestone | RejectMilestone):
            return self._agreement_of(state).milestone(command.milestone).approval.roles
        role = declared(type(command)).role
        return () if role is None else (role,)

    def _said(self, told: DecodedFact) -> Acted | None:
        if not told.fact.acted:
            return None
        return Acted.model_validate_json(self._schemas.todays(Acted.__name__, told.fact.acted))


def _fits(person: Person, batch: CommandBatch, roles: frozenset[Role]) -> Iterator[Finding]:
    """Check that the person had one of the roles that the command needs, and the party in whose name it was done."""
    if roles and not roles & person.roles:
        needed = " or ".join(sorted(str(role) for role in roles))
        yield unfaithful(batch.facts[0].record, f"was done by {person.user}, who was no {needed} then")
    for told in batch.facts:
        event = told.event
        if isinstance(event, _FOR_THEIR_PARTY) and event.by == person.user and event.party != person.party:
            yield unfaithful(told.record, f"is of another party than {person.user}'s", person.party, event.party)


def _before(state: State, event: Event | None) -> list[str]:
    """The users whose person may not do what an event says, because they did what comes before."""
    match event:
        case MilestoneApproved():
            milestone = state.milestones[event.milestone]
            return [*filter(None, [milestone.submitted_by]), *approvers(milestone)]
        case RunReleased():
            run = state.runs[event.run]
            return [*filter(None, [run.prepared_by, run.quote.deal_by if run.quote else None])]
        case AgreementApproved():
            proposal = state.proposals[event.document]
            return [proposal.proposed_by, *(user for user, _ in proposal.approvals)]
        case ReceiptAdjusted(proposed_by=str()):
            return [event.proposed_by]
        case _:
            return _before_of_payee(state.production.payees, event) if state.production is not None else []


def _before_of_payee(payees: Payees, event: Event | None) -> list[str]:
    """Return the same of decisions on a payee, which the second of two people takes."""
    match event:
        case AccountChangeConfirmed():
            before: str | None = payees.change(event.change).proposed_by
        case UnfreezeApproved():
            before = payees.frozen[event.party].unfreeze_by
        case ClearanceApproved():
            before = payees.matches[event.match].cleared_by
        case _:
            before = None
    return [before] if before else []


_RULES: dict[type[Command], Callable[..., list[Event]]] = {
    ProposePeopleChange: changes.propose,
    ConfirmPeopleChange: changes.confirm,
    RejectPeopleChange: changes.reject,
}


def _decided_again(people: People, batch: CommandBatch) -> Iterator[Finding]:
    """Check that the rules make the same events of the command again."""
    for command in rebuilt("", batch):
        try:
            expected = _decide(people, command)
        except WrongRole as error:
            yield unfaithful(batch.facts[0].record, f"was not for {command.by} to do: {error.sentence}")
            return
        if expected != batch.events:
            yield from differing(batch.facts[0].record, {"events": expected}, {"events": batch.events})


def _decide(people: People, command: Command) -> list[Event]:
    if isinstance(command, LoadPeople):
        return changes.load(people, command)
    return _RULES[type(command)](people, command)
