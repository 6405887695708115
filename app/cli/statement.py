"""`sluice statement`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.options import data_option, json_option, page_options, viewer_option

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest
    from app.sharing.statements import Issued

_COLUMNS = ("period", "party", "issued_on", "fetched_on", "seq", "sha256")
_FETCHED = ("on", "at", "by", "reader", "form", "language", "sha256")


@click.group()
def statement() -> None:
    """List and render what each party was told of each period.

    Statements are issued when a period's payouts are ordered, and are the same ever after, byte for byte.
    """


@statement.command(name="list")
@click.argument("production", required=False)
@click.option("--period", metavar="PERIOD", help="Only those of a period, such as 2027-Q1.")
@click.option("--party", metavar="PARTY", help="Only those to this party.")
@viewer_option
@page_options
@json_option
@data_option
def list_(
    production: str | None,
    period: str | None,
    party: str | None,
    user: str,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """List the statements of PRODUCTION (needless if there is only one), in the order of their issue."""
    from adapters.db.queries.agreement import the_only_production
    from adapters.db.queries.statements import StatementFilter
    from app.cli.printing import show_page
    from app.reads import reads

    with reads(data, production, user) as reading:
        here = reading.of(the_only_production(reading.connection, production))
        found = here.statements(StatementFilter(here.production or "", period, party), page)
    show_page(found, _COLUMNS, as_json, "no statements have been issued yet")


def _file_options(command: Callable[..., None]) -> Callable[..., None]:
    """Whose statement of which period, and the file to write."""
    options = (
        click.option("--party", required=True, metavar="PARTY", help="Whose: a party's id in the agreement."),
        click.option("--period", required=True, metavar="PERIOD", help="Of which period, such as 2027-Q1."),
        click.option("--production", metavar="KEY", help="Of which production; needless if there is only one."),
        click.option(
            "--lang", type=click.Choice(("en", "ko", "ja")), default="en", show_default=True, help="Its language."
        ),
        click.option("--format", "form", type=click.Choice(("pdf", "xlsx", "json")), default="pdf", show_default=True),
        click.option(
            "--out",
            type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
            metavar="FILE",
            help="Where to write it, - for stdout; default PRODUCTION-PERIOD-PARTY.LANG.FORMAT here.",
        ),
        viewer_option,
        data_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@statement.command()
@_file_options
def render(**options: Any) -> None:
    """Write one party's statement of a period to a file. That a user (`--as`) fetched it is recorded."""
    from app.sharing.statements import statement_of

    _write(statement_of, **options)


@statement.command()
@click.option("--party", required=True, metavar="PARTY", help="Whose: a party's id in the agreement.")
@click.option("--period", required=True, metavar="PERIOD", help="Of which period, such as 2027-Q1.")
@click.option("--production", metavar="KEY", help="Of which production; needless if there is only one.")
@viewer_option
@json_option
@data_option
def show(party: str, period: str, production: str | None, user: str | None, as_json: bool, data: Path | None) -> None:
    """Show when one party's statement of a period was issued, and who fetched it, when, and in which form."""
    from app.cli.printing import plain, show, show_one
    from app.sharing.statements import shown_of

    found, fetched = shown_of(data, production, party, period, user)
    if as_json:
        show_one(plain(found) | {"fetched": plain(fetched)}, as_json=True)
        return
    show_one(found, as_json=False)
    click.echo()
    show(fetched, _FETCHED, as_json=False, nothing="nobody has fetched it yet")


@statement.command()
@_file_options
def draft(**options: Any) -> None:
    """Write the statement that a party would get of a period that is computed and not paid out yet.

    It is what approving the period would come to, by the facts, answers and objections so far. Nothing is recorded.
    """
    from app.sharing.statements import draft_of

    _write(draft_of, **options)


def _write(
    find: "Callable[..., Issued]",
    party: str,
    period: str,
    production: str | None,
    lang: str,
    form: str,
    out: Path | None,
    user: str,
    data: Path | None,
) -> None:
    """Find a statement, and write it to a file or to stdout."""
    from adapters.db.queries.agreement import the_only_production
    from adapters.sharing.statements import Format, Language
    from app.bootstrap import handler_on
    from app.sharing.statements import as_file, record_fetch, write

    with handler_on(data) as handler, handler.store.reading() as records:
        chosen = the_only_production(records.connection, production)
        found = find(handler, records, chosen, party, period, user)
    name, content = as_file(found, Language(lang), Format(form))
    if user is not None and not found.draft:
        with handler_on(data) as handler:
            record_fetch(handler, found, Format(form), Language(lang), content, user)
    if str(out) == "-":
        click.echo(content, nl=False)
        return
    file = out or Path(name)
    write(file, content)
    click.echo(f"{file}: {len(content)} bytes")
