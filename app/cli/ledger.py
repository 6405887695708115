"""`sluice ledger`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.groups import ActingGroup
from app.cli.options import data_option, day_option, days_options, json_option, page_options, viewer_option

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest
    from adapters.db.records import Records
    from app.ledger.books import Valuation
    from domain.agreement.model import Agreement


@click.group(cls=ActingGroup)
def ledger() -> None:
    """A production's books: balances, entries, trial balance, files for other programs, closed periods."""


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
    user: str,
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
    user: str,
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


@ledger.command()
@click.argument("production")
@click.option("--account", help="Only this ledger account's, such as asset:bank:spc-krw.")
@click.option("--about", metavar="ID", help="Only those for the sake of this payment, receipt or bank reference.")
@days_options("that count")
@viewer_option
@page_options
@json_option
@data_option
def general(
    production: str,
    account: str | None,
    about: str | None,
    since: date | None,
    until: date | None,
    user: str,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """General ledger: entries by account and day, with the balance after each."""
    from adapters.db.queries.ledger import EntryFilter
    from app.cli.printing import show_page
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.general_ledger(EntryFilter(production, account, about, since, until), page)
    columns = ("account", "effective_on", "seq", "amount", "balance", "about")
    show_page(found, columns, as_json, f"{production} has no such entries")


def _valued(command: Callable[..., None]) -> Callable[..., None]:
    """How the books are valued."""
    options = (
        day_option("--on", "The day of the balance; default today."),
        click.option("--in", "currency", metavar="CUR", help="Valued in this currency; default the waterfall's."),
        click.option("--rates", "source", metavar="SOURCE", help="At this source's rates; default the contract's."),
        viewer_option,
        data_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@ledger.command(name="trial-balance")
@click.argument("production")
@_valued
@json_option
def trial_balance(
    production: str,
    on: date | None,
    currency: str | None,
    source: str | None,
    user: str,
    data: Path | None,
    as_json: bool,
) -> None:
    """Trial balance by account and currency, valued in one currency.

    Money, claims and debts are valued at the rate of the day of the balance; income, expenses and equity at the rates
    of the days of their entries. The line equity:fx-revaluation is the exchange gain (credit) or loss that is not
    realised.
    """
    from app.cli.printing import show
    from app.ledger.books import trial_of

    with _books(data, production, user, on, currency, source) as (records, agreement, valued):
        rows = trial_of(records, agreement, production, valued)
    show(rows, ("account", "debit", "credit", "value"), as_json, f"{production} has no entries until {valued.on}")


@ledger.command()
@click.argument("production")
@click.option(
    "--format",
    "form",
    type=click.Choice(("csv", "xlsx", "beancount")),
    default="xlsx",
    show_default=True,
    help="csv and beancount have the journal; xlsx has the general ledger and the trial balance as well.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write it; default PRODUCTION-books-DATE.FORMAT here.",
)
@day_option("--since", "Leave out lines of days before.")
@_valued
def export(
    production: str,
    form: str,
    out: Path | None,
    since: date | None,
    on: date | None,
    currency: str | None,
    source: str | None,
    user: str,
    data: Path | None,
) -> None:
    """Write the books to a file that a bookkeeper's program reads."""
    from app.ledger.books import BooksFormat, books_of, write_books

    with _books(data, production, user, on, currency, source) as (records, agreement, valued):
        file = out or Path(f"{production}-books-{valued.on}.{form}")
        write_books(books_of(records, agreement, production, valued, since), BooksFormat(form), file, datetime.now(UTC))
    click.echo(f"{file}: {file.stat().st_size} bytes")


@contextmanager
def _books(
    data: Path | None, production: str, user: str, on: date | None, currency: str | None, source: str | None
) -> "Iterator[tuple[Records, Agreement, Valuation]]":
    """Open the records for who may read the ledger, with the agreement in force and how to value."""
    from app.bootstrap import handler_on
    from app.ledger.books import valuation
    from app.permissions import sight_of
    from domain.reads import Resource

    with handler_on(data) as handler, handler.store.reading() as records:
        agreement = handler.agreement(records, production)
        sight_of(handler, records, production, user)(Resource.LEDGER)
        yield records, agreement, valuation(agreement, on or handler.today(agreement), currency, source)
