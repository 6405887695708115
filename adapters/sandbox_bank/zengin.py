"""Writes Zengin account statements (nyushukkin torihiki meisai, kind 03).

Records have 200 bytes, and dates are those of the Japanese era.
"""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

from adapters.sandbox_bank.entries import Report, ReportedEntry

_REIWA = 2018
"""The year before the first year of the era."""
_BANK, _BRANCH, _ACCOUNT = 4, 3, 7
_TRANSFER, _OTHER = "11", "18"
_KANA = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ ()-./\\ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝﾞﾟ")


def text(at: datetime, reports: Iterable[Report]) -> str:
    """Write one block of records for each report."""
    return "".join(f"{record}\r\n" for each in reports for record in _records(at, each))


def _records(at: datetime, report: Report) -> Iterable[str]:
    yield _header(at, report)
    for number, entry in enumerate(report.entries, 1):
        yield _line(number, entry)
    yield _trailer(report)
    yield "9".ljust(200)


def _header(at: datetime, report: Report) -> str:
    bank, branch, account = account_parts(report.holder.number)
    opening = report.opening or 0
    return "".join(
        (
            "1030",
            *(_era(each) for each in (at.date(), report.first, report.last)),
            bank,
            _kana("SANDBOX", 15),
            branch,
            _kana("", 15),
            "0001",
            account,
            _kana("", 40),
            "2" if opening < 0 else "1",
            "1",
            f"{abs(opening):014d}",
            " " * 74,
        )
    )


def _line(number: int, entry: ReportedEntry) -> str:
    """One data record. The customer's id stands in the EDI field, which has 20 characters."""
    detail = entry.details[0] if entry.details else None
    ids = (entry.batch.message_id or "") if entry.batch else ""
    ids = (detail.end_to_end_id or detail.instruction_id or "") if detail else ids
    words = entry.text or (detail.remittance if detail else "")
    return "".join(
        (
            "2",
            f"{number:08d}",
            _era(entry.on) * 2,
            "1" if entry.direction == "CRDT" else "2",
            _OTHER if entry.purpose == "charge" else _TRANSFER,
            f"{entry.minor:012d}",
            "0" * 12,
            "0" * 12,
            "0",
            "0" * 7,
            "000",
            "0" * 10,
            _kana(detail.posting.counterparty if detail else "", 48),
            _kana("", 15),
            _kana("", 15),
            _kana(words, 20),
            _kana(ids, 20),
            " ",
        )
    )


def _trailer(report: Report) -> str:
    closing = report.closing or 0
    sides = {side: [each.minor for each in report.entries if each.direction == side] for side in ("CRDT", "DBIT")}
    sums = "".join(f"{len(each):06d}{sum(each):013d}" for each in sides.values())
    negative = "2" if closing < 0 else "1"
    return f"8{sums}{negative}{abs(closing):014d}{len(report.entries):07d}{' ' * 139}"


def account_parts(number: str) -> tuple[str, str, str]:
    """Return bank, branch and account of a number: its last 14 digits, with zeros for those it lacks."""
    digits = "".join(each for each in number if each.isdigit()).rjust(_BANK + _BRANCH + _ACCOUNT, "0")
    digits = digits[-(_BANK + _BRANCH + _ACCOUNT) :]
    return digits[:_BANK], digits[_BANK : _BANK + _BRANCH], digits[_BANK + _BRANCH :]


def _era(on: date) -> str:
    return f"{on.year - _REIWA:02d}{on:%m%d}"


def _kana(words: str, size: int) -> str:
    """Fit text into a field of capitals and half-width kana; what the character set lacks becomes a blank."""
    parts = (each if each in _KANA else unicodedata.normalize("NFKD", each).upper() for each in words)
    return "".join(each if each in _KANA else " " for part in parts for each in part)[:size].ljust(size)
