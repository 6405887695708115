"""The table of commands. Each is declared here once, and everything that must agree with it is made from here.

A declaration gives the command's key, the role it needs, the workflow's update and validator, the command of the
command line, and its entry in the reference. `tests/domain/commands/test_table.py` checks that every command is
declared once and that an activity carries it out.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from domain.commands.models import (
    AllocateMovement,
    AmendAgreement,
    ApproveDistribution,
    ApproveMilestone,
    ArchiveHistory,
    CancelRun,
    Command,
    ComputeDistribution,
    CorrectPayment,
    DoubtRun,
    EscalateRun,
    FallDue,
    GiveUpHistory,
    HoldPayment,
    ImportStatement,
    ObjectToDistribution,
    OrderPayouts,
    PassDeadline,
    PostDistribution,
    PrepareRun,
    RegisterAgreement,
    RejectMilestone,
    ReleaseRun,
    ResolveObjection,
    ResumePayment,
    SubmitMilestone,
    SubmitRun,
    TakeBankFile,
)
from domain.errors import WrongRole
from domain.events import (
    AgreementAmended,
    AgreementRegistered,
    DistributionApproved,
    DistributionComputed,
    EntitlementsPosted,
    HistoryGivenUp,
    MilestoneApproved,
    MilestoneSubmitted,
    ObjectionResolved,
    PaymentCorrected,
    PaymentHeld,
    PaymentResumed,
    PayoutsOrdered,
    RunCancelled,
    RunDoubted,
    RunEscalated,
    RunReleased,
    RunSubmitted,
    StatementImported,
)
from domain.identity import Person, Role
from domain.values.record import Record


@dataclass(frozen=True, slots=True)
class Declaration:
    """Everything that is declared of one command.

    `key` is the template of the business key. It names fields of the command, or values given beside them.

    A `repeatable` command may be given again with the same fields, so its key ends in a nonce, unless the caller gives
    a key.

    `role` is None where only Sluice itself gives the command. `parties` says in words for which party the role counts,
    and `excluded` who may not act although they have the role.

    `workflow` and `update` name the Temporal workflow and update that carry the command. Without them, the caller runs
    the transaction directly. `activity` is that transaction. `repeated_in` is the event that has every field of
    the command: an audit makes the command again from it.

    `cli` is the command of the command line and `path` the resource of the API. `arguments` are the fields that both
    take by position.
    """

    command: type[Command]
    key: str
    activity: str
    repeated_in: type[Record] | None = None
    repeatable: bool = False
    role: Role | None = None
    parties: str = ""
    excluded: str = ""
    system: bool = False
    workflow: str = ""
    update: str = ""
    cli: str = ""
    path: str = ""
    arguments: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """What the command says besides its key, who gives it, and the production."""
        return tuple(name for name in self.command.model_fields if name not in Command.model_fields)

    @property
    def name(self) -> str:
        """The command's name, which refusals record."""
        return self.command.__name__

    @property
    def description(self) -> str:
        """What the command does, for people. The first line is a complete sentence."""
        return inspect.cleandoc(self.command.__doc__ or "")


_MILESTONE = ("production", "milestone")
_PERIOD = ("production", "period")
_PAYER = "the party that owns the debtor account"

