"""`sluice command`."""

from pathlib import Path

import click

from app.cli.options import data_option, json_option, viewer_option


@click.group()
def command() -> None:
    """Say what became of a command."""


@command.command()
@click.argument("key")
@viewer_option
@json_option
@data_option
def status(key: str, user: str, as_json: bool, data: Path | None) -> None:
    """Show whether the command with KEY was carried out, was refused, or is not recorded; exit status 0 if it was.

    A command that waits for a worker is not recorded yet.
    """
    from app.cli.printing import show_one
    from app.commands.status import command_of

    found = command_of(data, key, user)
    if as_json:
        show_one({"key": key, "status": "unrecorded"} if found is None else found, as_json=True)
    elif found is None:
        click.echo(f"Nothing is recorded under {key}: it was not carried out, and may still wait for a worker.")
        click.echo("Sending it again with this --key carries it out once at most.")
    else:
        click.echo(f"{found.status} at {found.at.isoformat(sep=' ', timespec='seconds')}, by {found.by}")
        if found.why is not None:
            click.echo(found.why)
        for event in found.events:
            click.echo(f"{event.seq:>6}  {event.effective_on}  {event.type}  ({event.stream})")
    click.get_current_context().exit(0 if found is not None and found.status == "done" else 1)
