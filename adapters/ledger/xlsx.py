"""The books as a workbook: journal, general ledger, trial balance. Rows are written as they are read."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from adapters.ledger.books import LedgerBooks
from domain.values.currency import exponent
from domain.values.money import Money

_DIGITS = 15
"""Digits that a spreadsheet keeps of a number. Longer amounts are written as text."""
_WIDTHS = {"account": 40, "about": 28, "event": 24, "date": 11, "number": 9, "line": 6, "currency": 9}
_AMOUNT_WIDTH = 20

Cell = str | int | Money | None


def write_xlsx(books: LedgerBooks, file: Path, made_at: datetime) -> None:
    """Write the workbook."""
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as book:
        made = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        book.set_properties({"title": books.title, "author": "Sluice", "created": made})
        sheets = _Sheets(book)
        sheets.add(
            "Journal",
            ("date", "number", "line", "event", "account", "debit", "credit", "currency", "about"),
            (
                (str(r.effective_on), r.seq, r.line, r.event, r.account, *_sides(r.amount), r.amount.currency, r.about)
                for r in books.journal
            ),
        )
        sheets.add(
            "General ledger",
            ("account", "currency", "date", "number", "debit", "credit", "balance", "about"),
            (
                (r.account, r.amount.currency, str(r.effective_on), r.seq, *_sides(r.amount), r.balance, r.about)
                for r in books.general()
            ),
        )
        value = f"value in {books.currency}"
        sheets.add(
            f"Trial balance {books.on}",
            ("account", "currency", "debit", "credit", value),
            ((r.account, (r.debit or r.credit or r.value).currency, r.debit, r.credit, r.value) for r in books.trial()),
        )


class _Sheets:
    """Adds sheets to a workbook, with a format for each number of decimals."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._bold = book.add_format({"bold": True, "bottom": 1})
        self._amounts: dict[int, Format] = {}

    def add(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        """Add a sheet: a heading that stays in sight, and rows."""
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _WIDTHS.get(column, _AMOUNT_WIDTH))
            sheet.write_string(0, place, column, self._bold)
        for line, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                self._write(sheet, line, place, cell)

    def _write(self, sheet: Worksheet, line: int, place: int, cell: Cell) -> None:
        match cell:
            case None:
                return
            case Money() if len(str(abs(cell.minor))) > _DIGITS:
                sheet.write_string(line, place, f"{cell.decimal:f}")
            case Money():
                sheet.write_number(line, place, cell.decimal, self._amount(exponent(cell.currency)))
            case int():
                sheet.write_number(line, place, cell)
            case str():
                sheet.write_string(line, place, cell)

    def _amount(self, decimals: int) -> Format:
        if decimals not in self._amounts:
            pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
            self._amounts[decimals] = self._book.add_format({"num_format": f"{pattern};-{pattern}"})
        return self._amounts[decimals]


def _sides(amount: Money) -> tuple[Money | None, Money | None]:
    return (amount, None) if amount.minor >= 0 else (None, -amount)
