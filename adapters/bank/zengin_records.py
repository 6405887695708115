"""Splits a Zengin file of 200 bytes a record into accounts, each with header, data and trailer records.

Source of the layouts: the Japanese Bankers Association's standard for firm banking, sections 1 and 2, as banks publish
it. Numbers stand right with zeros before them, texts left with blanks behind them, in half-width katakana.
"""

import re
from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct

from adapters.bank.xml import BadBankFile

LENGTH = 200
_HEADER, _DATA, _TRAILER, _END = b"1", b"2", b"8", b"9"
_NEXT = {
    b"": {_HEADER},
    _HEADER: {_DATA, _TRAILER},
    _DATA: {_DATA, _TRAILER},
    _TRAILER: {_HEADER, _END},
    _END: {_HEADER},
}
_NAMES = {_HEADER: "header", _DATA: "data", _TRAILER: "trailer", _END: "end"}
_LINE_END = re.compile(rb"\r\n|\n|\r")
_EBCDIC = re.compile(rb"\xf1\xf0[\xf1\xf3][\xf0\xf1]")
_END_OF_FILE = b"\x1a\x00"

Layout = dict[str, slice]


def layout(**lengths: int) -> Layout:
    """Return where each field of a record stands, by the lengths of the fields in their order."""
    found: Layout = {}
    start = 0
    for name, length in lengths.items():
        found[name] = slice(start, start + length)
        start += length
    return found


class ZenginRecord(Struct):
    """A record by its number in the file, from 1. `layout` says where its fields stand."""

    number: int
    raw: bytes
    layout: Layout = {}

    def bytes_of(self, field: str) -> bytes:
        """The bytes of a field."""
        return self.raw[self.layout[field]]

    def text(self, field: str) -> str | None:
        """The text of a field as it came, without blanks around it. None if it is empty, or no field of the record.

        Raises:
            BadBankFile: it is not in CP932.
        """
        if field not in self.layout:
            return None
        try:
            return self.bytes_of(field).decode("cp932").strip() or None
        except UnicodeDecodeError as error:
            raise self.bad(field, "is no text in Shift_JIS (CP932)") from error

    def digits(self, field: str) -> str | None:
        """The digits of a field. None if it is blank or zero, or no field of the record: nothing is given.

        Raises:
            BadBankFile: there is something else.
        """
        written = self.bytes_of(field).strip() if field in self.layout else b""
        if not written.strip(b"0"):
            return None
        if not written.isdigit():
            raise self.bad(field, "is not a number")
        return written.decode("ascii")

    def amount(self, field: str) -> int:
        """The number of a field, which must be filled. Some banks write blanks before it in place of zeros.

        Raises:
            BadBankFile: it is blank, or no number.
        """
        written = self.bytes_of(field).lstrip()
        if not written.isdigit():
            raise self.bad(field, "is not a number")
        return int(written)

    def bad(self, field: str, what: str, do: str = "ask the bank to correct it") -> BadBankFile:
        """An error that names the record, the field and its bytes."""
        at = self.layout[field]
        written = self.bytes_of(field).decode("cp932", "replace")
        return BadBankFile(
            f"Record {self.number}: {field} (bytes {at.start + 1} to {at.stop}): {written!r} {what}: {do}.",
            record=str(self.number),
            field=field,
        )


class ZenginAccount(Struct):
    """The records of one account in a file."""

    header: ZenginRecord
    data: list[ZenginRecord]
    trailer: ZenginRecord


_PLAIN_END = layout(kind=1, records=10, accounts=5)


def accounts(raw: bytes) -> list[ZenginAccount]:
    """Return the accounts of a file.

    Raises:
        BadBankFile: in EBCDIC, a record of another length, out of order, or the file is cut off.
    """
    records = _records(raw)
    found: list[ZenginAccount] = []
    before, first, in_file = b"", 0, 0
    for record in records:
        kind = record.raw[:1]
        if kind not in _NEXT[before]:
            wanted = " or ".join(sorted(_NAMES[each] for each in _NEXT[before]))
            raise _broken(record, f"this is a {_NAMES.get(kind, 'strange')} record, and a {wanted} record is due")
        if kind == _HEADER:
            _check_code(record)
            found.append(ZenginAccount(record, [], record))
        elif kind == _DATA:
            found[-1].data.append(record)
        elif kind == _TRAILER:
            found[-1].trailer = record
        else:
            record.layout = _PLAIN_END
            _check_end(record, found[in_file:], record.number - first)
            first, in_file = record.number, len(found)
        before = kind
    if before != _END:
        raise _broken(records[-1], "the file ends here, without an end record")
    return found


def _records(raw: bytes) -> Sequence[ZenginRecord]:
    """Return the records. Banks end them with CR and LF, LF, CR or nothing; programs cut off blanks at their ends.

    A file that a program has turned into UTF-8 is turned back, since fields are counted in bytes.
    """
    if _EBCDIC.match(raw):
        raise _ebcdic()
    plain = raw.rstrip(_END_OF_FILE)
    if not plain.isascii():
        with suppress(UnicodeError):  # it is in CP932 as it should be
            plain = plain.decode("utf-8-sig").encode("cp932")
    parts = [part for part in _LINE_END.split(plain) if part.strip()]
    if len(parts) == 1 and len(plain) > LENGTH:
        parts = [plain[start : start + LENGTH] for start in range(0, len(plain), LENGTH)]
    records = [ZenginRecord(number, part.ljust(LENGTH)) for number, part in enumerate(parts, 1)]
    for record in records:
        if len(record.raw) != LENGTH:
            raise _broken(record, f"it has {len(record.raw)} bytes, and a record has {LENGTH}")
    if not records:
        raise BadBankFile("Record 1: the file is empty: ask the bank to send it again.", record="1")
    return records


def _check_code(header: ZenginRecord) -> None:
    if header.raw[3:4] == b"1":
        raise _ebcdic()


def _ebcdic() -> BadBankFile:
    return BadBankFile(
        "Record 1: the file is in EBCDIC (code 1): ask the bank for JIS (code 0).", record="1", field="code"
    )


def _check_end(end: ZenginRecord, found: list[ZenginAccount], records: int) -> None:
    """Check the end record's number of records and accounts, if it has them. Banks differ in which records count."""
    told, of_accounts = int(end.digits("records") or 0), int(end.digits("accounts") or 0)
    if told and told not in {records, records - 1, sum(len(each.data) for each in found)}:
        raise end.bad("records", f"is not the number of records ({records})", "ask the bank to send the file again")
    if of_accounts and of_accounts != len(found):
        raise end.bad(
            "accounts", f"is not the number of accounts ({len(found)})", "ask the bank to send the file again"
        )


def _broken(record: ZenginRecord, what: str) -> BadBankFile:
    return BadBankFile(
        f"Record {record.number}: {what}: ask the bank to send the file again.", record=str(record.number)
    )
