"""Update handlers made from the table of commands: one for each command that names the workflow.

A handler validates the command, runs its activity, one at a time, and returns what the workflow makes of the result.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.carriers import activity_of
    from domain.commands import Command, Declaration, carried_by, declared
    from workflows.admission import validator_of
    from workflows.policies import DECISION

W = TypeVar("W", bound=type)


class CarriesCommands(Protocol):
    """A workflow whose updates are made from the table."""

    _one_at_a_time: asyncio.Lock

    async def _carried_out(self, command: Command, answer: Any) -> Any:
        """Take note of a carried out command. Returns the result of the update."""
        ...


def carries_commands(of: str, answers: Mapping[type[Command], type] | None = None) -> Callable[[W], W]:
    """Add the updates of the workflow type `of` to a class. `answers` has result types other than the activity's."""

    def _with_updates(cls: W) -> W:
        for declaration in carried_by(of):
            setattr(cls, declaration.update, _update(declaration, (answers or {}).get(declaration.command)))
        return cls

    return _with_updates


def update_of(workflow_class: type, command: type[Command]) -> Any:
    """The update of a workflow class for a command, for Temporal clients."""
    return getattr(workflow_class, declared(command).update)


def _update(declaration: Declaration, answer: type | None) -> Callable[..., Awaitable[Any]]:
    activity = activity_of(declaration)

    async def _handle(self: CarriesCommands, command: Command) -> Any:
        async with self._one_at_a_time:
            result = await workflow.execute_activity_method(activity, command, **DECISION)
        return await self._carried_out(command, result)

    _handle.__name__, _handle.__doc__ = declaration.update, declaration.description
    returned = answer or inspect.get_annotations(activity, eval_str=True)["return"]
    _handle.__annotations__ = {"command": declaration.command, "return": returned}
    update = workflow.update(_handle)
    update.validator(validator_of(declaration))
    return update
