"""The table of commands. Each is declared here once, and everything that must agree with it is made from here.

A declaration gives the command's key, the role it needs, the workflow's update and validator, the command of the
command line, and its entry in the reference. `tests/domain/commands/test_table.py` checks that every command is
declared once and that an activity carries it out.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from domain.commands import (
    adjustments,
    agreement,
    bank,
    distributions,
    histories,
    ledger,
    milestones,
    payees,
    payments,
    people,
    runs,
    statements,
)
from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.errors import WrongRole
from domain.identity import Person

TABLE: tuple[Declaration, ...] = (
    *agreement.DECLARED,
    *milestones.DECLARED,
    *payments.DECLARED,
    *payees.DECLARED,
    *runs.DECLARED,
    *bank.DECLARED,
    *adjustments.DECLARED,
    *distributions.DECLARED,
    *statements.DECLARED,
    *histories.DECLARED,
    *ledger.DECLARED,
    *people.DECLARED,
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


def make(
    kind: type[C], /, *, key: str = "", nonce: str = "", beside: Mapping[str, object] = _NOTHING, **fields: Any
) -> C:
    """Make a command under the key that its declaration gives.

    `key` is the caller's own key, such as an idempotency key; it is scoped to the user. `nonce` ends the key of a
    repeatable command. A substitute's command is another one than the same in their own right. `beside` holds the
    values of the template that are not fields of the command.

    Raises:
        ValueError: a field, or the key, does not fit (pydantic's `ValidationError`).
    """
    declaration = declared(kind)
    made = declaration.key.format(**fields, **beside)
    if fields.get("acting_for"):
        made = f"{made}/for/{fields['acting_for']}"
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
