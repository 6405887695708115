"""Reads single cells: dates, currencies and words, in the notation of a source. What does not fit is a `BadCell`.

Words, dates and currencies repeat, so each is read once. The classes below are dictionaries that act as bounded caches.
"""

import re
import unicodedata
from calendar import monthrange
from datetime import date, datetime
from functools import lru_cache
from typing import Self, TypeVar

from domain.calendar.calendars import FIRST_YEAR, LAST_YEAR
from domain.errors import UnknownCurrency
from domain.values.currency import exponent

V = TypeVar("V")

TOTALS = frozenset(
    (
        *("합계", "총계", "소계", "계", "누계", "合計", "総計", "總計", "小計", "計", "累計"),
        *("total", "totals", "subtotal", "sub-total", "grandtotal", "sum"),
    )
)
"""Words by which rows of totals are known, as `folded` makes them."""

_REMEMBERED = 50_000
_WORD_LENGTH = 100
_SHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
_PLAIN = re.compile(r"[A-Za-z0-9][!-\[\]-~]{0,99}")
_MONTH = re.compile(r"[0-9]{4}[-/.][0-9]{1,2}|[0-9]{4}年 ?[0-9]{1,2}月|[0-9]{4}년 ?[0-9]{1,2}월")


class Number(str):
    """A number from a number cell of a workbook: plain digits with a point, whatever the mapping says."""

    __slots__ = ()


class IsoDay(str):
    """A date from a date cell of a workbook, in ISO form, whatever the mapping says."""

    __slots__ = ()


class Unread(str):
    """A cell of a workbook that has no value of its own, such as an error. The text is shown, `why` says what to do."""

    __slots__ = ("why",)

    why: str

    @classmethod
    def because(cls, text: str, why: str) -> Self:
        """Return a cell that is shown as `text`."""
        cell = cls(text)
        cell.why = why
        return cell


class BadCell(ValueError):
    """A cell does not fit. `sentence` says what to write instead."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


class TextCells(dict[str, str]):
    """Texts in the form in which they are recorded: trimmed, in NFC, and without anything that a sheet could run.

    Where `totals` are refused, a word for them is no text: such a row would count everything twice.
    """

    def __init__(self, field: str, *, needed: bool = False, totals: bool = False) -> None:
        super().__init__()
        self._field, self._needed, self._totals = field, needed, totals

    def __missing__(self, written: str) -> str:
        if not self._totals and _PLAIN.fullmatch(written):
            remember(self, written, written)
            return written
        refuse_unread(self._field, written)
        word = unicodedata.normalize("NFC", written.strip())
        if self._totals and folded(word) in TOTALS:
            raise BadCell(self._field, _of_totals(word))
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
        remember(self, written, word)
        return word


class Days(dict[str, str]):
    """Dates in ISO form, from texts in the format `form`. Dates after `latest` are refused.

    A form without a day is one of months, and means their last days. Spaces in a text are not looked at if the form has
    none, so that `%Y년%m월` reads "2026년 3월".
    """

    def __init__(self, form: str, latest: date) -> None:
        super().__init__()
        self._form, self._latest = form, latest

    def __missing__(self, written: str) -> str:
        refuse_unread("on", written)
        try:
            day = date.fromisoformat(written) if isinstance(written, IsoDay) else self._day(written.strip())
        except ValueError:
            raise BadCell("on", self._no_date(written)) from None
        if not FIRST_YEAR <= day.year <= LAST_YEAR or day > self._latest:
            raise BadCell("on", f"{shown(written)} is not from {FIRST_YEAR} to {self._latest}: correct the date.")
        remember(self, written, day.isoformat())
        return day.isoformat()

    def _day(self, text: str) -> date:
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        if " " not in self._form:
            text = text.replace(" ", "")
        day = datetime.strptime(text, self._form).date()  # noqa: DTZ007 - a date has no zone
        if is_of_months(self._form):
            return day.replace(day=monthrange(day.year, day.month)[1])
        return day

    def _no_date(self, written: str) -> str:
        word = written.strip()
        if not word:
            return "it is empty: write a date."
        if folded(word) in TOTALS:
            return _of_totals(word)
        if isinstance(written, Number):
            return f"{shown(written)} is a number, and no date: give the column of the workbook a format of dates."
        if _MONTH.fullmatch(word):
            form = re.sub(r"[0-9]{1,2}(?=[^0-9]*$)", "%m", re.sub(r"^[0-9]{4}", "%Y", word))
            return f"{shown(word)} is a month: write a day, or `dates: {form}` in a mapping, which means its last day."
        return f"{shown(written)} is no date of the form {self._form}: correct it."


class Currencies(dict[str, tuple[str, int]]):
    """ISO 4217 codes with their decimals."""

    def __missing__(self, written: str) -> tuple[str, int]:
        refuse_unread("currency", written)
        code = written.strip()
        try:
            found = (code, exponent(code))
        except UnknownCurrency:
            words = f"{shown(code)} is no ISO 4217 currency: write a code such as KRW or USD."
            raise BadCell("currency", words) from None
        remember(self, written, found)
        return found


def _of_totals(word: str) -> str:
    return f"{shown(word)} is said of totals: leave such rows out, or declare them in a mapping: `totals: [{word}]`."


@lru_cache(maxsize=_REMEMBERED)
def folded(text: str) -> str:
    """Return a text without spaces, case and width, to compare words that people take for the same."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip(":")


def is_of_months(form: str) -> bool:
    """Whether a format of dates names years and months alone."""
    return not any(sign in form for sign in ("%d", "%j", "%x", "%c", "%D", "%F"))


def refuse_unread(field: str, written: str) -> None:
    """Raise `BadCell` for a cell of a workbook that has no value of its own."""
    if isinstance(written, Unread):
        raise BadCell(field, f"{shown(written)} {written.why}")


def shown(written: str) -> str:
    """Return a cell, shortened for a sentence."""
    return repr(str(written)) if len(written) <= 40 else f"{str(written)[:39]!r}…"  # noqa: PLR2004 - enough to recognise it


def remember(known: dict[str, V], key: str, value: V) -> None:
    """Keep what a cell was read as, in a cache of bounded size."""
    if len(known) >= _REMEMBERED:
        known.clear()
    known[key] = value
