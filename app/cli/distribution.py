"""`sluice distribution`."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.groups import ActingGroup
from app.cli.options import data_option, days_options, json_option, page_options, viewer_option

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest

STATUSES = ("computed", "posted", "ordered")
_COLUMNS = ("period", "until", "status", "revision", "answer_by", "pay_on", "waiting_for", "disputed_by")
_LINES = ("party", "position", "currency", "to_date")


@click.group(cls=ActingGroup)
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
@viewer_option
@json_option
@data_option
def show(production: str, period: str, user: str | None, as_json: bool, data: Path | None) -> None:
    """Show the distribution of PERIOD with every share."""
    from app.sharing.distributions import shown_of

    _show(*shown_of(data, production, period, user), as_json)


@distribution.command(name="list")
@click.argument("production")
@click.option("--status", type=click.Choice(STATUSES), help="Only those that are so.")
@days_options("of periods that end")
@viewer_option
@page_options
@json_option
@data_option
def list_(
    production: str,
    status: str | None,
    since: date | None,
    until: date | None,
    user: str | None,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """List the distributions of PRODUCTION, oldest first."""
    from adapters.db.queries.distributions import DistributionFilter
    from app.cli.printing import show_page
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.distributions(DistributionFilter(production, status, since, until), page)
    show_page(found, _COLUMNS, as_json, f"nothing has been distributed for {production} yet")


def _show(head: dict[str, Any], lines: list[dict[str, Any]], as_json: bool) -> None:
    from app.cli.printing import show, show_one

    if as_json:
        show_one(head | {"shares": lines}, as_json=True)
        return
    unplaced = head.pop("unplaced", [])
    show_one({name: value for name, value in head.items() if value not in ([], {})}, as_json=False)
    for sentence in unplaced:
        click.echo(f"look at this: {sentence}")
    click.echo()
    show(lines, _LINES, as_json=False, nothing="nobody has come to anything yet")
