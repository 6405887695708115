"""The person who acts: a user with the rights that count in one production."""

from dataclasses import dataclass, field
from enum import StrEnum

from domain.errors import WrongRole


class Role(StrEnum):
    """What a person may do for their party. An administrator acts for the house: see `domain.identity.changes`."""

    PRODUCER = "producer"
    APPROVER = "approver"
    PREPARER = "preparer"
    RELEASER = "releaser"
    TREASURER = "treasurer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Person:
    """A user with their party (an agreement's party id) and roles.

    A party id belongs to one agreement. `productions` names the productions in which the person acts for it; None means
    all. `names` are the other user names behind which the same person is recorded. `acting_for` is the user for whom
    the person acts as a substitute; party and roles are then that user's, and `names` has that user's names as well.
    """

    user: str
    party: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    productions: frozenset[str] | None = None
    names: frozenset[str] = field(default_factory=frozenset)
    acting_for: str | None = None

    def acts_in(self, production: str) -> bool:
        """Whether this person may act in a production."""
        return self.productions is None or production in self.productions

    def is_behind(self, user: str | None) -> bool:
        """Whether what a user did was done by this person, or in the right that this person uses."""
        return user == self.user or user in self.names

    def known_as(self, user: str) -> str:
        """This person in words, where what the user `user` did counts as theirs."""
        return self.user if user == self.user else f"{self.user} counts as {user}, who"

    def require(self, role: Role, parties: tuple[str, ...], action: str) -> None:
        """Check that this person has `role` and belongs to one of `parties`.

        `action` is what the person tries to do, for the error's sentence.

        Raises:
            WrongRole: the role is missing, or the person belongs to another party.
        """
        if role not in self.roles:
            raise WrongRole(
                f"{self.user} may not {action}: this needs the role {role}; ask one of {' or '.join(parties)} for it.",
                user=self.user,
                needed=role,
            )
        if self.party not in parties:
            raise WrongRole(
                f"{self.user} of {self.party} may not {action}: this is for {' or '.join(parties)} to do.",
                user=self.user,
                needed=role,
                party=self.party,
            )


SYSTEM = Person("system", "")
"""Sluice itself: the actor of schedules, deadlines and bank files."""
