"""How a command is declared."""

import inspect
from dataclasses import dataclass

from domain.commands.base import Command
from domain.identity import Role
from domain.values.record import Record

PAYER = "the party that owns the debtor account"
"""Whose people act on a debtor account's payments and runs, in words."""


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
