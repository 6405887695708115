"""Activities of a production: its agreement, single payments, and its state."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

import sqlalchemy as sa
from temporalio import activity

from activities.views import BooksView, PaymentView, ProductionRef, ProductionView
from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.facts import converted_to
from adapters.db.records import Selection, given
from adapters.db.store import CommandOutcome, Context, Transaction
from domain import milestones
from domain.agreement import productions
from domain.agreement.model import Agreement, Control
from domain.agreement.productions import the_production
from domain.agreement.schedule import amounts
from domain.commands import AmendAgreement, CloseBooks, CorrectPayment, HoldPayment, RegisterAgreement, ResumePayment
from domain.errors import BadInput
from domain.events import Event
from domain.identity import Person
from domain.ledger import closing
from domain.payments import payments
from domain.payments.payments import FINISHED
from domain.payments.receipts import WAITING
from domain.sharing.amending import refuse_changed_ground
from domain.state import State

PaymentCommand = TypeVar("PaymentCommand", HoldPayment, ResumePayment, CorrectPayment)
PaymentRule = Callable[[payments.Payments, PaymentCommand, Person, str], list[Event]]

_ONE_PAYMENT = tables.payment.c.id == given("payment")


class AgreementActivities:
    """Each method is one activity and one transaction."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    @activity.defn
    def register(self, command: RegisterAgreement) -> CommandOutcome:
        """Put the first version of an agreement in force and schedule its payments."""
        agreement = self._handler.agreements.first(self._handler.store, command.document)

        def _within(transaction: Transaction) -> tuple[State, list[Event]]:
            if agreement.production != command.production:
                raise BadInput(f"The document is of {agreement.production}, not of {command.production}.")
            state = transaction.state(command.production)
            return state, productions.register(
                state.production,
                agreement,
                command.document,
                self._handler.person(command, transaction.people(*command.given_by)),
                dict(amounts(agreement)),
                self._handler.due_date(agreement),
            )

        context = Context(effective_on=agreement.effective_on, actor=command.by)
        return self._handler.in_context(command, context, _within)

    @activity.defn
    def amend(self, command: AmendAgreement) -> CommandOutcome:
        """Put the next version in force. Owed instalments stay unchanged; scheduled ones take the new terms."""
        agreement = self._handler.agreements.read(self._handler.store, command.document)

        def _rule(transaction: Transaction, state: State, _: Agreement) -> list[Event]:
            production = the_production(state.production, command.production)
            self._handler.agreements.amendment(transaction, command.document, production.document)
            milestones.refuse_dropped(state.milestones, agreement)
            refuse_changed_ground(agreement, state.distributions, converted_to(transaction, command.production))
            accepted = {m.id: m.accepted_on for m in state.milestones.values() if m.accepted_on is not None}
            for news in ("production-news", "distributions-due"):
                transaction.post(news, command.production, command.production)
            return productions.amend(
                production,
                state.payments,
                state.receipts,
                accepted,
                agreement,
                command.document,
                self._handler.person(command, state.people),
                dict(amounts(agreement)),
                self._handler.due_date(agreement),
                self._handler.today(agreement),
            )

        everything = Selection(payments=sa.true(), receipts=sa.true(), milestones=True, distributions=True)
        return self._handler.carry_out(command, everything, _rule, agreement.effective_on).outcome

    @activity.defn
    def production_standing(self, ref: ProductionRef) -> ProductionView:
        """The state of a production. Version 0 means that it is not registered."""
        unfinished = tables.payment.c.status.not_in(sorted(FINISHED))
        expected = tables.receipt.c.status.in_(sorted(WAITING))
        with self._handler.store.reading() as records:
            state = records.state(ref.production, payments=unfinished, receipts=expected, milestones=True)
            if state.production is None:
                return ProductionView(
                    production=ref.production, version=0, open_milestones=(), debtor_accounts=(), complete=False
                )
            agreement = self._handler.agreements.of(records, state.production.document)
        accepted = {m.id for m in state.milestones.values() if m.status == "accepted"}
        waiting = tuple(m.id for m in agreement.milestones if m.id not in accepted)
        return ProductionView(
            production=ref.production,
            version=state.production.version,
            open_milestones=waiting,
            debtor_accounts=tuple(a.id for a in agreement.accounts if a.control is Control.CONTROLLED),
            complete=not (waiting or state.payments or state.receipts),
        )

    @activity.defn
    def close_books(self, command: CloseBooks) -> BooksView:
        """Close the books until a day."""

        def _closed(state: State, agreement: Agreement, today: date) -> list[Event]:
            production = the_production(state.production, command.production)
            return closing.close(production, agreement, command, self._handler.person(command, state.people), today)

        done = self._handler.decide(command, Selection(), _closed)
        closed = the_production(done.state.production, command.production).books_closed_until
        return BooksView(production=command.production, closed_until=closed or command.until)

    @activity.defn
    def hold(self, command: HoldPayment) -> PaymentView:
        """Keep a due payment back."""
        return self._decide_payment(command, payments.hold)

    @activity.defn
    def resume(self, command: ResumePayment) -> PaymentView:
        """Release a held payment for the next run."""
        return self._decide_payment(command, payments.resume)

    @activity.defn
    def correct(self, command: CorrectPayment) -> PaymentView:
        """Make a rejected or returned payment due again."""
        return self._decide_payment(command, payments.correct)

    def _decide_payment(self, command: PaymentCommand, rule: PaymentRule[PaymentCommand]) -> PaymentView:
        def _with_debtor(state: State, agreement: Agreement, _: date) -> list[Event]:
            payment = payments.the_payment(state.payments, command.payment)
            debtor = agreement.account(payment.account).owner
            return rule(state.payments, command, self._handler.person(command, state.people), debtor)

        done = self._handler.decide(command, Selection(_ONE_PAYMENT, values={"payment": command.payment}), _with_debtor)
        return PaymentView(payment=command.payment, status=done.state.payments[command.payment].status)
