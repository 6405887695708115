"""Writes SWIFT MT940 statements and MT942 interim reports. They have no details: each entry is one line."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from adapters.sandbox_bank.amounts import written
from adapters.sandbox_bank.entries import Holder, Report, ReportedEntry

_LINE, _LINES, _REFERENCE = 65, 6, 16
_CODES = {"transfer": "NTRF", "return": "NRTI", "reversal": "NTRF", "charge": "NCHG"}


def text(message_id: str, at: datetime, reports: Sequence[Report], *, blocks: bool) -> str:
    """Write one message for each report, one after another."""
    return "".join(_message(message_id, at, each, number, blocks=blocks) for number, each in enumerate(reports, 1))


def _message(message_id: str, at: datetime, report: Report, number: int, *, blocks: bool) -> str:
    kind = "940" if report.telling == "statement" else "942"
    fields = _statement(report) if kind == "940" else _interim(at, report)
    page = report.page[0] if report.page else 1
    head = (
        f":20:{message_id.removeprefix('SBX-')[-12:]}-{number}",
        f":25:{report.holder.number}",
        f":28C:{report.number % 100_000}/{page}",
    )
    inner = "\r\n".join((*head, *fields))
    if not blocks:
        return f"{inner}\r\n-\r\n"
    sent = f"{at:%y%m%d}"
    header = f"{{1:F01SANDBOXXXXXX0000000000}}{{2:O{kind}1800{sent}SANDBOXXXXXX0000000000{sent}1800N}}"
    return f"{header}{{4:\r\n{inner}\r\n-}}\r\n"


def _statement(report: Report) -> Iterable[str]:
    """Fields of an MT940. A page that is not the first or last one has intermediate balances."""
    number, last = report.page or (1, True)
    opening = report.opening or 0
    closing = report.closing if report.closing is not None else opening
    yield f":60{'F' if number == 1 else 'M'}:{_balance(opening, report.first, report.holder)}"
    yield from _lines(report)
    yield f":62{'F' if last else 'M'}:{_balance(closing, report.last, report.holder)}"


def _interim(at: datetime, report: Report) -> Iterable[str]:
    currency = report.holder.currency
    yield f":34F:{currency}{_comma(0, currency)}"
    yield f":13D:{at:%y%m%d%H%M%z}"
    yield from _lines(report)
    for side, field in (("DBIT", "90D"), ("CRDT", "90C")):
        sums = [each.minor for each in report.entries if each.direction == side]
        yield f":{field}:{len(sums)}{currency}{_comma(sum(sums), currency)}"


def _lines(report: Report) -> Iterable[str]:
    for entry in report.entries:
        yield from _line(entry, report.holder)


def _line(entry: ReportedEntry, holder: Holder) -> Iterable[str]:
    currency = holder.currency
    side = entry.direction[0]
    if entry.purpose == "reversal":  # what is marked is the entry that was undone
        side = "RC" if side == "D" else "RD"
    bank = f"//{entry.servicer}" if entry.servicer else ""
    yield (
        f":61:{entry.on:%y%m%d}{entry.on:%m%d}{side}{_comma(entry.minor, currency)}"
        f"{_CODES[entry.purpose]}{_customer(entry)}{bank}"
    )
    further = _further(entry, currency)
    if further:
        yield further
    words = _words(entry)
    if words:
        yield f":86:{_wrapped(words)}"


def _customer(entry: ReportedEntry) -> str:
    """The customer's reference, if it fits into the 16 characters of the field."""
    ids = [entry.batch.message_id if entry.batch else None]
    if len(entry.details) == 1:
        ids = [entry.details[0].end_to_end_id, entry.details[0].instruction_id]
    found = next((each for each in ids if each and len(each) <= _REFERENCE and "//" not in each), None)
    return found or "NONREF"


def _further(entry: ReportedEntry, currency: str) -> str:
    """Subfield 9: the amount of the order and the charge, if they are not the amount booked."""
    line = entry.details[0].posting if len(entry.details) == 1 else None
    charge = line.charge if line else entry.charge
    parts = []
    if line and line.instructed_minor is not None and line.instructed_currency is not None:
        parts.append(f"/OCMT/{line.instructed_currency}{_comma(line.instructed_minor, line.instructed_currency)}")
    elif charge:
        gross = entry.minor + (charge if entry.direction == "CRDT" else -charge)
        parts.append(f"/OCMT/{currency}{_comma(gross, currency)}")
    if charge:
        parts.append(f"/CHGS/{currency}{_comma(charge, currency)}")
    return "".join(parts)


def _words(entry: ReportedEntry) -> str:
    if not entry.details:
        batch = entry.batch
        order = f"/PREF/{batch.message_id}/NRTX/{batch.count}" if batch and batch.message_id else ""
        return order or entry.text
    detail = entry.details[0]
    parts = [
        ("EREF", detail.end_to_end_id or ""),
        ("RTRN", detail.reason or ""),
        ("ORDP" if entry.direction == "CRDT" else "BENM", f"/NAME/{detail.posting.counterparty}"),
        ("REMI", detail.remittance),
    ]
    return "".join(f"/{code}/{value}" for code, value in parts if value)


def _wrapped(words: str) -> str:
    """Divide into lines. No line begins with the colon or hyphen that begins a field or ends a message."""
    lines: list[str] = []
    rest = words
    while rest and len(lines) < _LINES:
        cut = _LINE
        while cut > 1 and rest[cut : cut + 1] in {":", "-"}:
            cut -= 1
        lines.append(rest[:cut])
        rest = rest[cut:]
    return "\r\n".join(lines)


def _balance(minor: int, on: date, holder: Holder) -> str:
    return f"{'C' if minor >= 0 else 'D'}{on:%y%m%d}{holder.currency}{_comma(abs(minor), holder.currency)}"


def _comma(minor: int, currency: str) -> str:
    number = written(minor, currency)
    return number.replace(".", ",") if "." in number else f"{number},"
