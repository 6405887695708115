"""Reads Zengin transfer orders (sogo furikomi, kind 21): records of 120 bytes in half-width kana."""

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from adapters.sandbox_bank.received import AccountRead, Instructed, ReceivedOrder, Unreadable

_RECORD = 120
_HEADER = (1, 2, 1, 10, 40, 4, 4, 15, 3, 15, 1, 7, 17)
_DATA = (1, 4, 15, 3, 15, 4, 1, 7, 30, 10, 1, 10, 10, 1, 1, 7)
_TRAILER = (1, 6, 12, 101)
_PAST = timedelta(days=31)


def read_zengin(raw: bytes, today: date) -> ReceivedOrder:
    """Read an order. It has no message id, so its bytes name it: the same file again is the same order.

    Raises:
        Unreadable: not records of 120 bytes from a header to an end record.
    """
    lines = raw.rstrip(b"\x1a").replace(b"\r", b"").replace(b"\n", b"")
    if len(lines) % _RECORD:
        raise Unreadable(f"{len(lines)} bytes are not records of {_RECORD}")
    try:
        records = [lines[at : at + _RECORD].decode("cp932") for at in range(0, len(lines), _RECORD)]
    except UnicodeDecodeError as error:
        raise Unreadable(f"not in the character set: {error}") from error
    kinds = "".join(each[0] for each in records)
    if kinds != f"1{'2' * (len(records) - 3)}89" or any(len(each) != _RECORD for each in records):
        raise Unreadable("records are not one header, data, one trailer and one end")
    head, tail = _cut(records[0], _HEADER), _cut(records[-2], _TRAILER)
    message_id = f"ZEN-{hashlib.sha256(raw).hexdigest()[:20]}"
    return ReceivedOrder(
        message_id=message_id,
        count=tail[1].lstrip("0") or "0",
        control_sum=_number(tail[2]),
        instructions=1,
        execution_on=_day(head[5], today),
        debtor=AccountRead(f"{head[6]}{head[8]}{head[11]}", iban=False, bic="", currency="JPY"),
        transfers=tuple(_instructed(each, f"{message_id}.{n}") for n, each in enumerate(records[1:-2], 1)),
        payment_information_id=message_id,
        message_type="zengin",
        domestic=True,
    )


def _instructed(record: str, otherwise: str) -> Instructed:
    """One data record. Its id is the EDI text, or else the customer codes, or else its place."""
    field = _cut(record, _DATA)
    ids = f"{field[11]}{field[12]}".strip()
    return Instructed(
        end_to_end_id=ids or otherwise,
        amount=_number(field[9]),
        currency="JPY",
        creditor=AccountRead(f"{field[1]}{field[3]}{field[7]}", iban=False, bic="", currency=None),
        name=field[8].strip(),
        town="",
        country="JP",
        remittance=ids,
        agreed_rate=None,
        unit_currency="",
    )


def _cut(record: str, widths: tuple[int, ...]) -> list[str]:
    ends = list(accumulate(widths))
    return [record[end - width : end] for end, width in zip(ends, widths, strict=True)]


def _number(digits: str) -> Decimal | None:
    return Decimal(digits) if digits.isascii() and digits.isdigit() else None


def _day(month_and_day: str, today: date) -> date | None:
    """The first such day after a month ago. The format leaves out the year."""
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found = date(year, int(month_and_day[:2]), int(month_and_day[2:]))
        except ValueError:
            continue
        if found > today - _PAST:
            return found
    return None
