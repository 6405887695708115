"""`sluice distribution`."""

from pathlib import Path
from typing import Any

import click

from app.cli.acting import add_commands
from app.cli.options import data_option, json_option

_COLUMNS = ("period", "until", "status", "revision", "answer_by", "pay_on", "waiting_for", "disputed_by")
_LINES = ("party", "position", "currency", "to_date")


@click.group()
def distribution() -> None:
    """Share what a period earned: compute, approve or object, post, pay out.

    A PERIOD is such as 2027-Q3, 2027-H1, 2027-05, 2027, or its last day.
    """


@distribution.command()
@click.argument("production")
@click.argument("period")
@json_option
@data_option
def preview(production: str, period: str, as_json: bool, data: Path | None) -> None:
    """Show what opening PERIOD would find now; nothing is recorded."""
    from app.sharing.distributions import preview_of

    _show(*preview_of(data, production, period), as_json)


@distribution.command()
@click.argument("production")
@click.argument("period")
@json_option
@data_option
def show(production: str, period: str, as_json: bool, data: Path | None) -> None:
    """Show the distribution of PERIOD with every share."""
    from adapters.db import queries
    from app.cli.session import records
    from app.sharing.distributions import shown

    with records(data) as reading:
        queries.the_production(reading.connection, production)
        head, lines = shown(reading, production, period)
    _show(head, lines, as_json)


@distribution.command(name="list")
@click.argument("production")
@json_option
@data_option
def list_(production: str, as_json: bool, data: Path | None) -> None:
    """List the distributions of PRODUCTION, oldest first."""
    from adapters.db import queries
    from app.cli.session import records, show
    from app.sharing.distributions import listed

    with records(data) as reading:
        queries.the_production(reading.connection, production)
        rows = listed(reading, production)
    if not as_json:
        rows = [row | {name: ", ".join(row[name]) for name in ("waiting_for", "disputed_by")} for row in rows]
    show(rows, _COLUMNS, as_json, f"nothing has been distributed for {production} yet")


def _show(head: dict[str, Any], lines: list[dict[str, Any]], as_json: bool) -> None:
    from app.cli.session import show, show_one

    if as_json:
        show_one(head | {"shares": lines}, as_json=True)
        return
    show_one({name: value for name, value in head.items() if value not in ([], {})}, as_json=False)
    click.echo()
    show(lines, _LINES, as_json=False, nothing="nobody has come to anything yet")


add_commands(distribution)
