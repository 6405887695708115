"""A sheet of an XLSX workbook, streamed by openpyxl. Nothing in the workbook is run.

A small archive can hold terabytes, so sizes are checked before unpacking: of the parts held in memory, and in total.
The declared sizes can be relied on, because Python's reader stops at them.
"""

import io
import math
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from adapters.agreement.documents import BadDocument, Located
from adapters.sharing.sheets.cells import IsoDay, Number

MAX_ROWS = 1_048_576
"""Largest number of rows of a sheet."""
MAX_COLUMNS = 500
_MAX_PARTS = 2_000
_MB = 1 << 20
_MAX_UNPACKED = 2_048 * _MB
_MAX_TEXTS = 64 * _MB
_MAX_OTHER = 16 * _MB
_MAX_EXACT = 1e15  # longer numbers were rounded already, to the 15 digits of a workbook


def workbook_rows(path: Path, file: BinaryIO, sheet: str | None) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a sheet, the first one if none is named.

    Raises:
        BadDocument: it is no workbook, too large, or has no such sheet; also raised while rows are read.
    """
    line = 1
    try:
        _bounded(path, file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which do not matter here
            book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
            if sheet is not None and sheet not in book.sheetnames:
                words = f"there is no sheet {sheet!r}: the workbook has {', '.join(map(repr, book.sheetnames))}."
                raise _bad(path, 1, "sheet", words)
            chosen = book[sheet] if sheet is not None else book.worksheets[0]
            for line, cells in enumerate(chosen.iter_rows(values_only=True, max_col=MAX_COLUMNS), start=1):
                if line > MAX_ROWS:
                    raise _bad(path, line, "row", f"a sheet has at most {MAX_ROWS} rows: split the statement.")
                yield line, [_text(cell) for cell in cells[: _used(cells)]]
    except (
        zipfile.BadZipFile,
        DefusedXmlException,
        InvalidFileException,
        ParseError,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
        EOFError,
    ) as error:  # openpyxl raises all of these on damaged workbooks
        words = f"this is no workbook that can be read ({str(error)[:80]}): save it as XLSX again, or as CSV."
        raise _bad(path, line, "document", words) from None


def _used(cells: tuple[Any, ...]) -> int:
    """Return the number of cells up to the last filled one. The reader pads rows with empty cells."""
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return end


def _bounded(path: Path, file: BinaryIO) -> None:
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    file.seek(0, io.SEEK_SET)
    too_large = [part for part in parts if part.file_size > _most(part.filename)]
    if too_large or len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
        what = f" {too_large[0].filename}" if too_large else ""
        words = f"unpacked, the workbook{what} is too large for a statement: save the rows as CSV."
        raise _bad(path, 1, "document", words)


def _most(part: str) -> int:
    if part.startswith("xl/worksheets/"):
        return _MAX_UNPACKED
    return _MAX_TEXTS if part.endswith("sharedStrings.xml") or not part.startswith("xl/") else _MAX_OTHER


def _number(cell: float) -> str:
    """Return a finite number of at most 15 digits. Others become a text that no field accepts as a number."""
    if not math.isfinite(cell) or abs(cell) >= _MAX_EXACT:
        return str(cell)
    return Number(cell if isinstance(cell, int) else _fixed(cell))


def _instant(cell: datetime) -> str:
    return IsoDay(cell.date().isoformat()) if cell.time() == time() else cell.isoformat(" ")


_TEXTS: dict[type, Callable[[Any], str]] = {
    str: str,
    type(None): lambda _: "",
    bool: lambda cell: str(cell).upper(),
    int: _number,
    float: _number,
    datetime: _instant,
    date: lambda cell: IsoDay(cell.isoformat()),
}


def _text(cell: Any) -> str:
    """Return a cell as text, a `Number` or an `IsoDay`. Other types become a text that is refused like a formula."""
    read = _TEXTS.get(type(cell))
    return read(cell) if read else f"={type(cell).__name__}"


def _fixed(cell: float) -> str:
    """Return the 15 digits that a workbook stores and shows of a number, without an exponent."""
    digits, _, power = f"{cell:.14e}".partition("e")
    sign, digits, shift = digits[: digits[0] == "-"], digits.lstrip("-").replace(".", ""), int(power)
    if shift < 0:
        digits, shift = "0" * -shift + digits, 0
    return f"{sign}{digits[: shift + 1]}.{digits[shift + 1 :]}".rstrip("0").rstrip(".")


def _bad(path: Path, line: int, field: str, sentence: str) -> BadDocument:
    return BadDocument([Located(str(path), line, field, sentence)])
