"""Commands about people. They concern no production."""

from pydantic import Field

from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.events import PeopleChangeConfirmed, PeopleChangeProposed, PeopleChangeRejected
from domain.identity import Role
from domain.identity.records import Delegation, UserRecord


class LoadPeople(Command):
    """Put the users of the settings in force: all of a new house, later only its missing administrators."""

    users: tuple[UserRecord, ...]


class ProposePeopleChange(Command):
    """Propose a change of people: a user's record in place of `before`, or a delegation, which `ends` is the end of.

    What it takes away is stopped at once; what it gives counts when another administrator confirms it. A delegation
    may be proposed by the one who will be away.
    """

    before: UserRecord | None = None
    after: UserRecord | None = None
    delegation: Delegation | None = None
    ends: int | None = None
    reason: str = Field(min_length=1, max_length=500, description="Why.")


class ConfirmPeopleChange(Command):
    """Confirm a change that another administrator, or the one who will be away, has proposed."""

    change: int = Field(description="The number of the change, as `sluice user list` shows it.")


class RejectPeopleChange(Command):
    """Reject a proposed change, or take one's own proposal back."""

    change: int = Field(description="The number of the change, as `sluice user list` shows it.")
    reason: str = Field(min_length=1, max_length=500, description="Why.")


_HOUSE = "the house, for every production"
DECLARED = (
    Declaration(LoadPeople, key="load-people/{digest}", activity="load_people", system=True),
    Declaration(
        ProposePeopleChange,
        key="people/propose",
        repeatable=True,
        repeated_in=PeopleChangeProposed,
        activity="propose_people_change",
        role=Role.ADMINISTRATOR,
        parties=_HOUSE,
        cli="user add",
        path="/people/changes",
    ),
    Declaration(
        ConfirmPeopleChange,
        key="people/confirm/{change}/{by}",
        repeated_in=PeopleChangeConfirmed,
        activity="confirm_people_change",
        role=Role.ADMINISTRATOR,
        parties=_HOUSE,
        excluded="the person who proposed it",
        cli="user confirm",
        path="/people/changes/{change}/confirmation",
        arguments=("change",),
    ),
    Declaration(
        RejectPeopleChange,
        key="people/reject/{change}/{by}",
        repeated_in=PeopleChangeRejected,
        activity="reject_people_change",
        role=Role.ADMINISTRATOR,
        parties=_HOUSE,
        cli="user reject",
        path="/people/changes/{change}/rejection",
        arguments=("change",),
    ),
)
