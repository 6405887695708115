"""Reads single cells: dates, amounts and words, in the notation of a source. A cell that does not fit is a `BadCell`.

Words, dates and currencies repeat, so each is read once. The classes below are dictionaries that act as bounded caches.
"""

import re
import unicodedata
from datetime import date, datetime
from typing import TypeVar

from domain.calendar.calendars import FIRST_YEAR, LAST_YEAR
from domain.errors import UnknownCurrency
from domain.values.currency import exponent

V = TypeVar("V")

MAX_DIGITS = 15
"""Digits of one amount in minor units. No film needs more, and sums of millions of rows fit the ledger."""

MAX_COUNT_DIGITS = 12
"""Digits of one count: enough for every minute that everybody on earth watches of a film."""

_REMEMBERED = 50_000
_WORD_LENGTH = 100
_SHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})


class Number(str):
    """A number from a number cell of a workbook: plain digits with a point, whatever the mapping says."""

    __slots__ = ()


class IsoDay(str):
    """A date from a date cell of a workbook, in ISO form, whatever the mapping says."""

    __slots__ = ()


class BadCell(ValueError):
    """A cell does not fit. `sentence` says what to write instead."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


class TextCells(dict[str, str]):
    """Texts in the form in which they are recorded: trimmed, in NFC, and without anything that a sheet could run."""

    def __init__(self, field: str, *, needed: bool) -> None:
        super().__init__()
        self._field, self._needed = field, needed

    def __missing__(self, written: str) -> str:
        word = unicodedata.normalize("NFC", written.strip())
        if self._needed and not word:
            raise BadCell(self._field, "it is empty: write a name.")
        if len(word) > _WORD_LENGTH:
            raise BadCell(self._field, f"the text has {len(word)} characters: is this the right column?")
        if any(unicodedata.category(c)[0] == "C" or c == "\\" for c in word):
            raise BadCell(self._field, f"{shown(word)} has control characters or backslashes in it: remove them.")
        if word in _SHEET_ERRORS:
            raise BadCell(self._field, f"{word} is an error of the sheet: correct its formula, and save values.")
        if len(word) > 1 and word[0] in "=+-@":
            raise BadCell(self._field, f"{shown(word)} begins as a formula does: write the value itself.")
        _remember(self, written, word)
        return word


class Days(dict[str, str]):
    """Dates in ISO form, from texts in the format `form`. Dates after `latest` are refused."""

    def __init__(self, form: str, latest: date) -> None:
        super().__init__()
        self._form, self._latest = form, latest

    def __missing__(self, written: str) -> str:
        try:
            if isinstance(written, IsoDay):
                day = date.fromisoformat(written)
            else:
                day = datetime.strptime(written.strip(), self._form).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            raise BadCell("on", f"{shown(written)} is no date of the form {self._form}: correct it.") from None
        if not FIRST_YEAR <= day.year <= LAST_YEAR or day > self._latest:
            raise BadCell("on", f"{shown(written)} is not from {FIRST_YEAR} to {self._latest}: correct the date.")
        _remember(self, written, day.isoformat())
        return day.isoformat()


class Currencies(dict[str, tuple[str, int]]):
    """ISO 4217 codes with their decimals."""

    def __missing__(self, written: str) -> tuple[str, int]:
        code = written.strip()
        try:
            found = (code, exponent(code))
        except UnknownCurrency:
            words = f"{shown(code)} is no ISO 4217 currency: write a code such as KRW or USD."
            raise BadCell("currency", words) from None
        _remember(self, written, found)
        return found


class Counted(dict[str, int]):
    """Counts of one metric. None may be missing, because an empty cell could not be told from zero later."""

    def __init__(self, field: str, numbers: "Numbers") -> None:
        super().__init__()
        self._field, self._numbers = field, numbers

    def __missing__(self, written: str) -> int:
        if not written.strip():
            raise BadCell(self._field, "it is empty: write how many there were, 0 for none.")
        count = self._numbers.whole(self._field, written)
        _remember(self, written, count)
        return count

    def paid_for(self, written: str, minor: int) -> int:
        """Return the count that comes with an amount. They must not differ in sign, and a zero amount has no count."""
        count = self[written]
        if count and not minor:
            words = "was counted, and nothing paid for it: leave it out here, and import it as a metric of its own."
            raise BadCell(self._field, f"{shown(written)} {words}")
        if count < 0 < minor:
            raise BadCell(self._field, f"{shown(written)} is below zero, and its amount is not: correct one of them.")
        if minor < 0 < count:
            words = "is above zero, and its amount is taken back: take back the count with it, or write 0."
            raise BadCell(self._field, f"{shown(written)} {words}")
        return count


class Numbers:
    """Decimal numbers in the mapping's notation, or from number cells of a workbook."""

    def __init__(self, decimal: str, thousands: str) -> None:
        grouped = rf"[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+|" if thousands else ""
        self._written = re.compile(rf"(-?)({grouped}[0-9]+)(?:{re.escape(decimal)}([0-9]*))?")
        self._thousands, self._decimal = thousands, decimal

    def minor(self, written: str, places: int, code: str) -> int:
        """Return an amount in minor units of a currency with `places` decimals."""
        sign, whole, part = self._parts("amount", written)
        if len(part) > places:
            if part[places:].strip("0"):
                words = f"{shown(written)} has {len(part)} decimals, and {code} has {places}: write whole minor units."
                raise BadCell("amount", words)
            part = part[:places]
        digits = whole + part.ljust(places, "0")
        if len(digits) > MAX_DIGITS and len(digits.lstrip("0")) > MAX_DIGITS:
            raise BadCell("amount", f"{shown(written)} is larger than anything that can be owed: is it one amount?")
        return -int(digits) if sign else int(digits)

    def plain(self, field: str, written: str, *, positive: bool) -> str:
        """Return a number of at most 15 + 15 digits in its recorded form, without superfluous zeros."""
        sign, whole, part = self._parts(field, written)
        whole, part = whole.lstrip("0") or "0", part.rstrip("0")
        if len(whole) > MAX_DIGITS or len(part) > MAX_DIGITS:
            raise BadCell(field, f"{shown(written)} has more than {MAX_DIGITS} digits: is it one number?")
        plain = f"{whole}.{part}" if part else whole
        if positive and (sign or plain == "0"):
            raise BadCell(field, f"{shown(written)} is not above zero: correct it.")
        return f"-{plain}" if sign and plain != "0" else plain

    def whole(self, field: str, written: str) -> int:
        """Return a count, which must be a whole number."""
        sign, whole, part = self._parts(field, written)
        if part.strip("0"):
            raise BadCell(field, f"{shown(written)} is not whole: count what there is in full.")
        digits = whole.lstrip("0") or "0"
        if len(digits) > MAX_COUNT_DIGITS:
            raise BadCell(field, f"{shown(written)} is more than anything can count: is this the right column?")
        return -int(digits) if sign else int(digits)

    def _parts(self, field: str, written: str) -> tuple[str, str, str]:
        """Return sign, whole digits and decimals. Accountants write negative numbers in brackets."""
        if isinstance(written, Number):
            found = _PLAIN.fullmatch(written)
        else:
            text = written.strip()
            if self._thousands == " ":
                text = text.replace("\u00a0", " ").replace("\u202f", " ")
            if text[:1] == "(" and text[-1:] == ")" and text[1:2] != "-":
                text = f"-{text[1:-1]}"
            found = self._written.fullmatch(text)
        if found is None:
            marks = f"digits with {self._decimal!r} before decimals"
            marks += f" and {self._thousands!r} between thousands" if self._thousands else " and nothing between them"
            raise BadCell(field, f"{shown(written)} is no number: write {marks}.")
        sign, whole, part = found.groups()
        return sign, whole.replace(self._thousands, "") if self._thousands else whole, part or ""


_PLAIN = re.compile(r"(-?)([0-9]+)(?:[.]([0-9]*))?")


def shown(written: str) -> str:
    """Return a cell, shortened for a sentence."""
    return repr(str(written)) if len(written) <= 40 else f"{str(written)[:39]!r}…"  # noqa: PLR2004 - enough to recognise it


def _remember(known: dict[str, V], key: str, value: V) -> None:
    if len(known) >= _REMEMBERED:
        known.clear()
    known[key] = value
