"""What somebody wanted and may not."""

from typing import Literal

from domain.values.record import Record


class CommandRefused(Record):
    """Somebody wanted what they may not, or what cannot be now."""

    type: Literal["command-refused"] = "command-refused"
    command: str
    code: str
    sentence: str
    data: dict[str, str]
