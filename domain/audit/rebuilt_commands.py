"""Rebuilds the command of a batch from its events. Its hash must be the recorded payload hash.

So every field that the first event repeats, the key and the user are bound twice: in the hash chain, and in the table
of commands. An earlier release hashed the command in the schema version of its time, so any version may match.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

from domain import commands
from domain.audit.refold import CommandBatch
from domain.commands import TABLE, Command
from domain.events import (
    AgreementAmended,
    AgreementProposed,
    CreditRefunded,
    DistributionObjected,
    Event,
    HistoryArchived,
    MilestoneAccepted,
    MilestoneEscalated,
    MilestoneRejected,
    MovementAllocated,
    MovementAllocationUndone,
    PartyMatched,
    PaymentsFellDue,
    PaymentsFreed,
    PaymentsHeld,
    PaymentsRejected,
    PaymentsScheduled,
    PeopleLoaded,
    ProposalEnded,
    ReceiptAdjusted,
    ReceiptAdjustmentUndone,
    ReceiptsFellDue,
    RunFirstReleased,
    RunPrepared,
    WriteOffProposed,
)
from domain.schemas import SCHEMAS, Schemas
from domain.values.money import Money, total

_Candidate = tuple[type[Command], dict[str, Any]]


def payload_hashes(production: str, batch: CommandBatch, schemas: Schemas = SCHEMAS) -> frozenset[str] | None:
    """The possible hashes of a batch's command; None if the first event does not determine the command."""
    try:
        candidates = list(rebuilt(production, batch))
    except ValueError:  # no command can have these fields
        return frozenset()
    return frozenset().union(*map(schemas.digests, candidates)) if candidates else None


def rebuilt(production: str, batch: CommandBatch) -> Iterator[Command]:
    """The commands that may have written a batch. None if the first event does not determine the command.

    Raises:
        ValueError: no command can have these fields.
    """
    first = batch.facts[0]
    if first.event is None:
        return
    common = {"key": first.fact.command_key, "by": first.fact.actor, "production": production}
    for kind, fields in _candidates(first.event, batch):
        yield kind.model_validate(common | fields)


def _candidates(event: Event, batch: CommandBatch) -> Iterator[_Candidate]:
    declaration = _REPEATED.get(type(event))
    if declaration is not None:
        yield declaration.command, {name: getattr(event, name) for name in declaration.fields}
        return
    yield from _agreement_candidates(event)
    yield from _milestone_candidates(event)
    yield from _movement_candidates(event, batch)
    yield from _adjustment_candidates(event, batch)
    yield from _run_candidates(event)
    fact = batch.first
    fields: dict[str, Any]
    match event:
        case PaymentsFellDue() | ReceiptsFellDue() | PaymentsHeld() | PaymentsFreed():
            yield commands.FallDue, {"on": fact.effective_on}
        case PartyMatched():
            yield commands.FallDue, {"on": fact.effective_on}
            yield commands.ScreenParties, {}
        case DistributionObjected():
            fields = {name: getattr(event, name) for name in ("period", "revision", "reason", "documents")}
            yield commands.ObjectToDistribution, fields | {"positions": event.positions}
            yield commands.ObjectToDistribution, fields
        case PaymentsRejected() if fact.command_key.startswith("send/"):
            yield commands.SubmitRun, {"run": event.run}
        case PeopleLoaded():
            yield commands.LoadPeople, {"users": event.users}
        case HistoryArchived():
            yield commands.ArchiveHistory, {"history": event}
        case _:
            request, _, rest = fact.command_key.partition("/")
            folder, _, digest = rest.partition("/")
            if request in {"bank-file", "bank-file-refused"}:
                yield commands.TakeBankFile, {"account": folder.partition(".")[2], "file": digest}


def _run_candidates(event: Event) -> Iterator[_Candidate]:
    match event:
        case RunFirstReleased():
            yield commands.ReleaseRun, {"run": event.run, "sha256": event.sha256}
        case RunPrepared():
            fields = {"run": event.run, "account": event.account, "currency": event.currency}
            yield commands.PrepareRun, fields | {"on": event.execution_on}


def _movement_candidates(event: Event, batch: CommandBatch) -> Iterator[_Candidate]:
    match event:
        case MovementAllocated():
            for fields in _allocations(event, batch):
                yield commands.AllocateMovement, fields
        case MovementAllocationUndone():
            of_movement = {"account": event.account, "movement": event.movement, "reason": event.reason}
            undone = (one for one in batch.events if isinstance(one, MovementAllocationUndone))
            for number in (None, *(one.number for one in undone if one.movement == event.movement)):
                yield commands.UndoAllocation, of_movement | {"number": number}
        case _:
            return


