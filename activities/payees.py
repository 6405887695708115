"""Activities about payees: changes of their bank accounts, and frozen parties."""

from collections.abc import Callable
from datetime import date

import sqlalchemy as sa
from temporalio import activity

from activities.views import AccountChangeView, MatchView, PartyView
from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.name_lists import found_among
from adapters.db.records import Selection
from adapters.db.store import Done, Transaction
from domain.agreement.model import Agreement
from domain.agreement.productions import the_production
from domain.commands import (
    ClearMatch,
    Command,
    ConfirmAccount,
    FreezeParty,
    ProposeAccount,
    RefuseAccount,
    ScreenParties,
    UnfreezeParty,
)
from domain.events import AccountChangeProposed, Event, PayeeNotified
from domain.identity import SYSTEM, Person
from domain.payees import accounts, freezing, model, screening
from domain.payees.model import Payees
from domain.payees.notices import notice
from domain.payments.holds import reviewed
from domain.payments.payments import Status
from domain.state import State

PayeeRule = Callable[[Payees, Agreement, Person, date], list[Event]]

_PAYMENT = tables.payment.c
_STOPPABLE = _PAYMENT.status.in_([Status.DUE, Status.HELD, Status.RELEASED])


class PayeeActivities:
    """Each method is one activity and one transaction. Payments that the fact concerns are held or freed with it."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    @activity.defn
    def propose_account(self, command: ProposeAccount) -> AccountChangeView:
        """Propose another bank account for a payee, and tell the payee's contacts."""
        done = self._decide(
            command,
            _PAYMENT.payee == command.account,
            lambda known, agreement, person, on: accounts.propose(known, agreement, command, person, on),
        )
        changes = the_production(done.state.production, command.production).payees.changes_of(command.account)
        return self._view(command.production, done, next(changes).id)

    @activity.defn
    def confirm_account(self, command: ConfirmAccount) -> AccountChangeView:
        """Confirm a change after a call-back."""
        return self._of_change(
            command, lambda known, agreement, person, on: accounts.confirm(known, agreement, command, person, on)
        )

    @activity.defn
    def refuse_account(self, command: RefuseAccount) -> AccountChangeView:
        """Refuse a change that is not in force yet."""
        return self._of_change(
            command, lambda known, agreement, person, on: accounts.refuse(known, agreement, command, person, on)
        )

    @activity.defn
    def freeze(self, command: FreezeParty) -> PartyView:
        """Pay nothing to a party."""
        of_party = _PAYMENT.payee_party == command.party
        self._decide(command, of_party, lambda known, terms, person, _: freezing.freeze(known, terms, command, person))
        return PartyView(production=command.production, party=command.party, frozen=True)

    @activity.defn
    def unfreeze(self, command: UnfreezeParty) -> PartyView:
        """Approve that a frozen party be paid again."""
        of_party = _PAYMENT.payee_party == command.party
        done = self._decide(
            command, of_party, lambda known, terms, person, _: freezing.unfreeze(known, terms, command, person)
        )
        frozen = command.party in the_production(done.state.production, command.production).payees.frozen
        return PartyView(production=command.production, party=command.party, frozen=frozen)

    @activity.defn
    def screen(self, command: ScreenParties) -> int:
        """Compare the parties with the newest lists of names. Returns how many matches are new."""
        with self._handler.store.reading() as records:
            agreement = self._handler.agreement(records, command.production)
            found = found_among(records, agreement)
        done = self._decide(command, sa.true(), lambda known, *_: screening.matched(known, found))
        return done.outcome.last_seq - done.outcome.first_seq + 1

    @activity.defn
    def clear(self, command: ClearMatch) -> MatchView:
        """Approve that a match is of somebody else."""
        of_party = _PAYMENT.payee_party == command.match.rpartition("/")[2]
        done = self._decide(
            command, of_party, lambda known, terms, person, _: screening.clear(known, terms, command, person)
        )
        match = the_production(done.state.production, command.production).payees.matches[command.match]
        return MatchView(production=command.production, match=command.match, cleared=match.cleared)

    def _of_change(self, command: ConfirmAccount | RefuseAccount, rule: PayeeRule) -> AccountChangeView:
        """Carry out a command about a change of an account."""
        done = self._decide(command, _PAYMENT.payee == command.change.rpartition("/")[0], rule)
        return self._view(command.production, done, command.change)

    def _decide(self, command: Command, concerned: sa.ColumnElement[bool], rule: PayeeRule) -> Done:
        """Carry out a command, and hold or free the payments that it concerns."""
        chosen = sa.and_(concerned, _STOPPABLE)
        runs = tables.run.c.id.in_(sa.select(_PAYMENT.run).where(chosen, _PAYMENT.run.is_not(None)))

        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            known, on = the_production(state.production, command.production).payees, self._handler.today(agreement)
            person = SYSTEM if isinstance(command, ScreenParties) else self._handler.person(command, state.people)
            events = rule(known, agreement, person, on)
            after = known
            for event in events:
                after = model.apply(after, event, on)
            for event in list(events):
                if isinstance(event, AccountChangeProposed):
                    events.append(_notified(transaction, agreement, event, on))
            held = reviewed(state.payments, state.runs, after, on)
            for run in state.runs if held else ():
                transaction.post("run-news", command.production, run)
            return [*events, *held]

        return self._handler.carry_out(command, Selection(chosen, runs=runs), _rule)

    def _view(self, production: str, done: Done, name: str) -> AccountChangeView:
        change = the_production(done.state.production, production).payees.change(name)
        return AccountChangeView(
            production=production, change=change.id, status=change.status, in_force_on=change.in_force_on
        )


def _notified(transaction: Transaction, agreement: Agreement, event: AccountChangeProposed, on: date) -> Event:
    written = notice(agreement, event, on)
    name = f"{event.change.replace('/', '-')}.txt"
    digest = transaction.keep(name, written.text.encode())
    transaction.post("notice", agreement.production, name, digest)
    return PayeeNotified(change=event.change, contacts=written.contacts, document=digest)
