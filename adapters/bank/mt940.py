"""Reads MT940 (customer statement) and MT942 (interim report) of SWIFT.

The library mt-940 (5.1.1, BSD-3) has the grammar of the fields, with the deviations of many banks. Its parser is not
used, because it loses or alters what it reads: an entry without transaction code is overwritten by the next one, field
86 of a statement is added to the last entry, references beyond 16 characters are cut in two, what follows the sixteenth
character of a balance's amount is dropped, a text that names a file on this machine is opened as that file. So
`swift_fields` splits the file, the library's grammar must match each field as a whole, and what it leaves open is
decided here: the year of an entry's date, reversals, expected entries (EC, ED), which are not booked, and pages.

A report's id is its `:20:` and `:28C:`, since many banks write the same `:20:` in every statement.
"""

import re
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise

from msgspec import Struct
from mt940.tags import Tags

from adapters.bank.charset import decoded
from adapters.bank.mt940_entry import SwiftLine, entry, lines
from adapters.bank.mt940_text import money, whole
from adapters.bank.swift_fields import Message, SwiftField, bad, messages
from adapters.bank.xml import BadBankFile
from domain.bank.dates import swift_day
from domain.bank.reports import AccountReport, Balance, BankFile, ReportKind, ReportPage
from domain.errors import BadInput
from domain.values.money import Money

_BEGINS = re.compile(rb"(?:\A|[\r\n]|\{4:)[\x00-\x20\xef\xbb\xbf]*:20:[^\r\n]*[\r\n]+:(?:13D?|21|25P?|28C?|60[FM]?):")
_BLOCK = re.compile(rb"\A[\x00-\x20\xef\xbb\xbf]*\{1:[AF]\d\d")
_FIRST_BYTES = 4096

_BALANCE = Tags.OPENING_BALANCE.value.re
_SUM = Tags.SUM_ENTRIES.value.re
_FLOOR = Tags.FLOOR_LIMIT_INDICATOR.value.re
_TIME = Tags.DATE_TIME_INDICATION.value.re
_ACCOUNT = re.compile(r"[A-Z0-9]{1,34}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?/")
_HOURS, _MINUTES = 24, 60
_FILLED = re.compile(r"(?<=[A-Z]{3})0+(?=\d)")
"""Zeros that fill an amount, which may make it longer than the grammar allows."""

_SUFFIX = re.compile(r"[0-9/ -]([A-Z]{3})\Z")
_GERMAN = re.compile(r"(\d{8})/(\d{1,10})")
_KINDS = {"940": ReportKind.STATEMENT, "950": ReportKind.STATEMENT, "942": ReportKind.INTRADAY}
_OPENING, _CLOSING = ("60F", "60M", "60"), ("62F", "62M", "62")


class _Parts(Struct):
    """What a message says beside its entries. `page` is the number behind the slash of field 28C."""

    message: Message
    kind: ReportKind
    account: str
    currency: str
    number: str | None
    page: ReportPage | None
    opening: Balance | None
    closing: Balance | None
    created_on: date | None
    created_at: datetime | None

    @property
    def opens_page(self) -> bool:
        """Whether the opening balance is the one of a further page."""
        return bool(self.message.all("60M"))

    @property
    def closed_on(self) -> date | None:
        """The last day that the message tells of."""
        return self.closing.on if self.closing else self.created_on


def recognises(raw: bytes) -> bool:
    """Return whether a file looks like messages of SWIFT."""
    start = raw[:_FIRST_BYTES]
    return bool(_BEGINS.search(start) or _BLOCK.match(start))


def read(raw: bytes) -> BankFile:
    """Read a file of MT940 or MT942.

    Raises:
        BadBankFile: a field cannot be read, or a message contradicts itself. Line and field are named.
    """
    parts = [_parts(message) for message in messages(decoded(raw))]
    if not parts:
        raise BadBankFile("Line 1: no message begins with :20: here: ask the bank to send the file again.", line="1")
    for before, after in pairwise(parts):
        _check_pages(before, after)
    reports = tuple(_report(each, place) for place, each in enumerate(parts, 1))
    return BankFile(
        format="mt940" if parts[0].kind is ReportKind.STATEMENT else "mt942",
        message_id=reports[0].id,
        created_at=parts[0].created_at,
        reports=reports,
    )


