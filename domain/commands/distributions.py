"""Commands about distributions."""

from pydantic import Field

from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.events import (
    DistributionApproved,
    DistributionComputed,
    EntitlementsPosted,
    ObjectionResolved,
    PayoutsOrdered,
)
from domain.identity import Role
from domain.values.record import Sha256


class ComputeDistribution(Command):
    """Run the waterfall to the end of a period and ask the parties. Computing again voids their answers."""

    period: str


class ApproveDistribution(Command):
    """Accept one revision of a distribution for one's party. This also ends an objection of that party."""

    period: str
    revision: int = Field(description="The revision that was looked at; default the newest.")


class ObjectToDistribution(Command):
    """Dispute positions of one's party in one revision. Only what they give the party is held."""

    period: str
    revision: int = Field(description="The revision that was looked at; default the newest.")
    positions: tuple[str, ...] = Field(default=(), description="A disputed position; default all of your party's.")
    reason: str = Field(min_length=1, max_length=500, description="What is wrong.")
    documents: dict[str, Sha256] = Field(
        default_factory=dict, description="A document that shows it; once for each. Its SHA-256 is recorded."
    )


class ResolveObjection(Command):
    """End the objection of one's own party: what was held is paid out."""

    period: str
    reason: str = Field(min_length=1, max_length=500, description="What was agreed.")


class PostDistribution(Command):
    """Post what a distribution owes, once everybody has answered or the time to answer is over."""

    period: str


class OrderPayouts(Command):
    """Make payments of what a posted distribution owes."""

    period: str


_ARGUMENTS = ("production", "period")
DECLARED = (
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
        arguments=_ARGUMENTS,
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
        arguments=_ARGUMENTS,
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
        arguments=_ARGUMENTS,
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
        arguments=_ARGUMENTS,
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
)
