"""Reads XML from outside. A hostile file leads to a refusal and nothing worse."""

import re

from lxml import etree

from domain.errors import BadInput

MAX_BYTES = 256 * 1024 * 1024
"""Largest bank file read: a statement of 100,000 entries has 60 MB, and three times that if it is indented."""

_ISO_20022 = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.\d{3}\.\d{3}\.\d{2})\}Document")


_START = re.compile(rb"<([A-Za-z_][\w.:-]*)[^>]*>")
_FIRST_BYTES, _LAST_BYTES = 4096, 512
_SWIFT = re.compile(rb"[\s\x01]*(\{1:|:20:)")
_SWIFT_END = re.compile(rb"(\}|[\r\n]-)[\s\x01\x03\x1a]*\Z")
_ZENGIN = re.compile(rb"1(01|03)[01]")
_ZENGIN_END = re.compile(rb"(9 {199}|[\r\n]9) *[\r\n\x1a]*\Z")


class BadBankFile(BadInput):
    """A bank's file cannot be read or contradicts itself: keep it aside, post nothing."""


def is_cut_off(raw: bytes) -> bool:
    """Return whether a file lacks its end mark, so that it may still be being written. The file is not parsed.

    XML in any encoding ends with the end tag of its root, SWIFT messages with `-}` or `-`, and a Zengin file with an
    end record (9). Any other file has no end mark.
    """
    first, last = _narrow(raw[:_FIRST_BYTES]), _narrow(raw[-_LAST_BYTES:])
    if _SWIFT.match(first):
        return _SWIFT_END.search(last) is None
    if _ZENGIN.match(first):
        return _ZENGIN_END.search(last) is None
    root = _START.search(first)
    if root is None:
        return True
    end = re.escape(root[0]) if root[0].endswith(b"/>") else rb"</%b\s*>" % re.escape(root[1])
    return re.search(rb"%b[\s\x1a]*\Z" % end, last) is None


def _narrow(raw: bytes) -> bytes:
    """Return the ASCII characters of a text as single bytes, also if it is in UTF-16."""
    return raw.replace(b"\0", b"")


def parse_document(raw: bytes, *, max_bytes: int = MAX_BYTES) -> tuple[str, etree._Element]:
    """Return the message type of an ISO 20022 file, such as `camt.054.001.08`, and its root element.

    Nothing outside `raw` is opened and no entity is expanded. Comments and processing instructions are dropped.

    Raises:
        BadBankFile: too large, not UTF-8, not well-formed, carries a DOCTYPE, or is not an ISO 20022 document.
    """
    if len(raw) > max_bytes:
        raise BadBankFile(
            f"The file has {len(raw)} bytes and at most {max_bytes} are read: ask the bank to send it in parts."
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        line = str(error.lineno or 1)
        raise BadBankFile(
            f"Line {line}: this is not well-formed XML ({error.msg}): ask the bank to send the file again.", line=line
        ) from error
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.doctype:
        raise BadBankFile("Line 1: the file carries a DOCTYPE, which no bank message has: do not trust its sender.")
    if (info.encoding or "UTF-8").upper() not in {"UTF-8", "ASCII", "US-ASCII"}:
        raise BadBankFile(f"Line 1: the file is written in {info.encoding}, and ISO 20022 files are UTF-8.")
    match = _ISO_20022.fullmatch(str(root.tag))
    if match is None:
        raise BadBankFile(f"Line {root.sourceline}: {root.tag} is not the root of an ISO 20022 message.")
    return match.group(1), root
