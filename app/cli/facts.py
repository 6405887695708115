"""`sluice cost`, `advance`, `metric`, `opening` and `date`: what a waterfall counts with beside receipts."""

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

BY_HAND = "by-hand"


def _group(kind: str, about: str, amount: str | None) -> click.Group:
    """The commands of one kind of fact; `amount` says how its amount is written, None that it has none."""

    @click.group(name=kind, help=about)
    def group() -> None: ...

    @group.command(help=f"Record one {kind}. Another under the same --statement and --source restates it.")
    @production_option
    @click.option("--name", required=True, help="Its name in the waterfall.")
    @click.option("--on", required=True, metavar="YYYY-MM-DD", help="The day on which it counts.")
    @click.option("--source", default=BY_HAND, show_default=True, metavar="NAME", help="Who reports it.")
    @statement_option
    @as_option
    @json_option
    @data_option
    def record(
        production: str,
        name: str,
        on: str,
        source: str,
        statement: str,
        user: str,
        as_json: bool,
        data: Path | None,
        amount: str | None = None,
        rate: str | None = None,
    ) -> None:
        from app.imports import Import, record

        given = {"date": on, "name": name, "amount": amount, "rate": rate}
        fields = {field: written for field, written in given.items() if written is not None}
        record(data, Import(kind, production, source, statement, user), fields).show(as_json)

    if amount is not None:
        record = click.option("--amount", required=True, help=amount)(record)
    if amount is not None and kind != "metric":
        record = click.option("--rate", help="The bank's rate, where the agreement converts by that.")(record)

    @group.command(name="import", help=f"Import {kind}s from a CSV or XLSX FILE: all of it or nothing.")
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    @production_option
    @click.option("--source", required=True, metavar="NAME", help="Who reports.")
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
        from app.imports import Import, import_file

        import_file(data, Import(kind, production, source, statement, user), file, mapping).show(as_json)

    @group.command(name="list", help=f"List the statements of {kind}s; the newest version of each counts.")
    @production_option
    @json_option
    @data_option
    def list_(production: str, as_json: bool, data: Path | None) -> None:
        from app.imports import show_statements

        show_statements(data, production, kind, as_json)

    return group


_MONEY = 'As in "KRW 90000000" or "USD 1250.00".'

cost = _group("cost", "Costs that are recouped: prints and advertising, the negative cost.", _MONEY)
advance = _group("advance", "Advances, minimum guarantees and loans, as they are paid.", _MONEY)
metric = _group("metric", "Counts that conditions look at: admissions, viewers, units.", "A plain number.")
opening = _group("opening", "Balances taken over from before, where the agreement took over mid-life.", _MONEY)
date = _group("date", "Days on which something happened that terms count from, such as the end of the run.", None)
