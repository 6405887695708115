"""`sluice account`."""

from pathlib import Path

import click

from app.cli.groups import ActingGroup
from app.cli.options import data_option, json_option, production_filter, viewer_option

_COLUMNS = ("account", "owner", "currency", "number", "bank", "change", "status", "new_number", "in_force_on")


@click.group(cls=ActingGroup)
def account() -> None:
    """Bank accounts of payees: propose another one, confirm it after a call-back, refuse it."""


@account.command(name="list")
@production_filter
@viewer_option
@json_option
@data_option
def list_(production: str | None, user: str, as_json: bool, data: Path | None) -> None:
    """List the accounts that payees are paid on today, each with its newest change."""
    from app.cli.printing import show
    from app.payees.listing import accounts_of

    show(accounts_of(data, production, user), _COLUMNS, as_json, "nobody is paid")
