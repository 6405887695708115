"""`sluice revenue`, `cost`, `advance`, `metric`, `opening` and `date`: the facts that a waterfall runs on."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.options import (
    acting_for,
    as_option,
    data_option,
    json_option,
    mapping_option,
    page_options,
    production_option,
    statement_option,
    viewer_option,
)

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest

_BY_HAND = "by-hand"
_reason_option = click.option(
    "--reason", metavar="TEXT", help="Why it restates what was reported before; statements tell it."
)
_MONEY = 'As in "KRW 90000000" or "USD 1250.00".'
_COLUMNS = {None: "date, name", _MONEY: "date, name, amount, and as needed currency, rate"}


def _group(name: str, kind: str, about: str, columns: str) -> click.Group:
    """Create the group that imports and lists statements of one kind of fact."""
    group = click.Group(name, help=about)
    group.add_command(_importing(kind, columns))
    group.add_command(_listing(kind))
    return group


def _recorded(kind: str, about: str, amount: str | None) -> click.Group:
    """Create the group that imports, lists and records facts. `amount` describes how an amount is written."""
    group = _group(kind, kind, about, _COLUMNS.get(amount, "date, name, amount"))
    group.add_command(_recording(kind, amount))
    return group


def _importing(kind: str, columns: str) -> click.Command:
    about = (
        f"Import {kind}s from a CSV or XLSX FILE: all of it or, if any row does not fit, nothing. Columns: {columns}."
    )

    @click.command("import", help=about)
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    @production_option
    @click.option("--source", required=True, metavar="NAME", help="Who reports: a platform, a distributor, an agent.")
    @statement_option
    @mapping_option
    @click.option("--empty", is_flag=True, help="Confirm that nothing is left of a statement that had rows.")
    @click.option("--repeated", is_flag=True, help="Confirm rows that another statement has as well.")
    @_reason_option
    @click.option("--preview", is_flag=True, help="Only show whose next payout it would change, and by how much.")
    @as_option
    @json_option
    @data_option
    def import_(
        file: Path,
        production: str,
        source: str,
        statement: str,
        mapping: Path | None,
        empty: bool,
        repeated: bool,
        reason: str | None,
        preview: bool,
        user: str,
        as_json: bool,
        data: Path | None,
    ) -> None:
        """Import one file as one statement of a source."""
        from app.identity.login import authentication
        from app.settings import load_settings
        from app.sharing.import_preview import preview_file
        from app.sharing.imports import Import, import_file
        from domain.events.revenue import Confirmed

        confirms = Confirmed.EMPTY if empty else Confirmed.REPEATED if repeated else None
        take = preview_file if preview else import_file
        said = authentication(load_settings(data), user)
        request = Import(kind, production, source, statement, user, confirms, reason, said, acting_for())
        take(data, request, file, mapping).show(as_json)

    return import_


def _listing(kind: str) -> click.Command:
    @click.command("list", help=f"List the statements of {kind}s with all their versions; the newest of each counts.")
    @production_option
    @click.option("--source", metavar="NAME", help="Only those of this source.")
    @viewer_option
    @page_options
    @json_option
    @data_option
    def list_(
        production: str, source: str | None, user: str, page: "PageRequest", as_json: bool, data: Path | None
    ) -> None:
        """Show the statements of the kind, with all their versions."""
        from adapters.db.queries.facts import ImportFilter
        from app.cli.printing import show_page
        from app.reads import reads

        with reads(data, production, user) as reading:
            found = reading.imports(ImportFilter(production, kind, source), page)
        columns = ("source", "statement", "version", "count", "reason", "sha256")
        show_page(found, columns, as_json, f"no {kind}s of {production} yet")

    return list_


def _recording(kind: str, amount: str | None) -> click.Command:
    @click.command("record", help=f"Record one {kind}. Another under the same --statement and --source restates it.")
    @production_option
    @click.option("--name", required=True, help="Its name in the waterfall.")
    @click.option("--on", required=True, metavar="YYYY-MM-DD", help="The day on which it counts.")
    @click.option("--source", default=_BY_HAND, show_default=True, metavar="NAME", help="Who reports it.")
    @statement_option
    @_reason_option
    @as_option
    @json_option
    @data_option
    def record(
        production: str,
        name: str,
        on: str,
        source: str,
        statement: str,
        reason: str | None,
        user: str,
        as_json: bool,
        data: Path | None,
        amount: str | None = None,
        rate: str | None = None,
    ) -> None:
        """Record what the options say as a statement of one row."""
        from app.identity.login import authentication
        from app.settings import load_settings
        from app.sharing.imports import Import, record

        given = {"date": on, "name": name, "amount": amount, "rate": rate}
        fields = {field: written for field, written in given.items() if written is not None}
        said = authentication(load_settings(data), user)
        request = Import(kind, production, source, statement, user, None, reason, said, acting_for())
        record(data, request, fields).show(as_json)

    if amount is not None:
        record = click.option("--amount", required=True, help=amount)(record)
    if amount == _MONEY:
        record = click.option("--rate", help="The bank's rate, where the agreement converts by that.")(record)
    return record


_RECEIPT = (
    "date, amount, and as needed currency, payer, territory, media, window, rate, and the agreement's metrics, counted"
)

revenue = _group("revenue", "receipt", "Import what the finished work earned, statement by statement.", _RECEIPT)
cost = _recorded("cost", "Costs that are recouped: prints and advertising, the negative cost.", _MONEY)
advance = _recorded("advance", "Advances, minimum guarantees and loans, as they are paid.", _MONEY)
metric = _recorded("metric", "Counts that conditions look at: admissions, viewers, units.", "A plain number.")
opening = _recorded("opening", "Balances taken over from before, where the agreement took over mid-life.", _MONEY)
date = _recorded("date", "Days on which something happened that terms count from, such as the end of the run.", None)
