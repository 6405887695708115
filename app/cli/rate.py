"""`sluice rate`."""

from datetime import datetime
from pathlib import Path

import click

from app.cli.options import data_option, json_option


@click.group()
def rate() -> None:
    """Import and show reference exchange rates."""


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
