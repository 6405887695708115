"""What all commands share."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.identity.authentication import Acted, Authentication, Method, unsaid
from domain.identity.person import SYSTEM
from domain.values.record import Record, UserName

CommandKey = Annotated[str, StringConstraints(pattern=r"^[^\s\p{C}]{1,200}$")]


class Command(Record):
    """Base of all commands. `production` is empty for a command that concerns no production.

    `authentication` says who was trusted to say that `by` gives it, and `acting_for` for whom a substitute gives it.
    They are no part of what is wanted: a command's hash is without them, and the journal records them with its events.
    """

    key: CommandKey
    by: UserName
    production: str
    authentication: Authentication | None = Field(default=None, exclude_if=unsaid)
    acting_for: UserName | None = Field(default=None, exclude_if=unsaid)

    def acted_on(self, day: date | None) -> Acted | None:
        """What the journal records of who acts on a day of the house. None where Sluice itself does."""
        if self.by == SYSTEM.user:
            return None
        said = self.authentication or Authentication(subject=self.by, method=Method.SANDBOX_NAME, issuer="")
        return Acted(**said.model_dump(), acting_for=self.acting_for, on=day if self.acting_for else None)

    @property
    def given_by(self) -> tuple[str, ...]:
        """The users in whose right it is given. None where Sluice itself gives it."""
        return () if self.by == SYSTEM.user else tuple(filter(None, (self.by, self.acting_for)))

    @property
    def wish(self) -> "Command":
        """The command without who gives it in which way."""
        return self.model_copy(update=dict.fromkeys(ENVELOPE))


ENVELOPE = ("authentication", "acting_for")
"""The fields of a command that say how it came, not what is wanted."""
