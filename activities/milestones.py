"""Activities of one milestone: decisions of people, and its deadline."""

from collections.abc import Callable
from datetime import date

import sqlalchemy as sa
from temporalio import activity

from activities.views import MilestoneRef, MilestoneView
from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.records import Selection, given
from domain import milestones
from domain.agreement import productions
from domain.agreement.model import Agreement
from domain.commands import ApproveMilestone, Command, PassDeadline, RejectMilestone, SubmitMilestone
from domain.events import Event, MilestoneAccepted
from domain.identity import Role
from domain.identity.people import away
from domain.milestones import Milestone
from domain.state import State

Rule = Callable[[State, Agreement, date], list[Event]]

_RELEASED = (
    sa.and_(tables.payment.c.milestone == given("milestone"), tables.payment.c.status == "scheduled"),
    sa.and_(tables.receipt.c.milestone == given("milestone"), tables.receipt.c.status == "expected"),
)
"""The payments and receipts whose due dates a milestone's acceptance fixes."""


class MilestoneActivities:
    """Each method is one activity and one transaction, and returns the state of the milestone."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    @activity.defn
    def submit(self, command: SubmitMilestone) -> MilestoneView:
        """Submit evidence."""
        handler = self._handler
        return self._decide(
            command,
            command.milestone,
            lambda state, agreement, _: milestones.submit(
                state.milestones, agreement, command, handler.person(command, state.people), handler.deadline(agreement)
            ),
        )

    @activity.defn
    def approve(self, command: ApproveMilestone) -> MilestoneView:
        """Approve the evidence of a round. The last required approval releases the instalments."""
        return self._decide(
            command,
            command.milestone,
            lambda state, agreement, _: milestones.approve(
                state.milestones, agreement, command, self._handler.person(command, state.people)
            ),
        )

    @activity.defn
    def reject(self, command: RejectMilestone) -> MilestoneView:
        """Reject the evidence of a round."""
        return self._decide(
            command,
            command.milestone,
            lambda state, agreement, _: milestones.reject(
                state.milestones, agreement, command, self._handler.person(command, state.people)
            ),
        )

    @activity.defn
    def pass_deadline(self, command: PassDeadline) -> MilestoneView:
        """Apply the deadline policy if the deadline has passed by the business clock."""
        handler = self._handler
        return self._decide(
            command,
            command.milestone,
            lambda state, agreement, today: milestones.pass_deadline(
                state.milestones,
                agreement,
                command,
                today,
                handler.deadline(agreement),
                lambda party: away(state.people, party, command.production, Role.APPROVER, today),
            ),
            everybody=True,
        )

    @activity.defn
    def milestone_standing(self, ref: MilestoneRef) -> MilestoneView:
        """The state of a milestone."""
        with self._handler.store.reading() as records:
            state = records.state(ref.production, milestones=True)
        return self._view(ref, state)

    def _view(self, ref: MilestoneRef, state: State) -> MilestoneView:
        agreement = self._handler.agreement_of(state, ref.production)
        milestone = state.milestones.get(ref.milestone, Milestone(ref.milestone))
        terms = next((one for one in agreement.milestones if one.id == ref.milestone), None)
        status = milestone.status if terms is not None else "dropped"
        if terms is not None and terms.cancelled is not None:
            status = "cancelled"
        left = None
        if milestone.status == "submitted" and milestone.deadline_on is not None:
            left = self._handler.seconds_until(agreement, milestone.deadline_on)
        return MilestoneView(
            production=ref.production,
            milestone=ref.milestone,
            status=status,
            round=milestone.round,
            approvals=len(milestone.approvals),
            deadline_on=milestone.deadline_on,
            seconds_left=left,
        )

    def _decide(self, command: Command, milestone: str, rule: Rule, *, everybody: bool = False) -> MilestoneView:
        """Decide by a rule. If it accepts the milestone, fix the due dates of the released instalments."""
        payments, receipts = _RELEASED
        selection = Selection(payments, receipts, milestones=True, people=everybody, values={"milestone": milestone})

        def _with_due_dates(state: State, agreement: Agreement, today: date) -> list[Event]:
            events = rule(state, agreement, today)
            if any(isinstance(event, MilestoneAccepted) for event in events):
                events += productions.due_dates(agreement, milestone, today, self._handler.due_date(agreement))
            return events

        done = self._handler.decide(command, selection, _with_due_dates)
        return self._view(MilestoneRef(production=command.production, milestone=milestone), done.state)
