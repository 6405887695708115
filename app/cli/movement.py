"""`sluice movement`."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from app.cli.options import (
    as_option,
    data_option,
    days_options,
    json_option,
    key_option,
    page_options,
    production_filter,
    viewer_option,
)

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest

_COLUMNS = (
    "production",
    "account",
    "movement",
    "since",
    "open",
    "counterparty",
    "end_to_end_id",
    "why",
)


@click.group()
def movement() -> None:
    """Movements of a bank that nothing explained: they are in suspense until somebody says what they were."""


@movement.command(name="list")
@production_filter
@click.option("--account", metavar="ID", help="Only those on this account.")
@days_options("booked")
@viewer_option
@page_options
@json_option
@data_option
def list_(
    production: str | None,
    account: str | None,
    since: date | None,
    until: date | None,
    user: str | None,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """List what is in suspense, oldest first; what went out is negative."""
    from adapters.db.queries.bank import MovementFilter
    from app.cli.printing import show_page
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.movements(MovementFilter(account=account, since=since, until=until), page)
    show_page(found, _COLUMNS, as_json, "nothing is in suspense")


@movement.command()
@click.argument("production")
@click.argument("account")
@click.argument("bank_reference", metavar="MOVEMENT")
@click.option("--receipt", metavar="ID", help="It is money of this expected receipt.")
@click.option("--source", metavar="NAME", help="It is what this source owes by its statements.")
@click.option("--charges", is_flag=True, help="It is the bank's own charge, or gives one back.")
@click.option("--amount", metavar="AMOUNT", help='What of the claim it settles, if not all; as in "JPY 1200000".')
@click.option("--reason", required=True, help="How that is known.")
@as_option
@key_option
@json_option
@data_option
def allocate(
    production: str,
    account: str,
    bank_reference: str,
    receipt: str | None,
    source: str | None,
    charges: bool,
    amount: str | None,
    reason: str,
    user: str,
    key: str,
    as_json: bool,
    data: Path | None,
) -> None:
    """Say what MOVEMENT on ACCOUNT was: exactly one of --receipt, --source, --charges."""
    from app.cli.session import act
    from domain.commands import AllocateMovement
    from domain.values.money import Money

    if (receipt is not None) + (source is not None) + charges != 1:
        raise click.UsageError("Say what it was by exactly one of --receipt, --source and --charges.")
    to: Literal["receipt", "source", "charges"] = "charges" if charges else "source" if receipt is None else "receipt"
    settled = Money.parse(amount) if amount is not None else None
    act(
        data,
        user,
        lambda client: client.send(
            AllocateMovement,
            production=production,
            account=account,
            bank_reference=bank_reference,
            to=to,
            name=receipt or source or "",
            amount=settled,
            reason=reason,
        ),
        as_json,
        key,
    )
