"""`sluice milestone`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.groups import ActingGroup
from app.cli.options import data_option, json_option, page_options, viewer_option

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest

STATUSES = ("open", "submitted", "rejected", "accepted")
_COLUMNS = ("id", "status", "round", "submitted_by", "deadline_on", "escalated_to", "accepted_on")


@click.group(cls=ActingGroup)
def milestone() -> None:
    """Submit evidence for milestones, approve it, reject it."""


@milestone.command(name="list")
@click.argument("production")
@click.option("--status", type=click.Choice(STATUSES), help="Only those that are so.")
@viewer_option
@page_options
@json_option
@data_option
def list_(
    production: str, status: str | None, user: str | None, page: "PageRequest", as_json: bool, data: Path | None
) -> None:
    """List the milestones that something has happened to."""
    from adapters.db.queries.milestones import MilestoneFilter
    from app.cli.printing import show_page
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.milestones(MilestoneFilter(production, status), page)
    show_page(found, _COLUMNS, as_json, f"nothing has been submitted for {production} yet")
