"""`sluice movement`."""

from pathlib import Path
from typing import Literal

import click

from app.cli.options import as_option, data_option, json_option, key_option

_COLUMNS = ("production", "account", "bank_reference", "since", "open", "counterparty", "end_to_end_id", "why")


@click.group()
def movement() -> None:
    """Movements of a bank that nothing explained: they are in suspense until somebody says what they were."""


@movement.command(name="list")
@click.option("--production", metavar="KEY", help="Only this production's.")
@json_option
@data_option
def list_(production: str | None, as_json: bool, data: Path | None) -> None:
    """List what is in suspense, oldest first; what went out is negative."""
    from adapters.db import queries
    from app.cli.session import records, show

    with records(data) as reading:
        if production is not None:
            queries.the_production(reading.connection, production)
        rows = queries.unmatched(reading.connection, production)
    show(rows, _COLUMNS, as_json, "nothing is in suspense")


@movement.command()
@click.argument("production")
@click.argument("account")
@click.argument("bank_reference")
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
    """Say what the movement BANK_REFERENCE on ACCOUNT was: exactly one of --receipt, --source, --charges."""
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
