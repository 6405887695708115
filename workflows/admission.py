"""Validators of updates: which commands enter a workflow's history. The domain decides who may do what."""

from collections.abc import Callable
from typing import Any

from activities.views import AccountRef, DistributionRef, MilestoneRef, ProductionRef, RunRef
from domain.commands import Command, Declaration
from domain.errors import BadInput
from domain.identity import SYSTEM
from domain.values.record import Record

MOST_BYTES = 100_000
"""The largest command, as JSON. Temporal rejects payloads over two megabytes, which would block a workflow."""


def check_size(request: Record) -> None:
    """Check that a command is small enough for a history.

    Raises:
        BadInput: it is too large.
    """
    size = len(request.model_dump_json())
    if size > MOST_BYTES:
        raise BadInput(
            f"This {type(request).__name__} has {size:,} bytes and at most {MOST_BYTES:,} are taken: "
            "name fewer documents, or shorten its texts."
        )


def admit(request: Command | AccountRef, about: ProductionRef | MilestoneRef | RunRef | DistributionRef) -> None:
    """Check an update by a person: its target must be what `about` names. System commands are never updates.

    Raises:
        BadInput: it has another target, is by the system's user, or is too large.
    """
    check_size(request)
    if request.by == SYSTEM.user:
        raise BadInput(f"{SYSTEM.user!r} is Sluice's own name: say who acts with --as.")
    for name, expected in about:
        given = getattr(request, name, None)
        if given != expected:
            raise BadInput(f"{given!r} is another {name} than {expected}: ask the workflow of that one.")


def validator_of(declaration: Declaration) -> Callable[[Any, Any], None]:
    """The validator of a command's update. It raises what `admit` raises."""

    def _validate(self: Any, command: Any) -> None:
        admit(command, self._ref)

    _validate.__annotations__ = {"command": declaration.command, "return": None}
    return _validate
