"""`sluice sanctions`."""

import getpass
from datetime import date
from pathlib import Path

import click

from app.cli.options import data_option, day_option, json_option, reader_option

_COLUMNS = ("source", "published_on", "entries", "sha256")


@click.group()
def sanctions() -> None:
    """Public lists of names: import them, so that nothing is paid to parties on them without a decision."""


@sanctions.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--source", metavar="NAME", help="Which list it is, where the file does not say so.")
@day_option("--published", "The day of its publication, where the file does not say so.")
@reader_option
@json_option
@data_option
def import_(
    file: Path, source: str | None, published: date | None, user: str | None, as_json: bool, data: Path | None
) -> None:
    """Import a list: XML of the UN, the EU or OFAC, OFAC's sdn.csv, or a CSV with the columns id and name.

    The newest version of each list counts. All parties are compared at once, and again before payments fall due.
    """
    from app.bootstrap import handler_on
    from app.cli.printing import show_one
    from app.payees.lists import import_list

    with handler_on(data) as handler:
        found = import_list(handler, file, source, published, user or getpass.getuser())
    show_one(found, as_json)


@sanctions.command(name="list")
@json_option
@data_option
def list_(as_json: bool, data: Path | None) -> None:
    """List the newest version of each list."""
    from adapters.db.name_lists import newest_lists
    from app.bootstrap import handler_on
    from app.cli.printing import show

    with handler_on(data) as handler, handler.store.reading() as records:
        found = newest_lists(records)
    rows = [
        {
            "source": one.source,
            "published_on": one.published_on.isoformat(),
            "entries": len(one.entries),
            "sha256": one.document,
        }
        for one in found
    ]
    show(rows, _COLUMNS, as_json, "no list is imported")
