"""Writes a payment order as a bulk-transfer sheet, XLSX or text, and reads the sheet with the bank's results."""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from adapters.agreement.documents import BadDocument
from adapters.bank.xml import BadBankFile
from adapters.sharing.sheets.workbook import workbook_rows
from domain.bank.bulk_sheet import Cell, rows
from domain.bank.messages import BankVerdict, PaymentOrder
from domain.bank.profile import ResultSheet, SheetProfile
from domain.bank.reports import GivenStatus, InstructionStatus, StatusReport, TransferStatus
from domain.errors import BadInput

SEPARATORS = {"tab": "\t", "comma": ",", "bar": "|"}
_ZIP = b"PK\x03\x04"
_BOM = "\ufeff"
_HEADING_WITHIN = 30
"""The rows in which the headings of a result are looked for. Banks put a title and totals above them."""

Row = tuple[int, list[str]]


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


def read_result(raw: bytes, profile: SheetProfile) -> StatusReport | None:
    """Read the results of an order, line by line; None if this is no sheet with the headings of the profile's result.

    The report names no order: its transfers have our end-to-end ids, and these are of one order.

    Raises:
        BadBankFile: it is such a sheet, and a line has no id, an id twice, or a word that the profile does not know.
    """
    result = profile.result
    if result is None:
        return None
    lines = _rows(raw, profile)
    at = _headings(lines, result)
    if at is None:
        return None
    transfers: dict[str, TransferStatus] = {}
    for line, row in lines:
        cell = {name: row[place].strip() if place < len(row) else "" for name, place in at.items()}
        if not cell["reference"] and not cell["status"]:
            continue  # an empty line, or a sum
        if not cell["reference"] or cell["reference"] in transfers:
            what = f"{cell['reference']} stands twice" if cell["reference"] else "a result has no reference of ours"
            raise _bad(line, result.reference, f"{what}: ask the bank for the sheet again")
        transfers[cell["reference"]] = _status(line, cell, result)
    return StatusReport(
        format=profile.format,
        message_id=f"result-{hashlib.sha256(raw).hexdigest()[:20]}",
        created_at=None,
        order_message_id=None,
        group=None,
        instructions=(InstructionStatus(None, None, tuple(transfers.values())),),
    )


def _headings(lines: Iterator[Row], result: ResultSheet) -> Mapping[str, int] | None:
    """Return the place of each column, and leave `lines` at the row below the headings."""
    named = {"reference": result.reference, "status": result.status}
    if result.reason is not None:
        named["reason"] = result.reason
    try:
        for line, row in lines:
            written = [cell.strip() for cell in row]
            if all(heading in written for heading in named.values()):
                return {name: written.index(heading) for name, heading in named.items()}
            if line >= _HEADING_WITHIN:
                return None
    except (BadDocument, BadBankFile, UnicodeDecodeError):
        return None
    return None


def _status(line: int, cell: Mapping[str, str], result: ResultSheet) -> TransferStatus:
    word, words = cell["status"], cell.get("reason") or None
    if word in result.waiting:
        return TransferStatus(cell["reference"], None, None)
    if word in result.done:
        return TransferStatus(cell["reference"], None, GivenStatus(BankVerdict.ACCEPTED))
    if word in result.refused:
        return TransferStatus(cell["reference"], None, GivenStatus(BankVerdict.REJECTED, None, words or word))
    known = ", ".join((*result.done, *result.refused, *result.waiting))
    raise _bad(line, result.status, f"{word!r} is none of {known}: add it to the profile's result")


def _rows(raw: bytes, profile: SheetProfile) -> Iterator[Row]:
    if raw.startswith(_ZIP):
        yield from workbook_rows(Path("result.xlsx"), io.BytesIO(raw), None)
        return
    text = raw.decode(profile.encoding).removeprefix(_BOM)
    try:
        yield from enumerate(csv.reader(io.StringIO(text), delimiter=SEPARATORS[profile.separator]), start=1)
    except csv.Error as error:
        raise BadBankFile(f"This is no sheet in text: {error}: ask the bank to send it again.") from error


def _bad(line: int, field: str, sentence: str) -> BadBankFile:
    return BadBankFile(f"Line {line}: {field}: {sentence}.", line=str(line), field=field)
