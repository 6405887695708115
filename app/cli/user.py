"""`sluice user`: who may act."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.options import F, as_option, data_option, day_option, json_option, key_option
from domain.identity import Role

if TYPE_CHECKING:
    from domain.identity.records import ProposedChange

_REASON = click.option("--reason", required=True, help="Why.")
_PRODUCTIONS = click.option(
    "--production", "productions", multiple=True, metavar="KEY", help="Only in this production; repeat it for more."
)


def _roles(required: bool) -> Callable[[F], F]:
    return click.option(
        "--role",
        "roles",
        multiple=True,
        required=required,
        type=click.Choice([str(role) for role in Role]),
        help="What they may do; repeat it for more.",
    )


@click.group()
def user() -> None:
    """Change who may act: one administrator proposes, another confirms. What is taken away counts at once."""


@user.command(name="list")
@as_option
@json_option
@data_option
def list_(user: str, as_json: bool, data: Path | None) -> None:
    """Show who may do what, who stands in for whom, and the changes that wait for a second administrator."""
    from app.cli.printing import show_people
    from app.identity.people import people_desk

    with people_desk(data, user) as desk:
        show_people(desk.people(), as_json)


@user.command()
@click.argument("name")
@click.option("--party", required=True, metavar="ID", help="For whom they act, as the agreement names it.")
@_roles(required=True)
@_PRODUCTIONS
@click.option("--person", default="", metavar="PERSON", help="Who is behind the name; default the name itself.")
@click.option("--name", "full_name", default="", metavar="NAME", help="How people know them.")
@click.option("--contact", default="", metavar="CONTACT", help="An address or number at which they are reached.")
@_REASON
@as_option
@key_option
@json_option
@data_option
def add(
    name: str,
    party: str,
    roles: tuple[str, ...],
    productions: tuple[str, ...],
    person: str,
    full_name: str,
    contact: str,
    reason: str,
    user: str,
    key: str,
    as_json: bool,
    data: Path | None,
) -> None:
    """Propose the user NAME.

    Say who the person is where they have another user: nobody decides twice under two names.
    """
    from app.identity.people import people_desk
    from domain.identity.people import grants_of
    from domain.identity.records import UserRecord

    grant_ = grants_of(party, map(Role, roles), productions or None)
    made = UserRecord(user=name, person=person or name, name=full_name, contact=contact, grants=(grant_,))
    with people_desk(data, user, key) as desk:
        _proposed(desk.add(made, reason), as_json)


@user.command()
@click.argument("name")
@click.option("--party", required=True, metavar="ID", help="For whom they act, as the agreement names it.")
@_roles(required=True)
@_PRODUCTIONS
@_REASON
@as_option
@key_option
@json_option
@data_option
def grant(
    name: str,
    party: str,
    roles: tuple[str, ...],
    productions: tuple[str, ...],
    reason: str,
    user: str,
    key: str,
    as_json: bool,
    data: Path | None,
) -> None:
    """Propose that the user NAME may do more."""
    from app.identity.people import people_desk
    from domain.identity.people import grants_of

    with people_desk(data, user, key) as desk:
        _proposed(desk.grant(name, grants_of(party, map(Role, roles), productions or None), reason), as_json)


@user.command()
@click.argument("name")
@_roles(required=False)
@_PRODUCTIONS
@click.option("--delegation", type=int, metavar="NUMBER", help="End this delegation of NAME, and nothing else.")
@_REASON
@as_option
@key_option
@json_option
@data_option
def revoke(
    name: str,
    roles: tuple[str, ...],
    productions: tuple[str, ...],
    delegation: int | None,
    reason: str,
    user: str,
    key: str,
    as_json: bool,
    data: Path | None,
) -> None:
    """Take roles from the user NAME, productions, or everything: the next command of NAME is refused.

    It counts at once, but for the role of an administrator. Another administrator confirms it, or rejects it, which
    gives the rights back.
    """
    from app.identity.people import people_desk

    with people_desk(data, user, key) as desk:
        if delegation is not None:
            _proposed(desk.end(delegation, reason), as_json)
        else:
            _proposed(desk.revoke(name, [Role(role) for role in roles], productions, reason), as_json)


@user.command()
@click.argument("delegator")
@click.argument("delegate_", metavar="[DELEGATE]", required=False)
@day_option("--since", "The first day; default today.")
@day_option("--until", "The last day.")
@_roles(required=False)
@_PRODUCTIONS
@_REASON
@as_option
@key_option
@json_option
@data_option
def delegate(
    delegator: str,
    delegate_: str | None,
    since: date | None,
    until: date | None,
    roles: tuple[str, ...],
    productions: tuple[str, ...],
    reason: str,
    user: str,
    key: str,
    as_json: bool,
    data: Path | None,
) -> None:
    """Propose that DELEGATE acts with the rights of DELEGATOR for some days; without DELEGATE, that they are away.

    DELEGATOR may propose it, or an administrator. The substitute then writes `--for DELEGATOR` with each command.
    """
    from app.identity.people import people_desk, today_of
    from domain.identity.records import Delegation

    if until is None:
        raise click.UsageError("Say the last day with --until.")
    made = Delegation(
        delegator=delegator,
        delegate=delegate_,
        productions=tuple(sorted(productions)) or None,
        roles=tuple(sorted(map(Role, roles))),
        since=since or today_of(data),
        until=until,
    )
    with people_desk(data, user, key) as desk:
        _proposed(desk.delegate(made, reason), as_json)


@user.command()
@click.argument("change", type=int)
@as_option
@key_option
@data_option
def confirm(change: int, user: str, key: str, data: Path | None) -> None:
    """Put CHANGE in force, which another administrator or the one who will be away has proposed."""
    from app.identity.people import people_desk

    with people_desk(data, user, key) as desk:
        desk.confirm(change)
    click.echo(f"change {change} is in force")


@user.command()
@click.argument("change", type=int)
@_REASON
@as_option
@key_option
@data_option
def reject(change: int, reason: str, user: str, key: str, data: Path | None) -> None:
    """Reject CHANGE, or take back what you proposed yourself."""
    from app.identity.people import people_desk

    with people_desk(data, user, key) as desk:
        desk.reject(change, reason)
    click.echo(f"change {change} is rejected")


def _proposed(made: "ProposedChange", as_json: bool) -> None:
    from app.cli.printing import show_one
    from domain.identity.words import change_in_words

    if as_json:
        show_one(made.model_dump(mode="json"), as_json)
        return
    click.echo(f"proposed: {change_in_words(made)}")
    click.echo(f"another administrator confirms it: sluice user confirm {made.change} --as …")
