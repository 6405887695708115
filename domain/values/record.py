"""The base of every frozen record in Sluice: agreements, commands, events, what workflows pass to activities."""

import re
from contextlib import suppress
from datetime import date, time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints


class Record(BaseModel):
    """Frozen, and refuses fields that it does not know; equal when its fields are."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601")


Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,15}$")]
"""A business key of up to 16 characters. Short and plain, because keys travel in bank files."""

UserName = Annotated[str, StringConstraints(pattern=r"^[^\s\p{C}]{1,64}$")]
"""Who acts, as `users` in the settings calls them: in any script, without spaces. Part of command keys."""

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
"""A date written as `2025-03-31` and in no other way; left alone, pydantic takes digits for seconds since 1970."""

TimeOfDay = Annotated[time, BeforeValidator(_iso_time)]
"""A time written as `15:30`; left alone, pydantic takes the number 1530 for seconds since midnight."""