TABLE: tuple[Declaration, ...] = (
    Declaration(
        RegisterAgreement,
        key="register/{production}/{document:.16}/{by}",
        repeated_in=AgreementRegistered,
        activity="register",
        role=Role.PRODUCER,
        parties="any party of the agreement",
        workflow="Production",
        update="register",
        cli="agreement register",
        path="/productions",
        arguments=("document",),
    ),
    Declaration(
        AmendAgreement,
        key="amend/{production}/{document:.16}/{by}",
        repeated_in=AgreementAmended,
        activity="amend",
        role=Role.PRODUCER,
        parties="any party of the agreement",
        workflow="Production",
        update="amend",
        cli="agreement amend",
        path="/productions/{production}/amendments",
        arguments=("document",),
    ),
    Declaration(
        SubmitMilestone,
        key="submit/{production}/{milestone}",
        repeated_in=MilestoneSubmitted,
        repeatable=True,
        activity="submit",
        role=Role.PRODUCER,
        parties="the party that submits the milestone",
        workflow="Milestone",
        update="submit",
        cli="milestone submit",
        path="/productions/{production}/milestones/{milestone}/evidence",
        arguments=_MILESTONE,
    ),
    Declaration(
        ApproveMilestone,
        key="approve/{production}/{milestone}/{round}/{by}",
        repeated_in=MilestoneApproved,
        activity="approve",
        role=Role.APPROVER,
        parties="the parties that the approval policy names",
        excluded="whoever submitted the evidence or approved for another party",
        workflow="Milestone",
        update="approve",
        cli="milestone approve",
        path="/productions/{production}/milestones/{milestone}/approvals",
        arguments=_MILESTONE,
    ),
    Declaration(
        RejectMilestone,
        key="reject/{production}/{milestone}/{round}/{by}",
        activity="reject",
        role=Role.APPROVER,
        parties="the parties that the approval policy names",
        excluded="whoever submitted the evidence",
        workflow="Milestone",
        update="reject",
        cli="milestone reject",
        path="/productions/{production}/milestones/{milestone}/rejections",
        arguments=_MILESTONE,
    ),
    Declaration(
        PassDeadline,
        key="deadline/{production}/{milestone}/{round}/{deadline_on}",
        activity="pass_deadline",
        system=True,
    ),
    Declaration(
        FallDue,
        key="fall-due/{production}/{on}/{digest}/{by}",
        activity="fall_due",
        role=Role.PREPARER,
        parties=_PAYER,
        system=True,
    ),
    Declaration(PrepareRun, key="prepare/{run}", activity="prepare", role=Role.PREPARER, parties=_PAYER, system=True),
    Declaration(
        ReleaseRun,
        key="release/{run}/{sha256:.16}/{by}",
        repeated_in=RunReleased,
        activity="release",
        role=Role.RELEASER,
        parties=_PAYER,
        excluded="whoever prepared the run",
        workflow="PaymentRun",
        update="release",
        cli="run release",
        path="/runs/{run}/release",
        arguments=("run",),
    ),
    Declaration(
        CancelRun,
        key="cancel/{run}",
        repeated_in=RunCancelled,
        repeatable=True,
        activity="cancel",
        role=Role.PREPARER,
        parties=_PAYER,
        workflow="PaymentRun",
        update="cancel",
        cli="run cancel",
        path="/runs/{run}/cancellation",
        arguments=("run",),
    ),
    Declaration(SubmitRun, key="send/{run}/{times_sent}", repeated_in=RunSubmitted, activity="send", system=True),
    Declaration(DoubtRun, key="doubt/{run}/{enquiries}", repeated_in=RunDoubted, activity="doubt", system=True),
    Declaration(EscalateRun, key="escalate/{run}", repeated_in=RunEscalated, activity="escalate", system=True),
    Declaration(
        HoldPayment,
        key="hold/{payment}",
        repeated_in=PaymentHeld,
        repeatable=True,
        activity="hold",
        role=Role.TREASURER,
        parties=_PAYER,
        workflow="Production",
        update="hold",
        cli="payment hold",
        path="/payments/{payment}/holds",
        arguments=("payment",),
    ),
    Declaration(
        ResumePayment,
        key="resume/{payment}",
        repeated_in=PaymentResumed,
        repeatable=True,
        activity="resume",
        role=Role.TREASURER,
        parties=_PAYER,
        workflow="Production",
        update="resume",
        cli="payment resume",
        path="/payments/{payment}/resumption",
        arguments=("payment",),
    ),
    Declaration(
        CorrectPayment,
        key="correct/{payment}",
        repeated_in=PaymentCorrected,
        repeatable=True,
        activity="correct",
        role=Role.TREASURER,
        parties=_PAYER,
        workflow="Production",
        update="correct",
        cli="payment correct",
        path="/payments/{payment}/corrections",
        arguments=("payment",),
    ),
    Declaration(TakeBankFile, key="{intake}/{folder}/{file}", activity="take", system=True),
    Declaration(
        AllocateMovement,
        key="allocate/{production}/{account}",
        repeatable=True,
        activity="allocate",
        role=Role.TREASURER,
        parties="the party that owns the account",
        workflow="Production",
        update="allocate",
        cli="movement allocate",
        path="/productions/{production}/movements/{bank_reference}/allocation",
        arguments=("production", "account", "bank_reference"),
    ),
    Declaration(
        ComputeDistribution,
        key="compute/{production}/{period}",
        repeated_in=DistributionComputed,
        repeatable=True,
        activity="compute_distribution",
        role=Role.PREPARER,
        parties="the party that owns the account that pays",
        system=True,
        workflow="Distribution",
        update="compute",
        cli="distribution open",
        path="/productions/{production}/distributions/{period}",
        arguments=_PERIOD,
    ),
    Declaration(
        ApproveDistribution,
        key="approve/{production}/{period}/{revision}",
        repeated_in=DistributionApproved,
        repeatable=True,
        activity="approve_distribution",
        role=Role.APPROVER,
        parties="the parties that the distribution concerns",
        workflow="Distribution",
        update="approve",
        cli="distribution approve",
        path="/productions/{production}/distributions/{period}/approvals",
        arguments=_PERIOD,
    ),
    Declaration(
        ObjectToDistribution,
        key="object/{production}/{period}/{revision}",
        repeatable=True,
        activity="object_to_distribution",
        role=Role.APPROVER,
        parties="the parties that the distribution concerns",
        workflow="Distribution",
        update="object_to",
        cli="distribution object",
        path="/productions/{production}/distributions/{period}/objections",
        arguments=_PERIOD,
    ),
    Declaration(
        ResolveObjection,
        key="resolve/{production}/{period}",
        repeated_in=ObjectionResolved,
        repeatable=True,
        activity="resolve_objection",
        role=Role.APPROVER,
        parties="the party that objected",
        workflow="Distribution",
        update="resolve",
        cli="distribution resolve",
        path="/productions/{production}/distributions/{period}/resolutions",
        arguments=_PERIOD,
    ),
    Declaration(
        PostDistribution,
        key="post/{production}/{period}/{revision}",
        repeated_in=EntitlementsPosted,
        activity="post_distribution",
        system=True,
    ),
    Declaration(
        OrderPayouts,
        key="order/{production}/{period}",
        repeated_in=PayoutsOrdered,
        activity="order_payouts",
        system=True,
    ),
    Declaration(
        ImportStatement,
        key="import/{production}/{kind}/{source}/{statement}/{version}/{digest:.16}/{by}",
        repeated_in=StatementImported,
        activity="take",
        role=Role.TREASURER,
        parties="the parties whose account the receipts reach",
        path="/productions/{production}/statements",
    ),
    Declaration(ArchiveHistory, key="archive/{workflow}/{run_id}", activity="archive", system=True),
    Declaration(
        GiveUpHistory,
        key="give-up/{workflow}/{lost}",
        repeated_in=HistoryGivenUp,
        activity="give_up",
        role=Role.AUDITOR,
        parties="the parties that pay",
        cli="history give-up",
        path="/histories/{workflow_id}/loss",
        arguments=("workflow_id",),
    ),
)

