"""Decides again on what people said of movements, and took back."""

from datetime import date

from app.audit.replay.bookings import ToldBookings
from domain.agreement.model import Agreement, Purpose
from domain.bank import suspense, undoing
from domain.bank.allocation import AllocationContext
from domain.commands import AllocateMovement, UndoAllocation
from domain.events import Event
from domain.identity import Person, Role
from domain.state import State

MovementCommand = AllocateMovement | UndoAllocation


def decided_again(
    command: MovementCommand, told: ToldBookings, state: State, agreement: Agreement, on: date
) -> list[Event]:
    """The events that a command leads to, given the records before it.

    Whether a source or another production existed is not asked again, nor whether the person had the role: neither is
    in the stream.

    Raises:
        SluiceError: the command would have been refused.
    """
    owner = agreement.account(command.account).owner
    person = Person(command.by, owner, frozenset({Role.TREASURER}))
    movement = told.movement(command.account, command.movement)
    if isinstance(command, AllocateMovement):
        context = AllocationContext(
            agreement=agreement,
            today=on,
            movement=movement,
            other=told.movement(command.account, command.name),
            payments=state.payments,
            receipts=state.receipts,
            exists=True,
            refunds=sum(payment.purpose is Purpose.REFUND for payment in state.payments.values()),
            credits=state.credits,
            milestones=state.milestones,
        )
        return suspense.allocate(command, context, person)
    other = undoing.other_movement(movement, command.number)
    undone = undoing.UndoContext(
        agreement=agreement,
        movement=movement,
        today=on,
        other=told.movement(command.account, other),
        payments=state.payments,
        receipts=state.receipts,
        runs=state.runs,
        credits=state.credits,
    )
    return undoing.undo(command, undone, person)
