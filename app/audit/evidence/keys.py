"""The installation's signing key (Ed25519), which signs heads of the journal."""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from app.private_files import make_once, read_private
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
    if settings.signing_key is None:
        make_once(path, _new)
    raw = read_private(path, "signing_key", f"{MAKE} {path}")
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


def _new() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
