"""The rows of one sheet of a workbook, streamed from its XML.

A formula counts with the value that was saved with it. What has no value of its own is `Unread`: an error, a formula
without a saved value, a share in percent, and every cell but the first of a merged range. The sheet's own statement
of its size is not looked at, and rows and cells must come in order, each once.
"""

import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO, Any

from lxml import etree
from openpyxl.cell.text import Text
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHEET_MAIN_NS

from adapters.sharing.sheets.cells import IsoDay, Number, Unread

MAX_COLUMNS = 500
MAX_MERGED = 10_000
"""Most merged ranges of a sheet. A statement needs none."""

_CELL_PARTS = {f"{{{SHEET_MAIN_NS}}}{name}": name for name in ("v", "f", "is")}
_ROW, _MERGED = f"{{{SHEET_MAIN_NS}}}row", f"{{{SHEET_MAIN_NS}}}mergeCell"
_TEXT = f"{{{SHEET_MAIN_NS}}}t"
_MERGE = re.compile(rb"<(?:[\w.-]+:)?mergeCell\s[^>]*?\bref\s*=\s*[\"']([^\"']*)[\"']")
_CHUNK = 1 << 20
_LONGEST_TAG = 1 << 10
_MAX_EXACT = 1e15  # longer numbers were rounded already, to the 15 digits of a workbook

Row = tuple[int, list[str]]
Range = tuple[int, int, int, int]


@dataclass(frozen=True)
class Styles:
    """What cells need from their workbook: texts, the first day of its calendar, and which styles show what."""

    texts: Sequence[str]
    epoch: datetime
    dates: Collection[int]
    percents: Collection[int]


def sheet_rows(opened: Callable[[], IO[bytes]], styles: Styles) -> Iterator[Row]:
    """Yield the rows of a sheet that have cells, with their numbers. `opened` opens the sheet's XML.

    Raises:
        ValueError: the sheet is not in order. `lxml` and `openpyxl` raise more.
    """
    with opened() as source:
        merged = _merged(source)
    shadows, seen = _Shadows(merged), list[Range]()
    cells = _Cells(styles)
    with opened() as source:
        last = 0
        for element in _elements(source):
            if element.tag == _MERGED:
                seen.append(range_boundaries(element.get("ref")))
                continue
            number = int(element.get("r", last + 1))
            if number <= last:
                raise ValueError(f"row {number} comes after row {last}")
            last = number
            yield number, shadows.cast(number, cells.of(element, number))
    if seen != merged:
        raise ValueError("its merged cells cannot be read")


def _elements(source: IO[bytes]) -> Iterator[Any]:
    """Yield rows and merged ranges, and forget each afterwards."""
    checked = False
    for _, element in etree.iterparse(source, tag=(_ROW, _MERGED), resolve_entities=False, no_network=True):
        if not checked and element.getroottree().docinfo.internalDTD is not None:
            raise ValueError("it declares entities")
        checked = True
        yield element
        element.clear()
        parent = element.getparent()
        while element.getprevious() is not None:
            del parent[0]


def _merged(source: IO[bytes]) -> list[Range]:
    """Find the merged ranges, which stand below the rows. Searching for them is faster than parsing."""
    found, rest = list[Range](), b""
    while chunk := source.read(_CHUNK):
        text, end = rest + chunk, 0
        for match in _MERGE.finditer(text):
            found.append(range_boundaries(match[1].decode()))
            end = match.end()
        rest = text[max(end, len(text) - _LONGEST_TAG) :]
        if len(found) > MAX_MERGED:
            raise ValueError(f"more than {MAX_MERGED} ranges of cells are merged")
    return found


class _Shadows:
    """Fills the cells that a merged range hides, unless the range is empty."""

    def __init__(self, ranges: Sequence[Range]) -> None:
        self._waiting = sorted(ranges, key=lambda each: each[1], reverse=True)
        self._open: list[Range] = []

    def cast(self, number: int, row: list[str]) -> list[str]:
        """Return a row with its hidden cells filled."""
        if not self._waiting and not self._open:
            return row
        while self._waiting and self._waiting[-1][1] <= number:
            one = self._waiting.pop()
            if one[1] == number and any(row[one[0] - 1 : one[0]]):
                self._open.append(one)
        self._open = [one for one in self._open if one[3] >= number]
        for left, top, right, _ in self._open:
            row += [""] * (min(right, MAX_COLUMNS) - len(row))
            for place in range(left - 1, min(right, MAX_COLUMNS)):
                if (place, number) != (left - 1, top) and not row[place]:
                    row[place] = Unread.because("(merged)", "hides the cell: undo the merge, and fill in every cell.")
        return row


