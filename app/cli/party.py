"""`sluice party`."""

from pathlib import Path

import click

from app.cli.groups import ActingGroup
from app.cli.options import data_option, json_option, production_filter, viewer_option

_COLUMNS = ("party", "name", "frozen_on", "frozen_by", "reason", "unfreeze_by", "matches")


@click.group(cls=ActingGroup)
def party() -> None:
    """Parties of an agreement: freeze one, so that nothing is paid to it; decide on matches with lists of names."""


@party.command(name="list")
@production_filter
@viewer_option
@json_option
@data_option
def list_(production: str | None, user: str, as_json: bool, data: Path | None) -> None:
    """List the parties, why nothing is paid to those that are frozen, and matches with lists of names."""
    from app.cli.printing import show
    from app.payees.listing import parties_of

    show(parties_of(data, production, user), _COLUMNS, as_json, "no parties")
