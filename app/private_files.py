"""Files of keys: only their owner may read them, and each is made complete or not at all."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from app.settings import BadSettings


def make_once(path: Path, content: Callable[[], bytes]) -> None:
    """Write a file that only its owner can read, unless it exists. Of several processes, the first one's file stays."""
    if path.exists():
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content())
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    except FileExistsError:
        pass  # another process was first
    finally:
        part.unlink(missing_ok=True)


def read_private(path: Path, setting: str, make: str) -> bytes:
    """Return a file's content. `make` is the command that makes such a file.

    Raises:
        BadSettings: it cannot be read, or others can read it.
    """
    try:
        raw, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise BadSettings(f"{setting}: {path}: {error.strerror}: `{make}` makes one") from error
    if stat.S_IMODE(mode) & 0o077:
        raise BadSettings(f"{setting}: others can read {path}, so it proves nothing: `chmod 600` it, or make another")
    return raw
