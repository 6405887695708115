"""The keys that seal what goes through Temporal: lines of Base64, 32 bytes each. The first seals, all of them open."""

import base64
import binascii
import hashlib
import secrets

from adapters.temporal.seals import Keys
from app.private_files import make_once, read_private
from app.settings import BadSettings, Settings

FILE_NAME = "payload-keys"
MAKE = "openssl rand -base64 32 >"
_BYTES = 32


def payload_keys(settings: Settings) -> Keys:
    """Return the keys of the settings. Embedded, the first one is made in the data folder at the first `sluice up`.

    Raises:
        BadSettings: none is set, a line is no key, or others can read the file.
    """
    path = settings.payload_keys or (settings.data / FILE_NAME if settings.embedded else None)
    if path is None:
        raise BadSettings(
            f"payload_keys is not set: make a key with `{MAKE} FILE`, and name that file for all workers and users"
        )
    if settings.payload_keys is None:
        make_once(path, _new)
    raw = read_private(path, "payload_keys", f"{MAKE} {path}")
    keys = [_key(line, f"{path}, line {number}") for number, line in enumerate(raw.splitlines(), 1) if line.strip()]
    if not keys:
        raise BadSettings(f"payload_keys: {path} is empty: `{MAKE} {path}` makes a key")
    return Keys({key_id(key): key for key in keys})


def key_id(key: bytes) -> str:
    """Return what names a key in sealed payloads; it tells nothing of the key."""
    return hashlib.sha256(b"sluice payload key " + key).hexdigest()[:8]


def _key(line: bytes, where: str) -> bytes:
    try:
        key = base64.b64decode(line.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _BYTES:
        raise BadSettings(f"payload_keys: {where} is no key of {_BYTES} bytes in Base64: `{MAKE} FILE` makes one")
    return key


def _new() -> bytes:
    return base64.b64encode(secrets.token_bytes(_BYTES)) + b"\n"
