"""Rules of changes of people. Two administrators decide: one proposes, another person confirms."""

from domain.commands.people import ConfirmPeopleChange, LoadPeople, ProposePeopleChange, RejectPeopleChange
from domain.errors import BadInput, IllegalTransition, NotFound, Refused, SamePerson, StaleApproval, WrongRole
from domain.events import Event, PeopleChangeConfirmed, PeopleChangeProposed, PeopleChangeRejected, PeopleLoaded
from domain.identity.people import People, PeopleChange, administrators
from domain.identity.person import SYSTEM, Role
from domain.identity.records import Delegation, ProposedChange, UserRecord

FEWEST_ADMINISTRATORS = 2
"""Below this, nothing could be changed any more: one proposes, and another confirms."""


def load(people: People, command: LoadPeople) -> list[Event]:
    """Put users of the settings in force: all if nobody is on record.

    Later they count only while the house lacks two administrators, and then only its administrators who are new.
    """
    if not people.users:
        return [PeopleLoaded(users=command.users, first=True)] if command.users else []
    if len(administrators(people.users)) >= FEWEST_ADMINISTRATORS:
        return []
    named = {user.user: user for user in command.users}
    new = tuple(
        user
        for user in command.users
        if user.user not in people.users and administrators({user.user: named[user.user]})
    )
    return [PeopleLoaded(users=new, first=False)] if new else []


def propose(people: People, command: ProposePeopleChange) -> list[Event]:
    """Propose a change.

    Raises:
        WrongRole: who proposes is no administrator, and does not delegate their own rights.
        StaleApproval: the user's record is another one by now.
        Refused: the change may not come into force.
    """
    own = command.delegation is not None and command.delegation.delegator == command.by
    if not own:
        _administrator(people, command.by, "propose a change of people")
    proposed = PeopleChangeProposed(
        change=1 + max(people.changes, default=0),
        by=command.by,
        before=command.before,
        after=command.after,
        delegation=command.delegation,
        ends=command.ends,
        reason=command.reason,
    )
    _check(people, proposed)
    return [proposed]


def confirm(people: People, command: ConfirmPeopleChange) -> list[Event]:
    """Put a proposed change in force.

    Raises:
        SamePerson: the person who proposed it is the one who confirms.
        StaleApproval: the user's record has changed since the proposal.
    """
    _administrator(people, command.by, f"confirm change {command.change} of people")
    proposed = _open(people, command.change).proposed
    if command.by in people.same_person(proposed.by):
        raise SamePerson(
            f"{command.by} may not confirm change {command.change}: {proposed.by} proposed it, and that is the same "
            "person; another administrator must.",
            user=command.by,
        )
    _check(people, proposed)
    return [PeopleChangeConfirmed(change=command.change, by=command.by)]


def reject(people: People, command: RejectPeopleChange) -> list[Event]:
    """Reject a proposed change. Whoever proposed it may take it back."""
    found = _open(people, command.change)
    if command.by != found.proposed.by:
        _administrator(people, command.by, f"reject change {command.change} of people")
    return [PeopleChangeRejected(change=command.change, by=command.by, reason=command.reason)]


def _administrator(people: People, user: str, action: str) -> None:
    """Check that a user is an administrator of the house, as the table of commands asks for."""
    if Role.ADMINISTRATOR not in people.right(user, "")[1]:
        raise WrongRole(
            f"{user} may not {action}: this needs the role administrator of the house, see `sluice user list`.",
            user=user,
            needed=Role.ADMINISTRATOR,
        )


def _open(people: People, number: int) -> PeopleChange:
    found = people.changes.get(number)
    if found is None:
        raise NotFound(f"There is no change {number} of people: `sluice user list` shows those that wait.")
    if found.status != "proposed":
        raise IllegalTransition(f"Change {number} of people is {found.status} already.")
    return found


def _check(people: People, proposed: ProposedChange) -> None:
    """Check that a change can come into force as things stand."""
    if (proposed.after is None) == (proposed.delegation is None):
        raise BadInput("A change of people is about one user, or about one delegation.")
    if proposed.after is not None:
        _check_user(people, proposed, proposed.after)
    if proposed.delegation is not None:
        _check_delegation(people, proposed.delegation, proposed.ends)


def _check_user(people: People, proposed: ProposedChange, after: UserRecord) -> None:
    if after.user == SYSTEM.user:
        raise Refused(f"{after.user!r} is Sluice's own name: choose another one.")
    if people.users.get(after.user) != proposed.before:
        raise StaleApproval(
            f"The record of {after.user} is another one by now: look at it with `sluice user list`, and propose again."
        )
    if proposed.before == after:
        raise Refused(f"Nothing would change for {after.user}: they have exactly these rights.")
    waiting = [
        each.proposed.change
        for each in people.open_changes()
        if each.about == after.user and each.proposed.change != proposed.change and each.proposed.after is not None
    ]
    if waiting:
        raise IllegalTransition(
            f"Change {waiting[0]} of {after.user} waits for a second administrator: confirm or reject it first."
        )
    _check_grants(after)
    before, left = administrators(people.users), administrators({**people.users, after.user: after})
    if len(left) < min(FEWEST_ADMINISTRATORS, len(before)):
        raise Refused(
            f"Without {after.user} there would be {len(left)} administrator{'s' * (len(left) != 1)}, and a change "
            "needs two: one who proposes and one who confirms; name another administrator first.",
            user=after.user,
        )


def _check_grants(after: UserRecord) -> None:
    """Check that a user acts for one party in each production."""
    for place, grant in enumerate(after.grants):
        for other in after.grants[:place]:
            both = (
                grant.productions is None
                or other.productions is None
                or not set(grant.productions).isdisjoint(other.productions)
            )
            if both and grant.party != other.party:
                raise Refused(
                    f"{after.user} would act for {other.party} and {grant.party} in one production: a user acts for "
                    "one party there; add a second user for the same person."
                )
    if any(Role.ADMINISTRATOR in grant.roles and grant.productions is not None for grant in after.grants):
        raise Refused(f"{after.user} would be administrator of some productions: an administrator is one of the house.")


def _check_delegation(people: People, made: Delegation, ends: int | None) -> None:
    if ends is not None:
        if people.delegations.get(ends) != made:
            raise NotFound(f"There is no such delegation {ends} in force: `sluice user list` shows them.")
        return
    for user in filter(None, (made.delegator, made.delegate)):
        known = people.users.get(user)
        if known is None or known.removed:
            raise NotFound(f"There is no user {user!r}: `sluice user list` shows them.", user=user)
    if made.delegate is not None and made.delegate in people.same_person(made.delegator):
        raise SamePerson(f"{made.delegate} and {made.delegator} are one person: name a substitute.", user=made.delegate)
    if made.until < made.since:
        raise BadInput(f"The last day, {made.until}, is before the first, {made.since}.")
