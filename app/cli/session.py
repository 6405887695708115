"""What commands share: connecting, and printing rows for people or for programs."""

import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.db.records import Records
from app.bootstrap import connect, handler_on
from app.commands.client import CommandClient
from app.endpoints import endpoints
from app.interrupt import run
from app.settings import load_settings

Answer = TypeVar("Answer")
_ROOM = 4_000


def ask(data: Path | None, user: str, request: Callable[[CommandClient], Awaitable[Answer]], key: str = "") -> Answer:
    """Send a command of `user`, under a key of its own if one is given, and wait for the answer."""

    async def _run() -> Answer:
        settings = load_settings(data)
        return await request(CommandClient(await connect(settings, endpoints(settings)), user, key))

    return run(_run())


def act(
    data: Path | None,
    user: str,
    request: Callable[[CommandClient], Awaitable[BaseModel]],
    as_json: bool,
    key: str = "",
) -> None:
    """Send a command of `user`, and show where things stand after it."""
    show_one(ask(data, user, request, key).model_dump(mode="json"), as_json)


@contextmanager
def records(data: Path | None) -> Iterator[Records]:
    """The records of a data folder's stack, or of the settings', at one instant; Temporal is not needed for that."""
    with handler_on(data) as handler, handler.store.reading() as found:
        yield found


def show(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], as_json: bool, nothing: str) -> None:
    """Print rows: as a table of `columns`, or whole as a JSON list; `nothing` is said when there are none."""
    found = list(rows)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo(nothing)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column)
    for row in found:
        table.add_row(*("" if row.get(column) is None else escape(str(row[column])) for column in columns))
    # Laid out as if there were room: fitted to a terminal, a table would leave out whole columns, of money too.
    console = Console(emoji=False, width=_ROOM)
    with console.capture() as drawn:
        console.print(table)
    for line in drawn.get().splitlines():
        click.echo(line.rstrip())


def show_one(row: Mapping[str, Any], as_json: bool) -> None:
    """Print one thing: a line for each field, or JSON."""
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False, indent=2))
        return
    width = max(len(name) for name in row)
    for name, value in row.items():
        if value is not None:
            click.echo(f"{name:<{width}}  {_words(value)}")


def _words(value: Any) -> Any:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else value
