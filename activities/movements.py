"""Saying what movements in suspense were, and taking that back."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import partial

import sqlalchemy as sa
from temporalio import activity

from activities.views import MovementView
from adapters.command_handler import CommandHandler
from adapters.db import movements, tables
from adapters.db.conditions import any_of
from adapters.db.queries import facts
from adapters.db.records import Selection
from adapters.db.store import Transaction
from domain.agreement.model import Agreement, Purpose
from domain.bank import suspense, undoing
from domain.bank.allocation import AllocationContext
from domain.bank.movements import BankMovement
from domain.commands import AllocateMovement, HoldCreditElsewhere, UndoAllocation, make
from domain.errors import Broken
from domain.events import Event, MovementAllocated, MovementAllocationUndone
from domain.ledger.journal import sha256
from domain.payments import credit
from domain.payments.payments import payment_id
from domain.state import State

_PAYMENT, _RECEIPT, _RUN = tables.payment.c, tables.receipt.c, tables.run.c


class MovementActivities:
    """Allocates movements and takes allocations back."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    @activity.defn
    def allocate(self, command: AllocateMovement) -> MovementView:
        """Take an explained movement out of suspense."""
        ours = (command.production, command.account)
        other_named = command.to in {"duplicate", "reversal"}
        with self._handler.store.reading() as records:
            before = movements.movement(records.connection, *ours, command.name) if other_named else None

        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            connection = transaction.connection
            known = AllocationContext(
                agreement=agreement,
                today=self._handler.today(agreement),
                movement=movements.movement(connection, *ours, command.movement),
                other=movements.movement(connection, *ours, command.name) if other_named else None,
                payments=state.payments,
                receipts=state.receipts,
                exists=self._exists(transaction, command, agreement),
                refunds=sum(payment.purpose is Purpose.REFUND for payment in state.payments.values()),
                credits=state.credits,
                milestones=state.milestones,
            )
            events = suspense.allocate(command, known, self._handler.person(command, state.people))
            _notify(transaction, command.production, state, events)
            self._told_there(transaction, command, events)
            return events

        named = {command.name, payment_id(command.name), *(part.receipt for part in command.further)}
        chosen = _selection(named | set(_settled_by(before)), refunds=command.to == "refund")
        self._handler.carry_out(command, chosen, _rule)
        return self._view(*ours, command.movement)

    @activity.defn
    def undo_allocation(self, command: UndoAllocation) -> MovementView:
        """Put what was allocated of a movement back into suspense."""
        ours = (command.production, command.account)
        with self._handler.store.reading() as records:
            before = movements.movement(records.connection, *ours, command.movement)

        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            connection = transaction.connection
            movement = movements.movement(connection, *ours, command.movement)
            other = undoing.other_movement(movement, command.number)
            standing = undoing.UndoContext(
                agreement=agreement,
                movement=movement,
                today=self._handler.today(agreement),
                other=movements.movement(connection, *ours, other) if other else None,
                payments=state.payments,
                receipts=state.receipts,
                runs=state.runs,
                credits=state.credits,
            )
            events = undoing.undo(command, standing, self._handler.person(command, state.people))
            _notify(transaction, command.production, state, events)
            self._told_there(transaction, command, events)
            return events

        runs = {one.then.run for one in before.allocations if one.then and one.then.run} if before else set()
        self._handler.carry_out(command, _selection(_settled_by(before), runs), _rule)
        return self._view(*ours, command.movement)

    def _told_there(
        self, transaction: Transaction, command: AllocateMovement | UndoAllocation, events: list[Event]
    ) -> None:
        """Record money of another production there, in the same transaction, and take it back there."""
        for number, event in enumerate(events):
            told = event.allocated if isinstance(event, MovementAllocationUndone) else event
            if not isinstance(told, MovementAllocated) or told.to != "production" or told.party is None:
                continue
            held = make(
                HoldCreditElsewhere,
                beside={"allocation": sha256(f"{command.key}/{number}".encode())},
                by=command.by,
                production=told.name,
                holder=command.production,
                account=told.account,
                movement=told.movement,
                party=told.party,
                amount=told.amount if told is event else -told.amount,
            )
            self._handler.also(transaction, held, Selection(credits=True), partial(_held, held))

    def _exists(self, transaction: Transaction, command: AllocateMovement, agreement: Agreement) -> bool:
        """Whether the named source or production exists. A source has statements, or is a party of the agreement."""
        if command.to == "production":
            there = transaction.state(command.name).production
            if there is None:
                return False
            theirs = self._handler.agreements.of(transaction, there.document).parties
            return command.party in {party.id for party in theirs}
        parties = {party.id for party in agreement.parties}
        return command.name in parties or command.name in facts.sources(transaction.connection, command.production)

    def _view(self, production: str, account: str, name: str) -> MovementView:
        with self._handler.store.reading() as records:
            found = movements.movement(records.connection, production, account, name)
        if found is None or found.open is None:
            raise Broken(f"Movement {name} was allocated and is in no book.")
        return MovementView(account=account, movement=name, open=found.open)


def _held(command: HoldCreditElsewhere, state: State, agreement: Agreement, _: date) -> list[Event]:
    return credit.held_elsewhere(command, agreement, state.credits)


def _selection(names: Iterable[str], runs: Collection[str] = (), *, refunds: bool = False) -> Selection:
    """The payments, receipts and runs of these ids, and all refunds if asked; milestones and credits."""
    named = sorted(set(names))
    payments = any_of(_PAYMENT.id, named)
    return Selection(
        payments=sa.or_(payments, _PAYMENT.purpose == Purpose.REFUND.value) if refunds else payments,
        receipts=any_of(_RECEIPT.id, named),
        runs=any_of(_RUN.id, sorted(runs)) if runs else None,
        milestones=True,
        credits=True,
    )


def _settled_by(movement: BankMovement | None) -> Iterator[str]:
    """The payments and receipts that a movement settled, returned or made."""
    if movement is not None:
        yield movement.booking.about
        yield from (allocated.name for allocated in movement.allocations)


def _notify(transaction: Transaction, production: str, state: State, events: list[Event]) -> None:
    """Tell the workflows of the runs whose payments stand elsewhere now."""
    runs = set[str | None]()
    for event in events:
        allocated = event.allocated if isinstance(event, MovementAllocationUndone) else event
        if isinstance(allocated, MovementAllocated) and allocated.then is not None:
            runs |= {allocated.then.run, state.payments[allocated.name].run}
    for run in sorted(filter(None, runs)):
        transaction.post("run-news", production, run)
