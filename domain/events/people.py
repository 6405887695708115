"""Events of people: who may act, for whom, in which roles. They are recorded in the house's stream."""

from typing import Literal

from domain.identity.records import ProposedChange, UserRecord
from domain.values.record import Record, UserName


class PeopleLoaded(Record):
    """The users of the settings were put in force. `first` says that nobody was on record before."""

    type: Literal["people-loaded"] = "people-loaded"
    users: tuple[UserRecord, ...]
    first: bool


class PeopleChangeProposed(ProposedChange):
    """An administrator proposed a change of people."""

    type: Literal["people-change-proposed"] = "people-change-proposed"


class PeopleChangeConfirmed(Record):
    """Another administrator confirmed a change. It is in force from here on."""

    type: Literal["people-change-confirmed"] = "people-change-confirmed"
    change: int
    by: UserName


class PeopleChangeRejected(Record):
    """An administrator rejected a change, or took their own proposal back. It never comes into force."""

    type: Literal["people-change-rejected"] = "people-change-rejected"
    change: int
    by: UserName
    reason: str


PeopleEvent = PeopleLoaded | PeopleChangeProposed | PeopleChangeConfirmed | PeopleChangeRejected
"""Every event of this module."""
