"""`sluice history`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.options import (
    as_option,
    data_option,
    json_option,
    page_options,
    production_filter,
    viewer_option,
)

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest

_ROWS = ("workflow_id", "run_id", "workflow_type", "status", "events", "build_id")
_RUN_ID = click.option("--run-id", metavar="ID", help="Which run, where a workflow ran several times.")


@click.group()
def history() -> None:
    """The histories of workflows that have ended, kept after Temporal has forgotten them."""


@history.command(name="list")
@production_filter
@click.option("--type", "workflow_type", metavar="TYPE", help="Only those of this workflow type.")
@click.option("--status", metavar="STATUS", help="Only those that ended so, such as completed or failed.")
@viewer_option
@page_options
@json_option
@data_option
def list_(
    production: str | None,
    workflow_type: str | None,
    status: str | None,
    user: str,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """List the archived histories, each under its workflow and run."""
    from adapters.db.queries.histories import HistoryFilter
    from app.cli.printing import show_page
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.histories(HistoryFilter(workflow_type=workflow_type, status=status), page)
    show_page(found, _ROWS, as_json, "no workflow has ended yet")


@history.command(name="show")
@click.argument("workflow_id")
@_RUN_ID
@production_filter
@viewer_option
@json_option
@data_option
def show_(
    workflow_id: str, run_id: str | None, production: str | None, user: str, as_json: bool, data: Path | None
) -> None:
    """Tell the events of a history, one a line; verified against its hash first."""
    from app.audit.history_lines import lines, one_of
    from app.cli.printing import plain, show, show_one
    from app.reads import reads

    with reads(data, production, user) as reading:
        kept = one_of(reading, workflow_id, run_id)
    events = list(lines(kept.json()))
    if as_json:
        show_one(plain(kept.row) | {"history": events}, as_json=True)
        return
    show_one(kept.row, as_json=False)
    click.echo()
    show(events, ("number", "at", "kind", "about"), as_json=False, nothing="it has no events")


@history.command(name="give-up")
@click.argument("workflow_id")
@_RUN_ID
@click.option("--reason", required=True, help="How it was lost, and how that is known.")
@as_option
@json_option
@data_option
def give_up(workflow_id: str, run_id: str | None, reason: str, user: str, as_json: bool, data: Path | None) -> None:
    """Say that what is missing of WORKFLOW_ID is lost for good: it is missed no more, and every audit tells of it."""
    from app.cli.printing import show
    from app.cli.session import ask

    lost = ask(data, user, lambda as_user: as_user.give_up_history(workflow_id, run_id, reason))
    show([gap.model_dump() for gap in lost], ("workflow_id", "run_id", "why"), as_json, "nothing is missing of it")


@history.command()
@click.argument("workflow_id")
@_RUN_ID
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The JSON.")
@production_filter
@viewer_option
@data_option
def fetch(
    workflow_id: str, run_id: str | None, out: Path, production: str | None, user: str, data: Path | None
) -> None:
    """Write a history as the JSON that Temporal's UI and replayers read; verified against its hash first."""
    from app.audit.history_lines import one_of
    from app.reads import reads

    with reads(data, production, user) as reading:
        kept = one_of(reading, workflow_id, run_id)
    content = kept.json()
    half = out.with_name(f".{out.name}.part")
    try:
        half.write_bytes(content)
        os.replace(half, out)  # noqa: PTH105 - a reader finds the whole file or none
    except OSError as error:
        half.unlink(missing_ok=True)
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error
    click.echo(f"{out}: {kept.row.events} events of {kept.row.name}, SHA-256 {kept.row.sha256}")
