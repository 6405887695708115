"""The rounds of a milestone as people see them: who did what when, and what is next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.agreement.model import Agreement, MilestoneTerms, OnDeadline
from domain.calendar.closures import in_words
from domain.events import (
    Event,
    MilestoneAccepted,
    MilestoneApproved,
    MilestoneEscalated,
    MilestoneRejected,
    MilestoneSubmitted,
)
from domain.milestones import Milestone

_WHEN_PASSED: Mapping[OnDeadline, str] = {
    OnDeadline.REJECT: "rejected",
    OnDeadline.DEEM_ACCEPTED: "accepted",
    OnDeadline.ESCALATE: "escalated",
}


@dataclass(frozen=True, slots=True)
class RoundStep:
    """A decision within a round, or the passing of its deadline (then `by` is None)."""

    on: date
    what: str
    by: str | None
    party: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class MilestoneRound:
    """One round of evidence (document id → SHA-256), with what came of it in order."""

    number: int
    submitted_by: str
    party: str
    submitted_on: date
    deadline_on: date
    evidence: Mapping[str, str]
    steps: tuple[RoundStep, ...] = ()


def rounds(events: Iterable[tuple[Event, date]]) -> tuple[MilestoneRound, ...]:
    """The rounds of one milestone, from its events with the days on which they count."""
    found: list[MilestoneRound] = []
    for event, on in events:
        if isinstance(event, MilestoneSubmitted):
            found.append(
                MilestoneRound(event.round, event.by, event.party, on, event.deadline_on, dict(event.evidence))
            )
        elif found and (step := _step(event, on)) is not None:
            found[-1] = replace(found[-1], steps=(*found[-1].steps, step))
    return tuple(found)


def _step(event: Event, on: date) -> RoundStep | None:
    match event:
        case MilestoneApproved():
            return RoundStep(on, "approved", event.by, event.party)
        case MilestoneRejected():
            return RoundStep(on, "rejected", event.by, reason=event.reason)
        case MilestoneEscalated():
            return RoundStep(on, "escalated", None, event.to, f"until {event.deadline_on}")
        case MilestoneAccepted():
            return RoundStep(on, "accepted", None, reason="nobody answered in time" if event.deemed else None)
        case _:
            return None


def approval_terms(terms: MilestoneTerms) -> str:
    """How many approvals of whom are needed."""
    asked = terms.approval
    distinct = ", from distinct parties" if asked.distinct_parties and asked.approvals > 1 else ""
    return f"{asked.approvals} of {' or '.join(asked.parties)}{distinct}"


def deadline_terms(terms: MilestoneTerms) -> str:
    """How long approvers have, and what happens then."""
    asked = terms.approval
    to = f" to {asked.escalate_to}" if asked.on_deadline is OnDeadline.ESCALATE and asked.escalate_to else ""
    return f"{asked.business_days} business days, then {_WHEN_PASSED[asked.on_deadline]}{to}"


def next_step(
    terms: MilestoneTerms, milestone: Milestone, accepted: Iterable[str], instalments: Sequence[str], zone: str
) -> str:
    """What happens next to a milestone, and by whom.

    `accepted` are the production's accepted milestones; `instalments` those that this one releases.
    """
    before = [name for name in terms.after if name not in set(accepted)]
    match milestone.status:
        case "accepted":
            return "nothing: what it released falls due on its days" if instalments else "nothing"
        case "submitted":
            return _awaited(terms, milestone, zone)
        case _ if before:
            return f"{' and '.join(before)} must be accepted first"
        case "rejected":
            return f"{terms.submitter} hands in other evidence, or the same again"
        case _:
            return f"{terms.submitter} hands in {', '.join(each.id for each in terms.evidence)}"


def _awaited(terms: MilestoneTerms, milestone: Milestone, zone: str) -> str:
    given = {party for _, party in milestone.approvals} if terms.approval.distinct_parties else set[str]()
    may = [party for party in terms.approval.parties if party not in given]
    may += [milestone.escalated_to] if milestone.escalated_to and milestone.escalated_to not in may else []
    missing = terms.approval.approvals - len(milestone.approvals)
    until = milestone.deadline_on
    by = f" by the end of {in_words(until)} {until.year} ({zone})" if until else ""
    return f"{missing} more of {' or '.join(may)} approve{'s' if missing == 1 else ''}{by}"


def title_of(agreement: Agreement, milestone: str, evidence: str) -> str:
    """The title of a document of evidence; its id, if the agreement in force has it no more."""
    asked = agreement.milestone(milestone).evidence
    return next((each.title for each in asked if each.id == evidence), evidence)
