"""Seals payloads with AES-256-GCM, so that Temporal's port opens no way to a decision.

A sealed payload was made by a process that has a key of the installation, for one place: a namespace, a workflow, and
an activity's type if it is an activity's argument or result. It can be opened nowhere else.

    metadata    encoding: binary/sluice-sealed; sluice-key: the id of the key
    data        12 bytes nonce, then the ciphertext with its tag; the place is authenticated with it

Opening never raises, because an unreadable payload would stop the workflow that it was sent to. A payload that cannot
be opened stays closed and is marked as refused: whoever reads it as a value gets `NotSealed` (`payloads.py`).
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from domain.scheduled import without_time

ENCODING = b"binary/sluice-sealed"
KEY_ID = "sluice-key"
"""The metadata's key of the id of the key that sealed a payload."""
REFUSED = "sluice-refused"
"""The metadata's key of why a payload was refused."""
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class PayloadPlace:
    """Where a payload belongs. `activity` is the type of an activity, or empty. Runs of a schedule are one workflow."""

    namespace: str
    workflow_id: str
    activity: str = ""

    @property
    def data(self) -> bytes:
        """The place as it is authenticated."""
        return json.dumps(["sluice", 1, self.namespace, without_time(self.workflow_id), self.activity]).encode()


@dataclass(frozen=True)
class Keys:
    """The keys of an installation by their ids, 32 bytes each. The first one seals, all of them open."""

    by_id: Mapping[str, bytes]

    def sealed(self, payload: Payload, place: PayloadPlace) -> Payload:
        """Return a payload sealed for a place."""
        name, key = next(iter(self.by_id.items()))
        nonce = os.urandom(_NONCE_BYTES)
        data = nonce + _cipher(key).encrypt(nonce, payload.SerializeToString(), place.data)
        return Payload(metadata={"encoding": ENCODING, KEY_ID: name.encode()}, data=data)

    def opened(self, payload: Payload, place: PayloadPlace | None) -> Payload:
        """Return the payload inside a sealed one; one that is not sealed for the place comes back as it is, marked."""
        if not is_sealed(payload):
            return _refused(payload, "it is not sealed")
        key = self.by_id.get(payload.metadata.get(KEY_ID, b"").decode(errors="replace"))
        if key is None:
            return _refused(payload, "it is sealed with a key that is not among the keys here")
        nonce, data = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            return Payload.FromString(_cipher(key).decrypt(nonce, data, place.data if place else None))
        except (InvalidTag, ValueError, DecodeError):
            return _refused(payload, "its seal is broken, or is of another workflow or activity")


@dataclass(frozen=True)
class Sealing(PayloadCodec, WithSerializationContext):
    """The codec of clients and workers. `refused` is called with the place and the reason of each refused payload."""

    keys: Keys
    refused: Callable[[PayloadPlace | None, str], None] = lambda _place, _why: None
    place: PayloadPlace | None = None

    def with_context(self, context: SerializationContext) -> Self:
        """Return the codec of a place."""
        return replace(self, place=_place_of(context))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal payloads.

        Raises:
            ValueError: Temporal does not say where they belong.
        """
        if self.place is None:
            raise ValueError("A payload of no workflow cannot be sealed.")
        return [self.keys.sealed(payload, self.place) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open payloads, and mark those that are refused."""
        opened = [self.keys.opened(payload, self.place) for payload in payloads]
        for each in opened:
            if why := why_refused(each):
                self.refused(self.place, why)
        return opened


@cache
def _cipher(key: bytes) -> AESGCM:
    """Return the cipher of a key; making one takes longer than sealing."""
    return AESGCM(key)


def is_sealed(payload: Payload) -> bool:
    """Return whether a payload says that it is sealed; only `Keys.opened` knows whether it is."""
    return payload.metadata.get("encoding") == ENCODING


def why_refused(payload: Payload) -> str:
    """Return why a payload was refused; empty if it was not."""
    return payload.metadata.get(REFUSED, b"").decode(errors="replace")


def _refused(payload: Payload, why: str) -> Payload:
    return Payload(metadata={**payload.metadata, REFUSED: why.encode()}, data=payload.data)


def _place_of(context: SerializationContext) -> PayloadPlace | None:
    if isinstance(context, WorkflowSerializationContext):
        return PayloadPlace(context.namespace, context.workflow_id)
    if isinstance(context, ActivitySerializationContext) and context.workflow_id and context.activity_type:
        return PayloadPlace(context.namespace, context.workflow_id, context.activity_type)
    return None
