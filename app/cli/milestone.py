"""`sluice milestone`."""

from pathlib import Path

import click

from app.cli.acting import add_commands
from app.cli.options import data_option, json_option

_COLUMNS = ("id", "status", "round", "submitted_by", "deadline_on", "escalated_to", "accepted_on")


@click.group()
def milestone() -> None:
    """Submit evidence for milestones, approve it, reject it."""


@milestone.command(name="list")
@click.argument("production")
@json_option
@data_option
def list_(production: str, as_json: bool, data: Path | None) -> None:
    """List the milestones that something has happened to."""
    from adapters.db import queries
    from app.cli.session import records, show

    with records(data) as reading:
        queries.the_production(reading.connection, production)
        rows = queries.milestones(reading.connection, production)
    show(rows, _COLUMNS, as_json, f"nothing has been submitted for {production} yet")


add_commands(milestone)
