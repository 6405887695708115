"""Reads what Japanese banks send in Zengin format: 入出金取引明細 (type 03) and 振込入金通知 (type 01).

Type 03 is a statement: what came in and went out of an account, with balances. Type 01 notifies of transfers that came
in, and of ones that are cancelled. Both are in yen. The number of an account is reported as bank (4 digits), branch
(3), type (1) and number (7), joined. Kana stay half-width, as they came. The standard's transaction codes (取引区分)
say how money moved, not what for; 19 (訂正) corrects an earlier one. A debit whose 摘要 names 手数料 is a charge.

照会番号 is a number that the bank counts up, so it counts within its file only. EDI情報 is the reference of whoever
ordered the transfer.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta

from adapters.bank.zengin_records import Layout, ZenginAccount, ZenginRecord, accounts, layout
from domain.bank.dates import era_creation_day, era_day
from domain.bank.messages import Direction
from domain.bank.reports import (
    AccountReport,
    Balance,
    BankFile,
    BookedEntry,
    EntryDetail,
    EntryType,
    References,
    ReportKind,
)
from domain.values.money import Money

_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:1\d\d[01]\d{6}|\xf1[\xf0-\xf9]{2}[\xf0\xf1][\xf0-\xf9]{6})")
_OTHERS = {
    "02": "外国為替取引明細",
    "04": "残高通知",
    "11": "給与振込",
    "12": "賞与振込",
    "21": "総合振込",
    "91": "預金口座振替",
}
_STATEMENT, _NOTIFICATION = "03", "01"

_COMMON = {"record": 1, "type": 2, "code": 1, "created": 6, "first_day": 6, "last_day": 6, "bank": 4, "bank_name": 15}
_NOTIFICATION_HEADER = layout(**_COMMON, branch=3, branch_name=15, account_type=1, account=7, holder=40)
_STATEMENT_HEADER = layout(
    **_COMMON, branch=3, branch_name=15, blank=3, account_type=1, account=10, holder=40, sign=1, passbook=1, balance=14
)
_STATEMENT_HEADER_7 = layout(
    **_COMMON, branch=3, branch_name=15, blank=3, account_type=1, account=7, holder=40, sign=1, passbook=1, balance=14
)
_STATEMENT_DATA = {"record": 1, "inquiry": 8, "booked": 6, "value": 6, "way": 1, "transaction": 2, "amount": 12}
_STATEMENT_DATA |= {"uncleared": 12, "presented": 6, "dishonoured": 6, "bill": 1, "bill_number": 7, "other_branch": 3}
_CURRENT = layout(**_STATEMENT_DATA, payer_code=10, payer=48, from_bank=15, from_branch=15, summary=20, edi=20)
_DEPOSIT = layout(**_STATEMENT_DATA, terms=99, summary=20)
_STATEMENT_TRAILER = layout(record=1, ins=6, came_in=13, outs=6, went_out=13, sign=1, balance=14, entries=7)
_TRANSFER = {"record": 1, "inquiry": 6, "booked": 6, "value": 6, "amount": 10, "uncleared": 10, "payer_code": 10}
_TRANSFER |= {"payer": 48, "from_bank": 15, "from_branch": 15, "cancelled": 1}
_TRANSFER_A = layout(**_TRANSFER, edi=20)
_TRANSFER_B = layout(**_TRANSFER, large_amount=12, large_uncleared=12, edi=20)
_NOTIFICATION_TRAILER = layout(record=1, transfers=6, transferred=12, cancels=6, cancelled=12)

_LARGE = slice(128, 152)
"""Where a notification has its large amounts. Without them there are the letters or blanks of EDI情報."""

_TIME_DEPOSITS = frozenset({b"5", b"6", b"7"})
_WAYS = {b"1": Direction.CREDIT, b"2": Direction.DEBIT}
_PLUS, _MINUS = "1", "2"
_CORRECTION = "19"
_YEN = "JPY"
_VALUE_AHEAD = timedelta(days=366)
_CHARGE = re.compile("手数料|テスウリ([ヨョ]ウ?)?$|テスウリ[ヨョ]ウ")
_WHOLE = "ask the bank for the whole file"


def recognises(raw: bytes) -> bool:
    """Return whether a file begins like a Zengin file, of any type."""
    return _START.match(raw) is not None


def read(raw: bytes, taken_on: date | None = None) -> BankFile:
    """Read a Zengin file of type 03 or 01.

    `taken_on` is the day on which it is taken in. From year 20 of an era on, it says which era the file is of.

    Raises:
        BadBankFile: of another type or in EBCDIC, a field cannot be read, or totals do not tie. It names the record.
    """
    found = accounts(raw)
    reports = tuple(_report(account, place, taken_on) for place, account in enumerate(found, 1))
    format_ = f"zengin.{_type(found[0].header)}"
    return BankFile(format=format_, message_id=_message_id(found), created_at=None, reports=reports)


def message_id(raw: bytes) -> str:
    """Return what `read` names a file. It has no id, and a bank may send two on a day, so its records name it."""
    return _message_id(accounts(raw))


def _message_id(found: Sequence[ZenginAccount]) -> str:
    header = found[0].header
    records = b"".join(one.raw for account in found for one in (account.header, *account.data, account.trailer))
    return f"{_type(header)}-{header.amount('created'):06d}-{hashlib.sha256(records).hexdigest()[:20]}"


def _report(account: ZenginAccount, place: int, taken_on: date | None) -> AccountReport:
    statement = _type(account.header) == _STATEMENT
    created = _created(account.header, taken_on)
    if statement:
        return _statement(account, place, created)
    return _notification(account, place, created)


def _statement(account: ZenginAccount, place: int, created: date) -> AccountReport:
    header, trailer = account.header, account.trailer
    header.layout, trailer.layout = _statement_header(header.raw), _STATEMENT_TRAILER
    deposit = header.bytes_of("account_type") in _TIME_DEPOSITS
    moves: list[tuple[ZenginRecord, Direction, int]] = []
    for record in account.data:
        record.layout = _DEPOSIT if deposit else _CURRENT
        moves.append((record, _way(record), record.amount("amount")))
    for way, count, sum_ in ((Direction.CREDIT, "ins", "came_in"), (Direction.DEBIT, "outs", "went_out")):
        amounts = [amount for _, direction, amount in moves if direction is way]
        _check(trailer, count, len(amounts))
        _check(trailer, sum_, sum(amounts))
    if trailer.digits("entries"):
        _check(trailer, "entries", len(moves))
    opening, closing = _balances(header, trailer, sum(_signed(way, amount) for _, way, amount in moves))
    first, last = _period(header, created)
    told = hashlib.sha256(b"".join(record.raw for record in account.data)).hexdigest()[:10]
    begins = told if opening is None else f"from {opening.minor}"
    entries = tuple(
        _entry(record, f"{place}.{n}", created, way, amount)
        for n, (record, way, amount) in enumerate(moves, 1)
        if amount
    )
    return AccountReport(
        kind=ReportKind.STATEMENT,
        id=f"{_id(header, created)} {begins}",
        number=None,
        page=None,
        account_number=_account_number(header),
        currency=_YEN,
        opening=None if opening is None else Balance(opening, first),
        closing=None if closing is None else Balance(closing, last),
        entries=entries,
    )


def _notification(account: ZenginAccount, place: int, created: date) -> AccountReport:
    header = account.header
    header.layout, account.trailer.layout = _NOTIFICATION_HEADER, _NOTIFICATION_TRAILER
    moves: list[tuple[ZenginRecord, Direction, int]] = []
    for record in account.data:
        record.layout = _TRANSFER_B if record.raw[_LARGE].isdigit() else _TRANSFER_A
        way = Direction.DEBIT if record.digits("cancelled") else Direction.CREDIT
        moves.append((record, way, _transferred(record)))
    _check_transfers(account.trailer, moves)
    return AccountReport(
        kind=ReportKind.NOTIFICATION,
        id=_id(header, created),
        number=None,
        page=None,
        account_number=_account_number(header),
        currency=_YEN,
        opening=None,
        closing=None,
        entries=tuple(
            _entry(record, f"{place}.{n}", created, way, amount)
            for n, (record, way, amount) in enumerate(moves, 1)
            if amount
        ),
    )


def _type(header: ZenginRecord) -> str:
    header.layout = header.layout or _NOTIFICATION_HEADER  # all types begin alike
    kind = header.bytes_of("type").decode("ascii", "replace")
    if kind not in {_STATEMENT, _NOTIFICATION}:
        name = _OTHERS.get(kind, "not known here")
        raise header.bad("type", f"is {name}", "ask the bank for 入出金取引明細 (03) or 振込入金通知 (01)")
    return kind


def _statement_header(raw: bytes) -> Layout:
    """Return the layout of a statement's header.

    The standard's account number has ten digits here. Some write seven as in all other records, and what follows stands
    three bytes earlier: the balance ends there, or without a balance the name begins there.
    """
    has_balance = bool(raw[112:129].strip())
    seven = raw[112:126].isdigit() and not raw[126:].strip() if has_balance else not raw[70:73].isdigit()
    return _STATEMENT_HEADER_7 if seven else _STATEMENT_HEADER


def _account_number(header: ZenginRecord) -> str:
    bank, branch, kind = (
        header.bytes_of(field).decode("ascii", "replace") for field in ("bank", "branch", "account_type")
    )
    number = header.digits("account")
    if number is None or not (bank + branch + kind).isdecimal():
        raise header.bad("account", "is no account number")
    return f"{bank}{branch}{kind}{number.lstrip('0').zfill(7)}"


def _created(header: ZenginRecord, taken_on: date | None) -> date:
    found = era_creation_day(f"{header.amount('created'):06d}", taken_on)
    if found is None:
        raise header.bad(
            "created",
            "is no date of the era of Reiwa",
            "ask the bank for years of the era, as the standard says (7 for 2025)",
        )
    return found


def _period(header: ZenginRecord, created: date) -> tuple[date, date]:
    """Return the first and the last day of a report. The day of its creation counts if none is given."""
    last = _day(header, "last_day", created) or created
    return _day(header, "first_day", last) or last, last


def _id(header: ZenginRecord, created: date) -> str:
    """Return a name of a report: its type and days. The format has no ids.

    A bank may send several statements of one day. One that begins with the same balance tells the day again with more.
    Without a balance nothing says so, and each is a statement of its own.
    """
    first, last = _period(header, created)
    return f"{_type(header)} {first:%Y%m%d}-{last:%Y%m%d}"


def _day(record: ZenginRecord, field: str, latest: date) -> date | None:
    """Return a day that is not after `latest`, or None if none is given."""
    written = record.digits(field)
    if written is None:
        return None
    found = era_day(written, latest) if len(written) == len("YYMMDD") else None
    if found is None:
        raise record.bad(field, f"is no day of the Japanese era up to {latest}")
    return found


def _balances(header: ZenginRecord, trailer: ZenginRecord, moved: int) -> tuple[Money | None, Money | None]:
    """Return the balances before and after, which the entries must lead to. Zeros in both are none, if money moved."""
    opening, closing = _balance(header), _balance(trailer)
    if opening is None or closing is None:
        return opening, closing
    if moved and not opening.minor and not closing.minor:
        return None, None
    led = opening + Money(moved, _YEN)
    if led != closing:
        raise trailer.bad("balance", f"is {closing}, and from {opening} the entries lead to {led}", _WHOLE)
    return opening, closing


def _balance(record: ZenginRecord) -> Money | None:
    """Return a balance. Zeros without a sign mean that the bank gives none."""
    written, sign = record.digits("balance"), record.digits("sign")
    if sign not in {None, _PLUS, _MINUS}:
        raise record.bad("sign", "is neither 1 (plus) nor 2 (minus)")
    if written is None and sign is None:
        return None
    return Money(int(written or 0) * (-1 if sign == _MINUS else 1), _YEN)


def _way(record: ZenginRecord) -> Direction:
    """Return which way money moved."""
    found = _WAYS.get(record.bytes_of("way"))
    if found is None:
        raise record.bad("way", "is neither 1 (came in) nor 2 (went out)")
    return found


def _transferred(record: ZenginRecord) -> int:
    """Return the amount of a transfer. One of more than ten digits stands in the second field, zeros in the first."""
    amount = record.amount("amount")
    large = record.amount("large_amount") if "large_amount" in record.layout else 0
    if amount and large:
        raise record.bad("large_amount", f"is given beside the amount {amount}")
    return amount or large


def _signed(way: Direction, amount: int) -> int:
    return amount if way is Direction.CREDIT else -amount


def _check(trailer: ZenginRecord, field: str, found: int) -> None:
    if trailer.amount(field) != found:
        raise trailer.bad(field, f"is not what the records add up to ({found})", _WHOLE)


def _check_transfers(trailer: ZenginRecord, moves: list[tuple[ZenginRecord, Direction, int]]) -> None:
    """Check the totals. Banks differ in whether cancelled transfers are a part of the first of them."""
    sums = {way: [amount for _, each, amount in moves if each is way] for way in Direction}
    came, cancelled = sums[Direction.CREDIT], sums[Direction.DEBIT]
    if (trailer.amount("transfers"), trailer.amount("transferred")) != (
        len([*came, *cancelled]),
        sum([*came, *cancelled]),
    ):
        _check(trailer, "transfers", len(came))
        _check(trailer, "transferred", sum(came))
    if trailer.digits("cancels"):
        _check(trailer, "cancels", len(cancelled))
        _check(trailer, "cancelled", sum(cancelled))


def _names_charge(record: ZenginRecord) -> bool:
    """Return whether the bank's text for an entry names its charge, in kanji or kana, perhaps cut off."""
    summary = unicodedata.normalize("NFKC", (record.text("summary") if "summary" in record.layout else None) or "")
    return _CHARGE.search(summary) is not None


