"""Bulk-transfer sheets of Korean banks, XLSX or text: orders are read by place of the columns, results are written."""

import hashlib
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import openpyxl

from adapters.sandbox_bank.received import AccountRead, Instructed, ReceivedOrder, Unreadable

_ZIP = b"PK\x03\x04"
_SEPARATORS = "\t|,"
XLSX, TEXT = "sheet-xlsx", "sheet-text"
"""The message types of orders that came as sheets."""


def read_sheet(raw: bytes, columns: str, today: date) -> ReceivedOrder:
    """Read an order. `columns` says what each holds, such as `bank,account,amount,holder,reference`.

    It has no message id, so its bytes name it. Rows without an amount are headings.

    Raises:
        Unreadable: no sheet, or no row has as many cells as there are columns.
    """
    names = columns.split(",")
    kind = XLSX if raw.startswith(_ZIP) else TEXT
    rows = [row for row in (_workbook(raw) if kind == XLSX else _lines(raw)) if len(row) >= len(names)]
    cells = [dict(zip(names, row, strict=False)) for row in rows]
    paid = [each for each in cells if each["amount"].replace(",", "").isdigit()]
    if not paid:
        raise Unreadable("no row of the sheet has an amount in its column")
    message_id = f"KR-{hashlib.sha256(raw).hexdigest()[:20]}"
    transfers = tuple(_instructed(each, f"{message_id}.{n}") for n, each in enumerate(paid, 1))
    return ReceivedOrder(
        message_id=message_id,
        count=str(len(transfers)),
        control_sum=sum((each.amount or Decimal(0) for each in transfers), Decimal(0)),
        instructions=1,
        execution_on=today,
        debtor=AccountRead("", iban=False, bic="", currency="KRW"),
        transfers=transfers,
        payment_information_id=message_id,
        message_type=kind,
        domestic=True,
    )


def result_sheet(kind: str, headings: str, results: Sequence[tuple[str, str, str, int]]) -> bytes:
    """Write the results of an order in its format: of each transfer the reference, the status, the reason, the amount.

    Three headings leave the amounts out, and the sum of them below.
    """
    names = headings.split(",")
    rows: list[Sequence[str | int]] = [each[: len(names)] for each in results]
    if len(names) > len(("reference", "status", "reason")):
        rows.append(("합계", "", "", sum(amount for *_, amount in results)))
    rows.insert(0, names)
    if kind == TEXT:
        return "".join("\t".join(map(_in_text, row)) + "\r\n" for row in rows).encode("cp949")
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    book.save(file)
    return file.getvalue()


def _in_text(cell: str | int) -> str:
    return cell if isinstance(cell, str) else f"{cell:,}"


def _instructed(cells: dict[str, str], otherwise: str) -> Instructed:
    reference = cells.get("reference", "")
    return Instructed(
        end_to_end_id=reference or otherwise,
        amount=Decimal(cells["amount"].replace(",", "")),
        currency="KRW",
        creditor=AccountRead(cells.get("account", ""), iban=False, bic="", currency=None, member=cells.get("bank", "")),
        name=cells.get("holder", ""),
        town="",
        country="KR",
        remittance=cells.get("remittance") or reference,
        agreed_rate=None,
        unit_currency="",
    )


def _workbook(raw: bytes) -> list[list[str]]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True)
    except (OSError, KeyError, ValueError) as error:
        raise Unreadable(f"no workbook: {error}") from error
    rows = book.worksheets[0].iter_rows(values_only=True)
    return [["" if cell is None else str(cell).strip() for cell in row] for row in rows]


def _lines(raw: bytes) -> list[list[str]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp949", "replace")
    separator = max(_SEPARATORS, key=text.count)
    return [[cell.strip() for cell in line.split(separator)] for line in text.splitlines()]
