"""The base of every frozen record in Sluice: agreements, commands, events, payloads of activities."""

import re
from contextlib import suppress
from datetime import date, time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints


class Record(BaseModel):
    """Frozen, and refuses unknown fields. Records are equal if their fields are."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601")


Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,15}$")]
"""A business key of up to 16 characters. Keys are short and plain because bank files carry them."""

UserName = Annotated[str, StringConstraints(pattern=r"^[^\s\p{C}]{1,64}$")]
"""A user name, in any script, without spaces. Command keys contain it."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The SHA-256 of some bytes, in lower-case hexadecimal."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{6})?)?")


def _iso_day(written: object) -> object:
    if isinstance(written, str) and _DAY.fullmatch(written):
        with suppress(ValueError):
            return date.fromisoformat(written)
    elif isinstance(written, date):
        return written
    raise ValueError(f"{str(written)[:40]!r}: write a date such as 2025-03-31.")


def _iso_time(written: object) -> object:
    if isinstance(written, str) and _TIME.fullmatch(written):
        with suppress(ValueError):
            return time.fromisoformat(written)
    elif isinstance(written, time):
        return written
    raise ValueError(f"{str(written)[:40]!r}: write a time such as 15:30.")


Day = Annotated[date, BeforeValidator(_iso_day)]
"""A date written exactly like `2025-03-31`. By default, pydantic reads digits as seconds since 1970."""

TimeOfDay = Annotated[time, BeforeValidator(_iso_time)]
"""A time written like `15:30`. By default, pydantic reads the number 1530 as seconds since midnight."""
