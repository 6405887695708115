"""`sluice bank`."""

from datetime import date
from pathlib import Path

import click

from app.cli.groups import ActingGroup
from app.cli.options import data_option, day_option, json_option, viewer_option

_ACCOUNTS = ("account", "on", "bank", "books", "difference", "unexplained", "reconciled_until")
_SIDES = ("bank", "books", "difference", "unexplained", "reconciled_until")
_DIFFERENCES = ("on", "amount", "why")
_NAMED = 5


@click.group(cls=ActingGroup)
def bank() -> None:
    """Bank accounts: what the bank says against what the books say."""


@bank.command()
@click.argument("production")
@click.argument("account", required=False)
@day_option("--on", "The balances at the end of this day; by default, of the bank's last statement.")
@viewer_option
@json_option
@data_option
def reconcile(
    production: str, account: str | None, on: date | None, user: str | None, as_json: bool, data: Path | None
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
