"""Commands about milestones."""

from pydantic import Field

from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.events import (
    EvidenceKept,
    MilestoneApproved,
    MilestoneSubmitted,
)
from domain.identity import Role
from domain.values.record import Sha256


class SubmitMilestone(Command):
    """Hand in the evidence of a milestone: document id → SHA-256. Other evidence voids the approvals given before."""

    milestone: str
    evidence: dict[str, Sha256] = Field(
        description="A document that the agreement asks for; once for each. Its SHA-256 is recorded."
    )


class KeepEvidence(Command):
    """Store the content of a document of a round's evidence, for those who may see it.

    Only what has the SHA-256 that was handed in is taken.
    """

    milestone: str
    round: int = Field(description="The round of evidence; default the newest.")
    evidence: str
    sha256: Sha256
    name: str = Field(min_length=1, max_length=120)
    size: int = Field(ge=0)


class ApproveMilestone(Command):
    """Approve the evidence of one round."""

    milestone: str
    round: int = Field(description="The round of evidence that was looked at; default the newest.")


class RejectMilestone(Command):
    """Reject the evidence of one round; other evidence can be submitted then."""

    milestone: str
    round: int = Field(description="The round of evidence that was looked at; default the newest.")
    reason: str = Field(min_length=1, max_length=500, description="What is wrong with the evidence.")


class PassDeadline(Command):
    """Do what the policy says once a deadline has passed."""

    milestone: str
    round: int


_ARGUMENTS = ("production", "milestone")
DECLARED = (
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
        arguments=_ARGUMENTS,
    ),
    Declaration(
        KeepEvidence,
        key="keep-evidence/{production}/{milestone}/{round}/{evidence}",
        repeated_in=EvidenceKept,
        repeatable=True,
        activity="keep",
        role=Role.PRODUCER,
        parties="the party that submits the milestone",
        cli="evidence keep",
        path="/productions/{production}/milestones/{milestone}/evidence/{evidence}/content",
        arguments=("production", "milestone", "evidence"),
    ),
    Declaration(
        ApproveMilestone,
        key="approve/{production}/{milestone}/{round}/{by}",
        repeated_in=MilestoneApproved,
        activity="approve",
        role=Role.APPROVER,
        parties="the parties that the approval policy names",
        excluded="whoever submitted the evidence or has approved it",
        workflow="Milestone",
        update="approve",
        cli="milestone approve",
        path="/productions/{production}/milestones/{milestone}/approvals",
        arguments=_ARGUMENTS,
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
        arguments=_ARGUMENTS,
    ),
    Declaration(
        PassDeadline,
        key="deadline/{production}/{milestone}/{round}/{deadline_on}",
        activity="pass_deadline",
        system=True,
    ),
)
