"""Reads exchange rates from files: CSV, or the European Central Bank's reference rates as XML."""

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree
from pydantic import ValidationError

from domain.errors import BadInput
from domain.rates import Rate, contradiction, source_key

MAX_BYTES = 20_000_000
_COLUMNS = ["date", "base", "quote", "rate", "source"]
_ECB = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"


class BadRates(BadInput):
    """A file of rates is invalid; the message names file, line and field. Nothing was imported."""


def read_rates(path: Path) -> tuple[bytes, list[Rate]]:
    """A file's bytes and the rates in it.

    Raises:
        BadRates: anything in it does not fit, or contradicts the rest.
        BadInput: it cannot be opened.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}: name a file of rates.") from error
    return raw, _consistent(published(raw, str(path)), str(path))


def published(raw: bytes, file: str) -> list[tuple[int, Rate]]:
    """The rates in a file with their lines, as they stand: the ECB's XML by its first character, a CSV otherwise.

    Raises:
        BadRates: anything in it does not fit.
    """
    read = _ecb if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else _csv
    return read(raw, file)


def read_csv(raw: bytes, file: str = "rates.csv") -> list[Rate]:
    """Read `date,base,quote,rate,source` with that header; a rate is units of `quote` for one `base`.

    Raises:
        BadRates: anything in it does not fit, or contradicts the rest.
    """
    return _consistent(_csv(raw, file), file)


def read_ecb(raw: bytes, file: str = "eurofxref.xml") -> list[Rate]:
    """Read the ECB's reference rates (daily, 90 days or history): units of a currency for one EUR, source `ECB`.

    Raises:
        BadRates: it is not that XML, or uses a DTD or entities, or a rate does not fit.
    """
    return _consistent(_ecb(raw, file), file)


def _csv(raw: bytes, file: str) -> list[tuple[int, Rate]]:
    rows = csv.reader(_text(raw, file).splitlines(), strict=True)
    rates: list[tuple[int, Rate]] = []
    try:
        header = next(rows, None)
        if header != _COLUMNS:
            raise BadRates(f"{file}:1: header: write {','.join(_COLUMNS)} on the first line.")
        for row in rows:
            if not row:
                continue
            if len(row) != len(_COLUMNS):
                raise BadRates(f"{file}:{rows.line_num}: row: it has {len(row)} fields: write {','.join(_COLUMNS)}.")
            rates.append((rows.line_num, _rate(dict(zip(_COLUMNS, row, strict=True)), file, rows.line_num)))
    except csv.Error as error:
        raise BadRates(f"{file}:{rows.line_num}: row: {error}: check the quotes.") from None
    return rates


def _ecb(raw: bytes, file: str) -> list[tuple[int, Rate]]:
    if len(raw) > MAX_BYTES:
        raise BadRates(f"{file}: it has {len(raw)} bytes, more than {MAX_BYTES}: is this the file of reference rates?")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise BadRates(f"{file}:{line}: document: this is not well-formed XML ({error}): fetch it again.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadRates(f"{file}:1: document: reference rates have no DOCTYPE: this is not the ECB's file.")
    days = [cube for cube in root.iter(_ECB) if "time" in cube.attrib]
    if not days:
        raise BadRates(f"{file}:1: document: there are no reference rates in it: this is not the ECB's file.")
    found = []
    for day in days:
        for cube in day.iterchildren(_ECB):
            written = {
                "date": day.get("time"),
                "base": "EUR",
                "quote": cube.get("currency"),
                "rate": cube.get("rate"),
                "source": "ECB",
            }
            line = cube.sourceline if isinstance(cube.sourceline, int) else 1
            found.append((line, _rate(written, file, line)))
    return found


def _text(raw: bytes, file: str) -> str:
    if len(raw) > MAX_BYTES:
        raise BadRates(f"{file}: it has {len(raw)} bytes, more than {MAX_BYTES}: split it by years.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadRates(f"{file}:{line}: document: this is not text in UTF-8: save it as UTF-8.") from None


def _rate(written: dict[str, Any], file: str, line: int) -> Rate:
    try:
        fields = {"on" if name == "date" else name: value for name, value in written.items()}
        return Rate.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = "date" if first["loc"][0] == "on" else first["loc"][0]
        words = f"{str(first['input'])[:40]!r} does not fit: {_WANTED[str(field)]}."
        raise BadRates(f"{file}:{line}: {field}: {words}") from None


_WANTED = {
    "date": "write a date such as 2025-03-31",
    "base": "write a currency code of three capitals",
    "quote": "write a currency code of three capitals",
    "rate": "write a positive decimal number of at most 11 digits with a point, such as 148.50",
    "source": "write who published it, at most 35 characters",
}


def _consistent(rates: Iterable[tuple[int, Rate]], file: str) -> list[Rate]:
    books: dict[tuple[date, str], dict[tuple[str, str], Decimal]] = {}
    distinct = []
    for line, rate in rates:
        book = books.setdefault((rate.on, source_key(rate.source)), {})
        problem = contradiction(book, rate)
        if problem is not None:
            raise BadRates(f"{file}:{line}: rate: {problem} further up: keep the right one.")
        if (rate.base, rate.quote) not in book:
            book[rate.base, rate.quote] = rate.rate
            distinct.append(rate)
    return distinct
