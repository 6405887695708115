"""A file as rows of cells with line numbers, streamed: CSV in any encoding, or one sheet of an XLSX workbook.

XLSX is recognised by its first bytes. A cell is a text, a `Number`, an `IsoDay` or `Unread`. Empty rows are left out.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from adapters.agreement.documents import BadDocument, Located
from adapters.sharing.sheets.mapping import Mapping
from adapters.sharing.sheets.workbook import workbook_rows
from domain.errors import BadInput

Row = tuple[int, list[str]]
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class SheetTable:
    """The column names, and the rows below them."""

    header: list[str]
    rows: Iterator[Row]


def bad_row(file: Path | str, line: int, field: str, sentence: str) -> BadDocument:
    """Return one finding as the error that refuses the file."""
    return BadDocument([Located(str(file), line, field, sentence)])


@contextmanager
def open_table(path: Path, mapping: Mapping) -> Iterator[SheetTable]:
    """Open a file of rows.

    Raises:
        BadDocument: it is no such file, or a line cannot be read; also raised while rows are read.
        BadInput: it cannot be opened.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}: name a CSV or XLSX file.") from error
    with file:
        start = file.read(4)
        file.seek(0)
        if start == _OLE:
            words = "this is an old or encrypted workbook: save it as XLSX without a password, or as CSV."
            raise bad_row(path, 1, "document", words)
        if start == _ZIP:
            rows = workbook_rows(path, file, mapping.sheet)
            header = _header(path, rows, mapping.header)
            yield SheetTable(header, _filled(path, rows, len(header), mapping))
        else:
            rows = _csv_rows(path, file, mapping)
            header = _header(path, rows, mapping.header)
            yield SheetTable(header, rows)


def _header(path: Path, rows: Iterator[Row], wanted: int) -> list[str]:
    for line, cells in rows:
        if line >= wanted:
            names = _names(cells)
            if line == wanted and names:
                return names
            break
    raise bad_row(
        path, wanted, "header", "there are no column names on this line: write them there, or correct the mapping."
    )


def _names(cells: Sequence[str]) -> list[str]:
    names = [unicodedata.normalize("NFC", name.strip()) for name in cells]
    while names and not names[-1]:
        names.pop()
    return names


def _filled(path: Path, rows: Iterator[Row], width: int, mapping: Mapping) -> Iterator[Row]:
    """Pad or cut a sheet's rows to the header. Only a mapping leaves out what stands beyond the column names."""
    for line, cells in rows:
        row = cells[:width]
        if len(cells) > width and not mapping.columns and any(cells[width:]):
            words = f"there is something in a cell beyond the {width} column names: name its column, or clear it."
            raise bad_row(path, line, "row", words)
        if any(row):
            yield line, row + [""] * (width - len(row))


def _csv_rows(path: Path, file: BinaryIO, mapping: Mapping) -> Iterator[Row]:
    """Yield the rows down to the column names, and below them those with anything in them, of as many cells."""
    encoding = "utf-8-sig" if codecs.lookup(mapping.encoding).name == "utf-8" else mapping.encoding
    reader = csv.reader(io.TextIOWrapper(file, encoding, newline=""), delimiter=mapping.delimiter, strict=True)
    before = width = 0
    try:
        for cells in reader:
            line = before + 1
            if not width:
                yield line, cells
                width = len(_names(cells)) if line >= mapping.header else 0
            elif len(cells) == width and cells[0]:
                yield line, cells
            elif any(cells):
                yield line, _even(path, line, cells, width)
            before = reader.line_num
    except csv.Error as error:
        raise bad_row(path, before + 1, "row", f"{error}: check the quotes from here on.") from None
    except UnicodeError:
        words = f"this is not text in {mapping.encoding}: save it as UTF-8, or name its encoding in the mapping."
        raise bad_row(path, _undecodable_line(path, encoding), "row", words) from None


def _even(path: Path, line: int, cells: list[str], width: int) -> list[str]:
    """Refuse a row with more or fewer cells than names: a delimiter is missing or unintended."""
    if len(cells) < width or any(cells[width:]):
        words = f"it has {len(cells)} cells under {width} column names: check quotes and delimiters."
        raise bad_row(path, line, "row", words)
    return cells[:width]


def _undecodable_line(path: Path, encoding: str) -> int:
    """Find the first line that is not text in the encoding. The reader decodes blocks, so it cannot tell."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 0
    with path.open("rb") as file:
        for raw in file:
            line += 1
            try:
                decoder.decode(raw)
            except UnicodeError:
                break
    return max(line, 1)
