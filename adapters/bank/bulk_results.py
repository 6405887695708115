"""Reads the sheet in which a Korean bank says what became of an order, XLSX or text."""

import csv
import hashlib
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from adapters.agreement.documents import BadDocument
from adapters.bank.bulk_sheet import SEPARATORS
from adapters.bank.xml import BadBankFile
from adapters.sharing.sheets.workbook import workbook_rows
from domain.bank.messages import BankVerdict
from domain.bank.profile import ResultSheet, SheetProfile
from domain.bank.reports import GivenStatus, InstructionStatus, StatusReport, TransferStatus
from domain.values.money import Money

_ZIP = b"PK\x03\x04"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""The encodings of texts that begin with a byte order mark, whatever the profile says."""
_HEADING_WITHIN = 30
"""The rows in which the headings are looked for. Banks put a title and totals above them."""
_WON = re.compile(r"[₩￦]?\s?(\d{1,3}(?:,\d{3})+|\d+)\s?원?")

Row = tuple[int, list[str]]


def result_id(raw: bytes) -> str:
    """Return the message id of a sheet of results. The bank gives it none, so its bytes name it."""
    return f"result-{hashlib.sha256(raw).hexdigest()[:20]}"


def read_result(raw: bytes, profile: SheetProfile, result: ResultSheet) -> StatusReport:
    """Read the results of an order, line by line.

    The report names no order: its transfers have our end-to-end ids, and these are of one order.

    Raises:
        BadBankFile: it is no sheet with these headings, or a line has no id, an id twice, a formula, an amount that is
            none, or a word that the profile does not know; or a sum is not that of the lines.
    """
    lines = _rows(raw, profile)
    at = _headings(lines, result)
    transfers: dict[str, TransferStatus] = {}
    sums: list[tuple[int, Money]] = []
    for line, row in lines:
        cell = {name: _text(row[place]) if place < len(row) else "" for name, place in at.items()}
        _check_no_formula(line, cell, result)
        if not cell["status"] and "." not in cell["reference"]:  # an empty line, or a sum; each id of ours has a dot
            sums += [(line, amount)] if (amount := _amount(line, cell, result)) is not None else []
            continue
        if not cell["reference"] or cell["reference"] in transfers:
            what = f"{cell['reference']} stands twice" if cell["reference"] else "a result has no reference of ours"
            raise _bad(line, result.reference, f"{what}: ask the bank for the sheet again")
        transfers[cell["reference"]] = _status(line, cell, result)
    if not transfers:
        raise BadBankFile("The sheet has no results below its headings: ask the bank to send it again.")
    _check_sums(sums, transfers.values(), result)
    return StatusReport(
        format=profile.format,
        message_id=result_id(raw),
        created_at=None,
        order_message_id=None,
        group=None,
        instructions=(InstructionStatus(None, None, tuple(transfers.values())),),
    )


def _headings(lines: Iterator[Row], result: ResultSheet) -> Mapping[str, int]:
    """Return the place of each column, and leave `lines` at the row below the headings."""
    named = {"reference": result.reference, "status": result.status}
    named |= {"reason": result.reason} if result.reason is not None else {}
    named |= {"amount": result.amount} if result.amount is not None else {}
    for line, row in lines:
        written = [_joined(cell) for cell in row]
        if all(_joined(heading) in written for heading in named.values()):
            twice = [heading for heading in named.values() if written.count(_joined(heading)) > 1]
            if twice:
                raise _bad(line, twice[0], "the heading stands twice: ask the bank for a sheet with one such column")
            return {name: written.index(_joined(heading)) for name, heading in named.items()}
        if line >= _HEADING_WITHIN:
            break
    raise BadBankFile(
        f"None of the first {_HEADING_WITHIN} lines has the headings {', '.join(named.values())}: ask the bank for the "
        "sheet of results, or write its headings into the account's bank_file (result)."
    )


def _text(cell: str) -> str:
    """A cell's text with single blanks. Some programs write Hangul as letters, which are put together."""
    return " ".join(unicodedata.normalize("NFC", cell).split())


def _joined(heading: str) -> str:
    """A heading without blanks and line breaks."""
    return _text(heading).replace(" ", "")


def _status(line: int, cell: Mapping[str, str], result: ResultSheet) -> TransferStatus:
    word, words = cell["status"], cell.get("reason") or None
    if word in result.waiting:
        status = None
    elif word in result.done:
        status = GivenStatus(BankVerdict.ACCEPTED)
    elif word in result.refused:
        status = GivenStatus(BankVerdict.REJECTED, None, words or word)
    else:
        known = ", ".join((*result.done, *result.refused, *result.waiting))
        raise _bad(line, result.status, f"{word!r} is none of {known}: add it to the profile's result")
    amount = _amount(line, cell, result)
    if result.amount is not None and amount is None:
        raise _bad(line, result.amount, f"{cell['reference']} has no amount: ask the bank for the sheet again")
    return TransferStatus(cell["reference"], None, status, amount)


def _amount(line: int, cell: Mapping[str, str], result: ResultSheet) -> Money | None:
    """The amount of a line, in won. None if it has none, or if the profile names no column for it."""
    text = cell.get("amount", "")
    if not text:
        return None
    found = _WON.fullmatch(text)
    if found is None:
        raise _bad(line, result.amount or "", f"{text!r} is no amount in won: ask the bank for the sheet again")
    return Money(int(found[1].replace(",", "")), "KRW")


def _check_no_formula(line: int, cell: Mapping[str, str], result: ResultSheet) -> None:
    for name, text in cell.items():
        if text.startswith("="):
            heading = getattr(result, name)
            raise _bad(line, heading, f"{text[:40]!r} is a formula: ask the bank for a sheet of values")


def _check_sums(sums: list[tuple[int, Money]], transfers: Iterable[TransferStatus], result: ResultSheet) -> None:
    """Check that each sum in the sheet is of all its lines, or of those with one status."""
    added: dict[BankVerdict | None, int] = defaultdict(int)
    for one in transfers:
        added[one.status.verdict if one.status is not None else None] += one.amount.minor if one.amount else 0
    whole = sum(added.values())
    for line, amount in sums:
        if amount.minor not in {whole, *added.values()}:
            sentence = (
                f"the sum is {amount}, and its lines make {Money(whole, 'KRW')}: ask the bank for the sheet again"
            )
            raise _bad(line, result.amount or "", sentence)


def _rows(raw: bytes, profile: SheetProfile) -> Iterator[Row]:
    """Yield the lines of a sheet, with their cells as texts."""
    try:
        if raw.startswith(_ZIP):
            yield from workbook_rows(Path("result.xlsx"), io.BytesIO(raw), None)
            return
        encoding = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), profile.encoding)
        text = io.StringIO(raw.decode(encoding), newline="")
        yield from enumerate(csv.reader(text, delimiter=SEPARATORS[profile.separator]), start=1)
    except BadDocument as error:
        raise BadBankFile(error.sentence) from error
    except UnicodeDecodeError as error:
        raise BadBankFile(
            f"Byte {error.start + 1} of the sheet is not in {error.encoding}: write the bank's encoding into the "
            "account's bank_file (encoding), or ask the bank for XLSX."
        ) from error
    except csv.Error as error:
        raise BadBankFile(f"This is no sheet in text: {error}: ask the bank to send it again.") from error


def _bad(line: int, field: str, sentence: str) -> BadBankFile:
    return BadBankFile(f"Line {line}: {field}: {sentence}.", line=str(line), field=field)
