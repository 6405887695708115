"""Finds the activity that carries out a command, by its parameter type."""

import inspect
from collections.abc import Callable
from typing import Any

from activities.adjustments import AdjustmentActivities
from activities.agreement import AgreementActivities
from activities.bank import BankActivities
from activities.distributions import DistributionActivities
from activities.milestones import MilestoneActivities
from activities.movements import MovementActivities
from activities.payees import PayeeActivities
from activities.proposals import ProposalActivities
from activities.runs import RunActivities
from domain.commands import TABLE, Command, Declaration

_OWNERS = (
    AdjustmentActivities,
    AgreementActivities,
    BankActivities,
    DistributionActivities,
    MilestoneActivities,
    MovementActivities,
    ProposalActivities,
    PayeeActivities,
    RunActivities,
)


def activity_of(declaration: Declaration) -> Callable[..., Any]:
    """The activity that carries a command out.

    Raises:
        LookupError: no activity of the declared name takes the command.
    """
    for method in _named(declaration.activity):
        if declaration.command in inspect.get_annotations(method, eval_str=True).values():
            return method
    raise LookupError(f"No activity {declaration.activity} takes {declaration.name}.")


def commands_by_activity() -> dict[str, type[Command]]:
    """The command that each activity takes, by the activity's name; others make their command themselves."""
    return {
        one.activity: one.command
        for one in TABLE
        for method in _named(one.activity)
        if one.command in inspect.get_annotations(method, eval_str=True).values()
    }


def _named(activity: str) -> list[Callable[..., Any]]:
    return [getattr(owner, activity) for owner in _OWNERS if hasattr(owner, activity)]
