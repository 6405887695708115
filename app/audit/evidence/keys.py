"""The installation's signing key (Ed25519), which signs heads of the journal."""

import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from app.settings import BadSettings, Settings

FILE_NAME = "signing-key.pem"
MAKE = "openssl genpkey -algorithm ed25519 -out"


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """Return the key of the settings. Embedded, it is made in the data folder at first use.

    Raises:
        BadSettings: none is set, it is not an Ed25519 key in PEM without a password, or others can read its file.
    """
    path = settings.signing_key or (settings.data / FILE_NAME if settings.embedded else None)
    if path is None:
        raise BadSettings(f"signing_key is not set: make a key with `{MAKE} FILE`, keep it to yourself, and name it")
    if settings.signing_key is None and not path.exists():
        _make(path)
    try:
        raw, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise BadSettings(f"signing_key: {path}: {error.strerror}: `{MAKE} {path}` makes one") from error
    if stat.S_IMODE(mode) & 0o077:
        raise BadSettings(f"signing_key: others can read {path}, so it proves nothing: `chmod 600` it, or make another")
    try:
        key = load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadSettings(f"signing_key: {path} is no private key in PEM without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSettings(f"signing_key: {path} is no Ed25519 key: `{MAKE} FILE` makes one")
    return key


def public_hex(key: Ed25519PrivateKey) -> str:
    """Return the public key as 64 hexadecimal digits, by which others know the installation."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def trusted(named: tuple[str, ...], settings: Settings) -> tuple[str, ...]:
    """Return the public keys that may have signed an anchor: the named ones, else this installation's."""
    return named or (public_hex(signing_key(settings)),)


def public_pem(key: Ed25519PrivateKey) -> str:
    """Return the public key in PEM, for other programs."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signed_by(public: str, signature: str, message: bytes) -> bool:
    """Return whether a signature over a message is by a public key, both in hexadecimal."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), message)
    except (ValueError, InvalidSignature):
        return False
    return True


def _make(path: Path) -> None:
    """Write a new key to a file that only its owner can read. The file appears complete or not at all."""
    made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    except FileExistsError:
        pass  # another process made a key first, and its key is used
    finally:
        part.unlink(missing_ok=True)
