"""Reads public lists of names: XML of the United Nations, the European Union and OFAC, and CSV.

Formats, recognised by their first element or row:

* UN: the Security Council's consolidated list, `CONSOLIDATED_LIST`.
* EU: the Financial Sanctions Files, `export`, and their CSV with `Entity_LogicalId`.
* OFAC: `sdn.xml`, `sdnList`, and `sdn.csv`, which has no header and twelve columns.
* Others: a CSV with the columns `id` and `name`; several rows of one id are names of one entry.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from io import StringIO

from lxml import etree
from msgspec import Struct

from domain.errors import BadInput
from domain.payees.screening import ListedEntry

MAX_BYTES = 200_000_000
_SDN_COLUMNS = 12
_ALSO = re.compile(r"""[afn]\.k\.a\. ['"]([^'"]+)['"]""")
_BLANK = "-0-"


class BadList(BadInput):
    """A file is no list of names that Sluice reads; nothing was imported."""


class NameList(Struct, frozen=True):
    """A list as it was published. `source` and `published_on` are None where the file does not say them."""

    source: str | None
    published_on: date | None
    entries: tuple[ListedEntry, ...]


def read_list(raw: bytes, file: str) -> NameList:
    """Read a list of names.

    Raises:
        BadList: it is none of the formats, has a DTD, is not well-formed, or has no names.
    """
    if len(raw) > MAX_BYTES:
        raise BadList(f"{file}: it has {len(raw)} bytes, more than {MAX_BYTES}: is this a list of names?")
    is_xml = raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    found = _xml(raw, file) if is_xml else _csv(raw, file)
    if not found.entries:
        raise BadList(f"{file}: there are no names in it: fetch it again.")
    return found


def _xml(raw: bytes, file: str) -> NameList:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise BadList(f"{file}:{line}: this is not well-formed XML ({error}): fetch it again.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadList(f"{file}:1: a list of names has no DOCTYPE: this is not from its publisher.")
    match _local(root):
        case "CONSOLIDATED_LIST":
            return NameList("un", _day(root.get("dateGenerated"), file), tuple(_un(root)))
        case "export":
            return NameList("eu-fsf", _day(root.get("generationDate"), file), tuple(_eu(root)))
        case "sdnList":
            published = next((_text(one) for one in root.iter() if _local(one) == "Publish_Date"), None)
            return NameList("ofac-sdn", _day(published, file), tuple(_sdn(root)))
        case other:
            raise BadList(
                f"{file}:1: {other!r} is no list that Sluice reads: those of the UN, the EU and OFAC, or CSV."
            )


def _un(root: etree._Element) -> Iterator[ListedEntry]:
    parts = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
    for each in root.iter():
        if _local(each) in {"INDIVIDUAL", "ENTITY"}:
            names = [" ".join(filter(None, (_child(each, part) for part in parts)))]
            names += [_child(each, "NAME_ORIGINAL_SCRIPT")]
            names += [_text(one) for one in each.iter() if _local(one) == "ALIAS_NAME"]
            yield from _entry(_child(each, "REFERENCE_NUMBER") or _child(each, "DATAID"), names)


def _eu(root: etree._Element) -> Iterator[ListedEntry]:
    for each in root.iter():
        if _local(each) == "sanctionEntity":
            names = [alias.get("wholeName") or "" for alias in each if _local(alias) == "nameAlias"]
            yield from _entry(each.get("euReferenceNumber") or each.get("logicalId") or "", names)


def _sdn(root: etree._Element) -> Iterator[ListedEntry]:
    for each in root.iter():
        if _local(each) == "sdnEntry":
            also = [one for one in each.iter() if _local(one) == "aka"]
            names = [f"{_child(one, 'firstName')} {_child(one, 'lastName')}" for one in (each, *also)]
            yield from _entry(_child(each, "uid"), names)


def _csv(raw: bytes, file: str) -> NameList:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")  # OFAC's files are in the code page of Windows
    first = text.partition("\n")[0]
    rows = csv.reader(StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        header = [cell.strip() for cell in next(rows, [])]
        named = {name.casefold(): n for n, name in enumerate(header)}
        if "entity_logicalid" in named and "namealias_wholename" in named:
            columns = (named["entity_logicalid"], named["namealias_wholename"])
            return NameList("eu-fsf", None, tuple(_grouped(rows, columns)))
        if "id" in named and "name" in named:
            return NameList(None, None, tuple(_grouped(rows, (named["id"], named["name"]))))
        if len(header) == _SDN_COLUMNS and header[0].isdigit():
            return NameList("ofac-sdn", None, tuple(_sdn_rows([header, *rows])))
    except csv.Error as error:
        raise BadList(f"{file}:{rows.line_num}: {error}: check the quotes.") from None
    raise BadList(f"{file}:1: this is no list that Sluice reads: write the columns id and name.")


def _sdn_rows(rows: Iterable[list[str]]) -> Iterator[ListedEntry]:
    for row in rows:
        if len(row) == _SDN_COLUMNS and row[0].strip().isdigit():
            yield from _entry(row[0].strip(), [row[1].replace(_BLANK, ""), *_ALSO.findall(row[-1])])


def _grouped(rows: Iterable[list[str]], columns: tuple[int, int]) -> Iterator[ListedEntry]:
    names: dict[str, list[str]] = {}
    for row in rows:
        if len(row) > max(columns):
            names.setdefault(row[columns[0]].strip(), []).append(row[columns[1]])
    for name, found in names.items():
        yield from _entry(name, found)


def _entry(number: str, names: Iterable[str]) -> Iterator[ListedEntry]:
    """An entry with its names, each once; none without a number or a name."""
    written = tuple(dict.fromkeys(" ".join(name.split()) for name in names if name and name.strip()))
    if number and written:
        yield ListedEntry("_".join(number.split()), written)


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


def _child(element: etree._Element, name: str) -> str:
    return next((_text(one) for one in element if _local(one) == name), "")


def _day(written: str | None, file: str) -> date | None:
    """The day of a publication: ISO, or as OFAC writes it, month first."""
    if not written:
        return None
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return datetime.strptime(written.strip()[:10], form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise BadList(f"{file}: {written[:40]!r} is no day of a publication.")
