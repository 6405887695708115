"""Schema versions of what is stored, and the steps between them.

Stored bytes are the record: they are hashed, and never written again. A model is today's way to read them. So each kind
of stored record (an event, a command, a statement, what a run's release is bound to) has a schema version: 1, and one
more for each step in `STEPS`. Bytes of version 1 name no version; later ones carry it as `"v"`.

* What is read is brought up to today's model, step by step (`todays`).
* What is made again, to be compared with what is on record, is first brought to the version that was recorded, where
  that says less than today's (`as_recorded`, `canonical` with a version).
* A command is remembered by its hash alone, so it is the same command if its bytes in any version have that hash
  (`digests`).

Steps are pure, and kept for ever. A kind that changes without a step fails `tests/domain/schemas`;
`docs/how-to/change-a-stored-record.md` says how it is done.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

Body = dict[str, Any]
"""The JSON object of a record; a step may change the one that it is given."""
VERSION = "v"
"""The key of the version in a body. No record has a field of this name."""
AnyRecord = TypeVar("AnyRecord", bound=BaseModel)


class Unsayable(ValueError):
    """A record says what an earlier version of its schema has no words for."""


@dataclass(frozen=True, slots=True)
class Step:
    """From one version of a body to the next and back. `down` raises `Unsayable` for what the earlier cannot say."""

    up: Callable[[Body], Body]
    down: Callable[[Body], Body]


def given(name: str, default: Any) -> Step:
    """A field that people or programs fill in: before there was one, everybody meant the default (a JSON value)."""

    def down(body: Body) -> Body:
        """Leave out what says nothing new."""
        if body.pop(name) != default:
            raise Unsayable(f"There was no {name} then.")
        return body

    return Step(lambda body: body | {name: default}, down)


def derived(name: str, default: Any) -> Step:
    """A field that follows from other facts: before there was one it was not told, whatever it would have been."""
    return Step(lambda body: body | {name: default}, lambda body: {key: body[key] for key in body if key != name})


def renamed(before: str, after: str) -> Step:
    """A field under another name."""
    return Step(
        lambda body: {after if key == before else key: one for key, one in body.items()},
        lambda body: {before if key == after else key: one for key, one in body.items()},
    )


class Schemas:
    """The steps of every kind that has changed, by the name of its class, oldest first."""

    def __init__(self, steps: Mapping[str, Sequence[Step]]) -> None:
        self._steps = {kind: tuple(each) for kind, each in steps.items() if each}
        self.changed = frozenset(self._steps)
        """The kinds that have had more than one version."""

    def version(self, kind: str) -> int:
        """Today's version of a kind."""
        return 1 + len(self._steps.get(kind, ()))

    def version_of(self, kind: str, stored: bytes | str) -> int:
        """The version that some stored bytes are of; today's for a kind that has had one only."""
        if kind not in self._steps:
            return 1
        body = json.loads(stored)
        version: int = body.get(VERSION, 1) if isinstance(body, dict) else 1
        return version

    def canonical(self, record: BaseModel, version: int | None = None) -> bytes:
        """The one byte string of a record in a version, by default today's: RFC 8785 JSON, amounts as strings.

        Records hold no floats, and their keys are ASCII; for those, sorted keys and tight separators are all of RFC
        8785.

        Raises:
            Unsayable: that version cannot say it.
        """
        kind, body = type(record).__name__, record.model_dump(mode="json")
        current = self.version(kind)
        wanted = current if version is None else version
        for step in reversed(self._steps.get(kind, ())[wanted - 1 :]):
            body = step.down(body)
        if wanted > 1:
            body[VERSION] = wanted
        return _written(body)

    def todays(self, kind: str, stored: bytes | str) -> bytes | str:
        """What stored bytes of a kind say, as JSON of its model of today.

        Raises:
            ValueError: they are no JSON object, or of a version that this release does not know.
        """
        steps = self._steps.get(kind)
        if steps is None:
            return stored
        body = json.loads(stored)
        if not isinstance(body, dict):
            raise ValueError("It is no JSON object.")  # noqa: TRY004 - as pydantic says of what it cannot read
        version = body.pop(VERSION, 1)
        if version not in range(1, len(steps) + 2):
            raise ValueError(f"It is a {kind} of schema version {version}; this release knows up to {len(steps) + 1}.")
        for step in steps[version - 1 :]:
            body = step.up(body)
        return _written(body)

    def as_recorded(self, record: AnyRecord, version: int | None) -> AnyRecord:
        """What would be read of a record today if it had been written in a version; itself, if that cannot say it.

        Or if there is no version, since nothing like it is on record.
        """
        kind = type(record).__name__
        if version in {None, self.version(kind)}:
            return record
        try:
            return type(record).model_validate_json(self.todays(kind, self.canonical(record, version)))
        except Unsayable:
            return record

    def digests(self, record: BaseModel) -> frozenset[str]:
        """The SHA-256 of a record in every version that can say it."""
        return self.earlier_digests(record) | {hashlib.sha256(self.canonical(record)).hexdigest()}

    def earlier_digests(self, record: BaseModel) -> frozenset[str]:
        """The same for the versions before today's."""
        found = set()
        for version in range(1, self.version(type(record).__name__)):
            try:
                found.add(hashlib.sha256(self.canonical(record, version)).hexdigest())
            except Unsayable:
                continue
        return frozenset(found)


def _written(body: Body) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


STEPS: Mapping[str, Sequence[Step]] = {}
"""By the name of a class: how to get from version 1 to 2, from 2 to 3, and so on."""

SCHEMAS = Schemas(STEPS)
"""Those of this release."""
