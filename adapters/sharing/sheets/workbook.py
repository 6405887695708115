"""A sheet of an XLSX workbook, streamed. Nothing in the workbook is run.

A small archive can hold terabytes, so sizes are checked before unpacking: of the parts held in memory, and in total.
The declared sizes can be relied on, because Python's reader stops at them.
"""

import io
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from lxml.etree import LxmlError
from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils.exceptions import InvalidFileException

from adapters.agreement.documents import BadDocument, Located
from adapters.sharing.sheets.sheet import Row, Styles, sheet_rows

MAX_ROWS = 1_048_576
"""Largest number of rows of a sheet."""
_MAX_PARTS = 2_000
_MB = 1 << 20
_MAX_UNPACKED = 2_048 * _MB
_MAX_TEXTS = 64 * _MB
_MAX_OTHER = 16 * _MB


def workbook_rows(path: Path, file: BinaryIO, sheet: str | None) -> Iterator[Row]:
    """Yield the rows of a sheet: of the only visible one with anything in it, if none is named.

    Rows, columns and sheets that are hidden or filtered away are rows like any other, but a hidden sheet must be named.

    Raises:
        BadDocument: it is no workbook, too large, or has no such sheet; also raised while rows are read.
    """
    line = 1
    try:
        _bounded(path, file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which do not matter here
            book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        styles = _styles(book)
        for line, cells in sheet_rows(_opener(book, _chosen(path, book, sheet, styles)), styles):
            if line > MAX_ROWS:
                raise _bad(path, line, "row", f"a sheet has at most {MAX_ROWS} rows: split the statement.")
            yield line, cells
    except (
        zipfile.BadZipFile,
        DefusedXmlException,
        InvalidFileException,
        ParseError,
        LxmlError,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        AttributeError,
        OverflowError,
        OSError,
        EOFError,
    ) as error:  # the libraries raise all of these on damaged workbooks
        words = f"this is no workbook that can be read ({str(error)[:80]}): save it as XLSX again, or as CSV."
        raise _bad(path, line, "document", words) from None


def _chosen(path: Path, book: Any, sheet: str | None, styles: Styles) -> Any:
    """Return the sheet of a name, or the only visible one that has anything in it."""
    if sheet is not None:
        if sheet not in book.sheetnames:
            words = f"there is no sheet {sheet!r}: the workbook has {', '.join(map(repr, book.sheetnames))}."
            raise _bad(path, 1, "sheet", words)
        return book[sheet]
    visible = [one for one in book.worksheets if one.sheet_state == "visible"]
    if len(visible) > 1:
        filled = [one for one in visible if any(any(row) for _, row in sheet_rows(_opener(book, one), styles))]
        visible = filled or visible[:1]
    if len(visible) != 1:
        names = ", ".join(repr(one.title) for one in visible or book.worksheets)
        what = "several sheets have something in them" if visible else "every sheet is hidden"
        raise _bad(path, 1, "sheet", f"{what} ({names}): say in a mapping which one this is, as in `sheet: NAME`.")
    return visible[0]


def _opener(book: Any, sheet: Any) -> Callable[[], IO[bytes]]:
    return lambda: book._archive.open(sheet._worksheet_path)  # noqa: SLF001 - the library opens it in no other way


def _styles(book: Any) -> Styles:
    """Return what cells need to know of the workbook. Number formats are the library's, by the number of a style."""
    formats = {n: _format(book, style.numFmtId) for n, style in enumerate(book._cell_styles)}  # noqa: SLF001 - see above
    texts: Sequence[str] = next((sheet._shared_strings for sheet in book.worksheets), [])  # noqa: SLF001 - see above
    dates = set(book._date_formats) | set(book._timedelta_formats)  # noqa: SLF001 - see above
    return Styles(texts, book.epoch, dates, {n for n, one in formats.items() if "%" in one})


def _format(book: Any, number: int) -> str:
    custom = number - BUILTIN_FORMATS_MAX_SIZE
    return BUILTIN_FORMATS.get(number, "") if custom < 0 else str(book._number_formats[custom])  # noqa: SLF001 - see above


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


def _bad(path: Path, line: int, field: str, sentence: str) -> BadDocument:
    return BadDocument([Located(str(path), line, field, sentence)])
