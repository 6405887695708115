"""The shapes of stored records, of every schema version.

    python -m tests.domain.schemas.shapes

adds the shapes of new kinds and versions. Existing shapes are never rewritten, because records of them exist.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter

from activities.views import AccountRef, PlannedRun
from domain import commands
from domain.commands.base import ENVELOPE, Command
from domain.events import Event
from domain.payments.runs import BoundRun
from domain.schemas import SCHEMAS, Schemas
from domain.sharing.statements import Statement
from tests.replay.payloads import payload_kinds

FILE = Path(__file__).parent / "shapes.json"
EVENTS = {cls.__name__: cls for cls in get_args(get_args(Event)[0])}
COMMANDS = {one.name: one.command for one in commands.TABLE}
KINDS = EVENTS | COMMANDS | payload_kinds() | {cls.__name__: cls for cls in (Statement, BoundRun)}
"""What is stored or hashed, by the name of its class."""
CARRYING = AccountRef | PlannedRun
"""Payloads that carry the envelope of the commands made from them."""
Shape = dict[str, str]
"""Field → a hash of its schema, with everything that is in it."""
WORDS = {"title", "description", "default", "examples"}
"""What a schema says for people, and what stands in for what a caller leaves out: bytes never leave anything out."""


def shape(cls: type) -> Shape:
    """The current shape of a kind. The envelope of a command is in no hash, and is left out where it says nothing."""
    schema = TypeAdapter(cls).json_schema(mode="serialization", ref_template="{model}")
    models = schema.get("$defs", {})
    fields = {name: _inlined(field, models) for name, field in schema["properties"].items()}
    return {
        name: hashlib.sha256(json.dumps(field, sort_keys=True).encode()).hexdigest()[:12]
        for name, field in fields.items()
        if not (issubclass(cls, Command | CARRYING) and name in ENVELOPE)
    }


def committed() -> dict[str, dict[str, Shape]]:
    """Kind → version → shape, as written."""
    found: dict[str, dict[str, Shape]] = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    return found


def changes(known: dict[str, dict[str, Shape]], today: dict[str, Shape], schemas: Schemas) -> list[str]:
    """A sentence for each kind that changed without a new version."""
    found = [f"{kind} is gone: keep it for as long as records of it exist." for kind in known if kind not in today]
    for kind, fields in today.items():
        versions, current = known.get(kind, {}), schemas.version(kind)
        written = versions.get(str(current))
        if written is None:
            found.append(f"{kind} version {current} is new: python -m tests.domain.schemas.shapes writes its shape.")
        elif written != fields:
            different = sorted(name for name in {*written, *fields} if written.get(name) != fields.get(name))
            found.append(
                f"{kind} is another than version {current} in {', '.join(different)}, and records of that version "
                f"exist: give STEPS in domain/schemas.py the step from version {current} to {current + 1}, then "
                "python -m tests.domain.schemas.shapes writes the new shape."
            )
        found += [
            f"{kind} has steps to version {current}, and the shape of version {version} is missing: put it back."
            for version in range(1, current)
            if str(version) not in versions
        ]
        if any(int(version) > current for version in versions):
            found.append(f"{kind} has had a version after {current}: steps are kept for ever, put them back.")
    return found


def write_new() -> list[str]:
    """Add the shapes of new versions. Returns what was added."""
    known, added = committed(), []
    for kind, cls in sorted(KINDS.items()):
        version = str(SCHEMAS.version(kind))
        if version not in known.get(kind, {}):
            known.setdefault(kind, {})[version] = shape(cls)
            added.append(f"{kind} version {version}")
    lines = [f"{json.dumps(kind)}: {json.dumps(versions)}" for kind, versions in sorted(known.items())]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    return added


def _inlined(schema: Any, models: dict[str, Any]) -> Any:
    """A schema without descriptions, with references replaced by the models."""
    if isinstance(schema, list):
        return [_inlined(each, models) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(models[schema["$ref"]], models)
    found = {name: _inlined(value, models) for name, value in schema.items() if name not in WORDS | {"properties"}}
    fields = {name: _inlined(field, models) for name, field in schema.get("properties", {}).items()}
    return found | ({"properties": fields} if fields else {})


if __name__ == "__main__":
    print("\n".join(write_new()) or "nothing is new")  # noqa: T201
