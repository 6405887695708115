"""The event of a refused command."""

from typing import Literal

from domain.values.record import Record


class CommandRefused(Record):
    """A command was refused: the person may not give it, or the state does not allow it."""

    type: Literal["command-refused"] = "command-refused"
    command: str
    code: str
    sentence: str
    data: dict[str, str]


RefusalEvent = CommandRefused
"""Every event of this module."""
