"""Milestones: evidence is submitted, the right people approve exactly that evidence, and money is released."""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import date

from domain.agreement.model import Agreement, OnDeadline
from domain.agreement.model import MilestoneTerms as Terms
from domain.commands import (
    ApproveMilestone,
    PassDeadline,
    RejectMilestone,
    SubmitMilestone,
    require,
)
from domain.errors import BadInput, IllegalTransition, NotFound, Refused, SamePerson, StaleApproval, WrongRole
from domain.events import (
    Event,
    MilestoneAccepted,
    MilestoneApproved,
    MilestoneEscalated,
    MilestoneRejected,
    MilestoneSubmitted,
)
from domain.identity import Person

Deadline = Callable[[Terms], date]
"""Returns the last day on which approvals count, for a milestone that is submitted or escalated today."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """The state of one milestone. `status` is open, submitted, rejected or accepted.

    `submitted_on` is the day on which the newest evidence was handed in: that of the delivery.
    """

    id: str
    status: str = "open"
    round: int = 0
    submitted_by: str | None = None
    evidence: dict[str, str] = field(default_factory=dict)
    approvals: tuple[tuple[str, ...], ...] = ()
    """(user, party) of each approval of this round; of a substitute's, (user, party, for whom)."""
    deadline_on: date | None = None
    escalated_to: str | None = None
    accepted_on: date | None = None
    submitted_on: date | None = None


Away = Callable[[str], bool]
"""Whether nobody of a party can approve, because all who could are away."""
Milestones = MutableMapping[str, Milestone]


def terms_of(agreement: Agreement, milestone_id: str) -> Terms:
    """A milestone's terms.

    Raises:
        NotFound: the agreement has no such milestone.
    """
    try:
        return agreement.milestone(milestone_id)
    except KeyError:
        known = ", ".join(milestone.id for milestone in agreement.milestones)
        raise NotFound(
            f"{agreement.production} has no milestone {milestone_id!r}: it has {known}.", milestone=milestone_id
        ) from None


def submit(
    milestones: Milestones, agreement: Agreement, command: SubmitMilestone, person: Person, deadline: Deadline
) -> list[Event]:
    """Submit evidence. Changed evidence opens a new round, which voids earlier approvals."""
    terms = terms_of(agreement, command.milestone)
    require(person, SubmitMilestone, (terms.submitter,), f"submit {terms.id}")
    milestone = milestones.get(terms.id, Milestone(terms.id))
    _refuse_cancelled(terms)
    if milestone.status == "accepted":
        raise IllegalTransition(f"{terms.id} is accepted already: nothing more can be submitted for it.")
    missing = [before for before in terms.after if milestones.get(before, Milestone(before)).status != "accepted"]
    if missing:
        raise IllegalTransition(
            f"{terms.id} comes after {' and '.join(missing)}, not accepted yet: submit {missing[0]} first."
        )
    _complete(terms, command.evidence)
    if milestone.status == "submitted" and milestone.evidence == command.evidence:
        raise IllegalTransition(f"Exactly this evidence for {terms.id} is waiting for approval already.")
    submitted = MilestoneSubmitted(
        milestone=terms.id,
        round=milestone.round + 1,
        by=person.user,
        party=person.party,
        evidence=command.evidence,
        deadline_on=deadline(terms),
    )
    return [submitted]


def approve(milestones: Milestones, agreement: Agreement, command: ApproveMilestone, person: Person) -> list[Event]:
    """Approve one round's evidence. The approval that completes the policy accepts the milestone."""
    terms = terms_of(agreement, command.milestone)
    milestone = _under_approval(milestones, terms, command.round)
    _may_decide(terms, milestone, person, ApproveMilestone)
    if milestone.submitted_by is not None and person.is_behind(milestone.submitted_by):
        who = person.known_as(milestone.submitted_by)
        raise SamePerson(f"{who} submitted {terms.id} and may not approve it: ask a colleague.", user=person.user)
    for approver in approvers(milestone):
        if person.is_behind(approver):
            who = person.known_as(approver)
            raise SamePerson(f"{who} has approved {terms.id} already: another person must.", user=person.user)
    if terms.approval.distinct_parties and any(party == person.party for _, party, *_ in milestone.approvals):
        raise Refused(f"{person.party} has approved {terms.id} already: an approval of another party is needed.")
    events: list[Event] = [
        MilestoneApproved(
            milestone=terms.id,
            round=milestone.round,
            by=person.user,
            party=person.party,
            acting_for=person.acting_for,
        )
    ]
    if len(milestone.approvals) + 1 >= terms.approval.approvals:
        events.append(MilestoneAccepted(milestone=terms.id, round=milestone.round, deemed=False))
    return events


def reject(milestones: Milestones, agreement: Agreement, command: RejectMilestone, person: Person) -> list[Event]:
    """Reject one round's evidence. Other evidence can then be submitted."""
    terms = terms_of(agreement, command.milestone)
    milestone = _under_approval(milestones, terms, command.round)
    _may_decide(terms, milestone, person, RejectMilestone)
    return [MilestoneRejected(milestone=terms.id, round=milestone.round, by=person.user, reason=command.reason)]


