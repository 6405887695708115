"""Files of keys: only their owner may read them, and each is made complete or not at all."""

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from app.settings import BadSettings

_MAKE = "openssl rand -base64 32 >"
_BYTES = 32


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


def sealing_keys(named: Path | None, made: Path | None, setting: str, whose: str) -> list[bytes]:
    """Return the keys of a file with a key of 32 bytes in Base64 on each line. The first one seals, all of them open.

    `named` is the file of the setting. Without one, `made` is used, and made with one key if it does not exist.

    Raises:
        BadSettings: there is neither, a line is no key, or others can read the file. `whose` says who needs the file.
    """
    path = named or made
    if path is None:
        raise BadSettings(f"{setting} is not set: make a key with `{_MAKE} FILE`, and name that file for {whose}")
    if named is None:
        make_once(path, lambda: base64.b64encode(secrets.token_bytes(_BYTES)) + b"\n")
    lines = read_private(path, setting, f"{_MAKE} {path}").splitlines()
    keys = [_key(line, setting, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not keys:
        raise BadSettings(f"{setting}: {path} is empty: `{_MAKE} {path}` makes a key")
    return keys


def _key(line: bytes, setting: str, where: str) -> bytes:
    try:
        key = base64.b64decode(line.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _BYTES:
        raise BadSettings(f"{setting}: {where} is no key of {_BYTES} bytes in Base64: `{_MAKE} FILE` makes one")
    return key
