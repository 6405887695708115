"""`sluice ledger`."""

from datetime import datetime
from pathlib import Path

import click

from app.cli.options import data_option, json_option


@click.group()
def ledger() -> None:
    """Balances and entries of a production's books."""


@ledger.command()
@click.argument("production")
@click.option(
    "--effective", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="Only what counts on this day or before."
)
@click.option(
    "--known",
    metavar="INSTANT",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z"]),
    help="Only what was recorded at this instant or before, such as 2026-03-01T09:00:00+0900.",
)
@json_option
@data_option
def balances(
    production: str, effective: datetime | None, known: datetime | None, as_json: bool, data: Path | None
) -> None:
    """Balances by account and currency, debits positive."""
    from adapters.db import queries
    from app.cli.session import records, show

    with records(data) as reading:
        queries.the_production(reading.connection, production)
        rows = queries.balances(reading.connection, production, effective.date() if effective else None, known)
    show(rows, ("account", "balance"), as_json, f"{production} has no entries that count so")


@ledger.command()
@click.argument("production")
@click.option("--account", help="Only this ledger account's, such as asset:bank:spc-krw.")
@click.option("--about", metavar="ID", help="Only those for the sake of this payment, receipt or bank reference.")
@json_option
@data_option
def entries(production: str, account: str | None, about: str | None, as_json: bool, data: Path | None) -> None:
    """Entries in the order of the journal."""
    from adapters.db import queries
    from app.cli.session import records, show

    with records(data) as reading:
        queries.the_production(reading.connection, production)
        rows = list(queries.entries(reading.connection, production, account, about))
    show(rows, ("seq", "effective_on", "account", "amount", "about"), as_json, f"{production} has no such entries")
