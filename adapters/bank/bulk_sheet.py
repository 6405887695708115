"""Writes a payment order as a bulk-transfer sheet, XLSX or text."""

import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from adapters.sharing.sheets.workbook import workbook_rows
from domain.bank.bulk_sheet import Cell, rows
from domain.bank.messages import PaymentOrder
from domain.bank.profile import SheetProfile
from domain.errors import BadInput

SEPARATORS = {"tab": "\t", "comma": ",", "bar": "|"}


def write_sheet(order: PaymentOrder, profile: SheetProfile) -> bytes:
    """Write the order. Codes and account numbers are texts, so that no program drops their zeros.

    Raises:
        BadInput: the sheet cannot carry the order. The sentence names the transfer and the column.
    """
    made = list(rows(order, profile))
    return _workbook(made, order) if profile.format == "kr-bulk-xlsx" else _text(made, profile)


def cells(raw: bytes) -> bytes:
    """Return the cells of a written workbook. How they are packed differs between versions of the library."""
    return repr([row for _, row in workbook_rows(Path("order.xlsx"), io.BytesIO(raw), None)]).encode()


def _workbook(made: Sequence[Sequence[Cell]], order: PaymentOrder) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        day = order.execution_on
        book.set_properties({"created": datetime(day.year, day.month, day.day)})  # noqa: DTZ001 - it has no zone
        sheet = book.add_worksheet()
        as_text = book.add_format({"num_format": "@"})
        for line, row in enumerate(made):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(line, column, cell)
                elif cell:
                    sheet.write_string(line, column, cell, as_text)
    return file.getvalue()


def _text(made: Sequence[Sequence[Cell]], profile: SheetProfile) -> bytes:
    """Lines that end with CR+LF. No cell is quoted, for not every bank reads quotes."""
    separator = SEPARATORS[profile.separator]
    for row in made:
        for cell in row:
            if isinstance(cell, str) and any(mark in cell for mark in (separator, "\r", "\n", '"')):
                raise BadInput(f"{cell!r} holds a quotation mark, a line break or the separator: choose another one.")
    return "".join(separator.join(map(str, row)) + "\r\n" for row in made).encode(profile.encoding)
