"""Activities of a production: its agreement, single payments, and its state."""

from collections.abc import Callable
from datetime import date, time
from typing import TypeVar

from temporalio import activity

from activities.views import BooksView, PaymentView, ProductionRef, ProductionView, ReminderView, WaitingProposals
from adapters.command_handler import CommandHandler, Decision
from adapters.db import tables
from adapters.db.queries import chain
from adapters.db.records import Records, Selection, given
from domain.agreement.model import Agreement
from domain.agreement.productions import the_production
from domain.agreement.proposals import Proposal
from domain.commands import CloseBooks, CorrectPayment, HoldPayment, RemindReceipt, ResumePayment
from domain.events import Event, ReceiptReminded
from domain.identity import Person
from domain.ledger import closing
from domain.payments import holds, payments, reminding
from domain.payments.payments import FINISHED
from domain.payments.receipts import WAITING
from domain.state import State

PaymentCommand = TypeVar("PaymentCommand", HoldPayment, ResumePayment, CorrectPayment)
PaymentRule = Callable[[payments.Payments, PaymentCommand, Person, str], list[Event]]

_ONE_RECEIPT = tables.receipt.c.id == given("receipt")
_ONE_PAYMENT = tables.payment.c.id == given("payment")


class AgreementActivities:
    """Each method is one activity and one transaction."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    @activity.defn
    def production_standing(self, ref: ProductionRef) -> ProductionView:
        """The state of a production. Version 0 means that it is not registered."""
        unfinished = tables.payment.c.status.not_in(sorted(FINISHED))
        expected = tables.receipt.c.status.in_(sorted(WAITING))
        with self._handler.store.reading() as records:
            state = records.state(
                ref.production, payments=unfinished, receipts=expected, milestones=True, proposals=True
            )
            waiting_proposals = self._waiting(records, state)
            if state.production is None:
                return ProductionView(
                    production=ref.production,
                    version=0,
                    open_milestones=(),
                    debtor_accounts=(),
                    complete=False,
                    **waiting_proposals,
                )
            agreement = self._handler.agreements.of(records, state.production.document)
        accepted = {m.id for m in state.milestones.values() if m.status == "accepted"}
        waiting = tuple(m.id for m in agreement.milestones if m.id not in accepted and m.cancelled is None)
        return ProductionView(
            production=ref.production,
            version=state.production.version,
            open_milestones=waiting,
            debtor_accounts=tuple(account.id for account in agreement.controlled),
            complete=not (waiting or state.payments or state.receipts),
            **waiting_proposals,
        )

    def _waiting(self, records: Records, state: State) -> WaitingProposals:
        """What waits for approvals or for its day, and how long the next of them can wait."""
        waiting = [each for each in state.proposals.values() if each.waits]
        agreements = {each.document: self._handler.agreements.of(records, each.document) for each in waiting}
        left = {each.document: self._left(each, agreements[each.document]) for each in waiting}
        passed = tuple(document for document, seconds in left.items() if not seconds)
        return WaitingProposals(
            proposals=tuple(each.words for each in waiting),
            passed=passed,
            seconds_left=min(left.values(), default=None),
        )

    def _left(self, proposal: Proposal, agreement: Agreement) -> int:
        """Business seconds until an approved version takes effect, or until the end of the last day for approvals."""
        if proposal.status == "approved":
            return self._handler.seconds_until(agreement, agreement.effective_on, time())
        return self._handler.seconds_until(agreement, proposal.open_until)

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

        def _rule(state: State, agreement: Agreement, on: date) -> list[Event]:
            debtor = agreement.account(payments.the_payment(state.payments, command.payment).account).owner
            known = the_production(state.production, command.production).payees
            return holds.resume(state.payments, known, command, self._handler.person(command, state.people), debtor, on)

        return self._decided(command, _rule)

    @activity.defn
    def correct(self, command: CorrectPayment) -> PaymentView:
        """Make a rejected or returned payment due again."""
        return self._decide_payment(command, payments.correct)

    @activity.defn
    def remind(self, command: RemindReceipt) -> ReminderView:
        """Record that a payer was reminded of a late receipt."""

        def _decision(state: State, agreement: Agreement, today: date) -> list[Event]:
            return reminding.remind(
                state.receipts, agreement, command, self._handler.person(command, state.people), today
            )

        chosen = Selection(receipts=_ONE_RECEIPT, values={"receipt": command.receipt})
        outcome = self._handler.decide(command, chosen, _decision).outcome
        with self._handler.store.reading() as records:
            event = chain.fact(records.connection, outcome.stream, outcome.first_seq).event
        assert isinstance(event, ReceiptReminded)  # noqa: S101 - the rule writes nothing else
        return ReminderView.model_validate(event.model_dump(include=set(ReminderView.model_fields)))

    def _decide_payment(self, command: PaymentCommand, rule: PaymentRule[PaymentCommand]) -> PaymentView:
        def _with_debtor(state: State, agreement: Agreement, _: date) -> list[Event]:
            payment = payments.the_payment(state.payments, command.payment)
            debtor = agreement.account(payment.account).owner
            return rule(state.payments, command, self._handler.person(command, state.people), debtor)

        return self._decided(command, _with_debtor)

    def _decided(self, command: PaymentCommand, decision: Decision) -> PaymentView:
        done = self._handler.decide(command, Selection(_ONE_PAYMENT, values={"payment": command.payment}), decision)
        return PaymentView(payment=command.payment, status=done.state.payments[command.payment].status)
