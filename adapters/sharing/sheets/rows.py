"""The first pass over a statement's file: every row is checked, summed up and spooled in its canonical form.

A canonical row is `on, currency, amount, rate, words…`, separated by tabs. Amounts are in minor units; missing values
are empty. `counts` follow as JSON if the file has such columns.

A statement's SHA-256 covers these rows, each ended by a newline. Line numbers are not part of it, so empty rows change
nothing.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from adapters.sharing.sheets.cells import BadCell
from adapters.sharing.sheets.findings import Findings
from adapters.sharing.sheets.form import Form
from adapters.sharing.sheets.header import Header
from adapters.sharing.sheets.ids import Firsts, Ids
from adapters.sharing.sheets.mapping import LAYOUTS, Declared, Mapping
from adapters.sharing.sheets.reader import FactRow, RowReader
from adapters.sharing.sheets.table import SheetTable, open_table
from domain.events import ImportedRows, StatementKind
from domain.sharing.waterfall.words import WordLists

Tick = Callable[[int], None]
"""Is called with the number of rows done."""

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement's rows of one kind, all valid: summed up, and spooled as `line, canonical row` with a tab between."""

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
    words: WordLists | None = None,
) -> Iterator[tuple[Checked, ...]]:
    """Check a statement's file, which may count the agreement's `metrics`; the rows of `kind` come first.

    Receipts have `words` of the agreement's lists.


    A file with a column of kinds says what there is of every kind, so each is there, if only without rows. Spools are
    deleted after the block. Memory does not grow with the rows, unless they have ids.

    Raises:
        BadDocument: something does not fit. It has the first findings by line; nothing can be taken.
        BadInput: the file cannot be opened.
    """
    mapping = declared.mapping if declared else None
    with open_table(path, mapping or Mapping()) as table, ExitStack() as spools:
        header = Header(path, kind, mapping, table.header, metrics)
        kinds = [kind, *(each for each in StatementKind if each is not kind and "kind" in header.fields)]
        forms = {each: Form(path, each, list(header.counts)) for each in kinds}
        spooled = {each: _Spool(spools.enter_context(tempfile.TemporaryFile())) for each in kinds}
        firsts = _firsts(path, kind, mapping, latest, metrics) if "reverses" in header.fields else None
        reader = RowReader(header, kind, mapping, latest)
        _spool(path, reader, _Writer(forms, spooled, firsts, words), table, tick)
        with path.open("rb") as file:
            file_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        yield tuple(
            Checked(
                ImportedRows(
                    kind=each,
                    source=source,
                    statement=statement,
                    count=form.count,
                    sha256=spooled[each].digest.hexdigest(),
                    file=path.name[-255:],
                    file_sha256=file_sha256,
                    mapping=declared.sha256 if declared else None,
                    from_on=form.first_on,
                    to_on=form.last_on,
                    totals=form.totals(),
                    counts=form.counts(),
                ),
                spooled[each].file,
                path,
            )
            for each, form in forms.items()
        )


def _firsts(path: Path, kind: str, mapping: Mapping | None, latest: date, metrics: Sequence[str]) -> Firsts:
    """Read a file for the receipts that its rows take back. What does not fit is found when it is read again."""
    firsts = Firsts()
    with open_table(path, mapping or Mapping()) as table:
        reader = RowReader(Header(path, kind, mapping, table.header, metrics), kind, mapping, latest)
        for _, cells in table.rows:
            try:
                if (row := reader.read(cells)) is not None:
                    firsts.add(row)
            except BadCell:
                continue
    return firsts


class _Spool:
    """Writes canonical rows to a file, in batches, and hashes them."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, hashlib.sha256()
        self._waiting, self._numbered = list[str](), list[str]()

    def add(self, line: int, row: str) -> None:
        """Add the row of a line of the file."""
        self._waiting.append(row)
        self._numbered.append(f"{line}\t{row}")
        if len(self._waiting) == _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        self.digest.update("".join(self._waiting).encode())
        self.file.write("".join(self._numbered).encode())
        self.file.flush()
        self._waiting.clear()
        self._numbered.clear()


class _Writer:
    """Puts rows into the spool of their kind."""

    def __init__(
        self,
        forms: dict[StatementKind, Form],
        spools: dict[StatementKind, _Spool],
        firsts: Firsts | None,
        words: WordLists | None,
    ) -> None:
        self._forms, self._spools = {str(kind): form for kind, form in forms.items()}, spools
        self._ids, self._firsts = Ids(), firsts
        self._words = None if words is None or words.open else words

    @property
    def count(self) -> int:
        """The number of rows of all kinds."""
        return sum(form.count for form in self._forms.values())

    def add(self, line: int, row: FactRow) -> None:
        """Add a row.

        Raises:
            BadCell: its id was used before, it reverses no earlier receipt, its kind cannot be imported, or a word is
                not on its list.
        """
        if row.id:
            self._ids.add(row.id)
        if row.reverses and self._firsts is not None:
            row = self._firsts.reversal(row, f"line {line}")
        if self._words is not None and row.kind == StatementKind.RECEIPT:
            named: dict[str, str] = dict(zip(LAYOUTS[row.kind].words, row.words, strict=True))
            if wrong := self._words.check(row.on, named):
                raise BadCell(*wrong)
        form = self._forms.get(row.kind)
        if form is None:
            raise BadCell("kind", f"a {row.kind} comes from paying a distribution here: leave it out.")
        self._spools[StatementKind(row.kind)].add(line, form.canonical(row))

    def flush(self) -> None:
        """Write what waits in every spool."""
        for spool in self._spools.values():
            spool.flush()


def _spool(path: Path, reader: RowReader, writer: _Writer, table: SheetTable, tick: Tick) -> None:
    findings = Findings(path)
    for line, cells in table.rows:
        try:
            if (row := reader.read(cells)) is not None:
                writer.add(line, row)
        except BadCell as error:
            findings.add(line, reader.header.shown(error.field), error.sentence)
        if line % _BATCH == 0:
            tick(writer.count)
    findings.end()
    writer.flush()
    tick(writer.count)