def _entry(record: ZenginRecord, place: str, created: date, way: Direction, amount: int) -> BookedEntry:
    booked_on = _day(record, "booked", created)
    if booked_on is None:
        raise record.bad("booked", "is no day")
    payer, edi = record.text("payer"), record.text("edi")
    # In a debit the payer's place may hold the contract number of a direct debit.
    contract = payer if payer is not None and payer.isdecimal() else None
    others = (record.digits("bill_number"), record.digits("payer_code"), contract)
    references = References(
        entry=record.digits("inquiry"), end_to_end=edi, others=tuple(each for each in others if each)
    )
    texts = (record.text(field) for field in ("summary", "from_bank", "from_branch"))
    booked = Money(amount, _YEN)
    return BookedEntry(
        place=place,
        booked_on=booked_on,
        value_on=_day(record, "value", booked_on + _VALUE_AHEAD),
        direction=way,
        booked=booked,
        references=references,
        type=EntryType.CHARGE if way is Direction.DEBIT and _names_charge(record) else EntryType.TRANSFER,
        reversal=record.digits("transaction") == _CORRECTION or record.digits("cancelled") is not None,
        text=" ".join(text for text in texts if text) or None,
        details=(
            EntryDetail(
                direction=way,
                booked=booked,
                references=references,
                counterparty=None if contract else payer,
                remittance=edi,
            ),
        ),
    )