def pass_deadline(
    milestones: Milestones,
    agreement: Agreement,
    command: PassDeadline,
    today: date,
    deadline: Deadline,
    away: Away = lambda _: False,
) -> list[Event]:
    """Apply the deadline policy if this round's deadline has passed by `today`; otherwise return no events.

    An escalation goes past parties that are away.
    """
    terms = terms_of(agreement, command.milestone)
    milestone = milestones.get(terms.id, Milestone(terms.id))
    current = milestone.status == "submitted" and milestone.round == command.round
    if not current or milestone.deadline_on is None or today <= milestone.deadline_on or terms.cancelled is not None:
        return []
    match terms.approval.on_deadline:
        case OnDeadline.REJECT:
            return [
                MilestoneRejected(
                    milestone=terms.id,
                    round=milestone.round,
                    by=None,
                    reason=f"not approved by {milestone.deadline_on}",
                )
            ]
        case OnDeadline.DEEM_ACCEPTED:
            return [MilestoneAccepted(milestone=terms.id, round=milestone.round, deemed=True)]
        case OnDeadline.ESCALATE:
            chain = (terms.approval.escalate_to or terms.submitter, *terms.approval.then_to)
            to = next((party for party in chain if not away(party)), chain[0])
            return [MilestoneEscalated(milestone=terms.id, round=milestone.round, to=to, deadline_on=deadline(terms))]


def approvers(milestone: Milestone) -> list[str]:
    """The users who approved this round, and those for whom substitutes did."""
    return [user for by, _, *stood_in in milestone.approvals for user in (by, *stood_in)]


def refuse_dropped(milestones: Milestones, amended: Agreement) -> None:
    """Check that an amendment drops only milestones without evidence.

    Raises:
        Refused: it drops a milestone for which evidence was submitted.
    """
    kept = {terms.id for terms in amended.milestones}
    for milestone in milestones.values():
        if milestone.id not in kept:
            raise Refused(f"{milestone.id} is {milestone.status} already: the amendment may not drop it.")


def apply(milestones: Milestones, event: Event, effective_on: date) -> None:
    """Update the milestone that an event is about."""
    match event:
        case MilestoneSubmitted():
            milestones[event.milestone] = Milestone(
                id=event.milestone,
                status="submitted",
                round=event.round,
                submitted_by=event.by,
                evidence=event.evidence,
                deadline_on=event.deadline_on,
                submitted_on=effective_on,
            )
        case MilestoneApproved():
            milestone = milestones[event.milestone]
            one = (event.by, event.party) if event.acting_for is None else (event.by, event.party, event.acting_for)
            given = (*milestone.approvals, one)
            milestones[event.milestone] = replace(milestone, approvals=given)
        case MilestoneRejected():
            milestones[event.milestone] = replace(milestones[event.milestone], status="rejected", deadline_on=None)
        case MilestoneEscalated():
            milestones[event.milestone] = replace(
                milestones[event.milestone], escalated_to=event.to, deadline_on=event.deadline_on
            )
        case MilestoneAccepted():
            milestones[event.milestone] = replace(
                milestones[event.milestone], status="accepted", accepted_on=effective_on, deadline_on=None
            )
        case _:
            return


def _refuse_cancelled(terms: Terms) -> None:
    if terms.cancelled is not None:
        raise IllegalTransition(
            f"{terms.id} is cancelled since {terms.cancelled.on} ({terms.cancelled.reason}): nothing more is decided.",
            milestone=terms.id,
        )


def _complete(terms: Terms, evidence: dict[str, str]) -> None:
    required = {document.id for document in terms.evidence}
    missing, unexpected = sorted(required - evidence.keys()), sorted(evidence.keys() - required)
    if missing:
        raise BadInput(f"{terms.id} needs the document {missing[0]!r} as evidence: add it with --evidence.")
    if unexpected:
        raise BadInput(f"{terms.id} takes no document {unexpected[0]!r}: it takes {', '.join(sorted(required))}.")


def _under_approval(milestones: Milestones, terms: Terms, round_: int) -> Milestone:
    _refuse_cancelled(terms)
    milestone = milestones.get(terms.id, Milestone(terms.id))
    if milestone.status != "submitted":
        raise IllegalTransition(
            f"{terms.id} is {milestone.status}: only a submitted milestone can be decided on.", milestone=terms.id
        )
    if milestone.round != round_:
        raise StaleApproval(
            f"The evidence of {terms.id} has changed (round {milestone.round}, not {round_}): look at it again.",
            milestone=terms.id,
        )
    return milestone


def _may_decide(
    terms: Terms, milestone: Milestone, person: Person, command: type[ApproveMilestone | RejectMilestone]
) -> None:
    """Check that the policy names this person, or that it was escalated to their party."""
    policy, extra = terms.approval, (milestone.escalated_to,) if milestone.escalated_to else ()
    action = f"{'approve' if command is ApproveMilestone else 'reject'} {terms.id}"
    role = next((role for role in policy.roles if role in person.roles), policy.roles[0])
    person.require(role, (*policy.parties, *extra), action)
    if policy.people and person.party not in extra and not {person.user, person.acting_for} & set(policy.people):
        raise WrongRole(
            f"{person.user} may not {action}: the agreement names {' and '.join(policy.people)} for it.",
            user=person.user,
        )
