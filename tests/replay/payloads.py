"""The committed shapes of all payloads in histories, and the rules for changing them.

Histories are read for ever, and their payloads have no version. A field may be added if it is optional, an enum may get
a value, and a type may accept more. Nothing is removed, renamed, or changed to another type. Other stored records have
versions: see `domain.schemas`.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter
from temporalio import activity, workflow

from app.bootstrap import Services
from app.settings import Settings
from app.worker.worker import WORKFLOWS

SNAPSHOT = Path(__file__).parent / "payloads.json"
Shapes = dict[str, Any]
"""Model → field → `{"required": …, "type": schema}`; an enum → `{"enum": […]}`."""
_WORDS = {"title", "description", "default", "examples"}
"""Descriptive keys of a schema, and its defaults. None of them changes what can be read."""


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


def shapes() -> Shapes:
    """The current shapes."""
    found: Shapes = {}
    for each in _payload_types():
        schema = TypeAdapter(each).json_schema(mode="serialization", ref_template="{model}")
        models = {**schema.pop("$defs", {}), **({schema["title"]: schema} if "properties" in schema else {})}
        for name, model in models.items():
            found[name] = _shape(model)
    return dict(sorted(found.items()))


def breaks(before: Shapes, after: Shapes) -> Iterator[str]:
    """A sentence for every change that makes something unreadable."""
    for model, shape in before.items():
        now = after.get(model)
        if now is None:
            yield f"{model} is gone: keep it for as long as histories or events of it exist"
        elif "enum" in shape:
            yield from (f"{model} lost the value {one!r}" for one in shape["enum"] if one not in now.get("enum", ()))
        else:
            yield from _broken_fields(model, shape, now)


def update_payloads() -> list[str]:
    """Write the current shapes into the snapshot if they only extend it. Returns what was added.

    Raises:
        SystemExit: a recorded payload could no longer be read.
    """
    before: Shapes = json.loads(SNAPSHOT.read_text("utf-8")) if SNAPSHOT.exists() else {}
    after = shapes()
    broken = list(breaks(before, after))
    if broken:
        raise SystemExit("error: " + "\nerror: ".join(broken))
    SNAPSHOT.write_text(json.dumps(after, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    return [f"{SNAPSHOT.name}: {model}" for model, shape in after.items() if before.get(model) != shape]


def _broken_fields(model: str, before: Shapes, after: Shapes) -> Iterator[str]:
    for name, field in before.items():
        now = after.get(name)
        if now is None:
            yield f"{model}.{name} is gone: keep it, and stop using it"
        elif not _takes_in(field["type"], now["type"]):
            yield f"{model}.{name} is of another type: add a field of the new one instead"
        elif now["required"] and not field["required"]:
            yield f"{model}.{name} must be there now, and is not in what was written before: give it a default again"
    for name in after.keys() - before.keys():
        if after[name]["required"]:
            yield f"{model}.{name} is new and must be there: give it a default"


def _takes_in(before: Any, after: Any) -> bool:
    """Whether everything that fits one schema fits the other."""
    if before == after:
        return True
    if isinstance(after, Mapping) and "anyOf" in after:
        alternatives = before["anyOf"] if isinstance(before, Mapping) and "anyOf" in before else [before]
        return all(any(_takes_in(one, other) for other in after["anyOf"]) for one in alternatives)
    if isinstance(before, Mapping) and isinstance(after, Mapping) and "enum" in before and "enum" in after:
        return set(before["enum"]) <= set(after["enum"])
    return False


def _payload_types() -> Iterator[Any]:
    for arguments, result in (*activity_types().values(), *workflow_types().values(), *update_types().values()):
        yield from (*arguments, result)


def _shape(model: Mapping[str, Any]) -> Shapes:
    if "enum" in model:
        return {"enum": model["enum"]}
    required = model.get("required", ())
    constant = {name for name, field in model.get("properties", {}).items() if "const" in field}
    return {
        name: {"required": name in required and "default" not in field and name not in constant, "type": _plain(field)}
        for name, field in model.get("properties", {}).items()
    }


def _plain(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        return {name: _plain(value) for name, value in schema.items() if name not in _WORDS}
    return [_plain(value) for value in schema] if isinstance(schema, list) else schema


def _definitions() -> list[workflow._Definition]:
    return [workflow._Definition.must_from_class(each) for each in WORKFLOWS]


def _hints(function: Any) -> tuple[list[Any], Any]:
    hints = get_type_hints(function)
    result = hints.pop("return", None)
    return list(hints.values()), result
