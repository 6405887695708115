"""The journal: the recorded fact, its canonical bytes, and the hash chain of a stream."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from pydantic import BaseModel

from domain.errors import Broken
from domain.events import Event, read_event
from domain.schemas import SCHEMAS, Schemas

GENESIS = bytes(32)
"""The previous hash of a stream's first event."""


def canonical(record: BaseModel, schemas: Schemas = SCHEMAS) -> bytes:
    """The canonical bytes of a record in the current version of its schema."""
    return schemas.canonical(record)


def sha256(content: bytes) -> str:
    """SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class Fact(NamedTuple):
    """One recorded event. `seq` counts from 1 in its stream; `recorded_at` is the database's clock, in UTC.

    `acted` is the canonical `Acted` of a person's act: who was trusted to say who they are. It is empty where Sluice
    itself acted, and in facts of before it was recorded.
    """

    stream: str
    seq: int
    type: str
    body: bytes
    effective_on: date
    recorded_at: datetime
    actor: str
    command_key: str
    prev_hash: bytes
    hash: bytes
    acted: bytes = b""

    @property
    def event(self) -> Event:
        """The event in the body.

        Raises:
            Broken: the body is no event.
        """
        return self.read(SCHEMAS)

    def read(self, schemas: Schemas) -> Event:
        """The event in the body, read by the given schemas."""
        try:
            return read_event(self.body, schemas)
        except ValueError as error:
            raise Broken(f"Event {self.seq} of {self.stream} cannot be read: {error}", stream=self.stream) from error


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a stream. The next event chains to it."""

    seq: int = 0
    hash: bytes = GENESIS


def chained(
    stream: str,
    head: Head,
    events: Sequence[Event],
    *,
    effective_on: date,
    recorded_at: datetime,
    actor: str,
    command_key: str,
    acted: bytes = b"",
    schemas: Schemas = SCHEMAS,
) -> list[Fact]:
    """Make facts of events, chained to a stream's head."""
    facts: list[Fact] = []
    seq, prev = head.seq, head.hash
    for event in events:
        seq += 1
        body = canonical(event, schemas)
        link = _link(prev, stream, seq, event.type, body, effective_on, recorded_at, actor, command_key, acted)
        facts.append(
            Fact(stream, seq, event.type, body, effective_on, recorded_at, actor, command_key, prev, link, acted)
        )
        prev = link
    return facts


def broken_links(stream: str, facts: Iterable[Fact], head: Head | None = None) -> Iterable[str]:
    """Check every fact of a stream, from its start, against the hash chain. No sentences: the chain verifies.

    With `head`, also check that the stream ends where the store says.
    """
    seq, prev = 0, GENESIS
    for fact in facts:
        seq += 1
        if fact.seq != seq:
            yield f"{stream} event {fact.seq}: event {seq} is missing before it"
            seq = fact.seq
        if fact.stream != stream:
            yield f"{stream} event {seq}: is recorded in the stream {fact.stream}"
        if fact.prev_hash != prev:
            yield f"{stream} event {seq}: does not chain to the event before it"
        if fact.hash != _link(
            fact.prev_hash,
            stream,
            fact.seq,
            fact.type,
            fact.body,
            fact.effective_on,
            fact.recorded_at,
            fact.actor,
            fact.command_key,
            fact.acted,
        ):
            yield f"{stream} event {seq}: its content is not what was hashed"
        prev = fact.hash
    if head is not None and (head.seq, head.hash) != (seq, prev):
        yield f"{stream}: ends at event {seq}, but its head says event {head.seq}"


def _link(
    prev: bytes,
    stream: str,
    seq: int,
    kind: str,
    body: bytes,
    effective_on: date,
    recorded_at: datetime,
    actor: str,
    command_key: str,
    acted: bytes = b"",
) -> bytes:
    """SHA-256 over every field. Each is framed by its length, so that no two facts share one byte string.

    `acted` comes last and only where it says something, as in facts of before it was recorded.
    """
    number, key = b"%d" % seq, command_key.encode()
    return hashlib.sha256(
        b"%b%b%d:%b%b%b%b%b%d:%b%d:%b%b"
        % (
            prev,
            _framed(stream),
            len(number),
            number,
            _framed(kind),
            _day(effective_on),
            _instant(recorded_at),
            _framed(actor),
            len(key),
            key,
            len(body),
            body,
            b"%d:%b" % (len(acted), acted) if acted else b"",
        )
    ).digest()


@lru_cache(maxsize=1_000)
def _framed(text: str) -> bytes:
    """A framed text, cached because many facts repeat it."""
    raw = text.encode()
    return b"%d:%b" % (len(raw), raw)


@lru_cache(maxsize=1_000)
def _day(day: date) -> bytes:
    return _framed(day.isoformat())


@lru_cache(maxsize=1_000)
def _instant(instant: datetime) -> bytes:
    """A framed instant, cached because all facts of a transaction share it."""
    return _framed(instant.astimezone(UTC).isoformat(timespec="microseconds"))