def _adjustment_candidates(event: Event, batch: CommandBatch) -> Iterator[_Candidate]:
    match event:
        case ReceiptAdjusted(proposed_by=""):
            of_receipt = {"receipt": event.receipt, "to": event.to, "documents": event.documents}
            for name, amount in product(("", event.name), (event.amount, None)):
                yield commands.AdjustReceipt, of_receipt | {"name": name, "amount": amount, "reason": event.reason}
        case ReceiptAdjusted():
            yield commands.ConfirmWriteOff, {"receipt": event.receipt, "amount": event.amount}
        case WriteOffProposed():
            for amount in (event.amount, None):
                proposed = {"receipt": event.receipt, "to": "write-off", "amount": amount, "reason": event.reason}
                yield commands.AdjustReceipt, proposed
        case ReceiptAdjustmentUndone():
            for number in (event.number, None):
                yield (
                    commands.UndoAdjustment,
                    {"receipt": event.receipt, "number": number, "reason": event.reason},
                )
        case PaymentsScheduled():
            yield from _refunds(event, batch)
        case _:
            return


def _refunds(event: PaymentsScheduled, batch: CommandBatch) -> Iterator[_Candidate]:
    for refunded in (one for one in batch.events if isinstance(one, CreditRefunded)):
        [line] = event.payments
        said = {"account": refunded.account, "party": refunded.party, "payee": line.payee, "reason": refunded.reason}
        for amount, paid_from in product((refunded.amount, None), ("", line.account)):
            yield commands.RefundCredit, said | {"amount": amount, "paid_from": paid_from}


def _allocations(event: MovementAllocated, batch: CommandBatch) -> Iterator[dict[str, Any]]:
    """What the command may have said: each amount, or that it is all; and the name by which a payment was named."""
    made = [one for one in batch.events if isinstance(one, MovementAllocated)]
    fields = {
        "account": event.account,
        "movement": event.movement or event.bank_reference,
        "reason": event.reason,
        "charges": next((one.charges for one in made if one.charges is not None), None),
        "party": (event.party or "") if event.to == "production" else "",
    }
    if event.to == "reversal" or event.reverses:
        yield fields | {"to": "reversal", "name": event.reverses or event.name}
        return
    if event.to in {"vendor-refund", "paid-again"}:
        whole = total((one.amount for one in made), event.amount.currency)
        for amount in (whole if whole.minor > 0 else -whole, None):
            yield fields | {"to": event.to, "name": event.name, "amount": amount}
        return
    names = {event.name, event.end_to_end_id} - {None}
    if event.to == "refund":
        payees = (line for one in batch.events if isinstance(one, PaymentsScheduled) for line in one.payments)
        names = {line.payee for line in payees}
    for name in sorted(str(each) for each in names):
        for first, *others in product(*((_settled(one), None) for one in made)):
            parts = zip(made[1:], others, strict=True)
            further = tuple({"receipt": one.name, "amount": amount} for one, amount in parts)
            yield fields | {"to": event.to, "name": name, "amount": first, "further": further}


def _settled(event: MovementAllocated) -> Money:
    """The amount as a command names it: that of a payment is positive."""
    return -event.amount if event.to == "payment" else event.amount


def _agreement_candidates(event: Event) -> Iterator[_Candidate]:
    match event:
        case AgreementProposed(amends=None):
            yield commands.RegisterAgreement, {"document": event.document}
        case AgreementProposed():
            yield commands.AmendAgreement, {"document": event.document, "provisional": event.provisional}
        case AgreementAmended():  # by the first release, which asked nobody; or on the day that it names
            yield commands.AmendAgreement, {"document": event.document}
            yield commands.PassProposal, {"document": event.document}
        case ProposalEnded(outcome="refused"):
            yield commands.RefuseAgreement, {"document": event.document, "reason": event.reason}
        case ProposalEnded(outcome="withdrawn"):
            yield commands.WithdrawAgreement, {"document": event.document, "reason": event.reason}
        case ProposalEnded():
            yield commands.PassProposal, {"document": event.document}
        case _:
            return


def _milestone_candidates(event: Event) -> Iterator[_Candidate]:
    match event:
        case MilestoneRejected(by=None) | MilestoneEscalated() | MilestoneAccepted():
            yield commands.PassDeadline, {"milestone": event.milestone, "round": event.round}
        case MilestoneRejected():
            fields = {"milestone": event.milestone, "round": event.round, "reason": event.reason}
            yield commands.RejectMilestone, fields
        case _:
            return


_REPEATED = {one.repeated_in: one for one in TABLE if one.repeated_in is not None}
"""The declarations of commands whose event repeats all that they say."""
