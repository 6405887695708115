"""`sluice run`."""

from pathlib import Path

import click

from app.cli.acting import add_commands
from app.cli.options import as_option, data_option, json_option

_RUNS = ("id", "status", "count", "total", "prepared_by", "released_by", "message_id")
_PREVIEW = ("end_to_end_id", "amount", "creditor", "bic", "account", "due_on")
_LINES = ("end_to_end_id", "amount", "payee_party", "payee", "due_on", "status")


@click.group()
def run() -> None:
    """Open payment runs, look at them, release them under four eyes."""


@run.command(name="open")
@click.argument("production")
@click.argument("account")
@as_option
@json_option
@data_option
def open_(production: str, account: str, user: str, as_json: bool, data: Path | None) -> None:
    """Open today's runs of a debtor ACCOUNT by hand; every morning this happens by itself."""
    from app.cli.session import ask, show

    started = ask(data, user, lambda as_user: as_user.open_runs(production, account))
    show([{"run": one} for one in started], ("run",), as_json, f"nothing is due from {account} today")
    _tell_what_waits(data, production)


@run.command(name="show")
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--production", metavar="KEY", help="Only this production's.")
@click.option(
    "--status", type=click.Choice(("prepared", "released", "submitted", "cancelled")), help="Only those that are so."
)
@json_option
@data_option
def show_(run_id: str | None, production: str | None, status: str | None, as_json: bool, data: Path | None) -> None:
    """List the runs, or show one RUN with what became of each payment."""
    from adapters.db import queries
    from app.cli.session import records, show, show_one
    from domain.errors import NotFound

    with records(data) as reading:
        if production is not None:
            queries.the_production(reading.connection, production)
        if run_id is None:
            show(queries.runs(reading.connection, production, status), _RUNS, as_json, "no runs")
            _tell_what_waits(data, production)
            return
        row = queries.run(reading.connection, run_id)
        lines = queries.payments(reading.connection, run=run_id)
    if row is None:
        raise NotFound(f"There is no run {run_id}: `sluice run show` lists them.")
    if as_json:
        show_one(row | {"payments": lines}, as_json=True)
        return
    show_one(row, as_json=False)
    click.echo()
    show(lines, _LINES, as_json=False, nothing="no payments are in it now")


@run.command()
@click.argument("run_id", metavar="RUN")
@json_option
@data_option
def preview(run_id: str, as_json: bool, data: Path | None) -> None:
    """Show exactly what releasing RUN would pay now, and the SHA-256 that a release is bound to."""
    from app.cli.session import show, show_one
    from app.payments.preview import preview_of

    found = preview_of(data, run_id)
    if as_json:
        show_one(found.head | {"payments": found.lines}, as_json=True)
        return
    show_one(found.head, as_json=False)
    click.echo()
    show(found.lines, _PREVIEW, as_json=False, nothing="nothing would be paid")


def _tell_what_waits(data: Path | None, production: str | None) -> None:
    """A run without its rate is not there yet and goes on by itself: said on stderr, since it is no row of a list."""
    from app.payments.missing_rates import missing_rates_of

    for sentence in missing_rates_of(data, production):
        click.echo(sentence, err=True)


add_commands(run)
