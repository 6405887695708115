"""`sluice payment`."""

from pathlib import Path

import click

from app.cli.acting import add_commands
from app.cli.options import data_option, json_option

_COLUMNS = ("id", "status", "amount", "due_on", "account", "payee_party", "run", "reason")


@click.group()
def payment() -> None:
    """List payments, hold and resume them, put right what a bank refused."""


@payment.command(name="list")
@click.option("--production", metavar="KEY", help="Only this production's.")
@click.option("--status", help="Only those that are scheduled, due, held, settled …")
@click.option("--run", "run_id", metavar="RUN", help="Only those in this run.")
@json_option
@data_option
def list_(production: str | None, status: str | None, run_id: str | None, as_json: bool, data: Path | None) -> None:
    """List payments."""
    from adapters.db import queries
    from app.cli.session import records, show
    from domain.payments.payments import Status

    if status is not None and status not in set(Status):
        raise click.BadParameter(f"{status!r} is none of {', '.join(Status)}.", param_hint="--status")
    with records(data) as reading:
        if production is not None:
            queries.the_production(reading.connection, production)
        rows = queries.payments(reading.connection, production, status, run_id)
    show(rows, _COLUMNS, as_json, "no payments")


@payment.command(name="show")
@click.argument("payment_id", metavar="PAYMENT")
@json_option
@data_option
def show_(payment_id: str, as_json: bool, data: Path | None) -> None:
    """Show one payment, its life in the journal, and its entries."""
    import json

    from adapters.db import queries
    from app.cli.journal import told
    from app.cli.session import records, show_one
    from domain.errors import NotFound

    with records(data) as reading:
        row = queries.payment(reading.connection, payment_id)
        if row is None:
            raise NotFound(f"There is no payment {payment_id}: `sluice payment list` lists them.")
        life = [told(fact) for fact in queries.newest_facts(reading.connection, row["production"], 100, payment_id)]
        entries = list(queries.entries(reading.connection, row["production"], about=payment_id))
    if as_json:
        click.echo(json.dumps(row | {"life": life, "entries": entries}, ensure_ascii=False, indent=2))
        return
    show_one(row, as_json=False)
    click.echo()
    for event in life:
        click.echo(f"{event['effective_on']}  {event['type']:<24} {event['actor']}")
    if entries:
        click.echo()
    for entry in entries:
        click.echo(f"{entry['effective_on']}  {entry['account']:<44} {entry['amount']:>24}")


@payment.command()
@click.option("--production", metavar="KEY", help="Only this production's.")
@json_option
@data_option
def expected(production: str | None, as_json: bool, data: Path | None) -> None:
    """List what is expected to come in, what of it has arrived, and what lateness has cost."""
    from app.cli.session import show
    from app.payments.overdue import expected_of

    columns = ("id", "status", "amount", "received", "due_on", "days_late", "late_interest", "account", "payer_party")
    show(expected_of(data, production), columns, as_json, "nothing is expected")


add_commands(payment)
