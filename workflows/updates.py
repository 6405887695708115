"""Which updates a workflow lets into its history at all; who may do what is the domain's to decide."""

from activities.views import AccountRef, DistributionRef, MilestoneRef, ProductionRef, RunRef
from domain.commands import Command
from domain.errors import BadInput
from domain.people import SYSTEM


def admit(wish: Command | AccountRef, about: ProductionRef | MilestoneRef | RunRef | DistributionRef) -> None:
    """Let an update by a person pass that is about what `about` names; the system's own wishes never come as updates.

    Raises:
        BadInput: it is about something else, or calls itself the system's.
    """
    if wish.by == SYSTEM.user:
        raise BadInput(f"{SYSTEM.user!r} is Sluice's own name: say who acts with --as.")
    for name, ours in about:
        asked = getattr(wish, name, None)
        if asked != ours:
            raise BadInput(f"{asked!r} is another {name} than {ours}: ask the workflow of that one.")
