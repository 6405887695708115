"""`sluice ledger`."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.options import data_option, day_option, days_options, json_option, page_options, viewer_option

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest


@click.group()
def ledger() -> None:
    """Balances and entries of a production's books."""


@ledger.command()
@click.argument("production")
@day_option("--effective", "Only what counts on this day or before.")
@click.option(
    "--known",
    metavar="INSTANT",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z"]),
    help="Only what was recorded at this instant or before, such as 2026-03-01T09:00:00+0900.",
)
@viewer_option
@json_option
@data_option
def balances(
    production: str,
    effective: date | None,
    known: datetime | None,
    user: str | None,
    as_json: bool,
    data: Path | None,
) -> None:
    """Balances by account and currency, debits positive."""
    from app.cli.printing import show
    from app.reads import reads

    with reads(data, production, user) as reading:
        rows = reading.balances(effective, known)
    show(rows, ("account", "balance"), as_json, f"{production} has no entries that count so")


@ledger.command()
@click.argument("production")
@click.option("--account", help="Only this ledger account's, such as asset:bank:spc-krw.")
@click.option("--about", metavar="ID", help="Only those for the sake of this payment, receipt or bank reference.")
@days_options("that count")
@viewer_option
@page_options
@json_option
@data_option
def entries(
    production: str,
    account: str | None,
    about: str | None,
    since: date | None,
    until: date | None,
    user: str | None,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """Entries in the order of the journal."""
    from adapters.db.queries.ledger import EntryFilter
    from app.cli.printing import show_page
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.entries(EntryFilter(production, account, about, since, until), page)
    columns = ("seq", "effective_on", "account", "amount", "about")
    show_page(found, columns, as_json, f"{production} has no such entries")
