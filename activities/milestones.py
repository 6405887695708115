"""Activities about one milestone: what people decide, and what the passing of its deadline does."""

from collections.abc import Callable

import sqlalchemy as sa
from temporalio import activity

from activities.views import MilestoneRef, MilestoneView
from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.store import Transaction
from domain import milestones
from domain.agreement import productions
from domain.agreement.model import Agreement
from domain.commands import ApproveMilestone, Command, PassDeadline, RejectMilestone, SubmitMilestone
from domain.events import Event, MilestoneAccepted
from domain.milestones import Milestone
from domain.state import State

Rule = Callable[[State, Agreement], list[Event]]


class MilestoneActivities:
    """Each method is one activity and one transaction, and answers with where the milestone stands after it."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    @activity.defn
    def submit(self, command: SubmitMilestone) -> MilestoneView:
        """Hand in evidence."""
        handler = self._handler
        return self._decide(
            command,
            command.milestone,
            lambda state, agreement: milestones.submit(
                state.milestones, agreement, command, handler.person(command), handler.deadline(agreement)
            ),
        )

    @activity.defn
    def approve(self, command: ApproveMilestone) -> MilestoneView:
        """Approve the evidence of a round; the last approval that is needed releases the instalments."""
        return self._decide(
            command,
            command.milestone,
            lambda state, agreement: milestones.approve(
                state.milestones, agreement, command, self._handler.person(command)
            ),
        )

    @activity.defn
    def reject(self, command: RejectMilestone) -> MilestoneView:
        """Reject the evidence of a round."""
        return self._decide(
            command,
            command.milestone,
            lambda state, agreement: milestones.reject(
                state.milestones, agreement, command, self._handler.person(command)
            ),
        )

    @activity.defn
    def pass_deadline(self, command: PassDeadline) -> MilestoneView:
        """Do what the policy says if the deadline has passed by the business clock; nothing otherwise."""
        handler = self._handler
        return self._decide(
            command,
            command.milestone,
            lambda state, agreement: milestones.pass_deadline(
                state.milestones, agreement, command, handler.today(agreement), handler.deadline(agreement)
            ),
        )

    @activity.defn
    def milestone_standing(self, ref: MilestoneRef) -> MilestoneView:
        """Where a milestone stands."""
        with self._handler.store.reading() as records:
            agreement = self._handler.agreement(records, ref.production)
            state = records.state(ref.production, milestones=True)
        milestone = state.milestones.get(ref.milestone, Milestone(ref.milestone))
        known = any(terms.id == ref.milestone for terms in agreement.milestones)
        left = None
        if milestone.status == "submitted" and milestone.deadline_on is not None:
            left = self._handler.seconds_until(agreement, milestone.deadline_on)
        return MilestoneView(
            production=ref.production,
            milestone=ref.milestone,
            status=milestone.status if known else "dropped",
            round=milestone.round,
            approvals=len(milestone.approvals),
            deadline_on=milestone.deadline_on,
            seconds_left=left,
        )

    def _decide(self, command: Command, milestone: str, rule: Rule) -> MilestoneView:
        """Decide by a rule; if that accepts the milestone, fix the dates of the instalments that it releases."""
        today = self._handler.today(self._handler.in_force(command.production))

        def _within(transaction: Transaction, agreement: Agreement) -> tuple[State, list[Event]]:
            state = transaction.state(
                command.production,
                payments=sa.and_(tables.payment.c.milestone == milestone, tables.payment.c.status == "scheduled"),
                receipts=sa.and_(tables.receipt.c.milestone == milestone, tables.receipt.c.status == "expected"),
                milestones=True,
            )
            events = rule(state, agreement)
            if any(isinstance(event, MilestoneAccepted) for event in events):
                events += productions.due_dates(agreement, milestone, today, self._handler.due_date(agreement))
            return state, events

        self._handler.carry_out(command, _within, today)
        return self.milestone_standing(MilestoneRef(production=command.production, milestone=milestone))
