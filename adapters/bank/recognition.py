"""Says what a file is that is no bank file, and what to do about it."""

import re

_ASK = "ask the bank for camt.052, camt.053, camt.054 or pain.002"
_ASK_FOR_ANY = f"{_ASK}, MT940, MT942 or Zengin"
_BINARY = (
    (b"PK", "a ZIP archive", "unpack it and put the files in it into the inbox"),
    (b"\x1f\x8b", "compressed with gzip", "unpack it and put the file in it into the inbox"),
    (b"BZh", "compressed with bzip2", "unpack it and put the file in it into the inbox"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it and put the file in it into the inbox"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it and put the files in it into the inbox"),
    (b"Rar!", "a RAR archive", "unpack it and put the files in it into the inbox"),
    (b"%PDF", "a PDF document", ""),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word document, or a protected one", ""),
    (b"-----BEGIN PGP SIGNED", "signed with PGP", "check its signature and put the file in it into the inbox"),
    (b"-----BEGIN PGP", "encrypted with PGP", "decrypt it and put the file in it into the inbox"),
    (b"-----BEGIN PKCS7", "encrypted or signed (PKCS 7)", "decrypt it and put the file in it into the inbox"),
    (b"-----BEGIN CMS", "encrypted or signed (CMS)", "decrypt it and put the file in it into the inbox"),
    (b"-----BEGIN", "a key or certificate", "take it out of the inbox and tell the bank"),
)
_OFFICE = re.compile(rb"\[Content_Types\]\.xml|xl/|word/|mimetype")
_HTML = re.compile(rb"(?is)\A(<!--.*?-->\s*|<\?xml[^>]*\?>\s*)*<(!doctype\s+html|html|head|body)[\s>]")
_PGP_BINARY = frozenset({0x84, 0x85, 0x8C, 0xA3, 0xA8, 0xC1, 0xC3, 0xD2})
_TEXT_ENCODINGS = ("utf-8-sig", "cp949", "cp932")
_JSON = re.compile(r"""\{\s*("|\})|\[\s*("|\{|\[|\]|-?\d)""")
_HEAD = 4096
_BLANK = b" \t\r\n\0\xef\xbb\xbf\xfe\xff"
_OURS = {"pain.001": "a payment order", "pacs.028": "an enquiry", "pain.008": "a collection order"}


def refusal(raw: bytes, ask: str = _ASK_FOR_ANY) -> str:
    """Return a sentence that names a file of no known format and says what to do. `ask` is what is asked for."""
    if not raw.strip(_BLANK):
        return "The file is empty: ask the bank to send it again."
    what, to_do = _named(raw, _start(raw))
    return f"The file is {what}: {to_do or ask}."


def may_be_sheet(raw: bytes) -> bool:
    """Return whether a file may be a sheet: a workbook, or a text that is neither JSON nor a web page."""
    head = _start(raw)
    if head.startswith(b"PK"):
        return _OFFICE.search(head) is not None
    if not head.strip(_BLANK) or _HTML.match(head) or any(head.startswith(start) for start, *_ in _BINARY):
        return False
    written = _text(raw[:_HEAD])
    return written is not None and not _JSON.match(written.lstrip())


def _named(raw: bytes, head: bytes) -> tuple[str, str]:
    """Return what a file is, and what to do about it; empty if something else is to be asked for."""
    if head.startswith(b"PK\x03\x04") and _OFFICE.search(head):
        return "an Excel or other Office document", ""
    for start, what, to_do in _BINARY:
        if head.startswith(start):
            return what, to_do
    if _HTML.match(head):
        return "a web page (HTML), such as a sign-in page or an error", "fetch the file again, or ask the bank for it"
    written = _text(raw[:_HEAD])
    if written is not None:
        return _kind_of_text(written), ""
    if raw[0] in _PGP_BINARY:
        return "binary, perhaps encrypted with PGP", "decrypt it and put the file in it into the inbox"
    return "binary and of no format that is read here", ""


def refusal_of_type(kind: str) -> str:
    """Return a sentence for an XML file that is not one of the messages that are read."""
    ours = _OURS.get(kind[:8])
    if ours:
        return f"The file is a {kind}, {ours}, which goes to the bank and not to us: take it out of the inbox."
    return f"The file is a {kind}, which is not read here: {_ASK}."


def refusal_of_xml(root: str) -> str:
    """Return a sentence for an XML file without any ISO 20022 message. `root` is the name of its first element."""
    return f"The file is XML ({root}) and holds no ISO 20022 message: {_ASK}."


def is_xml(raw: bytes) -> bool:
    """Return whether a file is XML, in any encoding: a web page is not."""
    head = _start(raw)
    return head.startswith(b"<") and not _HTML.match(head)


def _start(raw: bytes) -> bytes:
    """Return the start of a file without its byte order mark, and without the zeros of UTF-16."""
    return raw[:_HEAD].replace(b"\0", b"").lstrip(_BLANK)


def _text(raw: bytes) -> str | None:
    """Return the start of a file as text. None if it is binary."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return raw[: len(raw) // 2 * 2].decode("utf-16", "replace")
    if b"\0" in raw:
        return None
    for name in _TEXT_ENCODINGS:
        for cut in range(4):  # the start may end inside a character
            try:
                return raw[: len(raw) - cut].decode(name)
            except UnicodeError:
                continue
    return None


def _kind_of_text(written: str) -> str:
    stripped = written.lstrip()
    if _JSON.match(stripped):
        return "JSON"
    rows = [line for line in written.splitlines() if line.strip()]
    for mark, name in ((",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        counts = {row.count(mark) for row in rows[:4]}
        if len(rows) > 1 and len(counts) == 1 and counts != {0}:
            return f"a table with {name} (CSV)"
    return "plain text of no format that is read here"
