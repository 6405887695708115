"""Reads the values of a message: amounts, dates, times, references and flags."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from xml.etree.ElementTree import Element

from adapters.bank.iso20022.tree import at, only, refuse, text
from domain.bank.messages import Direction
from domain.errors import UnknownCurrency
from domain.values.currency import exponent
from domain.values.money import Money

_MAX_DIGITS = 18
_AMOUNT = re.compile(r"\+?(\d*)(?:\.(\d*))?", re.ASCII)
_RATE = re.compile(r"\+?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_MIDNIGHT_AFTER = "24:00:00"
_DIRECTIONS = {"CRDT": Direction.CREDIT, "DBIT": Direction.DEBIT}
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_COUNT = re.compile(r"\d{1,15}", re.ASCII)
_BLANKS = re.compile(r"[\s-]+")
_NOT_GIVEN = frozenset({"NOTPROVIDED", "NONREF"})


def money(element: Element) -> Money:
    """Return an amount with its currency.

    Raises:
        Misread: it is negative or no number, its currency is unknown, or it has more decimals than its currency.
    """
    written, currency = text(element), (element.get("Ccy") or "").strip()
    if not currency:
        refuse(element, "lacks its currency (Ccy)")
    try:
        return _money(written or "", currency)
    except UnknownCurrency:
        refuse(element, f"is in {currency!r}, which is not an ISO 4217 currency")
    except ValueError as error:
        refuse(element, f"is {(written or '')[:40]!r}: {error}")


@lru_cache(maxsize=4096)
def _money(written: str, currency: str) -> Money:
    places = exponent(currency)
    match = _AMOUNT.fullmatch(written)
    if match is None or not (match[1] or match[2]):
        raise ValueError("this is not an amount of money")
    decimals = (match[2] or "").rstrip("0")
    if len(decimals) > places:
        raise ValueError(f"it has more decimals than {currency} has ({places})")
    minor = (match[1] + decimals.ljust(places, "0")).lstrip("0")
    if len(minor) > _MAX_DIGITS:
        raise ValueError(f"it has more than {_MAX_DIGITS} digits, and no bank amount has")
    return Money(int(minor or "0"), currency)


def amount(element: Element | None) -> Money | None:
    """Return the amount of an element, if there is one."""
    return None if element is None else money(element)


def rate(element: Element) -> Decimal:
    """Return an exchange rate, above zero."""
    written = text(element) or ""
    value = Decimal(written) if _RATE.fullmatch(written) else Decimal(0)
    if not value:
        refuse(element, f"is {written[:40]!r}, which is not a rate")
    return value


def day(element: Element | None) -> date | None:
    """Return the date of a choice between a date and a time: of a time, the date as the bank wrote it."""
    if element is None:
        return None
    written = only(element, "Dt")
    if written is None:
        written = only(element, "DtTm")
    return None if written is None else plain_day(written)


def plain_day(element: Element) -> date:
    """Return the date of an element that holds a date or a time."""
    written = text(element) or ""
    try:
        return _day(written)
    except ValueError:
        refuse(element, f"is {written[:40]!r}, which is not a date")


@lru_cache(maxsize=512)
def _day(written: str) -> date:
    match = _DAY.fullmatch(written) or _TIME.fullmatch(written)
    return date.fromisoformat(match[1] if match else "")


def instant(element: Element | None) -> datetime | None:
    """Return an instant, if one is given. ISO 20022 leaves a missing offset to agreement; it is read as UTC."""
    written = text(element)
    if element is None or written is None:
        return None
    match = _TIME.fullmatch(written)
    try:
        found = None if match is None else _instant(*match.groups())
    except (ValueError, OverflowError):
        found = None
    return found or refuse(element, f"is {written[:40]!r}, which is not a time")


def _instant(on: str, clock: str, fraction: str | None, offset: str | None) -> datetime:
    later = timedelta(days=1) if clock == _MIDNIGHT_AFTER else timedelta()
    clock = "00:00:00" if later else clock
    at = datetime.fromisoformat(f"{on}T{clock}{(fraction or '')[:7]}{offset or ''}") + later
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def direction(element: Element) -> Direction:
    """Return which way an indicator (CdtDbtInd) says that an amount moves."""
    written = text(element)
    if written not in _DIRECTIONS:
        refuse(element, f"is {(written or '')[:40]!r}, which is neither CRDT nor DBIT")
    return _DIRECTIONS[written]


def flag(element: Element | None) -> bool | None:
    """Return a yes or no, if one is given."""
    written = text(element)
    if element is None or written is None:
        return None
    if written not in _FLAGS:
        refuse(element, f"is {written[:40]!r}, which is neither true nor false")
    return _FLAGS[written]


def count(element: Element | None) -> int | None:
    """Return a whole number of at most 15 digits, if one is given."""
    written = text(element)
    if element is None or written is None:
        return None
    if not _COUNT.fullmatch(written):
        refuse(element, f"is {written[:40]!r}, which is not a count")
    return int(written)


def reference(element: Element | None) -> str | None:
    """Return a reference or name. None if it is missing, blank, or a word that says that there is none."""
    written = text(element)
    return None if written is None or (written[0] in "Nn" and written.upper() in _NOT_GIVEN) else written


def account_number(account: Element | None) -> str | None:
    """Return the number of an account without blanks and hyphens: its IBAN, other id or proxy."""
    if account is None:
        return None
    written = reference(at(account, "Id", "IBAN")) or reference(at(account, "Id", "Othr", "Id"))
    if written is None:
        written = reference(at(account, "Prxy", "Id"))
    return None if written is None else _BLANKS.sub("", written) or None
