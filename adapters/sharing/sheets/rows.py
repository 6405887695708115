"""The first pass over a statement's file: every row is checked, summed up and spooled in its canonical form.

A canonical row is `on, currency, amount, rate, words…` with tabs between, amounts in minor units, empty where there is
nothing; and `counts` in the end, as JSON, where the file has columns of them. The SHA-256 over these, each ended by a
newline, is the statement's; lines of the file are not part of it, so an empty row more or less changes nothing.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from adapters.agreement.documents import BadDocument, Located
from adapters.sharing.sheets.cells import BadCell
from adapters.sharing.sheets.form import Form
from adapters.sharing.sheets.mapping import Declared, Mapping
from adapters.sharing.sheets.table import SheetTable, open_table
from domain.events import ImportedRows, StatementKind

Tick = Callable[[int], None]
"""Hears how many rows have been done."""

MAX_FINDINGS = 20
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement's rows, all of them right: summed up, and spooled as `line, canonical row` with a tab between."""

    rows: ImportedRows
    spool: IO[bytes]
    path: Path

    def lines(self) -> Iterator[bytes]:
        """The spooled rows from the first on."""
        self.spool.seek(0)
        return iter(self.spool)


@contextmanager
def checked(
    path: Path,
    kind: StatementKind,
    source: str,
    statement: str,
    declared: Declared | None,
    latest: date,
    tick: Tick = lambda _: None,
    metrics: Sequence[str] = (),
) -> Iterator[Checked]:
    """Read a file of a statement, in which the agreement's `metrics` may be counted.

    The spool is gone after the block; memory does not grow with the rows.

    Raises:
        BadDocument: anything does not fit; the first findings by line, and nothing can be taken.
        BadInput: the file cannot be opened.
    """
    mapping = declared.mapping if declared else None
    with open_table(path, mapping or Mapping()) as table, tempfile.TemporaryFile() as spool:
        form = Form(path, kind, mapping, table.header, latest, metrics)
        digest = _spool(path, form, table, spool, tick)
        with path.open("rb") as file:
            file_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        yield Checked(
            ImportedRows(
                kind=kind,
                source=source,
                statement=statement,
                count=form.count,
                sha256=digest,
                file=path.name[-255:],
                file_sha256=file_sha256,
                mapping=declared.sha256 if declared else None,
                from_on=form.first_on,
                to_on=form.last_on,
                totals=form.totals(),
                counts=form.counts(),
            ),
            spool,
            path,
        )


def _spool(path: Path, form: Form, table: SheetTable, spool: IO[bytes], tick: Tick) -> str:
    digest, findings = hashlib.sha256(), list[Located]()
    waiting, numbered = list[str](), list[str]()
    canonical = form.canonical
    for line, cells in table.rows:
        try:
            row = canonical(cells)
        except BadCell as error:
            findings.append(Located(str(path), line, form.column(error.field), error.sentence))
            if len(findings) == MAX_FINDINGS:
                findings.append(Located(str(path), line, "row", "there may be more; correct these first."))
                break
            continue
        waiting.append(row)
        numbered.append(f"{line}\t{row}")
        if len(waiting) == _BATCH:
            _flush(digest, spool, waiting, numbered)
            tick(form.count)
    if findings:
        raise BadDocument(findings)
    _flush(digest, spool, waiting, numbered)
    spool.flush()
    tick(form.count)
    return digest.hexdigest()


def _flush(digest: "hashlib._Hash", spool: IO[bytes], waiting: list[str], numbered: list[str]) -> None:
    digest.update("".join(waiting).encode())
    spool.write("".join(numbered).encode())
    waiting.clear()
    numbered.clear()
