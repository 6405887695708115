"""The keys that seal stored evidence: lines of Base64, 32 bytes each. The first seals, all of them open."""

import base64
import binascii
import secrets

from adapters.evidence.sealing import KEY_BYTES, SealingKeys
from app.private_files import make_once, read_private
from app.settings import BadSettings, Settings

FILE_NAME = "evidence-keys"
MAKE = "openssl rand -base64 32 >"


def evidence_keys(settings: Settings) -> SealingKeys:
    """Return the keys of the settings. Embedded, the first one is made in the data folder at first use.

    Raises:
        BadSettings: none is set, a line is no key, or others can read the file.
    """
    path = settings.evidence_keys or (settings.data / FILE_NAME if settings.embedded else None)
    if path is None:
        raise BadSettings(
            f"evidence_keys is not set: make a key with `{MAKE} FILE`, and name that file for all who submit or fetch"
        )
    if settings.evidence_keys is None:
        make_once(path, _new)
    lines = read_private(path, "evidence_keys", f"{MAKE} {path}").splitlines()
    keys = [_key(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not keys:
        raise BadSettings(f"evidence_keys: {path} is empty: `{MAKE} {path}` makes a key")
    return SealingKeys.of(keys)


def _key(line: bytes, where: str) -> bytes:
    try:
        key = base64.b64decode(line.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise BadSettings(f"evidence_keys: {where} is no key of {KEY_BYTES} bytes in Base64: `{MAKE} FILE` makes one")
    return key


def _new() -> bytes:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n"
