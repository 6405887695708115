"""Activities of proposals: a version of an agreement is proposed, approved, refused or withdrawn, and has its day."""

from collections.abc import Callable
from datetime import date

import sqlalchemy as sa
from temporalio import activity

from adapters.command_handler import CommandHandler
from adapters.db.facts import converted_to
from adapters.db.records import Selection
from adapters.db.store import CommandOutcome, Context, Request, Transaction
from domain import milestones
from domain.agreement import productions, proposals
from domain.agreement.model import Agreement
from domain.agreement.productions import the_production
from domain.agreement.schedule import amounts
from domain.commands import (
    AmendAgreement,
    ApproveAgreement,
    PassProposal,
    RefuseAgreement,
    RegisterAgreement,
    WithdrawAgreement,
)
from domain.errors import BadInput, NotFound, SluiceError
from domain.events import AgreementAmended, AgreementRegistered, AgreementRestored, Event
from domain.identity import Person
from domain.ledger.closing import require_open
from domain.payees import accounts
from domain.sharing.amending import refuse_changed_ground
from domain.state import State

ProposalCommand = (
    RegisterAgreement | AmendAgreement | ApproveAgreement | RefuseAgreement | WithdrawAgreement | PassProposal
)
Rule = Callable[[Transaction, State, Agreement, date], list[Event]]
"""What a command comes to, by the state, the proposed agreement, and its business day."""
Ending = Callable[[State, Person, proposals.Restore], list[Event]]
"""How a person ends a proposal, by the state and how the version before is restored."""

_EVERYTHING = Selection(payments=sa.true(), receipts=sa.true(), milestones=True, distributions=True, proposals=True)


