"""The base of every frozen record in Sluice: agreements, commands, events, what workflows pass to activities."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


class Record(BaseModel):
    """Frozen, and refuses fields that it does not know; equal when its fields are."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601")


Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,15}$")]
"""A business key of up to 16 characters. Short and plain, because keys travel in bank files."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The SHA-256 of some bytes, in lower-case hexadecimal."""