def _report(parts: _Parts, place: int) -> AccountReport:
    found = lines(parts.message.fields, parts.currency)
    _check_sums(parts, found)
    booked = [line for line in found if not line.expected and line.amount.minor]
    opened_on = parts.opening.on if parts.opening else None
    return AccountReport(
        kind=parts.kind,
        id=_id(parts),
        number=parts.number,
        page=parts.page,
        account_number=parts.account,
        currency=parts.currency,
        opening=None if parts.opens_page else parts.opening,
        closing=None if parts.page and not parts.page.last else parts.closing,
        entries=tuple(entry(line, f"{place}.{n}", opened_on, parts.closed_on) for n, line in enumerate(booked, 1)),
    )


def _parts(message: Message) -> _Parts:
    """Read everything but the entries."""
    kind = _kind(message)
    opening, closing = (_balance(message, tags, kind) for tags in (_OPENING, _CLOSING))
    currency = _currency(message, opening, closing)
    number, page = _number(message, kind)
    created_on, created_at = _time(message)
    return _Parts(
        message=message,
        kind=kind,
        account=_account(message, currency),
        currency=currency,
        number=number,
        page=page,
        opening=opening,
        closing=closing,
        created_on=created_on,
        created_at=created_at,
    )


def _kind(message: Message) -> ReportKind:
    """Return the kind, by the message type or, without an envelope, by the fields that only one type has."""
    if message.type is None:
        statement = message.all(*_OPENING, *_CLOSING) or not message.all("90C", "90D", "34F", "13D")
        return ReportKind.STATEMENT if statement else ReportKind.INTRADAY
    if message.type not in _KINDS:
        raise bad(message.fields[0], f"this is an MT{message.type}", "ask the bank for MT940 or MT942")
    return _KINDS[message.type]


def _balance(message: Message, tags: tuple[str, ...], kind: ReportKind) -> Balance | None:
    """Return a balance, which a statement must have."""
    if kind is ReportKind.INTRADAY:
        return None
    field = message.one(*tags)
    if field is None:
        raise bad(
            message.fields[-1], f"there is no :{tags[0]}: in this message", "ask the bank for the whole statement"
        )
    match = _BALANCE.fullmatch(_FILLED.sub("", field.text.strip(), count=1))
    on = swift_day(match["year"] + match["month"] + match["day"]) if match else None
    if match is None or on is None:
        raise bad(field, f"{field.text[:80]!r} is not a balance")
    amount = _money(field, match["currency"], match["amount"])
    return Balance(amount if match["status"].upper() == "C" else -amount, on)


def _currency(message: Message, opening: Balance | None, closing: Balance | None) -> str:
    """Return the account's currency. An MT942 has it in its floor limit or sums, at the least behind the account."""
    if opening is not None and closing is not None:
        if opening.amount.currency != closing.amount.currency:
            raise bad(message.fields[0], f"it opens with {opening.amount} and closes with {closing.amount}")
        return opening.amount.currency
    for tag, grammar in (("34F", _FLOOR), ("90D", _SUM), ("90C", _SUM)):
        for field in message.all(tag):
            if match := grammar.fullmatch(field.text.strip()):
                return str(match["currency"]).upper()
    account = message.one("25", "25P")
    if account is not None and (named := _SUFFIX.search(account.text.strip())):
        return named[1]
    raise bad(message.fields[0], "no field says in which currency it is")


def _account(message: Message, currency: str) -> str:
    """Return the account's number, without the bank's BIC and the currency that may stand around it.

    A German bank code and number are joined as they are in the IBAN: the number has ten digits there.
    """
    field = message.one("25", "25P")
    if field is None:
        raise bad(message.fields[0], "no :25: says of which account it is")
    written = re.sub(r"[\s.-]", "", field.text.partition("\n")[0]).upper()
    written = _BIC.sub("", written.removesuffix(currency).strip("/"), count=1)
    german = _GERMAN.fullmatch(written)
    number = german[1] + german[2].zfill(10) if german else written.replace("/", "")
    if not _ACCOUNT.fullmatch(number):
        raise bad(field, f"{field.text[:80]!r} is not an account number")
    return number


