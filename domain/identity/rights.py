"""What a user's record becomes by a grant or a revocation."""

from collections.abc import Collection

from domain.errors import BadInput
from domain.identity.people import grants_of
from domain.identity.person import Role
from domain.identity.records import Grant, UserRecord


def with_grant(user: UserRecord, added: Grant) -> UserRecord:
    """The record with a grant. Roles for the same party and productions are one grant."""
    same = [each for each in user.grants if (each.party, each.productions) == (added.party, added.productions)]
    merged = grants_of(added.party, (role for each in (*same, added) for role in each.roles), added.productions)
    kept = tuple(each for each in user.grants if each not in same)
    return user.model_copy(update={"grants": (*kept, merged), "removed": False})


def without(user: UserRecord, roles: Collection[Role], productions: Collection[str]) -> UserRecord:
    """The record without these roles in these productions. Without roles it is all of them, without both the user.

    Raises:
        BadInput: the user acts in all productions, and some of them should be taken out.
    """
    if not roles and not productions:
        return user.model_copy(update={"grants": (), "removed": True})
    kept: list[Grant] = []
    for grant in user.grants:
        left = [role for role in grant.roles if roles and role not in roles]
        if not productions:
            others, here = None, grant.productions
        elif grant.productions is None:
            raise BadInput(
                f"{user.user} acts for {grant.party} in every production: revoke the whole right, and grant it for "
                "the productions that are left."
            )
        else:
            others = [each for each in grant.productions if each not in productions]
            here = tuple(each for each in grant.productions if each in productions)
        if others:
            kept.append(grants_of(grant.party, grant.roles, others))
        if left and (here is None or here):
            kept.append(grants_of(grant.party, left, here))
    return user.model_copy(update={"grants": tuple(kept)})
