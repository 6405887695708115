"""Which activity carries out which command, found by the command that it takes."""

import inspect
from collections.abc import Callable
from typing import Any

from activities.agreement import AgreementActivities
from activities.bank import BankActivities
from activities.distributions import DistributionActivities
from activities.milestones import MilestoneActivities
from activities.runs import RunActivities
from domain.commands import Declaration

_OWNERS = (AgreementActivities, BankActivities, DistributionActivities, MilestoneActivities, RunActivities)


def activity_of(declaration: Declaration) -> Callable[..., Any]:
    """The activity that carries a command out.

    Raises:
        LookupError: no activity of the name that the table says takes the command.
    """
    for owner in _OWNERS:
        method: Callable[..., Any] | None = getattr(owner, declaration.activity, None)
        if method and declaration.command in inspect.get_annotations(method, eval_str=True).values():
            return method
    raise LookupError(f"No activity {declaration.activity} takes {declaration.name}.")
