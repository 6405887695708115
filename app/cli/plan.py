"""Commands that change a plan: `sluice agreement drop` and `move`, `sluice milestone cancel`."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.options import as_option, data_option, json_option, key_option

if TYPE_CHECKING:
    from adapters.command_handler import CommandHandler
    from app.commands.plan import PlannedAmendment

Write = Callable[["CommandHandler"], "PlannedAmendment"]
_ABOUT = "It is an amendment of the agreement in force, which is proposed, checked and decided on like any other."


def _proposing(command: Callable[..., None]) -> Callable[..., None]:
    """`--out FILE` and what every acting command has."""
    only = click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Only write the amended agreement to FILE, and say what it changes.",
    )
    for add_option in (as_option, key_option, only, json_option, data_option):
        command = add_option(command)
    return command


def _one_of(command: Callable[..., None]) -> Callable[..., None]:
    """`--milestone NAME` or `--instalment NAME`."""
    options = (
        click.option("--milestone", metavar="NAME", help="A milestone: its id in the agreement."),
        click.option("--instalment", metavar="NAME", help="An instalment: its id in the agreement."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command(
    help="Take a milestone, with its instalments, or one instalment out of the plan; nothing may have been done under "
    f"it.\n\n{_ABOUT} What divides a total becomes less of it, and what is left of it keeps its amounts."
)
@click.argument("production")
@_one_of
@_proposing
def drop(production: str, milestone: str | None, instalment: str | None, **options: Any) -> None:
    """Drop a milestone or an instalment."""
    from adapters.agreement.plan_changes import drop_instalment, drop_milestone
    from app.commands.plan import amendment_of

    named = _named(milestone, instalment)
    change = drop_milestone(named) if milestone else drop_instalment(named)
    _propose(lambda handler: amendment_of(handler, production, change), production, **options)


@click.command(help=f"Plan a milestone, or an instalment that is due on a date, for another day.\n\n{_ABOUT}")
@click.argument("production")
@_one_of
@click.option("--to", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The new day.")
@_proposing
def move(production: str, milestone: str | None, instalment: str | None, to: datetime, **options: Any) -> None:
    """Move a milestone or an instalment."""
    from adapters.agreement.plan_changes import move_instalment, move_milestone
    from app.commands.plan import amendment_of

    named, day = _named(milestone, instalment), _date(to)
    change = move_milestone(named, day) if milestone else move_instalment(named, day)
    _propose(lambda handler: amendment_of(handler, production, change), production, **options)


@click.command(
    help="Cancel a milestone, or withdraw its acceptance. What is only promised under it falls away, less the kill "
    "fees of the agreement (`if_cancelled`); what was paid is claimed back as these terms say; what is owed stays.\n\n"
    f"{_ABOUT} A later amendment without `cancelled` undoes it."
)
@click.argument("production")
@click.argument("milestone")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it becomes part of the agreement.")
@_proposing
def cancel(production: str, milestone: str, reason: str, **options: Any) -> None:
    """Cancel a milestone."""
    from app.commands.plan import cancellation_of

    _propose(lambda handler: cancellation_of(handler, production, milestone, reason), production, **options)


def _named(milestone: str | None, instalment: str | None) -> str:
    if bool(milestone) is bool(instalment):
        raise click.UsageError("Name either --milestone or --instalment.")
    return milestone or instalment or ""


def _date(written: datetime) -> date:
    return written.date()


def _propose(
    write: Write, production: str, user: str, key: str, out: Path | None, as_json: bool, data: Path | None
) -> None:
    """Say what the amendment changes, and propose it, or write it to a file."""
    from app.bootstrap import handler_on
    from app.cli.session import act

    with handler_on(data) as handler:
        planned = write(handler)
    for sentence in planned.said:
        click.echo(sentence, err=as_json)
    if out is not None:
        out.write_bytes(planned.loaded.raw)
        click.echo(f"{out}: {planned.loaded.summary}", err=as_json)
        return
    act(data, user, lambda client: client.amend_by(production, planned.loaded), as_json, key)
