"""A workbook: one sheet of the statement to read and print, another of its lines to sort and sum."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from adapters.sharing.statements.tables import (
    Bar,
    Cell,
    Document,
    Figure,
    Row,
    Table,
    Weight,
    in_words,
)
from adapters.sharing.statements.words import Words, pattern
from domain.values.money import Money

_DIGITS = 15
"""Digits that a spreadsheet keeps of a number. Longer amounts are written as text."""
_NARROWEST, _WIDEST = 9, 48
_A4 = 9
_WEIGHTS: Mapping[Weight, Mapping[str, object]] = {
    Weight.PLAIN: {},
    Weight.STRONG: {"bold": True},
    Weight.QUIET: {"font_color": "#595959"},
}
_NOTE_COLUMNS, _NOTE_WIDTH, _LINE_HEIGHT = 6, 90, 15


class _Styles:
    """The workbook's cell formats, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._known: dict[tuple[tuple[str, object], ...], Format] = {}

    def of(self, **properties: object) -> Format:
        """Return the format with some properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._known:
            self._known[key] = self._book.add_format(properties)
        return self._known[key]


def xlsx(document: Document, words: Words, reference: str, made_at: datetime) -> bytes:
    """Write the document as a workbook. Amounts are numbers, exact to 15 digits, in their currency's format."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        made = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        book.set_properties({"title": f"{document.title} {reference}", "author": "Sluice", "created": made})
        styles = _Styles(book)
        tables = (document.settlement, *document.pools, *document.sections, document.signature)
        sheet = _sheet(book, document.title, reference)
        _fit(sheet, [document.facts, *tables], words)
        sheet.write_string(0, 0, document.title, styles.of(bold=True, font_size=16))
        at = _write(sheet, 2, document.facts, words, styles)
        for table in tables:
            at = _write(sheet, at + 1, table, words, styles)
        for note in document.notes:
            at += 1
            sheet.merge_range(at, 0, at, _NOTE_COLUMNS - 1, "", styles.of(italic=True, text_wrap=True, valign="top"))
            sheet.write_string(at, 0, note, styles.of(italic=True, text_wrap=True, valign="top"))
            sheet.set_row(at, _LINE_HEIGHT * (_width(note) // _NOTE_WIDTH + 1))
        lines = _sheet(book, document.lines.title, reference)
        _fit(lines, [document.lines], words)
        flat = Table("", document.lines.columns, document.lines.rows)
        end = _write(lines, 0, flat, words, styles)
        lines.freeze_panes(1, 0)
        lines.repeat_rows(0)
        lines.autofilter(0, 0, max(end - 1, 0), len(flat.columns) - 1)
    return file.getvalue()


def _sheet(book: xlsxwriter.Workbook, title: str, reference: str) -> Worksheet:
    sheet = book.add_worksheet(title)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{reference}&R&P / &N")
    return sheet


def _write(sheet: Worksheet, at: int, table: Table, words: Words, styles: _Styles) -> int:
    """Write a table from row `at` on and return the row after it."""
    if table.title:
        sheet.write_string(at, 0, table.title, styles.of(bold=True, font_size=12))
        at += 1
    if any(column.heading for column in table.columns):
        for n, column in enumerate(table.columns):
            side = "left" if column.share else "right"
            heading = styles.of(bold=True, bg_color="#EEEEEE", bottom=1, align=side, valign="top", text_wrap=True)
            sheet.write_string(at, n, column.heading, heading)
        at += 1
    for row in table.rows:
        for n, cell in enumerate(row.cells):
            _put(sheet, at, n, cell, row, words, styles)
        at += 1
    return at


def _put(sheet: Worksheet, at: int, n: int, cell: Cell, row: Row, words: Words, styles: _Styles) -> None:
    look: dict[str, object] = {"valign": "top", **_WEIGHTS[row.weight]}
    if isinstance(cell, Bar):
        limits = {"min_type": "num", "min_value": 0, "max_type": "num", "max_value": 100, "bar_color": "#A6A6A6"}
        sheet.conditional_format(at, n, at, n, {"type": "data_bar", "bar_solid": True, **limits})
    number = _number(cell)
    text = in_words(cell, words)
    if number is not None:
        value, written = number
        style = styles.of(**look, num_format=written, align="right")
        if sum(char.isdigit() for char in text) > _DIGITS:
            sheet.write_string(at, n, text, style)
        else:
            sheet.write_number(at, n, value, style)
    elif isinstance(cell, date) and not isinstance(cell, datetime):
        sheet.write_datetime(at, n, cell, styles.of(**look, num_format="yyyy-mm-dd", align="left"))
    elif isinstance(cell, int):
        sheet.write_number(at, n, cell, styles.of(**look, align="left"))
    else:
        sheet.write_string(at, n, text, styles.of(**look, text_wrap=True))


def _number(cell: Cell) -> tuple[Fraction, str] | None:
    """Return the exact number of a cell and its spreadsheet format; None for any other cell."""
    match cell:
        case Figure():
            return cell.value, pattern(cell.currency)
        case Money():
            written = pattern(cell.currency)
            return Fraction(cell.decimal), f"[${cell.currency}] {written};[${cell.currency}] -{written}"
        case Bar():
            return Fraction(cell.percent), '0.00"%"'
        case Decimal():
            places = max(0, -int(cell.as_tuple().exponent))
            return Fraction(cell), "#,##0" + ("." + "0" * places if places else "")
    return None


def _fit(sheet: Worksheet, tables: list[Table], words: Words) -> None:
    """Fit column widths to the content, within limits. A CJK letter is as wide as two others."""
    for n in range(max(len(table.columns) for table in tables)):
        widest = max(
            (
                _width(text)
                for table in tables
                if n < len(table.columns)
                for text in (table.columns[n].heading, *(in_words(row.cells[n], words) for row in table.rows))
            ),
            default=0,
        )
        sheet.set_column(n, n, min(max(widest + 2, _NARROWEST), _WIDEST))


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