_BY_COMMAND: Mapping[type[Command], Declaration] = {one.command: one for one in TABLE}
_NOTHING: Mapping[str, object] = {}
C = TypeVar("C", bound=Command)


def declared(command: type[Command]) -> Declaration:
    """The declaration of a command."""
    return _BY_COMMAND[command]


def carried_by(workflow: str) -> tuple[Declaration, ...]:
    """The declarations whose commands are updates of a workflow type."""
    return tuple(one for one in TABLE if one.workflow == workflow)


def make(kind: type[C], *, key: str = "", nonce: str = "", beside: Mapping[str, object] = _NOTHING, **fields: Any) -> C:
    """Make a command under the key that its declaration gives.

    `key` is the caller's own key, such as an idempotency key; it is scoped to the user. `nonce` ends the key of a
    repeatable command. `beside` holds the values of the template that are not fields of the command.

    Raises:
        ValueError: a field, or the key, does not fit (pydantic's `ValidationError`).
    """
    declaration = declared(kind)
    made = declaration.key.format(**fields, **beside)
    if declaration.repeatable:
        made = f"{made}/{nonce}"
    return kind(key=f"given/{fields['by']}/{key}" if key else made, **fields)


def require(person: Person, command: type[Command], parties: tuple[str, ...], action: str) -> None:
    """Check that a person has the role that the table names for the command, and belongs to one of `parties`.

    `action` is what the person tries to do, for the error's sentence.

    Raises:
        WrongRole: the role is missing, or the person belongs to another party.
    """
    role = declared(command).role
    if role is None:
        raise WrongRole(f"{person.user} may not {action}: only Sluice itself does that.", user=person.user)
    person.require(role, parties, action)
