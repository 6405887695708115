"""Payloads of workflows and activities: JSON of records, with their kind and schema version in the metadata.

A payload without a version is of version 1. See `domain.schemas`. A payload of one kind is never read as another. Only
those of releases before kinds were written have none.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, cast, get_args, get_origin

from pydantic import BaseModel
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter, DefaultPayloadConverter
from temporalio.exceptions import ApplicationError

from adapters.temporal.seals import why_refused
from domain.errors import NotSealed
from domain.schemas import SCHEMAS, Body, Schemas

VERSION = "sluice-schema"
"""The metadata's key of the schema version."""
KIND = "sluice-kind"
"""The metadata's key of the kind of record."""


def kind_of(hint: Any) -> str:
    """Return the kind of record that a type holds, alone or in a list; empty if it holds none."""
    of = next(iter(get_args(hint)), None) if get_origin(hint) is list else hint
    return of.__name__ if isinstance(of, type) and issubclass(of, BaseModel) else ""


def version_of(payload: Payload) -> int:
    """Return a payload's schema version."""
    return int(payload.metadata.get(VERSION, b"1"))


def each_body(content: Any, convert: Callable[[Body], Body]) -> Any:
    """Return JSON with a record, or each record of a list, converted."""
    return [convert(one) for one in content] if isinstance(content, list) else convert(content)


class RecordJSON(PydanticJSONPlainPayloadConverter):
    """Writes records in the current schema version, and reads those of every version."""

    def __init__(self, schemas: Schemas = SCHEMAS) -> None:
        super().__init__()
        self.schemas = schemas

    def to_payload(self, value: Any) -> Payload:
        """Return JSON of a value; the kind of a list is that of its first record."""
        payload = cast("Payload", super().to_payload(value))  # JSON takes every value
        first = next(iter(value), None) if isinstance(value, list) else value
        kind = kind_of(type(first))
        if kind:
            payload.metadata[KIND] = kind.encode()
        version = self.schemas.version(kind)
        if version > 1:
            payload.metadata[VERSION] = str(version).encode()
        return payload

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """Read a payload of any schema version as a type.

        Raises:
            ValueError: this release does not know the version, or the payload is not of the type.
        """
        kind, version = kind_of(type_hint), version_of(payload)
        written = payload.metadata.get(KIND, b"").decode()
        if kind and written and written != kind:
            raise ValueError(f"A {written} is no {kind}.")
        if kind in self.schemas.changed or (kind and version > 1):
            body = each_body(json.loads(payload.data), lambda one: self.schemas.current(kind, one, version))
            payload = Payload(metadata=payload.metadata, data=json.dumps(body).encode())
        return super().from_payload(payload, type_hint)


class RecordPayloads(CompositePayloadConverter):
    """Temporal's payload converters, with `RecordJSON` for JSON."""

    def __init__(self, json_converter: RecordJSON | None = None) -> None:
        records = json_converter or RecordJSON()
        known = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(records if one.encoding == records.encoding else one for one in known))

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """Read payloads.

        Raises:
            ApplicationError: of type `NotSealed`: one of them was refused when it was opened. It is not retried.
        """
        for why in filter(None, map(why_refused, payloads)):
            said = NotSealed(f"What was sent to Sluice through Temporal is refused: {why}.")
            raise ApplicationError(said.sentence, type=said.code, non_retryable=True)
        return super().from_payloads(payloads, type_hints)


DATA_CONVERTER = DataConverter(payload_converter_class=RecordPayloads)
"""The data converter of replayers, which read opened histories. That of clients and workers seals as well."""
