"""`sluice distribution`."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.groups import ActingGroup
from app.cli.options import data_option, days_options, json_option, page_options, viewer_option

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest

_STUCK = "stuck"
STATUSES = ("computed", "posted", "ordered", _STUCK)
_COLUMNS = ("period", "until", "status", "revision", "answer_by", "pay_on", "waiting_for", "disputed_by", "objections")
_LINES = ("party", "position", "currency", "to_date")


@click.group(cls=ActingGroup)
def distribution() -> None:
    """Share what a period earned: compute, approve or object, post, pay out.

    A PERIOD is such as 2027-Q3, 2027-H1, 2027-05, 2027, or its last day.
    """


@distribution.command()
@click.argument("production")
@click.argument("period")
@viewer_option
@json_option
@data_option
def preview(production: str, period: str, user: str, as_json: bool, data: Path | None) -> None:
    """Show what opening PERIOD would find now; nothing is recorded."""
    from app.sharing.distributions import preview_of

    _show(*preview_of(data, production, period, user), as_json)


@distribution.command()
@click.argument("production")
@click.argument("period")
@viewer_option
@json_option
@data_option
def show(production: str, period: str, user: str, as_json: bool, data: Path | None) -> None:
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
    user: str,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """List the distributions of PRODUCTION, oldest first.

    At the end stand periods that are due and cannot be computed (`stuck`), with the reason.
    """
    from adapters.db.queries.distributions import DistributionFilter
    from app.cli.printing import show, tell_of_more, with_any
    from app.reads import reads
    from app.sharing.distributions import stuck_of

    with reads(data, production, user) as reading:
        found = reading.distributions(DistributionFilter(production, status, since, until), page)
    last = found.next_cursor is None and status in {None, _STUCK} and since is until is None
    stuck = stuck_of(data, production, user) if last else []
    blank = dict.fromkeys(_COLUMNS)
    rows = [*found.items, *(one if as_json else blank | one for one in stuck)]
    columns = with_any(_COLUMNS, found.items, "objections")
    show(rows, columns, as_json, f"nothing has been distributed for {production} yet")
    for one in [] if as_json else stuck:
        click.echo(f"{one['period']} cannot be computed: {one['trouble']}")
    tell_of_more(found)


def _show(head: dict[str, Any], lines: list[dict[str, Any]], as_json: bool) -> None:
    from app.cli.printing import show, show_one

    if as_json:
        show_one(head | {"shares": lines}, as_json=True)
        return
    told = [("look at this", one) for one in head.pop("unplaced", [])]
    told += [("note", one) for one in head.pop("remarks", [])]
    show_one({name: value for name, value in head.items() if value not in ([], {})}, as_json=False)
    for word, sentence in told:
        click.echo(f"{word}: {sentence}")
    click.echo()
    show(lines, _LINES, as_json=False, nothing="nobody has come to anything yet")
