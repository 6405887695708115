"""Update handlers made from the table of commands: one for each command that names the workflow.

Each admits the command, lets the activity of the command carry it out, one at a time, and answers with what the
workflow makes of the activity's answer.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.carriers import activity_of
    from domain.commands import Command, Declaration, carried_by, declared
    from workflows.admission import admitted
    from workflows.policies import DECISION

W = TypeVar("W", bound=type)


class CarriesCommands(Protocol):
    """A workflow whose updates are made from the table."""

    _one_at_a_time: asyncio.Lock

    async def _carried_out(self, command: Command, answer: Any) -> Any:
        """What an update answers, once its activity has answered; here a workflow takes note of the change."""
        ...


def carries_commands(of: str, answers: Mapping[type[Command], type] | None = None) -> Callable[[W], W]:
    """Give a workflow class the updates of the workflow type `of`; `answers` has those that are not the activity's."""

    def _with_updates(cls: W) -> W:
        for declaration in carried_by(of):
            setattr(cls, declaration.update, _update(declaration, (answers or {}).get(declaration.command)))
        return cls

    return _with_updates


def update_of(workflow_class: type, command: type[Command]) -> Any:
    """The update of a workflow that carries a command, as Temporal's clients take it."""
    return getattr(workflow_class, declared(command).update)


def _update(declaration: Declaration, answer: type | None) -> Callable[..., Awaitable[Any]]:
    activity = activity_of(declaration)

    async def handle(self: CarriesCommands, command: Command) -> Any:
        async with self._one_at_a_time:
            made = await workflow.execute_activity_method(activity, command, **DECISION)
        return await self._carried_out(command, made)

    handle.__name__, handle.__doc__ = declaration.update, declaration.description
    returned = answer or inspect.get_annotations(activity, eval_str=True)["return"]
    handle.__annotations__ = {"command": declaration.command, "return": returned}
    update = workflow.update(handle)
    update.validator(admitted(declaration))
    return update
