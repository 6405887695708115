"""Reads a file of ISO 20022 messages: bare, or in an envelope with a header, whatever its namespace."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from adapters.bank.iso20022.reports import REPORTS, OpenReport
from adapters.bank.iso20022.status import status_report
from adapters.bank.iso20022.tree import (
    ElementNames,
    Misread,
    check_depth,
    children,
    grown,
    local,
    namespace,
    refuse,
    refused,
    required,
    text,
)
from adapters.bank.iso20022.values import instant
from adapters.bank.recognition import refusal_of_type, refusal_of_xml
from adapters.bank.xml import BadBankFile
from domain.bank.reports import AccountReport, BankFile, BankMessage, StatusReport

_STATUS = "CstmrPmtStsRpt"
_REPORT_OF = {"BkToCstmrAcctRpt": "Rpt", "BkToCstmrStmt": "Stmt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}
_TYPES = {
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
    _STATUS: "pain.002",
}
_CAMT = range(2, 14)
_VERSIONS = {"camt.052": _CAMT, "camt.053": _CAMT, "camt.054": _CAMT, "pain.002": range(3, 15)}
_ASK_FOR = {
    "camt.052": "camt.052.001.08",
    "camt.053": "camt.053.001.08",
    "camt.054": "camt.054.001.08",
    "pain.002": "pain.002.001.10",
}
_TYPE = re.compile(r"[a-z]{4}\.\d{3}\.\d{3}\.\d{2}", re.ASCII)
_MAX_HELD = 10_000_000
"""Tags of one entry or status report: more than 100,000 transfers have."""

_FIRST_ELEMENT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_PADDING = b" \t\r\n\0\x1a"
_DECLARATION = re.compile(rb"<\?xml\s[^>]*\?>")


def read_iso20022(raw: bytes) -> BankMessage:
    """Read a UTF-8 file. Any error refuses the whole file.

    Raises:
        BadBankFile: hostile, not well-formed, of another type or version, or a field is wrong.
    """
    raw = _tidy(raw)
    reading = _Reading()
    around = None
    try:
        for around, tags in grown(raw):
            reading.go_on(around, tags)
        if around is not None:
            reading.end(around)
    except Misread as misread:
        if around is None:
            raise
        raise refused(raw, around, misread) from misread
    return reading.message(raw)


def _tidy(raw: bytes) -> bytes:
    """Return the file as XML has to be: no padding, nothing before the declaration, and one root.

    A header and its document may stand side by side. Lines keep their numbers.
    """
    raw = raw.rstrip(_PADDING)
    first = _FIRST_ELEMENT.search(raw)
    side_by_side = first is not None and first[1] == b"AppHdr"
    if not side_by_side and not raw[:1].isspace():
        return raw
    bare = _DECLARATION.sub(lambda match: b"\n" * match[0].count(b"\n"), raw)
    return b"<Envelope>%b</Envelope>" % bare if side_by_side else bare


class _Message:
    """A message that is being read. Its header and each part are read as soon as they are complete."""

    def __init__(self, element: Element, type_: str, names: ElementNames) -> None:
        self.element, self.type, self.names = element, type_, names
        self.kind = local(element.tag)
        self.header: Element | None = None
        self.reports: list[AccountReport | None] = []
        self.open: OpenReport | None = None

    def complete(self) -> BankMessage:
        """Return the message, all of whose parts were read."""
        if self.kind == _STATUS:
            return status_report(self.element, self.type)
        header = required(self.element, children(self.element), "GrpHdr")
        heads = children(header)
        if not self.reports:
            refuse(self.element, f"lacks {_REPORT_OF[self.kind]}")
        return BankFile(
            self.type,
            text(heads.get("MsgId")) or refuse(header, "lacks MsgId"),
            instant(heads.get("CreDtTm")),
            tuple(each for each in self.reports if each is not None),
        )


class _Reading:
    """What was read of a file so far, and how much of each open element."""

    def __init__(self) -> None:
        self._messages: list[BankMessage] = []
        self._other: str | None = None
        self._named: str | None = None
        self._count = 0
        self._held = 0
        self._read: dict[Element, int] = {}
        self._open: _Message | None = None

    def go_on(self, around: Element, tags: int) -> None:
        """Read what is complete. `tags` is how many were added at most.

        Raises:
            BadBankFile: there are too many since the last entry to hold them all.
        """
        self._held += tags
        self._outside(around, closed=False)
        if self._held > _MAX_HELD:
            raise BadBankFile(
                f"The file has more than {_MAX_HELD} tags in one entry: ask the bank to send it in parts."
            )

    def end(self, around: Element) -> None:
        """Read the rest: everything is complete."""
        self._outside(around, closed=True)

    def message(self, raw: bytes) -> BankMessage:
        """Return the one message of the file. Reports in several messages are taken together.

        Raises:
            BadBankFile: there is none, or there are several that are not all of reports.
        """
        if self._other is not None:
            raise BadBankFile(refusal_of_type(self._other), message_type=self._other)
        if not self._messages:
            root = _FIRST_ELEMENT.search(raw)
            raise BadBankFile(refusal_of_xml(root[1].decode() if root else "?"))
        first, *more = self._messages
        if not more:
            return first
        files = [each for each in self._messages if isinstance(each, BankFile)]
        if isinstance(first, StatusReport) or len(files) < len(self._messages):
            raise BadBankFile("The file holds several messages: ask the bank for one status report a file.")
        return replace(first, reports=tuple(report for each in files for report in each.reports))

    def _parts(self, element: Element, *, closed: bool) -> Iterator[tuple[Element, bool]]:
        """Yield the children that are not read yet, each with whether it is complete."""
        start, count = self._read.get(element, 0), len(element)
        for n in range(start, count):
            complete = closed or n + 1 < count
            yield element[n], complete
            if complete:
                self._read[element] = n + 1
                self._read.pop(element[n], None)

    def _outside(self, element: Element, depth: int = 0, *, closed: bool) -> None:
        """Read an element around messages: an envelope or a document."""
        check_depth(depth)
        for child, complete in self._parts(element, closed=closed):
            name = local(child.tag)
            if name in _TYPES:
                self._inside(child, closed=complete)
            elif name == "MsgDefIdr":
                self._named = text(child) if complete else None
            else:
                self._outside(child, depth + 1, closed=complete)
        if closed and local(element.tag) == "Document":
            if not any(local(each.tag) in _TYPES for each in element):
                self._other = _type_of(element, self._named) or local(element[0].tag if len(element) else element.tag)
            element.clear()

    def _inside(self, element: Element, *, closed: bool) -> None:
        """Read a message."""
        if self._open is None or self._open.element is not element:
            self._open = _Message(element, self._type(element), ElementNames(namespace(element.tag)))
        message = self._open
        for child, complete in self._parts(element, closed=closed):
            if local(child.tag) in REPORTS:
                self._report(message, child, closed=complete)
            elif complete:
                message.names.shorten(child)
                if child.tag == "GrpHdr":
                    message.header = child
        if closed:
            self._messages.append(message.complete())
            element.clear()

    def _report(self, message: _Message, element: Element, *, closed: bool) -> None:
        kind = message.names[element.tag]
        if kind != _REPORT_OF.get(message.kind):
            refuse(element, "does not belong here")
        for child, complete in self._parts(element, closed=closed):
            if not complete:
                break
            message.names.shorten(child)
            if child.tag == "Ntry":
                (message.open or self._opened(message, element, kind)).take(child)
                self._held = 0
            elif local(child.tag) == "Ntry":
                refuse(child, "does not belong here")
        if closed:
            message.reports.append((message.open or self._opened(message, element, kind)).report())
            message.open = None
            element.clear()

    def _opened(self, message: _Message, element: Element, kind: str) -> OpenReport:
        self._count += 1
        message.open = OpenReport(element, kind, self._count, message.header)
        return message.open

    def _type(self, message: Element) -> str:
        """Return the type of a message, such as camt.053.001.08, from its namespace or the header before it.

        Raises:
            BadBankFile: the type is not that of the message, or its version is not known.
        """
        family = _TYPES[local(message.tag)]
        found = _type_of(message, self._named)
        if found is None:
            return family
        if not found.startswith(family):
            refuse(message, f"is a {family}, and the file says {found}")
        versions = _VERSIONS[family]
        if int(found[-2:]) not in versions:
            raise BadBankFile(
                f"The file is a {found}, and versions {versions[0]:02} to {versions[-1]:02} are read: "
                f"ask the bank for {_ASK_FOR[family]}.",
                message_type=found,
            )
        return found


def _type_of(message: Element, named: str | None) -> str | None:
    match = _TYPE.search(namespace(message.tag)) or _TYPE.search(named or "")
    return match[0] if match else None
