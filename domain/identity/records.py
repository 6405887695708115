"""What is on record of people: users with their grants, delegations, and proposed changes."""

from pydantic import Field

from domain.identity.person import Role
from domain.values.record import Day, Record, UserName


class Grant(Record):
    """The right of a user to act for a party in some roles: in these productions, or in all if None."""

    party: str = Field(min_length=1)
    roles: tuple[Role, ...] = Field(min_length=1)
    productions: tuple[str, ...] | None = None


class UserRecord(Record):
    """A user: a name to act under, and the person behind it. One person may have several users.

    A removed user keeps the name, so that nobody else ever acts under it.
    """

    user: UserName
    person: str = Field(min_length=1, max_length=100)
    name: str = Field(default="", max_length=200)
    contact: str = Field(default="", max_length=200)
    grants: tuple[Grant, ...] = ()
    removed: bool = False


class Delegation(Record):
    """`delegator` is away from `since` to `until`, and `delegate` acts with their rights; nobody does if None.

    `productions` and `roles` limit the rights: None and () mean all. The role of an administrator is never delegated.
    """

    delegator: UserName
    delegate: UserName | None
    productions: tuple[str, ...] | None = None
    roles: tuple[Role, ...] = ()
    since: Day
    until: Day


class ProposedChange(Record):
    """A user's new record in place of `before`, or a delegation.

    `change` numbers the changes of the house. With `ends`, the change of that number brought the delegation, which is
    to end.
    """

    change: int
    by: UserName
    before: UserRecord | None = None
    after: UserRecord | None = None
    delegation: Delegation | None = None
    ends: int | None = None
    reason: str
