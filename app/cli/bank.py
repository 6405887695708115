"""`sluice bank`."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.groups import ActingGroup
from app.cli.options import (
    data_option,
    day_option,
    days_options,
    json_option,
    page_options,
    production_filter,
    viewer_option,
)

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest

_ACCOUNTS = ("account", "on", "bank", "books", "difference", "unexplained", "reconciled_until")
_SIDES = ("bank", "books", "difference", "unexplained", "reconciled_until")
_DIFFERENCES = ("on", "amount", "why")
_NAMED = 5
_FILES = ("production", "account", "came_at", "status", "format", "became", "name")


@click.group(cls=ActingGroup)
def bank() -> None:
    """Bank accounts: what banks sent, and what they say against what the books say."""


@bank.command()
@click.argument("production")
@click.argument("account", required=False)
@day_option("--on", "The balances at the end of this day; by default, of the bank's last statement.")
@viewer_option
@json_option
@data_option
def reconcile(
    production: str, account: str | None, on: date | None, user: str, as_json: bool, data: Path | None
) -> None:
    """Compare the bank's balance with the books and say what explains the difference; without ACCOUNT, of all.

    Every difference is the bank's side less ours. An account is reconciled until the last day up to which statements
    follow each other, add up, and agree with the books.
    """
    from app.cli.printing import show
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.reconciliations(account, on or date.max)
    if as_json or account is None:
        show(found, _ACCOUNTS, as_json, f"no bank told anything of the accounts of {production} yet")
        return
    [one] = found
    when = "no statement gives a balance" if one.on is None else f"at the end of {one.on}"
    click.echo(click.style(f"{account}, {when}", bold=True))
    for name in _SIDES:
        value = getattr(one, name)
        click.echo(f"{name.replace('_', ' '):<16}  {'-' if value is None else value}")
    if one.differences:
        click.echo()
        show(one.differences, _DIFFERENCES, as_json=False, nothing="")
    if one.on_the_way:
        names = [f"{payment} {amount}" for payment, amount in one.on_the_way.items()]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        click.echo(f"\nOn the way, not booked by the bank yet: {', '.join(names[:_NAMED])}{more}")


@bank.command()
@production_filter
@click.option("--account", metavar="ID", help="Only those of this account's folder.")
@click.option("--status", type=click.Choice(("taken", "refused")), help="Only those with this status.")
@days_options("received")
@viewer_option
@page_options
@json_option
@data_option
def files(
    production: str | None,
    account: str | None,
    status: str | None,
    since: date | None,
    until: date | None,
    user: str,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """List the files that came from banks, newest first: taken or refused, and what became of their bookings."""
    from adapters.db.queries.bank_files import BankFileFilter
    from app.cli.printing import plain, show, tell_of_more
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.bank_files(BankFileFilter(account=account, status=status, since=since, until=until), page)
    lines = [
        plain(row)
        | {
            "came_at": row.recorded_at.strftime("%Y-%m-%d %H:%M"),
            "became": row.why or ", ".join(f"{count} {what}" for what, count in row.became.items()) or "nothing new",
        }
        for row in found.items
    ]
    show(found.items if as_json else lines, _FILES, as_json, "no file has come from a bank")
    tell_of_more(found)
