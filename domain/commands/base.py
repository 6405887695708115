"""What all commands share."""

from typing import Annotated

from pydantic import StringConstraints

from domain.values.record import Record, UserName

CommandKey = Annotated[str, StringConstraints(pattern=r"^[^\s\p{C}]{1,200}$")]


class Command(Record):
    """Base of all commands. `production` is empty for a command that concerns no production."""

    key: CommandKey
    by: UserName
    production: str
