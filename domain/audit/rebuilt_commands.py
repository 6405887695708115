"""The command behind a stretch, made again from what it wrote: the payload that is remembered of it must be its hash.

So every field of a command that its first event repeats, and its key and who gave it, is bound twice: in the chain, and
in the table of commands. A command that was carried out by an earlier release was hashed in the version of its schema
of then, and any version will do: each has bytes of its own.
"""

from collections.abc import Iterator
from typing import Any

from domain import commands
from domain.audit.refold import Stretch
from domain.commands import TABLE, Command
from domain.events import (
    DistributionObjected,
    Event,
    HistoryArchived,
    MilestoneAccepted,
    MilestoneEscalated,
    MilestoneRejected,
    MovementAllocated,
    PaymentsFellDue,
    ReceiptsFellDue,
    RunPrepared,
)
from domain.schemas import SCHEMAS, Schemas

_Rebuilt = tuple[type[Command], dict[str, Any]]


def payload_hashes(production: str, stretch: Stretch, schemas: Schemas = SCHEMAS) -> frozenset[str] | None:
    """The hashes that the command of a stretch can have; None if its first event does not tell which it was."""
    first = stretch.told[0]
    if first.event is None:
        return None
    common = {"key": first.fact.command_key, "by": first.fact.actor, "production": production}
    candidates = list(_rebuilt(first.event, stretch))
    if not candidates:
        return None
    try:
        return frozenset().union(
            *(schemas.digests(kind.model_validate(common | fields)) for kind, fields in candidates)
        )
    except ValueError:  # somebody wrote into the record what no command can have said
        return frozenset()


def _rebuilt(event: Event, stretch: Stretch) -> Iterator[_Rebuilt]:
    declaration = _REPEATED.get(type(event))
    if declaration is not None:
        yield declaration.command, {name: getattr(event, name) for name in declaration.fields}
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


def _milestones(event: Event) -> Iterator[_Rebuilt]:
    match event:
        case MilestoneRejected(by=None) | MilestoneEscalated() | MilestoneAccepted():
            yield commands.PassDeadline, {"milestone": event.milestone, "round": event.round}
        case MilestoneRejected():
            said = {"milestone": event.milestone, "round": event.round, "reason": event.reason}
            yield commands.RejectMilestone, said
        case _:
            return


_REPEATED = {one.repeated_in: one for one in TABLE if one.repeated_in is not None}
"""The declarations of commands whose event repeats all that they say."""
