"""Turns a bank's XML file into UTF-8, whatever encoding it declares."""

import codecs
import re

from adapters.bank.xml import BadBankFile

_DECLARED = re.compile(rb"""\A\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][\w.:-]{0,39})["']""")
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_STARTS = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_SUPERSETS = {"euc_kr": "cp949", "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030"}
"""What banks write who declare the smaller set. The wider one reads the same bytes and more."""

_ALIASES = {"ks_c_5601-1987": "cp949", "windows-949": "cp949", "x-windows-949": "cp949", "windows-31j": "cp932"}
_CHARACTER_SETS = frozenset(
    {"utf-8", "ascii", "cp949", "johab", "cp932", "euc_jp", "iso2022_jp", "iso2022_kr", "gb18030", "big5", "big5hkscs"}
    | {f"iso8859-{n}" for n in (*range(1, 12), *range(13, 17))}
    | {f"cp{n}" for n in range(1250, 1259)}
    | {"koi8-r", "koi8-u", "tis-620", "cp437", "cp850", "cp852", "cp858", "mac-roman"}
)


def utf8(raw: bytes) -> bytes:
    """Return the file in UTF-8, without a byte order mark. Its declaration stays as it is.

    Raises:
        BadBankFile: the encoding that the file declares is not known, or its bytes are not in that encoding.
    """
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :] if name == "utf-8" else _decoded(raw[len(mark) :], name, name)
    for start, name in _STARTS:
        if raw.startswith(start):
            return _decoded(raw, name, name)
    match = _DECLARED.match(raw)
    declared = match[1].decode() if match else "UTF-8"
    name = _codec(declared)
    return raw if name in {"utf-8", "ascii"} else _decoded(raw, name, declared)


def _codec(declared: str) -> str:
    """Return the codec for a declared encoding. A file of single bytes is not in UTF-16, whatever it says."""
    try:
        name = codecs.lookup(_ALIASES.get(declared.lower(), declared)).name
    except LookupError:
        name = ""
    name = "utf-8" if name in _WIDE else _SUPERSETS.get(name, name)
    if name not in _CHARACTER_SETS:
        raise BadBankFile(
            f"Line 1: the file declares the encoding {declared}, which is not read here: ask the bank for UTF-8.",
            line="1",
            encoding=declared,
        )
    return name


def _decoded(raw: bytes, name: str, declared: str) -> bytes:
    try:
        return raw.decode(name).encode()
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = str(raw.count(b"\n", 0, start) + 1)
        raise BadBankFile(
            f"Line {line}: the file is said to be in {declared}, and its byte {start + 1} is not: "
            "ask the bank to send the file again.",
            line=line,
            encoding=declared,
        ) from error
