"""Reads amounts, rates and counts in the notation of a source. What may mean two numbers is refused."""

import re

from adapters.sharing.sheets.cells import BadCell, Number, refuse_unread, remember, shown

MAX_DIGITS = 15
"""Digits of one amount in minor units. No film needs more, and sums of millions of rows fit the ledger."""

MAX_COUNT_DIGITS = 12
"""Digits of one count: enough for every minute that everybody on earth watches of a film."""

_GROUP = 3
_MARKS = {",", "."}
_PLAIN = re.compile(r"(-?)([0-9]+)(?:[.]([0-9]*))?")
_EITHER = re.compile(r"-?[1-9][0-9]{0,2}([.,])[0-9]{3}")


class Numbers:
    """Decimal numbers in the mapping's notation, or from number cells of a workbook.

    The decimal mark is declared, or follows from a declared mark between thousands; otherwise it is a point. Without a
    declaration, three digits after a mark that may as well be a thousand's are refused.
    """

    def __init__(self, decimal: str | None, thousands: str) -> None:
        self._declared = decimal is not None or thousands in _MARKS
        decimal = decimal or ("," if thousands == "." else ".")
        grouped = rf"[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+|" if thousands else ""
        self._written = re.compile(rf"(-?)({grouped}[0-9]+)(?:{re.escape(decimal)}([0-9]*))?")
        self._thousands, self._decimal = thousands, decimal

    def minor(self, written: str, places: int, code: str, *, own: bool = False) -> int:
        """Return an amount in minor units of a currency with `places` decimals.

        `own` amounts are written with their currency, as in an agreement: `KWD 1.250` is the notation of Sluice.
        """
        sign, whole, part = self._parts("amount", written, declared=own and places == _GROUP)
        if len(part) > places:
            has = f"has {len(part)} decimals, and {code} has {places or 'none'}"
            raise BadCell("amount", f"{shown(written)} {has}: {self._meant(part)}")
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
        if part:
            raise BadCell(field, f"{shown(written)} is not whole: count what there is in full, in plain digits.")
        digits = whole.lstrip("0") or "0"
        if len(digits) > MAX_COUNT_DIGITS:
            raise BadCell(field, f"{shown(written)} is more than anything can count: is this the right column?")
        return -int(digits) if sign else int(digits)

    def _parts(self, field: str, written: str, *, declared: bool = False) -> tuple[str, str, str]:
        """Return sign, whole digits and decimals. Accountants write negative numbers in brackets."""
        if isinstance(written, Number):
            found = _PLAIN.fullmatch(written)
            declared = True
        else:
            refuse_unread(field, written)
            text = written.strip()
            if self._thousands == " ":
                text = text.replace("\u00a0", " ").replace("\u202f", " ")
            if text[:1] == "(" and text[-1:] == ")" and text[1:2] != "-":
                text = f"-{text[1:-1]}"
            found = self._written.fullmatch(text)
            if not (declared or self._declared) and (either := _EITHER.fullmatch(text)):
                raise BadCell(field, _choice(text, either[1]))
        if found is None:
            raise BadCell(field, self._no_number(written))
        sign, whole, part = found.groups()
        return sign, whole.replace(self._thousands, "") if self._thousands else whole, part or ""

    def _no_number(self, written: str) -> str:
        if not written.strip():
            return "it is empty: write a number."
        marks = f"digits with {self._decimal!r} before decimals"
        marks += f" and {self._thousands!r} between thousands" if self._thousands else " and nothing between them"
        return f"{shown(written)} is no number: write {marks}."

    def _meant(self, part: str) -> str:
        if len(part) == _GROUP and self._thousands != self._decimal:
            return f"write whole minor units, or declare `thousands: {self._decimal!r}` if that is what the mark means."
        return "write whole minor units."


class Counted(dict[str, int]):
    """Counts of one metric. None may be missing, because an empty cell could not be told from zero later."""

    def __init__(self, field: str, numbers: "Numbers") -> None:
        super().__init__()
        self._field, self._numbers = field, numbers

    def __missing__(self, written: str) -> int:
        if not written.strip():
            raise BadCell(self._field, "it is empty: write how many there were, 0 for none.")
        count = self._numbers.whole(self._field, written)
        remember(self, written, count)
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


def _choice(text: str, mark: str) -> str:
    whole, other = text.replace(mark, ""), "," if mark == "." else "."
    return (
        f"{text!r} may be {whole}, or a number with three decimals: write {whole}, or declare in a mapping "
        f"`decimal: {other!r}` with `thousands: {mark!r}`, or else `decimal: {mark!r}`."
    )
