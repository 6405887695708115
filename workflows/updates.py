"""Which updates a workflow lets into its history at all; who may do what is the domain's to decide."""

from activities.views import AccountRef, DistributionRef, MilestoneRef, ProductionRef, RunRef
from domain.commands import Command
from domain.errors import BadInput
from domain.model import Record
from domain.people import SYSTEM

MOST_BYTES = 100_000
"""Of a wish, as JSON. Temporal takes no payload over two megabytes: a workflow that let one in could never go on."""


def fitting(wish: Record) -> None:
    """Let a wish pass that is small enough to be kept in a history.

    Raises:
        BadInput: it is not.
    """
    size = len(wish.model_dump_json())
    if size > MOST_BYTES:
        raise BadInput(
            f"This {type(wish).__name__} has {size:,} bytes and at most {MOST_BYTES:,} are taken: "
            "name fewer documents, or shorten its texts."
        )


def admit(wish: Command | AccountRef, about: ProductionRef | MilestoneRef | RunRef | DistributionRef) -> None:
    """Let an update by a person pass that is about what `about` names; the system's own wishes never come as updates.

    Raises:
        BadInput: it is about something else, calls itself the system's, or is too large.
    """
    fitting(wish)
    if wish.by == SYSTEM.user:
        raise BadInput(f"{SYSTEM.user!r} is Sluice's own name: say who acts with --as.")
    for name, ours in about:
        asked = getattr(wish, name, None)
        if asked != ours:
            raise BadInput(f"{asked!r} is another {name} than {ours}: ask the workflow of that one.")
