"""`sluice history`."""

import os
from dataclasses import asdict
from pathlib import Path

import click

from app.cli.options import as_option, data_option, json_option

_ROWS = ("workflow_id", "run_id", "workflow_type", "status", "events", "build_id")
_RUN_ID = click.option("--run-id", metavar="ID", help="Which run, where a workflow ran several times.")


@click.group()
def history() -> None:
    """The histories of workflows that have ended, kept after Temporal has forgotten them."""


@history.command(name="list")
@click.option("--production", metavar="KEY", help="Only this production's.")
@json_option
@data_option
def list_(production: str | None, as_json: bool, data: Path | None) -> None:
    """List the archived histories, each under its workflow and run."""
    from adapters.db import histories, queries
    from app.cli.session import records, show

    with records(data) as reading:
        if production:
            queries.the_production(reading.connection, production)
        found = [asdict(row) for row in histories.listed(reading.connection, production)]
    show(found, _ROWS, as_json, "no workflow has ended yet")


@history.command(name="show")
@click.argument("workflow_id")
@_RUN_ID
@json_option
@data_option
def show_(workflow_id: str, run_id: str | None, as_json: bool, data: Path | None) -> None:
    """Tell the events of a history, one a line; verified against its hash first."""
    from app.audit.history_lines import lines, one_of
    from app.cli.session import records, show, show_one

    with records(data) as reading:
        kept = one_of(reading.connection, workflow_id, run_id)
    told = [asdict(line) for line in lines(kept.json())]
    if as_json:
        show_one(asdict(kept.row) | {"history": told}, as_json=True)
        return
    show_one(asdict(kept.row), as_json=False)
    click.echo()
    show(told, ("number", "at", "kind", "about"), as_json=False, nothing="it has no events")


@history.command(name="give-up")
@click.argument("workflow_id")
@_RUN_ID
@click.option("--reason", required=True, help="How it was lost, and how that is known.")
@as_option
@json_option
@data_option
def give_up(workflow_id: str, run_id: str | None, reason: str, user: str, as_json: bool, data: Path | None) -> None:
    """Say that what is missing of WORKFLOW_ID is lost for good: it is missed no more, and every audit tells of it."""
    from app.cli.session import ask, show

    lost = ask(data, user, lambda as_user: as_user.give_up_history(workflow_id, run_id, reason))
    show([gap.model_dump() for gap in lost], ("workflow_id", "run_id", "why"), as_json, "nothing is missing of it")


@history.command()
@click.argument("workflow_id")
@_RUN_ID
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The JSON.")
@data_option
def fetch(workflow_id: str, run_id: str | None, out: Path, data: Path | None) -> None:
    """Write a history as the JSON that Temporal's UI and replayers read; verified against its hash first."""
    from app.audit.history_lines import one_of
    from app.cli.session import records

    with records(data) as reading:
        kept = one_of(reading.connection, workflow_id, run_id)
    content = kept.json()
    half = out.with_name(f".{out.name}.part")
    try:
        half.write_bytes(content)
        os.replace(half, out)  # noqa: PTH105 - a reader finds the whole file or none
    except OSError as error:
        half.unlink(missing_ok=True)
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error
    click.echo(f"{out}: {kept.row.events} events of {kept.row.name}, SHA-256 {kept.row.sha256}")