class ProposalActivities:
    """Each method is one activity and one transaction."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    @activity.defn
    def register(self, command: RegisterAgreement) -> CommandOutcome:
        """Propose the first version of an agreement. In force, it schedules its payments."""
        agreement = self._handler.agreements.first(self._handler.store, command.document)

        def _rule(transaction: Transaction, state: State, agreement: Agreement, today: date) -> list[Event]:
            if agreement.production != command.production:
                raise BadInput(f"The document is of {agreement.production}, not of {command.production}.")
            return self._propose(command, transaction, state, agreement, None, today)

        return self._carry_out(command, agreement, _rule)

    @activity.defn
    def amend(self, command: AmendAgreement) -> CommandOutcome:
        """Propose the next version. In force, owed instalments stay unchanged; scheduled ones take the new terms."""
        agreement = self._handler.agreements.read(self._handler.store, command.document)

        def _rule(transaction: Transaction, state: State, agreement: Agreement, today: date) -> list[Event]:
            production = the_production(state.production, command.production)
            previous = self._handler.agreements.of(transaction, production.document)
            if command.document not in state.proposals:
                now = accounts.in_force(previous, production.payees, today)
                self._handler.agreements.amendment(transaction, command.document, previous, now)
            return self._propose(command, transaction, state, agreement, previous, today)

        return self._carry_out(command, agreement, _rule)

    @activity.defn
    def approve_agreement(self, command: ApproveAgreement) -> CommandOutcome:
        """Approve a proposed version. The last approval puts it in force."""

        def _rule(transaction: Transaction, state: State, agreement: Agreement, today: date) -> list[Event]:
            person = self._handler.person(command, state.people)
            put = self._put(transaction, state, agreement, command)
            return proposals.approve(state.proposals, state.production, agreement, command, person, today, put)

        return self._carry_out(command, self._proposed(command.production, command.document), _rule)

    @activity.defn
    def refuse_agreement(self, command: RefuseAgreement) -> CommandOutcome:
        """Refuse a proposed version, which ends it."""
        return self._end(
            command,
            lambda state, person, restore: proposals.refuse(
                state.proposals, state.production, command, person, restore
            ),
        )

    @activity.defn
    def withdraw_agreement(self, command: WithdrawAgreement) -> CommandOutcome:
        """Withdraw a proposed version."""
        return self._end(
            command,
            lambda state, person, restore: proposals.withdraw(
                state.proposals, state.production, command, person, restore
            ),
        )

    @activity.defn
    def pass_proposal(self, command: PassProposal) -> CommandOutcome:
        """Do what the business day brings to a proposal."""

        def _rule(transaction: Transaction, state: State, agreement: Agreement, today: date) -> list[Event]:
            put, restore = self._put(transaction, state, agreement, command), self._restore(transaction, state)
            return proposals.pass_day(state.proposals, agreement, command.document, today, put, restore)

        return self._carry_out(command, self._proposed(command.production, command.document), _rule)

    def _end(self, command: RefuseAgreement | WithdrawAgreement, ending: Ending) -> CommandOutcome:
        """End a proposed version. What was provisional falls back."""

        def _rule(transaction: Transaction, state: State, _: Agreement, __: date) -> list[Event]:
            return ending(state, self._handler.person(command, state.people), self._restore(transaction, state))

        return self._carry_out(command, self._proposed(command.production, command.document), _rule)

    def _propose(
        self,
        command: RegisterAgreement | AmendAgreement,
        transaction: Transaction,
        state: State,
        agreement: Agreement,
        previous: Agreement | None,
        today: date,
    ) -> list[Event]:
        of = previous or agreement
        days = of.amendments.business_days
        if isinstance(command, AmendAgreement) and command.provisional and of.amendments.provisional is not None:
            days = of.amendments.provisional.business_days
        return proposals.propose(
            state.proposals,
            state.production,
            agreement,
            previous,
            command,
            self._handler.person(command, state.people),
            self._handler.after_business_days(of, proposals.needed(agreement, previous), days),
            today,
            self._put(transaction, state, agreement, command),
        )

    def _put(
        self, transaction: Transaction, state: State, agreement: Agreement, command: ProposalCommand
    ) -> proposals.PutInForce:
        """Return how a version is put in force."""
        promises, due_date = dict(amounts(agreement)), self._handler.due_date(agreement)

        def _in_force(approved_by: tuple[str, ...], until: date | None) -> list[Event]:
            if agreement.version == 1:
                return productions.register(
                    state.production, agreement, command.document, approved_by, promises, due_date
                )
            production = the_production(state.production, agreement.production)
            milestones.refuse_dropped(state.milestones, agreement)
            refuse_changed_ground(agreement, state.distributions, converted_to(transaction, production.key))
            events = productions.amend(
                production,
                state.payments,
                state.receipts,
                _accepted(state),
                agreement,
                command.document,
                approved_by,
                promises,
                due_date,
                until,
            )
            before = self._handler.agreements.of(transaction, production.document)
            paid = {payment.payee_party for payment in state.payments.values()}
            added = accounts.added(production.payees, before, agreement, paid, command.document, command.by)
            return [*events, *added]

        return _in_force

    def _restore(self, transaction: Transaction, state: State) -> proposals.Restore:
        """Return how the version before the provisional one in force is put in force again."""

        def _restored() -> list[Event]:
            assert state.production is not None  # noqa: S101 - a provisional version is in force
            before = state.proposals[state.production.document].amends
            assert before is not None  # noqa: S101 - a first version is never provisional
            agreement = self._handler.agreements.of(transaction, before)
            return productions.restore(
                state.production,
                state.payments,
                state.receipts,
                _accepted(state),
                agreement,
                before,
                dict(amounts(agreement)),
                self._handler.due_date(agreement),
            )

        return _restored

    def _proposed(self, production: str, document: str) -> Agreement:
        """Return a proposed agreement.

        Raises:
            NotFound: it is not proposed in the production.
        """
        with self._handler.store.reading() as records:
            if document not in records.state(production, proposals=True).proposals:
                raise NotFound(
                    f"No document {document[:12]}… is proposed in {production}: `sluice agreement proposals` lists "
                    "what is."
                )
            return self._handler.agreements.of(records, document)

    def _carry_out(self, command: ProposalCommand, agreement: Agreement, rule: Rule) -> CommandOutcome:
        """Carry out a command about a proposed agreement.

        What puts a version in force counts from the day that the version names; everything else counts today.
        """
        today = self._handler.today(agreement)
        decided: list[Event] = []
        refused: list[SluiceError] = []

        def _context(transaction: Transaction, state: State) -> Context:
            try:
                decided[:] = rule(transaction, state, agreement, today)
            except SluiceError as error:
                refused[:] = [error]
            counts_from = agreement.effective_on if _has(decided, _PUT_IN_FORCE) else today
            require_open(state.production, counts_from)
            return Context(counts_from, command.by)

        def _decide(transaction: Transaction, state: State, _: Context) -> tuple[State, list[Event]]:
            if refused:
                raise refused[0]
            if _has(decided, (AgreementAmended, AgreementRestored)):
                for news in ("production-news", "distributions-due"):
                    transaction.post(news, command.production, command.production)
            return state, decided

        schemas, day = self._handler.store.schemas, self._handler.house_day
        return self._handler.handle(Request(command, _context, _decide, _EVERYTHING, schemas, day)).outcome


_PUT_IN_FORCE = (AgreementRegistered, AgreementAmended)


def _has(events: list[Event], kinds: tuple[type, ...]) -> bool:
    return any(isinstance(event, kinds) for event in events)


def _accepted(state: State) -> dict[str, date]:
    return {one.id: one.accepted_on for one in state.milestones.values() if one.accepted_on is not None}
