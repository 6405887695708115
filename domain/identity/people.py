"""People: the users, delegations and proposed changes of the house, and what a user may do by them on a day.

A change needs two administrators: one proposes, another confirms. What a proposal takes away, nobody may do from the
proposal on, so that a leaver is stopped at once. What it gives, counts when it is confirmed. The role of an
administrator alone stays until then, so that no administrator can stop the others.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from domain.errors import WrongRole
from domain.identity.person import Person, Role
from domain.identity.records import Delegation, Grant, ProposedChange, UserRecord

Right = tuple[str, frozenset[Role]]
"""A party, and the roles in which somebody acts for it."""
_NO_RIGHT: Right = ("", frozenset())


@dataclass(frozen=True, slots=True)
class PeopleChange:
    """A change of people, with its number in `proposed`.

    `status` is proposed, confirmed or rejected; that of a delegation is ended once its end is confirmed.
    """

    proposed: ProposedChange
    status: str = "proposed"

    @property
    def about(self) -> str:
        """The user whom it concerns: of a delegation, who is away."""
        if self.proposed.delegation is not None:
            return self.proposed.delegation.delegator
        return self.proposed.after.user if self.proposed.after is not None else ""


@dataclass(frozen=True, slots=True)
class People:
    """The people of the house, or those whom a command concerns. Changes are by number."""

    users: dict[str, UserRecord] = field(default_factory=dict)
    changes: dict[int, PeopleChange] = field(default_factory=dict)

    def copy(self) -> "People":
        """Return people of their own."""
        return People(dict(self.users), dict(self.changes))

    def same_person(self, user: str) -> frozenset[str]:
        """All names behind which the person of a user is recorded."""
        known = self.users.get(user)
        if known is None:
            return frozenset({user})
        return frozenset(each.user for each in self.users.values() if each.person == known.person)

    def right(self, user: str, production: str) -> Right:
        """What a user may do in a production in their own right; "" asks for the right in every production."""
        known = self.users.get(user)
        if known is None:
            return _NO_RIGHT
        party, roles = right_of(known, production)
        for change in self.open_changes():
            if change.proposed.after is not None and change.about == user:
                _, left = right_of(change.proposed.after, production)
                roles &= left | {Role.ADMINISTRATOR}
        return party, roles

    def open_changes(self) -> Iterable[PeopleChange]:
        """The changes that wait for a second administrator."""
        return (each for each in self.changes.values() if each.status == "proposed")

    @property
    def delegations(self) -> dict[int, Delegation]:
        """The delegations and absences that are confirmed and not ended, by the number of their change."""
        return {
            number: each.proposed.delegation
            for number, each in self.changes.items()
            if each.status == "confirmed" and each.proposed.delegation is not None and each.proposed.ends is None
        }

    def substitutions(self, on: date) -> list[Delegation]:
        """The delegations and absences in force on a day. A proposed end counts at once."""
        ending = {each.proposed.ends for each in self.open_changes()}
        return [
            one for number, one in self.delegations.items() if number not in ending and one.since <= on <= one.until
        ]


def right_of(user: UserRecord, production: str) -> Right:
    """What a record of a user says of a production; "" asks for the right in every production."""
    counting = [each for each in user.grants if _covers(each.productions, production)]
    if user.removed or not counting:
        return _NO_RIGHT
    return counting[0].party, frozenset(role for each in counting for role in each.roles)


def acting(people: People, user: str, production: str, on: date, acting_for: str | None = None) -> Person:
    """The person who acts as a user in a production on a day, in their own right or as a substitute.

    Raises:
        WrongRole: nobody of that name acts in the production, or they do not stand in for `acting_for`.
    """
    if acting_for is not None:
        return _substitute(people, user, production, on, acting_for)
    party, roles = people.right(user, production)
    if not roles:
        where = production or "every production, as this needs"
        raise WrongRole(f"Nobody called {user!r} acts in {where}: `sluice user list` shows who does.", user=user)
    covered = frozenset({production}) if production else None
    return Person(user, party, roles, covered, people.same_person(user) - {user})


def rights_of(people: People, user: str, production: str, on: date) -> list[Person]:
    """A user in their own right, and in that of everybody for whom they stand in.

    Who reads need not say for whom, so these are the rights of a reader.

    Raises:
        WrongRole: nobody of that name acts in the production.
    """
    found = []
    for delegator in dict.fromkeys(each.delegator for each in people.substitutions(on) if each.delegate == user):
        with suppress(WrongRole):
            found.append(acting(people, user, production, on, delegator))
    try:
        return [acting(people, user, production, on), *found]
    except WrongRole:
        if not found:
            raise
        return found


def _substitute(people: People, user: str, production: str, on: date, acting_for: str) -> Person:
    here = people.users.get(user)
    found = [
        each
        for each in people.substitutions(on)
        if (each.delegator, each.delegate) == (acting_for, user) and _covers(each.productions, production)
    ]
    party, roles = people.right(acting_for, production)
    if here is None or here.removed or not found or not roles:
        raise WrongRole(
            f"{user} does not stand in for {acting_for} in {production or 'the house'} on {on}: "
            "`sluice user list` shows who does.",
            user=user,
        )
    limits = [frozenset(each.roles) or frozenset(Role) for each in found]
    lent = roles & frozenset().union(*limits) - {Role.ADMINISTRATOR}
    names = people.same_person(user) | people.same_person(acting_for)
    return Person(user, party, lent, frozenset({production}), names - {user}, acting_for)


def administrators(users: Mapping[str, UserRecord]) -> frozenset[str]:
    """The persons who may change people."""
    return frozenset(each.person for each in users.values() if Role.ADMINISTRATOR in right_of(each, "")[1])


def away(people: People, party: str, production: str, role: Role, on: date) -> bool:
    """Whether a party has people for a role in a production, and all of them are away on a day with no substitute."""
    out = {each.delegator for each in people.substitutions(on) if _covers(each.productions, production)}
    stood_in = {each.delegator for each in people.substitutions(on) if each.delegate is not None}
    able = [user for user in people.users if _acts(people.right(user, production), party, role)]
    return bool(able) and all(user in out - stood_in for user in able)


def _acts(right: Right, party: str, role: Role) -> bool:
    return right[0] == party and role in right[1]


def _covers(productions: tuple[str, ...] | None, production: str) -> bool:
    return productions is None or production in productions


def grants_of(party: str, roles: Iterable[Role], productions: Iterable[str] | None) -> Grant:
    """A grant with its lists in order, so that equal grants are equal."""
    return Grant(
        party=party,
        roles=tuple(sorted(set(roles))),
        productions=None if productions is None else tuple(sorted(set(productions))),
    )
