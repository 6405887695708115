"""Who was trusted to say who somebody is. It is recorded with every act of a person."""

from enum import StrEnum

from pydantic import Field

from domain.values.record import Day, Record, UserName


def unsaid(value: object) -> bool:
    """Whether a field says nothing, and is left out where it is written."""
    return value is None


class Method(StrEnum):
    """How somebody showed who they are."""

    SANDBOX_NAME = "sandbox-name"
    """They wrote a name, such as `--as NAME`. It proves nothing, and a sandbox needs no proof."""
    SYSTEM_USER = "system-user"
    """The operating system's login, which a deployment may trust."""


class Authentication(Record):
    """`issuer` said that a user is `subject`: the sandbox, or the machine that somebody is logged in to."""

    subject: str = Field(min_length=1, max_length=200)
    method: Method
    issuer: str = Field(max_length=200)


class Acted(Authentication):
    """How the journal records it. `acting_for` is the user for whom a substitute acted, on that day of the house."""

    acting_for: UserName | None = None
    on: Day | None = None
