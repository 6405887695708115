"""Rights and changes of people in words."""

from domain.identity.records import Delegation, Grant, ProposedChange, UserRecord


def change_in_words(change: ProposedChange) -> str:
    """What a change does, by its number: a user's rights before and after, or a delegation."""
    made = change.delegation
    if made is not None:
        what = f"the end of {delegation_in_words(made)}" if change.ends is not None else delegation_in_words(made)
        return f"change {change.change}, {what}"
    if change.after is None:
        return f"change {change.change}"
    if change.before is None:
        return f"change {change.change}, the new user {user_in_words(change.after)}"
    return f"change {change.change}, from {user_in_words(change.before)} to {user_in_words(change.after)}"


def user_in_words(user: UserRecord) -> str:
    """A user with the person behind the name, and their rights."""
    if user.removed:
        return f"{user.user} (removed)"
    person = f" ({user.person})" if user.person != user.user else ""
    return f"{user.user}{person}: {rights_in_words(user)}"


def rights_in_words(user: UserRecord) -> str:
    """The rights of a user."""
    return "; ".join(map(_grant, user.grants)) or "no right"


def delegation_in_words(made: Delegation) -> str:
    """Who is away, and who acts for them, where and how long."""
    where = "" if made.productions is None else f" in {', '.join(made.productions)}"
    roles = f" as {', '.join(made.roles)}" if made.roles else ""
    days = f"from {made.since} to {made.until}"
    if made.delegate is None:
        return f"{made.delegator} away{where} {days}"
    return f"{made.delegate} for {made.delegator}{roles}{where} {days}"


def _grant(grant: Grant) -> str:
    where = "every production" if grant.productions is None else ", ".join(grant.productions)
    return f"{', '.join(grant.roles)} of {grant.party} in {where}"
