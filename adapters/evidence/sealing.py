"""Seals content in blocks, so that a file of any size needs the memory of one.

A sealed file is a header and blocks. The header is `MAGIC`, the id of the key (8 bytes) and a salt (16 bytes). A key of
the file's own is derived from them by HKDF-SHA256. Every block is AES-256-GCM over at most `BLOCK` bytes, with the
header as associated data, and a nonce of its number and a mark of the last one. So no block can be changed, moved, left
out or taken from another file (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import Broken

MAGIC = b"sluice-sealed-1\n"
BLOCK = 1 << 20
KEY_BYTES = 32
_ID_BYTES, _SALT_BYTES, _TAG_BYTES = 8, 16, 16
_HEADER_BYTES = len(MAGIC) + _ID_BYTES + _SALT_BYTES
_NUMBER_BYTES = 11


@dataclass(frozen=True)
class SealingKeys:
    """The keys of a store by their ids. The first seals, all of them open."""

    by_id: Mapping[bytes, bytes]

    @classmethod
    def of(cls, keys: Iterable[bytes]) -> "SealingKeys":
        """Return keys of 32 bytes each, the one that seals first."""
        return cls({hashlib.sha256(b"sluice evidence key " + key).digest()[:_ID_BYTES]: key for key in keys})


def sealed(blocks: Iterable[bytes], keys: SealingKeys) -> Iterator[bytes]:
    """Yield the header and the sealed form of blocks. Each but the last must have `BLOCK` bytes."""
    name, key = next(iter(keys.by_id.items()))
    header = MAGIC + name + secrets.token_bytes(_SALT_BYTES)
    cipher = _cipher(key, header)
    yield header
    number, held = 0, b""
    for block in blocks:
        if number:
            yield cipher.encrypt(_nonce(number, last=False), held, header)
        number, held = number + 1, block
    yield cipher.encrypt(_nonce(max(number, 1), last=True), held, header)


def unsealed(file: BinaryIO, keys: SealingKeys) -> Iterator[bytes]:
    """Yield the blocks of a sealed file, each authenticated. What came before an error is not the whole.

    Raises:
        Broken: the file was changed or cut, or none of the keys sealed it.
    """
    header = file.read(_HEADER_BYTES)
    if len(header) != _HEADER_BYTES or not header.startswith(MAGIC):
        raise Broken("it is no sealed file")
    key = keys.by_id.get(header[len(MAGIC) : len(MAGIC) + _ID_BYTES])
    if key is None:
        raise Broken("the key that sealed it is not among those of `evidence_keys`")
    cipher, number = _cipher(key, header), 1
    block = file.read(BLOCK + _TAG_BYTES)
    while True:
        following = file.read(BLOCK + _TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), block, header)
        except InvalidTag:
            raise Broken("it was changed since it was sealed") from None
        if not following:
            return
        number, block = number + 1, following


def _cipher(key: bytes, header: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=header, info=b"sluice evidence 1").derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_NUMBER_BYTES, "big") + bytes([last])
