"""`sluice rate`."""

import getpass
from datetime import datetime
from pathlib import Path

import click

from app.cli.options import data_option, json_option, reader_option

_USES = ("production", "kind", "name", "status", "rate", "now", "todo")


@click.group()
def rate() -> None:
    """Import, correct and show reference exchange rates."""


@rate.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_option
def import_(file: Path, data: Path | None) -> None:
    """Import rates from a CSV file (date,base,quote,rate,source) or the ECB's reference XML. All or nothing."""
    from adapters.db.rates import keep_rates
    from adapters.rates import read_rates
    from app.bootstrap import handler_on

    raw, rates = read_rates(file)
    with handler_on(data) as handler, handler.store.transaction() as transaction:
        added = keep_rates(transaction, file.name, raw, rates)
    click.echo(f"{added} rates are new of {len(rates)} in {file}")


@rate.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--reason", required=True, help="How it is known that the known rates are wrong.")
@reader_option
@json_option
@data_option
def correct(file: Path, reason: str, user: str, as_json: bool, data: Path | None) -> None:
    """Correct imported rates by those in FILE, and name what was computed with the earlier ones. All or nothing.

    Nothing that was computed changes by itself. The earlier rates stay on record.
    """
    from app.bootstrap import handler_on
    from app.cli.printing import show
    from app.payments.rate_corrections import correct as correct_from

    with handler_on(data) as handler:
        found = correct_from(handler, file, user or getpass.getuser(), reason)
    click.echo(f"{len(found.rates)} rates of {file} were other ones before", err=True)
    show(found.uses, _USES, as_json, "nothing was computed with them")


@rate.command(name="show")
@click.argument("source")
@click.argument("on", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]))
@json_option
@data_option
def show_(source: str, on: datetime, as_json: bool, data: Path | None) -> None:
    """Show the rates of a SOURCE for a day."""
    from adapters.db.rates import rates_on
    from app.bootstrap import handler_on
    from app.cli.printing import show

    with handler_on(data) as handler, handler.store.reading() as records:
        rates = rates_on(records, source, on.date())
    rows = [{"base": base, "quote": quote, "rate": str(value)} for (base, quote), value in sorted(rates.items())]
    show(rows, ("base", "quote", "rate"), as_json, f"{source} has no rates for {on.date()}: import them first")
