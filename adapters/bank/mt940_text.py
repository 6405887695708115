"""Reads field 86 of MT940 and MT942: what the bank tells of an entry in words.

Three ways of writing are read. German and other banks number subfields, `166?00TRANSFER?20EREF+X?21SVWZ+RENT?32NAME`,
with keywords in the purpose (?20 to ?29, ?60 to ?63). Dutch banks and SWIFT write codewords, such as
`/EREF/X//NAME/Y/REMI/RENT/`. Anything else is free text.

mt-940 reads the first kind only, and not without loss: it keeps one of repeated subfields, drops those that it does not
know, glues lines together, and throws the original away. So this module reads the field itself.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from msgspec import Struct

from adapters.bank.swift_fields import SwiftField
from domain.bank.reports import EntryType
from domain.errors import BadInput
from domain.values.money import Money

NO_REFERENCE = frozenset({"", "NONREF", "NOREF", "NOTPROVIDED", "NOTPROV", "EREF", "KREF", "MREF", "MARF", "PREF"})
"""What stands where there is no reference. `KREF+` and the like in field 61 say that it stands in field 86."""

_LINE, _SUBFIELD = 65, 27
_PURPOSE = frozenset({*(f"2{n}" for n in range(10)), "60", "61", "62", "63"})
_READ = frozenset({"", "SVWZ", "EREF", "KREF", "MREF", "RREF"})
_NUMBERED = re.compile(r"\s*(\d{3})?([?~^<])\d\d")
_KEYWORD = re.compile(
    r"(?:^|(?<=\s))(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|MDAT|SQTP|ORCR|ORMR|DDAT|COAM|OAMT|RREF)\+"
)
_CODEWORD = re.compile(
    r"/(EREF|IREF|PREF|KREF|NRTX|NBTR|MARF|CSID|RREF|UETR|IBAN|BIC|NAME|CNTP|ORDP|BENM|REMI|RTRN|TRTP|TRCD|PURP|OCMT|CHGS|EXCH|UDTR"
    r"|ULTD|ULTB|ULTC|INIT|ISDT|ADDR|CITY|BUSP|SVCL)/"
)
_CONSUMED = frozenset("EREF IREF PREF NRTX NBTR UETR MARF RREF IBAN NAME CNTP REMI RTRN".split())  # noqa: SIM905
_REMITTANCE_KIND = re.compile(r"(USTD//|STRD/(CUR|ISO)/)")
_AMOUNT = re.compile(r"([A-Z]{3}) ?(\d{1,15}(?:[,.]\d*)?)")
_USUAL_DECIMALS = 2
_COUNT = re.compile(r"[0-9]{1,9}")
_CODED = re.compile(r"/(OCMT|CHGS)/([A-Z]{3}\d{1,15}(?:,\d*)?)")

_TYPES = {
    **dict.fromkeys(("009", "059", "108", "109", "159"), EntryType.RETURN),
    "808": EntryType.CHARGE,
    "814": EntryType.INTEREST,
}
"""The German transaction codes (Geschäftsvorfallcodes) that surely name a return, a charge or interest."""


class Narrative(Struct):
    """What field 86 says. `rest` is what it says beside: nothing is dropped.

    `instructed` is the amount before conversion and charges. `order` names a whole order, `count` its transfers.
    """

    end_to_end: str | None = None
    instruction: str | None = None
    order: str | None = None
    count: int | None = None
    uetr: str | None = None
    others: tuple[str, ...] = ()
    counterparty: str | None = None
    account: str | None = None
    remittance: str | None = None
    reason: str | None = None
    type: EntryType = EntryType.TRANSFER
    instructed: Money | None = None
    rest: str | None = None


def told(fields: Iterable[SwiftField], *, incoming: bool) -> Narrative:
    """Read the fields 86 of an entry."""
    text = "\n".join(field.text for field in fields)
    numbered = _NUMBERED.match(text)
    if numbered:
        return _numbered(numbered[1], numbered[2], text.replace("\n", ""))
    lines = text.split("\n")
    if _CODEWORD.search("".join(lines)):
        # Some banks cut lines after 64 characters. A blank there would break a reference.
        width = _LINE - 1 if max(map(len, lines)) == _LINE - 1 else _LINE
        return _codewords(joined(lines, width), incoming=incoming)
    return Narrative(remittance=given(joined(lines, _LINE)))


def reference(text: str | None) -> str | None:
    """Return a reference, or None if it says that there is none."""
    plain = (text or "").strip().strip("/").strip()
    return None if plain.rstrip("+").upper() in NO_REFERENCE else plain


def given(text: str | None) -> str | None:
    """Return a text with single blanks, or None if it is empty."""
    return " ".join((text or "").split()) or None


def whole(text: str) -> int | None:
    """Return a count or page of up to nine digits, or None if it is written otherwise."""
    return int(text) if _COUNT.fullmatch(text) else None


def joined(lines: Iterable[str], width: int) -> str:
    """Join lines. A full line was cut anywhere and goes on without a blank.

    A line must not begin with a colon or hyphen, so one that was cut earlier for this reason is full too.
    """
    text = ""
    for line, after in pairwise([*lines, ""]):
        moved = after[1 : width - len(line) + 1]
        full = len(line) == width or (len(line) < width and len(moved) == width - len(line) and not moved.strip(":-"))
        text += line if full else f"{line} "
    return text.rstrip()


def coded_amount(code: str, text: str) -> Money | None:
    """Return the amount of a codeword anywhere in a text: OCMT for the original amount, CHGS for charges."""
    return next((amount(match[2]) for match in _CODED.finditer(text) if match[1] == code), None)


def amount(text: str | None) -> Money | None:
    """Return an amount such as `EUR12,5`, or None if it is written otherwise."""
    match = _AMOUNT.match((text or "").strip())
    try:
        return money(match[1], match[2].replace(".", ",")) if match else None
    except BadInput:
        return None


def money(currency: str, number: str) -> Money:
    """Return the amount that SWIFT writes as `1250,` or `0,5`.

    Two zeros for a currency without decimals are no decimals. Three are refused, since they could be thousands.

    Raises:
        BadInput: no amount, or more decimals than the currency has.
    """
    units, comma, decimals = number.partition(",")
    if len(decimals) <= _USUAL_DECIMALS:
        decimals = decimals.rstrip("0")
    return Money.parse(f"{currency} {units}" + (f".{decimals}" if comma and decimals else ""))


def _numbered(code: str | None, mark: str, text: str) -> Narrative:
    """Read numbered subfields."""
    head, *parts = re.split(rf"{re.escape(mark)}(\d\d)", text)
    subfields = list(zip(parts[::2], parts[1::2], strict=True))
    said = _keywords(content for number, content in subfields if number in _PURPOSE)
    by_number = {number: [each for n, each in subfields if n == number] for number in ("31", "32", "33")}
    account = given("".join(by_number["31"])) or given(said.pop("IBAN", None))
    rest = [] if code else [head]
    rest += [content for number, content in subfields if number not in _PURPOSE and number not in by_number]
    rest += [f"{key}+{value}" for key, value in said.items() if key not in _READ]
    return Narrative(
        end_to_end=reference(said.get("EREF")),
        order=reference(said.get("KREF")),
        others=_references(said, "MREF", "RREF"),
        counterparty=given(joined([*by_number["32"], *by_number["33"]], _SUBFIELD)),
        account=account,
        remittance=given(" ".join(said[key] for key in ("", "SVWZ") if key in said)),
        type=_TYPES.get(code or "", EntryType.TRANSFER),
        instructed=amount(said.get("OAMT")),
        rest=given(" ".join(rest)),
    )


def _keywords(subfields: Iterable[str]) -> dict[str, str]:
    """Return the purpose by keyword, "" for what has none. A keyword begins a subfield or a word.

    A value goes on in the next subfield. After a subfield that was not full only the purpose itself does.
    """
    found: dict[str, str] = {}
    key, before = "", _SUBFIELD
    for content in subfields:
        if before not in {_SUBFIELD - 1, _SUBFIELD} and key != "SVWZ":  # a blank at its end may be cut off
            key = ""
        first, *parts = _KEYWORD.split(content)
        glue = "" if before == _SUBFIELD else " "
        if first:
            found[key] = f"{found[key]}{glue}{first}" if key in found else first
        for key, value in zip(parts[::2], parts[1::2], strict=True):
            found[key] = f"{found[key]} {value}" if key in found else value
        before = len(content)
    return found


def _codewords(line: str, *, incoming: bool) -> Narrative:
    """Read codewords. Of two names or accounts the first is the counterparty's."""
    before, *parts = _CODEWORD.split(line)
    said: dict[str, str] = {}
    rest = [before]
    for key, value in zip(parts[::2], parts[1::2], strict=True):
        plain = value.strip(" /")
        if key in said and plain:
            rest.append(plain)
        elif plain:
            said[key] = plain
    account, name = said.get("IBAN"), said.get("NAME")
    if "CNTP" in said:  # account, BIC, name, town
        account, _, name, *town = (*said["CNTP"].split("/"), "", "", "")
        rest += [_, *town]
    party = said.get("ORDP" if incoming else "BENM")
    rest += [f"{key} {value}" for key, value in said.items() if key not in _CONSUMED]
    count = said.get("NRTX", said.get("NBTR", ""))
    return Narrative(
        end_to_end=reference(said.get("EREF")),
        instruction=reference(said.get("IREF")),
        order=reference(said.get("PREF") or said.get("KREF")),
        count=whole(count),
        uetr=reference(said.get("UETR")),
        others=_references(said, "MARF", "RREF"),
        counterparty=given(name or party),
        account=given(account),
        remittance=given(_REMITTANCE_KIND.sub("", said.get("REMI", ""))),
        reason=given(said.get("RTRN")),
        type=EntryType.RETURN if "RTRN" in said else EntryType.TRANSFER,
        rest=given(" ".join(rest)),
    )


def _references(said: Mapping[str, str], *keys: str) -> tuple[str, ...]:
    return tuple(found for key in keys if (found := reference(said.get(key))))
