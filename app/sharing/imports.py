"""Imports of statements: read, check and write a file, with progress on a terminal, and report the result."""

import csv
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from activities.facts import FactActivities, ImportNotes
from adapters.agreement.documents import BadDocument
from adapters.command_handler import CommandHandler
from adapters.db.queries.facts import ImportFilter, imported
from adapters.sharing.sheets.mapping import Declared, load_mapping
from adapters.sharing.sheets.rows import Checked, Tick, checked
from app.bootstrap import handler_on
from domain.errors import BadInput, RateMissing
from domain.events import StatementKind
from domain.events.revenue import REASON_LETTERS, Confirmed
from domain.identity.authentication import Authentication

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class Import:
    """What to import, under which names, and for which user; and what the user confirms and says about it."""

    kind: str
    production: str
    source: str
    statement: str
    user: str
    confirms: Confirmed | None = None
    reason: str | None = None
    authentication: Authentication | None = None
    acting_for: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import. `new` is false if these rows counted already.

    `also` are the rows of other kinds that the file had.
    """

    kind: str
    source: str
    statement: str
    version: int
    new: bool
    rows: int
    totals: dict[str, list[str]]
    counts: dict[str, int]
    also: tuple["Imported", ...] = ()

    def show(self, as_json: bool) -> None:
        """Print it."""
        if as_json:
            click.echo(json.dumps(asdict(self), ensure_ascii=False, indent=2))
            return
        for one in (self, *self.also):
            one.show_one()

    def show_one(self) -> None:
        """Print what became of the rows of one kind."""
        what = f"the {self.kind}s of {self.source} {self.statement}" if self.also else f"{self.source} {self.statement}"
        if not self.new:
            click.echo(f"{what} says the same as before: nothing was changed")
            return
        restates = f", restating version {self.version - 1}" if self.version > 1 else ""
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        click.echo(f"{rows} of {what} taken in as version {self.version}{restates}")
        for of, amounts in self.totals.items():
            click.echo(f"  {of or 'other'}: {', '.join(amounts)}")
        for metric, count in self.counts.items():
            click.echo(f"  {metric}: {count}")


def import_file(data: Path | None, request: Import, file: Path, mapping: Path | None) -> Imported:
    """Import a file as a statement.

    Raises:
        SluiceError: the file does not fit, or the user may not import it.
    """
    declared = load_mapping(mapping, StatementKind(request.kind)) if mapping else None
    with handler_on(data) as handler, _progress() as tick:
        return import_on(handler, request, file, declared, tick)


def record(data: Path | None, request: Import, fields: Mapping[str, str]) -> Imported:
    """Import one row that was given by field. It is stored as a file, so it is evidence like any other.

    Raises:
        SluiceError: the row does not fit, or the user may not import it.
    """
    with handler_on(data) as handler, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "record.csv"
        with file.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows((fields.keys(), fields.values()))
        try:
            return import_on(handler, request, file)
        except BadDocument as error:
            raise BadInput(" ".join(f"{found.field}: {found.sentence}" for found in error.findings)) from None
        except RateMissing as error:
            raise RateMissing(error.sentence.removeprefix(f"{file}:2: "), **error.data) from None


def import_on(
    handler: CommandHandler, request: Import, file: Path, declared: Declared | None = None, tick: "Ticks | None" = None
) -> Imported:
    """Import a file through a command handler. The whole file is checked before anything is written.

    A file with a column of kinds is one statement of each kind that it has rows of, or that was on record.
    """
    ticks, facts = tick or Ticks(), FactActivities(handler, request.authentication, request.acting_for)
    with statements_of(facts, request, file, declared, ticks) as found:
        if len(found) > 1:
            for one, notes in found:
                facts.check(request.production, request.user, one, notes)
        taken = [_take(handler, facts, request, one, notes, declared, ticks) for one, notes in found]
    return replace(taken[0], also=tuple(taken[1:]))


@contextmanager
def statements_of(
    facts: FactActivities, request: Import, file: Path, declared: Declared | None, ticks: "Ticks"
) -> Iterator[list[tuple[Checked, ImportNotes]]]:
    """The statements in a file, one of each kind, each with what was said of it.

    Raises:
        SluiceError: the file does not fit, or a name is not one.
    """
    for option, name in (("source", request.source), ("statement", request.statement)):
        if not _NAME.fullmatch(name):
            raise BadInput(f"--{option} {name!r}: write at most 40 letters, digits, dots, hyphens or underscores.")
    if request.reason is not None and not 0 < len(request.reason.strip()) <= REASON_LETTERS:
        raise BadInput(f"--reason: say in 1 to {REASON_LETTERS} characters why the statement is restated.")
    kind, latest = StatementKind(request.kind), facts.latest(request.production)
    metrics, words = facts.metrics(request.production, latest), facts.words(request.production, latest)
    named = (file, kind, request.source, request.statement)
    with checked(*named, declared, latest, ticks.checked, metrics, words) as by_kind:
        found = [one for one in by_kind if one.rows.count or _is_known(facts, request, one)] or [by_kind[0]]
        restated = [one for one in found if _is_known(facts, request, one)]
        yield [(one, _notes(request, one, len(found), restates=one in restated or not restated)) for one in found]


def _is_known(facts: FactActivities, request: Import, checked: Checked) -> bool:
    return facts.counts(request.production, checked.rows.kind, request.source, request.statement)


def _notes(request: Import, checked: Checked, kinds: int, *, restates: bool) -> ImportNotes:
    """Return what was said of the rows of one kind. In a file of several, only some may be empty, or restated."""
    fills = kinds > 1 and checked.rows.count and request.confirms is Confirmed.EMPTY
    return ImportNotes(None if fills else request.confirms, request.reason if restates else None)


def _take(
    handler: CommandHandler,
    facts: FactActivities,
    request: Import,
    checked: Checked,
    notes: ImportNotes,
    declared: Declared | None,
    ticks: "Ticks",
) -> Imported:
    rows, raw = checked.rows, declared.raw if declared else None
    outcome = facts.take(request.production, request.user, checked, raw, ticks.written, notes)
    with handler.store.reading() as records:
        named = ImportFilter(request.production, rows.kind, request.source, request.statement)
        versions = imported(records.connection, named).items
    totals: dict[str, list[str]] = {}
    for total in rows.totals:
        totals.setdefault(total.of, []).append(str(total.amount))
    return Imported(
        kind=rows.kind,
        source=request.source,
        statement=request.statement,
        version=versions[-1].version,
        new=outcome.changed,
        rows=rows.count,
        totals=totals,
        counts={one.of: one.count for one in rows.counts},
    )


def _nothing(_: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Ticks:
    """Callbacks for the number of rows checked and written."""

    checked: Tick = _nothing
    written: Tick = _nothing


@contextmanager
def _progress() -> Iterator[Ticks]:
    """Show two lines on stderr: the numbers of rows checked and written."""
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,} rows"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        known: dict[str, TaskID] = {}

        def tick(name: str, done: int) -> None:
            """Show the current number of rows. The first call adds the line."""
            if name not in known:
                known[name] = progress.add_task(name, total=None)
            progress.update(known[name], completed=done)

        yield Ticks(lambda done: tick("checked", done), lambda done: tick("written", done))