class _Cells:
    """Reads the cells of rows."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._columns: dict[str, int] = {}
        self._days: dict[str, str] = {}

    def of(self, row: Any, number: int) -> list[str]:
        """Return the cells of a row up to the last one that is filled."""
        found: list[str] = []
        column, filled, written = 0, 0, str(number)
        for cell in row:
            if reference := cell.get("r"):
                letters = reference.rstrip("0123456789")
                if reference[len(letters) :] != written:
                    raise ValueError(f"cell {reference} is in row {number}")
                place = self._columns.get(letters) or self._column(letters)
            else:
                place = column + 1
            if place <= column:
                raise ValueError(f"cell {reference} comes twice or out of order")
            column = place
            if column <= MAX_COLUMNS and (text := self._text(cell)):
                if column > filled + 1:
                    found += [""] * (column - filled - 1)
                found.append(text)
                filled = column
        return found

    def _column(self, letters: str) -> int:
        self._columns[letters] = int(column_index_from_string(letters))
        return self._columns[letters]

    def _text(self, cell: Any) -> str:
        kind, value, formula, saved = cell.get("t", "n"), "", None, False
        for child in cell:
            part = _CELL_PARTS.get(child.tag)
            if part == "v":
                value, saved = child.text or "", True
            elif part == "f":
                formula = child
            elif part == "is":
                value, saved = _inline(child), True
        if formula is not None and not (value or (saved and kind == "str")):
            text = f"={formula.text or ''}"
            return Unread.because(text, "is a formula without a value: open the workbook, and save it with its values.")
        return self._typed(kind, value, int(cell.get("s", 0))) if value or kind == "e" else ""

    def _typed(self, kind: str, value: str, style: int) -> str:
        if kind == "s":
            return str(self._styles.texts[int(value)])
        if kind == "n":
            return self._number(value, style)
        if kind == "e":
            words = "is an error of the sheet: correct its formula, and save values."
            return Unread.because(value or "an error", words)
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return _instant(from_ISO8601(value)) if kind == "d" else value

    def _number(self, value: str, style: int) -> str:
        if style in self._styles.dates:
            if value not in self._days:
                self._days[value] = _instant(from_excel(_cast(value), self._styles.epoch))
            return self._days[value]
        number = _plain(_cast(value))
        if style in self._styles.percents:
            return Unread.because(f"{number} shown in percent", "is a share: write a number without percent.")
        return number


def _inline(element: Any) -> str:
    """Return the text of a cell, also if it is in several styles. Readings (furigana) are no part of it."""
    if len(element) == 1 and element[0].tag == _TEXT:
        return element[0].text or ""
    return Text.from_tree(element).content or ""


def _cast(value: str) -> int | float:
    return float(value) if any(sign in value for sign in ".Ee") else int(value)


def _plain(cell: float) -> str:
    """Return a finite number of at most 15 digits. Others become a text that no field accepts as a number."""
    if not math.isfinite(cell) or abs(cell) >= _MAX_EXACT:
        return str(float(cell))
    return Number(cell if isinstance(cell, int) else _fixed(cell))


def _instant(cell: Any) -> str:
    if isinstance(cell, datetime):
        return IsoDay(cell.date().isoformat()) if cell.time() == time() else cell.isoformat(" ")
    return IsoDay(cell.isoformat()) if isinstance(cell, date) else f"the time {cell}"


def _fixed(cell: float) -> str:
    """Return the 15 digits that a workbook stores and shows of a number, without an exponent."""
    digits, _, power = f"{cell:.14e}".partition("e")
    sign, digits, shift = digits[: digits[0] == "-"], digits.lstrip("-").replace(".", ""), int(power)
    if shift < 0:
        digits, shift = "0" * -shift + digits, 0
    return f"{sign}{digits[: shift + 1]}.{digits[shift + 1 :]}".rstrip("0").rstrip(".")
