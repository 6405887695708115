"""Everything that is known of one milestone: terms, rounds with their evidence, what it releases, what is next."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from adapters.command_handler import CommandHandler
from adapters.db.queries.evidence import EvidenceFilter, EvidenceRow
from adapters.db.queries.instalments import InstalmentFilter
from adapters.db.queries.milestones import MilestoneFilter, MilestoneRow, milestone_events
from adapters.db.queries.paging import WHOLE
from app.bootstrap import handler_on
from app.payments.instalments import InstalmentShown, shown
from app.reads import reads
from domain.agreement.model import Agreement
from domain.agreement.schedule import calendars_of
from domain.calendar.closures import closed_days
from domain.errors import NotFound
from domain.milestone_rounds import (
    MilestoneRound,
    approval_terms,
    deadline_terms,
    next_step,
    rounds,
    title_of,
)
from domain.milestones import Milestone, terms_of
from domain.reads import Resource


@dataclass(frozen=True)
class MilestoneHead:
    """A milestone by its terms in force, and where it stands. `closed` are days until the deadline without business."""

    production: str
    milestone: str
    title: str
    status: str
    planned_on: date
    after: tuple[str, ...]
    submitter: str
    needs: tuple[str, ...]
    approvals: str
    answer_within: str
    deadline_on: date | None
    closed: tuple[str, ...]
    accepted_on: date | None
    next_step: str


@dataclass(frozen=True)
class MilestoneShown:
    """A milestone with its rounds, their evidence that the reader may see, and the instalments that it releases."""

    head: MilestoneHead
    rounds: tuple[MilestoneRound, ...]
    evidence: tuple[EvidenceRow, ...]
    instalments: tuple[InstalmentShown, ...]


def milestone_of(data: Path | None, production: str, name: str, user: str) -> MilestoneShown:
    """Return one milestone of the agreement in force, for a user if one is given.

    Raises:
        NotFound: the agreement has no such milestone, or the user may not see it.
        WrongRole: the user may see no milestones.
    """
    with reads(data, production, user) as reading:
        sight = reading.sight(Resource.MILESTONES)
        if not sight.everything and name not in sight.milestones:
            raise NotFound(f"There is no milestone {name} that you may see: `sluice milestone list {production}`.")
        states = {row.id: row for row in reading.milestones(MilestoneFilter(production), WHOLE).items}
        events = milestone_events(reading.connection, production, name)
        money = reading.may(Resource.PAYMENTS) and reading.may(Resource.RECEIPTS)
        chosen = InstalmentFilter(production, milestone=name)
        released = reading.instalments(chosen, WHOLE).items if money else ()
        sees = reading.may(Resource.EVIDENCE)
        evidence = reading.evidence(EvidenceFilter(production, name), WHOLE).items if sees else ()
    state = _state(name, states.get(name))
    with handler_on(data) as handler:
        accepted = [each.id for each in states.values() if each.status == "accepted"]
        head = _head(handler, production, state, accepted, [each.id for each in released])
    return MilestoneShown(head, rounds(events), evidence, shown(data, released))


def _state(name: str, row: MilestoneRow | None) -> Milestone:
    if row is None:
        return Milestone(name)
    return Milestone(
        id=name,
        status=row.status,
        round=row.round,
        submitted_by=row.submitted_by,
        evidence=dict(row.evidence),
        approvals=tuple((user, party) for user, party in row.approvals),
        deadline_on=row.deadline_on,
        escalated_to=row.escalated_to,
        accepted_on=row.accepted_on,
    )


def _head(
    handler: CommandHandler, production: str, state: Milestone, accepted: list[str], instalments: list[str]
) -> MilestoneHead:
    agreement = handler.in_force(production)
    terms = terms_of(agreement, state.id)
    return MilestoneHead(
        production=production,
        milestone=terms.id,
        title=terms.title,
        status=state.status,
        planned_on=terms.planned_on,
        after=terms.after,
        submitter=terms.submitter,
        needs=tuple(f"{each.id} ({title_of(agreement, terms.id, each.id)})" for each in terms.evidence),
        approvals=approval_terms(terms),
        answer_within=deadline_terms(terms),
        deadline_on=state.deadline_on,
        closed=_closed(handler, agreement, state),
        accepted_on=state.accepted_on,
        next_step=next_step(terms, state, accepted, instalments, agreement.time_zone),
    )


def _closed(handler: CommandHandler, agreement: Agreement, state: Milestone) -> tuple[str, ...]:
    """Return the days from today to the deadline that are no business days of those who must approve."""
    today = handler.today(agreement)
    if state.deadline_on is None or state.deadline_on < today:
        return ()
    parties = agreement.milestone(state.id).approval.parties
    accounts = [account for account in agreement.accounts if account.owner in parties] or agreement.accounts
    calendars = calendars_of(agreement, accounts, handler.overrides)
    return tuple(day.words for day in closed_days(calendars, today, state.deadline_on))
