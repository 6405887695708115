"""The types of all payloads in histories, by today's code."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from temporalio import activity, workflow

from app.bootstrap import Services
from app.settings import Settings
from app.worker.worker import WORKFLOWS


def activity_types() -> dict[str, tuple[list[Any], Any]]:
    """Each activity's arguments and result, by its name."""
    nothing: Any = None
    services = Services(settings=Settings(), handler=nothing, client=nothing, folder=nothing)
    return {str(activity._Definition.must_from_callable(each).name): _hints(each) for each in services.activities()}


def workflow_types() -> dict[str, tuple[list[Any], Any]]:
    """Each workflow's arguments and result, by its name."""
    return {str(each.name): _hints(each.run_fn) for each in _definitions()}


def update_types() -> dict[tuple[str, str], tuple[list[Any], Any]]:
    """The arguments and result of each update, by the names of its workflow and its own."""
    return {
        (str(each.name), str(name)): _hints(update.fn)
        for each in _definitions()
        for name, update in each.updates.items()
    }


def payload_kinds() -> dict[str, type]:
    """The records that are payloads, alone or in a list, by the name of their class."""
    found = {}
    for each in _payload_types():
        for one in get_args(each) if get_origin(each) is list else (each,):
            if issubclass(one, BaseModel):
                found[one.__name__] = one
    return found


def _payload_types() -> Iterator[Any]:
    for arguments, result in (*activity_types().values(), *workflow_types().values(), *update_types().values()):
        yield from (*arguments, result)


def _definitions() -> list[workflow._Definition]:
    return [workflow._Definition.must_from_class(each) for each in WORKFLOWS]


def _hints(function: Any) -> tuple[list[Any], Any]:
    hints = get_type_hints(function)
    result = hints.pop("return", None)
    return list(hints.values()), result
