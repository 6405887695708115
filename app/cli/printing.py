"""Output of rows and pages for people or programs. Nothing slow is imported here."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import click
from pydantic_core import to_json
from rich.cells import cell_len

from adapters.db.queries.paging import Page
from domain.values.money import Money

if TYPE_CHECKING:
    from domain.identity.people import People


def show_page(page: Page[Any], columns: Sequence[str], as_json: bool, nothing: str) -> None:
    """Print a page of a list like `show`, and say on stderr whether there is more and how to get it."""
    show(page.items, columns, as_json, nothing)
    tell_of_more(page)


def tell_of_more(page: Page[Any]) -> None:
    """Say on stderr that a page is not the last. The hint is not a row of the list."""
    if page.next_cursor is not None:
        of = "" if page.total is None else f" of {page.total:,}"
        click.echo(f"{len(page.items):,}{of} shown; the next: --after {page.next_cursor}; all: --all", err=True)


def show(rows: Iterable[Any], columns: Sequence[str], as_json: bool, nothing: str) -> None:
    """Print rows as a table of `columns`, or in full as a JSON list. `nothing` is printed if there are none."""
    if as_json:
        click.echo(to_json([plain(row) for row in rows], indent=2).decode())
        return
    cells = [[_cell(row[name] if isinstance(row, Mapping) else getattr(row, name)) for name in columns] for row in rows]
    if not cells:
        click.echo(nothing)
        return
    widths = [max(map(_width, column)) for column in zip(columns, *cells, strict=True)]
    click.echo(click.style(_line(columns, widths), bold=True))
    click.echo("\n".join(_line(row, widths) for row in cells))


def show_people(people: "People", as_json: bool) -> None:
    """Print users with their rights, delegations, and the changes that wait."""
    from domain.identity.words import change_in_words, delegation_in_words, rights_in_words

    waiting = [each.proposed for each in people.open_changes()]
    if as_json:
        told = {
            "users": [each.model_dump(mode="json") for each in people.users.values()],
            "delegations": [{"number": n, **made.model_dump(mode="json")} for n, made in people.delegations.items()],
            "waiting": [each.model_dump(mode="json") for each in waiting],
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    rows = [
        {"user": each.user, "person": each.person, "rights": "removed" if each.removed else rights_in_words(each)}
        for each in people.users.values()
    ]
    show(rows, ("user", "person", "rights"), as_json=False, nothing="nobody is on record")
    for number, made in people.delegations.items():
        click.echo(f"delegation {number}: {delegation_in_words(made)}")
    for each in waiting:
        click.echo(f"waits: {change_in_words(each)}; proposed by {each.by}: {each.reason}")


def with_doubts(columns: Sequence[str], payments: Iterable[Any]) -> Sequence[str]:
    """The columns of a list of payments, and the doubts about them if there are any."""
    return (*columns, "doubts") if any(payment.doubts for payment in payments) else columns


def with_any(columns: Sequence[str], rows: Sequence[Any], *rare: str) -> Sequence[str]:
    """The columns of a list, but the `rare` ones in which no row has anything."""
    empty = {name for name in rare if not any(getattr(row, name) for row in rows)}
    return tuple(name for name in columns if name not in empty)


def show_one(row: Any, as_json: bool) -> None:
    """Print one record: a line for each field, or JSON."""
    record = plain(row)
    if as_json:
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
        return
    width = max(len(name) for name in record)
    for name, value in record.items():
        if value not in (None, []):
            click.echo(f"{name:<{width}}  {_words(value)}")


def plain(value: Any) -> Any:
    """Return a value for JSON: amounts as text, dates and instants in ISO form."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Money | date):
        return str(value) if isinstance(value, Money) else value.isoformat()
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _cell(value: Any) -> str:
    """Return a value as one line, without control characters such as a bank's escape codes."""
    if isinstance(value, Mapping):
        value = [f"{name}: {each}" for name, each in value.items()]
    written = "" if value is None else ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return written if written.isprintable() else "".join(each if each.isprintable() else " " for each in written)


def _width(cell: str) -> int:
    return len(cell) if cell.isascii() else cell_len(cell)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _words(value: Any) -> Any:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else value
