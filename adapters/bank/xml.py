"""Reads XML from outside. A hostile file leads to a refusal and nothing worse."""

import re

from domain.errors import BadInput

MAX_BYTES = 256 * 1024 * 1024
"""Largest bank file read: a statement of 100,000 entries has 60 MB, and three times that if it is indented."""

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
