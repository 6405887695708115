"""Stores content by its SHA-256: a port, and a folder of sealed files that is one."""

import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from adapters.evidence.sealing import BLOCK, SealingKeys, sealed, unsealed
from domain.errors import BadInput, Broken, NotFound


@dataclass(frozen=True, slots=True)
class StoredContent:
    """Content in the store: its hash, and its size in bytes."""

    sha256: str
    size: int


class EvidenceStore(Protocol):
    """Where the content of evidence is stored."""

    def keep(self, source: BinaryIO, sha256: str) -> StoredContent:
        """Store content. Storing it again replaces what is there, which mends a damaged one.

        Raises:
            BadInput: the content has another hash; nothing is stored then.
        """
        ...

    def blocks(self, sha256: str) -> Iterator[bytes]:
        """Yield stored content. It is the whole only if no error follows.

        Raises:
            NotFound: it is not in the store.
            Broken: what is there has been changed, or is other content.
        """
        ...


class EvidenceFolder:
    """A folder that only its owner reads, with a sealed file for each content: `ab/abcd….sealed`."""

    def __init__(self, home: Path, keys: SealingKeys) -> None:
        self._home, self._keys = home, keys

    def keep(self, source: BinaryIO, sha256: str) -> StoredContent:
        """Store content; see `EvidenceStore`. The file appears complete or not at all."""
        place = self._place(sha256)
        for folder in (self._home, place.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        counted = _Counted(source)
        with _part(place) as (part, file):
            for block in sealed(counted.blocks(), self._keys):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
            if counted.sha256 != sha256:
                raise BadInput("The file changed while it was read: hand it in again.", sha256=sha256)
            part.replace(place)
        return StoredContent(sha256, counted.size)

    def blocks(self, sha256: str) -> Iterator[bytes]:
        """Yield stored content; see `EvidenceStore`."""
        digest = hashlib.sha256()
        with _opened(self._place(sha256)) as file:
            try:
                for block in unsealed(file, self._keys):
                    digest.update(block)
                    yield block
            except Broken as error:
                raise Broken(f"The stored content {sha256} cannot be used: {error.sentence}.") from error
        if digest.hexdigest() != sha256:
            raise Broken(f"The stored content {sha256} is other content, with the hash {digest.hexdigest()}.")

    def _place(self, sha256: str) -> Path:
        return self._home / sha256[:2] / f"{sha256}.sealed"


class _Counted:
    """Content on its way: its hash and size so far."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._digest, self.size = source, hashlib.sha256(), 0

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was read so far, in hexadecimal."""
        return self._digest.hexdigest()

    def blocks(self) -> Iterator[bytes]:
        """Yield the source's content, counted and hashed on the way."""
        while block := self._source.read(BLOCK):
            self._digest.update(block)
            self.size += len(block)
            yield block


@contextmanager
def _part(place: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Open a new file beside a place, and remove it at the end if it is still there."""
    part = place.with_name(f".{place.stem}.{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
            yield part, file
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


@contextmanager
def _opened(place: Path) -> Iterator[BinaryIO]:
    """Open a stored file. What is no plain file, such as a link, is refused.

    Raises:
        NotFound: nothing is there.
        Broken: it is no plain file.
    """
    digest = place.stem
    try:
        file = os.fdopen(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    except FileNotFoundError:
        raise NotFound(f"The content {digest} is not in the store {place.parent.parent}.", sha256=digest) from None
    except OSError as error:
        raise Broken(f"The stored content {digest} cannot be read: {error.strerror}.") from error
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Broken(f"The stored content {digest} is no plain file.")
        yield file
