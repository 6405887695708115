"""`sluice revenue`."""

from pathlib import Path

import click

from app.cli.options import (
    as_option,
    data_option,
    json_option,
    mapping_option,
    production_option,
    statement_option,
)


@click.group()
def revenue() -> None:
    """Import what the finished work earned, statement by statement."""


@revenue.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@production_option
@click.option("--source", required=True, metavar="NAME", help="Who reports: a platform, a distributor, an agent.")
@statement_option
@mapping_option
@as_option
@json_option
@data_option
def import_(
    file: Path,
    production: str,
    source: str,
    statement: str,
    mapping: Path | None,
    user: str,
    as_json: bool,
    data: Path | None,
) -> None:
    """Import receipts from a CSV or XLSX FILE: all of it or, if any row does not fit, nothing.

    Columns: date, amount, and as needed currency, payer, territory, media, window, rate.
    """
    from app.imports import Import, import_file

    wish = Import("receipt", production, source, statement, user)
    import_file(data, wish, file, mapping).show(as_json)


@revenue.command(name="list")
@production_option
@json_option
@data_option
def list_(production: str, as_json: bool, data: Path | None) -> None:
    """List the statements of receipts with all their versions; the newest of each counts."""
    from app.imports import show_statements

    show_statements(data, production, "receipt", as_json)
