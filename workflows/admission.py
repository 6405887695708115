"""Which updates a workflow lets into its history at all; who may do what is the domain's to decide."""

from collections.abc import Callable
from typing import Any

from activities.views import AccountRef, DistributionRef, MilestoneRef, ProductionRef, RunRef
from domain.commands import Command, Declaration
from domain.errors import BadInput
from domain.identity import SYSTEM
from domain.values.record import Record

MOST_BYTES = 100_000
"""Of a command, as JSON. Temporal takes no payload over two megabytes: a workflow that let one in could never go on."""


def fitting(request: Record) -> None:
    """Let a command pass that is small enough to be kept in a history.

    Raises:
        BadInput: it is not.
    """
    size = len(request.model_dump_json())
    if size > MOST_BYTES:
        raise BadInput(
            f"This {type(request).__name__} has {size:,} bytes and at most {MOST_BYTES:,} are taken: "
            "name fewer documents, or shorten its texts."
        )


def admit(request: Command | AccountRef, about: ProductionRef | MilestoneRef | RunRef | DistributionRef) -> None:
    """Let an update by a person pass that is about what `about` names; the system's own commands never come as updates.

    Raises:
        BadInput: it is about something else, calls itself the system's, or is too large.
    """
    fitting(request)
    if request.by == SYSTEM.user:
        raise BadInput(f"{SYSTEM.user!r} is Sluice's own name: say who acts with --as.")
    for name, ours in about:
        asked = getattr(request, name, None)
        if asked != ours:
            raise BadInput(f"{asked!r} is another {name} than {ours}: ask the workflow of that one.")


def admitted(declaration: Declaration) -> Callable[[Any, Any], None]:
    """The validator of an update that carries a command; it raises what `admit` raises."""

    def _validate(self: Any, command: Any) -> None:
        admit(command, self._ref)

    _validate.__annotations__ = {"command": declaration.command, "return": None}
    return _validate
