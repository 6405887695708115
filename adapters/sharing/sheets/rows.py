"""The first pass over a statement's file: every row is checked, summed up and spooled in its canonical form.

A canonical row is `on, currency, amount, rate, words…`, separated by tabs. Amounts are in minor units; missing values
are empty. `counts` follow as JSON if the file has such columns.

A statement's SHA-256 covers these rows, each ended by a newline. Line numbers are not part of it, so empty rows change
nothing.
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
"""Is called with the number of rows done."""

MAX_FINDINGS = 20
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement's rows, all valid: summed up, and spooled as `line, canonical row` with a tab between."""

    rows: ImportedRows
    spool: IO[bytes]
    path: Path

    def lines(self) -> Iterator[bytes]:
        """Yield the spooled rows from the start."""
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
    """Check a statement's file, which may count the agreement's `metrics`.

    The spool is deleted after the block. Memory does not grow with the rows.

    Raises:
        BadDocument: something does not fit. It has the first findings by line; nothing can be taken.
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
