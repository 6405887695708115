"""Signed heads of the journal, and anchors: files of signed heads kept outside the database.

A head says that a stream ended with an event at the instant `at`. The signature covers the line `sluice head 1` and the
canonical JSON of {at, hash, seq, stream}.
"""

import json
import os
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import AwareDatetime, Field, StringConstraints, ValidationError
from sqlalchemy import Connection

from adapters.db.queries import chain
from app.audit.evidence.keys import public_hex, signed_by
from domain.audit.findings import Finding, broken
from domain.errors import BadInput
from domain.ledger.journal import Fact, Head, broken_links
from domain.values.record import Record, Sha256

_PREFIX = b"sluice head 1\n"
_LARGEST = 64_000_000
"""Most bytes of an anchor's file, enough for half a million streams."""
_SUFFIX = ".heads.json"

Signature = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class SignedHead(Record):
    """The end of a stream at an instant (UTC, microseconds), with a signature by `public_key`."""

    stream: str
    seq: int = Field(ge=1)
    hash: Sha256
    at: str
    public_key: Sha256
    signature: Signature

    @property
    def message(self) -> bytes:
        """The signed bytes."""
        return _message(self.stream, self.seq, self.hash, self.at)

    @property
    def holds(self) -> bool:
        """Whether the signature is valid."""
        return signed_by(self.public_key, self.signature, self.message)


class Anchor(Record):
    """The heads of all streams at one instant, as a file outside the database holds them."""

    at: AwareDatetime
    heads: tuple[SignedHead, ...]


def signed(key: Ed25519PrivateKey, stream: str, head: Head, at: datetime) -> SignedHead:
    """Sign a stream's head."""
    instant, digest = at.astimezone(UTC).isoformat(timespec="microseconds"), head.hash.hex()
    signature = key.sign(_message(stream, head.seq, digest, instant)).hex()
    return SignedHead(
        stream=stream, seq=head.seq, hash=digest, at=instant, public_key=public_hex(key), signature=signature
    )


def anchor(connection: Connection, key: Ed25519PrivateKey, folder: Path, at: datetime) -> tuple[Path, int]:
    """Write the signed heads of all streams to a new file named by the time. Return its path and the number of heads.

    Raises:
        BadInput: nothing is recorded yet.
    """
    ends = [(stream, chain.head(connection, stream)) for stream in chain.streams(connection)]
    heads = tuple(signed(key, stream, head, at) for stream, head in ends if head.seq)
    if not heads:
        raise BadInput("Nothing is recorded yet: there is nothing to anchor.")
    folder.mkdir(exist_ok=True)
    path = folder / f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}{_SUFFIX}"
    part = folder / f".{path.name}.{os.getpid()}.part"
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "w") as file:
            file.write(Anchor(at=at.astimezone(UTC), heads=heads).model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)  # fails if the anchor exists
    finally:
        part.unlink(missing_ok=True)
    return path, len(heads)


def anchors(folder: Path) -> Iterator[tuple[str, Anchor | str]]:
    """Yield a folder's anchors by file name, oldest first. An unreadable one gives the reason instead.

    Raises:
        BadInput: the folder has no anchors, so nothing would be checked.
    """
    names = sorted(path.name for path in folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else []
    if not names:
        raise BadInput(f"{folder} holds no anchors (*{_SUFFIX}): `sluice audit anchor --to {folder}` writes one.")
    for name in names:
        yield name, _read(folder / name)


def departures(connection: Connection, folder: Path, trusted: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each difference between journal and anchors, naming anchor, stream and event.

    `trusted` are the public keys that may have signed. Every anchored stream is read from its start and its chain is
    proved, because a head depends on everything before it.
    """
    wanted: Wanted = {}
    for name, found in anchors(folder):
        yield from [f"{name}: {found}"] if isinstance(found, str) else _taken(name, found, trusted, wanted)
    for stream, by_seq in sorted(wanted.items()):
        hashes: dict[int, str] = {}
        yield from broken_links(stream, _noting(chain.facts(connection, stream), by_seq, hashes))
        for seq, heads in sorted(by_seq.items()):
            for name, digest in heads:
                if seq not in hashes:
                    yield f"{stream}: {name} has event {seq}, which the journal does not have any more"
                elif hashes[seq] != digest:
                    yield f"{stream}: event {seq} is not the one that {name} has: the journal was rewritten"


def departed(connection: Connection, folder: Path, trusted: Collection[str]) -> Iterator[Finding]:
    """Yield the departures as findings against integrity."""
    return (broken("anchor", sentence) for sentence in departures(connection, folder, trusted))


Wanted = dict[str, dict[int, list[tuple[str, str]]]]
"""By stream and event: the anchors that have it, each with its hash."""


def _taken(name: str, found: Anchor, trusted: Collection[str], wanted: Wanted) -> Iterator[str]:
    """Collect the heads that a trusted key signed. Yield a sentence for each other one."""
    for head in found.heads:
        if head.public_key not in trusted:
            yield f"{name}: {head.stream} is signed by {head.public_key}, which is not a key of ours"
        elif not head.holds:
            yield f"{name}: the signature over event {head.seq} of {head.stream} does not hold"
        else:
            wanted.setdefault(head.stream, {}).setdefault(head.seq, []).append((name, head.hash))


def _noting(facts: Iterable[Fact], wanted: Collection[int], hashes: dict[int, str]) -> Iterator[Fact]:
    for fact in facts:
        if fact.seq in wanted:
            hashes[fact.seq] = fact.hash.hex()
        yield fact


def _read(path: Path) -> Anchor | str:
    try:
        if path.stat().st_size > _LARGEST:
            return "is too large for an anchor"
        return Anchor.model_validate_json(path.read_bytes())
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    except ValidationError:
        return "is not an anchor as it was written"


def _message(stream: str, seq: int, digest: str, at: str) -> bytes:
    said: dict[str, Any] = {"at": at, "hash": digest, "seq": seq, "stream": stream}
    return _PREFIX + json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
