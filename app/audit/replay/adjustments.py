"""Decides again on what people put right without money on our accounts, and compares it with the record."""

from collections.abc import Iterator

from adapters.db.audit import allocations_for, command_payload
from adapters.db.records import Records
from adapters.db.streams import production_of
from app.audit.replay.funds import AgreementOf
from app.audit.replay.lines import lines, only
from domain import commands
from domain.agreement.model import Agreement, Purpose
from domain.audit.findings import Finding, unfaithful
from domain.audit.rebuilt_commands import rebuilt
from domain.audit.refold import CommandBatch, DecodedFact
from domain.commands import Command
from domain.events import (
    BankFileTaken,
    CreditHeldElsewhere,
    CreditRefunded,
    CreditRefundWithdrawn,
    Event,
    LateInterestClaimed,
    LateInterestWithdrawn,
    MovementAllocated,
    MovementAllocationUndone,
    ReceiptAdjusted,
    ReceiptAdjustmentUndone,
    WriteOffDeclined,
    WriteOffProposed,
)
from domain.identity import Person, Role
from domain.payments import adjusting, credit, late_interest
from domain.schemas import SCHEMAS, Schemas
from domain.state import State

_OURS = (
    LateInterestClaimed,
    LateInterestWithdrawn,
    ReceiptAdjusted,
    ReceiptAdjustmentUndone,
    WriteOffProposed,
    WriteOffDeclined,
    CreditRefunded,
    CreditRefundWithdrawn,
    CreditHeldElsewhere,
)
_DECIDED_ELSEWHERE = (BankFileTaken, MovementAllocated, MovementAllocationUndone)
"""The first events of batches that the check of the bank decides again as a whole."""


class Adjustments:
    """A check of a production's batches; see `domain.audit.refold.Check`."""

    def __init__(self, records: Records, agreement_of: AgreementOf, schemas: Schemas = SCHEMAS) -> None:
        self._records, self._agreement_of, self._schemas = records, agreement_of, schemas

    def __call__(self, state: State, batch: CommandBatch) -> Iterator[Finding]:
        """Yield what in a batch does not follow from the command, the agreement and the state."""
        first = batch.facts[0]
        if not any(isinstance(event, _OURS) for event in batch.events):
            return
        if isinstance(first.event, _DECIDED_ELSEWHERE):
            return
        if isinstance(first.event, CreditHeldElsewhere):
            yield from self._held(first, first.event)
        command = self._command(production_of(first.fact.stream), batch)
        if command is None:
            yield unfaithful(first.record, "puts something right that no command asked for")
            return
        expected = _decided(command, state, self._agreement_of(state), batch)
        if lines(expected) != lines(batch.events):
            said = "does not say what its command leads to"
            yield unfaithful(first.record, said, only(expected, batch.events), only(batch.events, expected))

    def _command(self, production: str, batch: CommandBatch) -> Command | None:
        """The command of a batch whose hash is on record."""
        payload = command_payload(self._records.connection, batch.first.command_key)
        return next((one for one in rebuilt(production, batch) if payload in self._schemas.digests(one)), None)

    def _held(self, told: DecodedFact, event: CreditHeldElsewhere) -> Iterator[Finding]:
        """Check that the other production says the same of the money: the two facts tie out."""
        here = production_of(told.fact.stream)
        there = allocations_for(self._records.connection, event.holder, event.account, event.movement, self._schemas)
        amounts = []
        for one in there:
            made = one if isinstance(one, MovementAllocated) else one.allocated
            if (made.to, made.name, made.party) == ("production", here, event.party):
                amounts.append(made.amount if made is one else -made.amount)
        if event.amount not in amounts:
            said = f"is not what {event.holder} says of movement {event.movement}"
            yield unfaithful(told.record, said, ", ".join(map(str, amounts)), event.amount)


def _decided(  # noqa: C901, PLR0911 - one case for each command
    command: Command, state: State, agreement: Agreement, batch: CommandBatch
) -> list[Event]:
    """The events that a command leads to. Whether the person had the role is not in the stream.

    Raises:
        SluiceError: the command would have been refused.
    """
    on = batch.first.effective_on

    def _person(account: str) -> Person:
        return Person(command.by, agreement.account(account).owner, frozenset({Role.TREASURER}))

    match command:
        case commands.ClaimLateInterest():
            owed = state.receipts.get(command.payment) or state.payments[command.payment]
            return late_interest.claim(command, owed, agreement, state.milestones, _person(owed.account), on)
        case commands.WithdrawLateInterest():
            owed = state.receipts.get(command.payment) or state.payments[command.payment]
            return late_interest.withdraw(command, owed, agreement, _person(owed.account))
        case commands.AdjustReceipt():
            who = _person(state.receipts[command.receipt].account)
            return adjusting.adjust(command, state.receipts, state.credits, state.milestones, agreement, who, on)
        case commands.ConfirmWriteOff():
            who = _person(state.receipts[command.receipt].account)
            return adjusting.confirm(command, state.receipts, state.milestones, agreement, who, on)
        case commands.DeclineWriteOff():
            who = _person(state.receipts[command.receipt].account)
            return adjusting.decline(command, state.receipts, agreement, who)
        case commands.UndoAdjustment():
            who = _person(state.receipts[command.receipt].account)
            return adjusting.undo(command, state.receipts, agreement, who)
        case commands.RefundCredit():
            refunds = sum(payment.purpose is Purpose.REFUND for payment in state.payments.values())
            who = _person(command.paid_from or command.account)
            return credit.refund(command, agreement, state.credits, refunds, who, on)
        case commands.WithdrawRefund():
            who = _person(state.payments[command.payment].account)
            return credit.withdraw(command, state.payments, agreement, who)
        case commands.HoldCreditElsewhere():
            return credit.held_elsewhere(command, agreement, state.credits)
        case _:
            return []