def _number(message: Message, kind: ReportKind) -> tuple[str | None, ReportPage | None]:
    """Return the statement's number and page of `41/2`. In an MT942 both together are the number."""
    field = message.one("28", "28C")
    written = field.text.strip() if field else ""
    number, _, page = written.partition("/")
    if kind is ReportKind.INTRADAY:
        return written or None, None
    last = not message.all("62M")
    if counted := whole(page):
        return number or None, ReportPage(counted, last)
    if message.all("60M", "62M"):
        raise bad(
            field or message.fields[0],
            "a page of a statement has no page number",
            "ask the bank for :28C: such as 41/1",
        )
    return number or None, None


def _id(parts: _Parts) -> str:
    return " ".join(text for text in (parts.message.fields[0].text.strip(), parts.number) if text) or "-"


def _time(message: Message) -> tuple[date | None, datetime | None]:
    """Return the day and the instant of field 13D. Without an offset it is not known which instant it is."""
    field = message.one("13D", "13")
    match = _TIME.fullmatch(field.text.strip()) if field else None
    if field is None or match is None:
        return None, None
    on = swift_day(match["year"] + match["month"] + match["day"])
    hour, minute = int(match["hour"]), int(match["minute"])
    offset = match["offset"] or "0000"
    minutes = int(offset[:2]) * _MINUTES + int(offset[2:])
    if on is None or hour >= _HOURS or minute >= _MINUTES or minutes >= _HOURS * _MINUTES:
        raise bad(field, f"{field.text[:80]!r} is not a time")
    if match["offset"] is None:
        return on, None
    zone = timezone(timedelta(minutes=-minutes if match["offset_sign"] == "-" else minutes))
    return on, datetime(on.year, on.month, on.day, hour, minute, tzinfo=zone)


def _check_sums(parts: _Parts, found: list[SwiftLine]) -> None:
    """Check that the entries lead from the opening to the closing balance, and to the sums in fields 90D and 90C."""
    if parts.opening is not None and parts.closing is not None:
        led = parts.opening.amount + Money(sum(line.signed for line in found if not line.expected), parts.currency)
        closing = parts.message.one(*_CLOSING)
        if led != parts.closing.amount and closing is not None:
            raise bad(
                closing,
                f"from {parts.opening.amount} the entries lead to {led}, and the balance is {parts.closing.amount}",
                "ask the bank for the whole statement",
            )
    for tag, mark in (("90D", "D"), ("90C", "C")):
        field = parts.message.one(tag)
        if field is not None and not _below_floor(parts.message):
            _check_sum(field, mark, found)


def _check_sum(field: SwiftField, mark: str, found: list[SwiftLine]) -> None:
    """Check a number and sum of entries. Banks differ in whether reversals and expected entries count as their mark."""
    match = _SUM.fullmatch(field.text.strip())
    if match is None:
        raise bad(field, f"{field.text[:80]!r} is not a number and sum of entries")
    wanted = (whole(match["number"] or "0"), _money(field, match["currency"], match["amount"]).minor)
    for group in (found, [line for line in found if not line.expected]):
        by_mark = [line for line in group if line.mark[-1] == mark]
        by_way = [line for line in group if line.came_in == (mark == "C")]
        if wanted in {(len(some), sum(line.amount.minor for line in some)) for some in (by_mark, by_way)}:
            return
    raise bad(
        field,
        f"it counts {field.text.strip()[:80]}, and the entries here are others",
        "ask the bank for the whole report",
    )


def _below_floor(message: Message) -> bool:
    """Return whether entries below an amount are not listed, so that the sums are of more than the entries here."""
    floors = [_FLOOR.fullmatch(field.text.strip()) for field in message.all("34F")]
    return any(floor is not None and floor["amount"].strip("0,") for floor in floors)


def _check_pages(before: _Parts, after: _Parts) -> None:
    """Check that a page in the same file goes on where the one before ended."""
    if not (before.page and after.page and before.opening and before.closing and after.opening):
        return
    goes_on = (after.account, after.number, after.page.number) == (
        before.account,
        before.number,
        before.page.number + 1,
    )
    if goes_on and not before.page.last and before.closing.amount != after.opening.amount:
        raise bad(
            after.message.fields[0],
            f"page {after.page.number} opens with {after.opening.amount}, "
            f"and page {before.page.number} closes with {before.closing.amount}",
            "ask the bank for the whole statement",
        )


def _money(field: SwiftField, currency: str, number: str) -> Money:
    try:
        return money(currency.upper(), number)
    except BadInput as error:
        raise bad(field, error.sentence.rstrip(".")) from error
