"""The command behind a stretch, made again from what it wrote: the payload that is remembered of it must be its hash.

So every field of a command that its first event repeats, and its key and who gave it, is bound twice: in the chain, and
in the table of commands. A command that was carried out by an earlier release was hashed in the version of its schema
of then, and any version will do: each has bytes of its own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from domain import commands
from domain.audit.refold import Stretch
from domain.commands import Command
from domain.events import (
    AgreementAmended,
    AgreementRegistered,
    DistributionApproved,
    DistributionComputed,
    DistributionObjected,
    EntitlementsPosted,
    Event,
    HistoryArchived,
    HistoryGivenUp,
    MilestoneAccepted,
    MilestoneApproved,
    MilestoneEscalated,
    MilestoneRejected,
    MilestoneSubmitted,
    MovementAllocated,
    ObjectionResolved,
    PaymentCorrected,
    PaymentHeld,
    PaymentResumed,
    PaymentsFellDue,
    PayoutsOrdered,
    ReceiptsFellDue,
    RunCancelled,
    RunDoubted,
    RunEscalated,
    RunPrepared,
    RunReleased,
    RunSubmitted,
    StatementImported,
)
from domain.schemas import SCHEMAS, Schemas

_Wish = tuple[type[Command], dict[str, Any]]


def payload_hashes(production: str, stretch: Stretch, schemas: Schemas = SCHEMAS) -> frozenset[str] | None:
    """The hashes that the command of a stretch can have; None if its first event does not tell which it was."""
    first = stretch.told[0]
    if first.event is None:
        return None
    common = {"key": first.fact.command_key, "by": first.fact.actor, "production": production}
    requests = list(_wishes(first.event, stretch))
    if not requests:
        return None
    try:
        return frozenset().union(*(schemas.digests(kind.model_validate(common | fields)) for kind, fields in requests))
    except ValueError:  # somebody wrote into the record what no command can have said
        return frozenset()


def _wishes(event: Event, stretch: Stretch) -> Iterator[_Wish]:
    fixed = _ALIKE.get(type(event))
    if fixed is not None:
        kind, named = fixed
        yield kind, {name: getattr(event, name) for name in named}
        return
    yield from _milestones(event)
    fact = stretch.first
    match event:
        case PaymentsFellDue() | ReceiptsFellDue():
            yield commands.FallDue, {"on": fact.effective_on}
        case RunPrepared():
            about = {"run": event.run, "account": event.account, "currency": event.currency}
            yield commands.PrepareRun, about | {"on": event.execution_on}
        case DistributionObjected():
            said = {"period": event.period, "revision": event.revision, "reason": event.reason}
            yield commands.ObjectToDistribution, said | {"positions": event.positions}
            yield commands.ObjectToDistribution, said
        case MovementAllocated():
            said = {name: getattr(event, name) for name in ("account", "bank_reference", "to", "name", "reason")}
            yield commands.AllocateMovement, said | {"amount": event.amount}
            yield commands.AllocateMovement, said
        case HistoryArchived():
            yield commands.ArchiveHistory, {"history": event}
        case _:
            request, _, rest = fact.command_key.partition("/")
            folder, _, digest = rest.partition("/")
            if request in {"bank-file", "bank-file-refused"}:
                yield commands.TakeBankFile, {"account": folder.partition(".")[2], "file": digest}


def _milestones(event: Event) -> Iterator[_Wish]:
    match event:
        case MilestoneRejected(by=None) | MilestoneEscalated() | MilestoneAccepted():
            yield commands.PassDeadline, {"milestone": event.milestone, "round": event.round}
        case MilestoneRejected():
            said = {"milestone": event.milestone, "round": event.round, "reason": event.reason}
            yield commands.RejectMilestone, said
        case _:
            return


_ALIKE: Mapping[type[Any], tuple[type[Command], tuple[str, ...]]] = {
    AgreementRegistered: (commands.RegisterAgreement, ("document",)),
    AgreementAmended: (commands.AmendAgreement, ("document",)),
    MilestoneSubmitted: (commands.SubmitMilestone, ("milestone", "evidence")),
    MilestoneApproved: (commands.ApproveMilestone, ("milestone", "round")),
    RunReleased: (commands.ReleaseRun, ("run", "sha256")),
    RunCancelled: (commands.CancelRun, ("run", "reason")),
    RunSubmitted: (commands.SubmitRun, ("run",)),
    RunDoubted: (commands.DoubtRun, ("run",)),
    RunEscalated: (commands.EscalateRun, ("run",)),
    PaymentHeld: (commands.HoldPayment, ("payment", "reason")),
    PaymentResumed: (commands.ResumePayment, ("payment",)),
    PaymentCorrected: (commands.CorrectPayment, ("payment", "reason")),
    DistributionComputed: (commands.ComputeDistribution, ("period",)),
    DistributionApproved: (commands.ApproveDistribution, ("period", "revision")),
    ObjectionResolved: (commands.ResolveObjection, ("period", "reason")),
    EntitlementsPosted: (commands.PostDistribution, ("period",)),
    PayoutsOrdered: (commands.OrderPayouts, ("period",)),
    HistoryGivenUp: (commands.GiveUpHistory, ("workflow_id", "run_id", "why", "reason")),
    StatementImported: (commands.ImportStatement, ("version", "rows")),
}
"""Events that repeat what their command says, field by field."""
