"""Reads XML as a tree that grows, and says where in the file an element stands."""

import re
from collections.abc import Iterator
from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers import expat

from adapters.bank.xml import BadBankFile

_CHUNK_BYTES = 1 << 13
"""Few enough that most elements are let go before the garbage collector looks at them."""

_MAX_DEPTH = 200
_MAX_TEXT = 20_000
_FOREIGN = "?"
_SINGLE = frozenset(
    re.findall(
        r"\w+",
        """
    Acct AcctSvcrRef AddtlNtryInf AmtDtls Amt Agt BkTxCd BookgDt Btch Ccy CcyXchg Cd CdOrPrtry Cdtr CdtrAcct
    CdtrRefInf CdtDbtInd ChrgInclInd ClrSysRef CntrValAmt CreDtTm Dbtr DbtrAcct Domn Dt DtTm ElctrncSeqNb
    EndToEndId FinInstnId Fmly FrToDt GrpHdr GrpSts IBAN Id InstdAmt InstrId LastPgInd LglSeqNb MsgId MsgPgntn
    NbOfTxs Nb Nm NtfctnPgntn NtryRef OrgnlEndToEndId OrgnlGrpInfAndSts OrgnlInstrId OrgnlMsgId OrgnlPmtInfId
    Othr PgNb PmtInfId PmtInfSts Prxy Pty Ref Refs RltdPties RmtInf RptPgntn Rsn RtrInf RvslInd SrcCcy StmtPgntn
    Sts SubFmlyCd SubTp TtlAmt TtlChrgsAndTaxAmt ToDtTm Tp TxAmt TxId TxSts UETR UltmtCdtr UltmtDbtr UnitCcy
    ValDt XchgRate XchgRateBase
    """,
    )
)
"""Elements of which a message may have one in its place. With two, no reader could say which counts."""

_COUNTED = frozenset({"Stmt", "Rpt", "Ntfctn", "Bal", "Ntry", "TxDtls", "OrgnlPmtInfAndSts", "TxInfAndSts"})
"""Elements that a path names with their place among their like, from 1."""


class Misread(Exception):
    """An element of a message is wrong. Where it stands is found out when the file is refused."""

    def __init__(self, element: Element, why: str, to_do: str) -> None:
        super().__init__(why)
        self.element = element
        self.why = why
        self.to_do = to_do


def grown(raw: bytes) -> Iterator[tuple[Element, int]]:
    """Yield the element around the root again and again, each time that more of the file is in the tree.

    With it comes how many tags were added at most. `raw` is UTF-8. The last child of an element may still be growing,
    and its siblings are complete. After the last time everything is complete. Whoever is done with an element clears
    it, so that memory holds only what is open.

    Raises:
        BadBankFile: the file is not well-formed, nested too deeply or carries a DOCTYPE.
    """
    _refuse_doctype(raw)
    builder = TreeBuilder()
    around = builder.start("", {})
    parser = XMLParser(target=builder, encoding="utf-8")  # noqa: S314 - there is no DOCTYPE, so no entity either
    try:
        for start in range(0, len(raw), _CHUNK_BYTES):
            chunk = raw[start : start + _CHUNK_BYTES]
            parser.feed(chunk)
            _refuse_depth(around)
            yield around, chunk.count(b"<")
        parser.close()
    except ParseError as error:
        raise _not_well_formed(error.position[0], expat.ErrorString(error.code)) from error


def _refuse_doctype(raw: bytes) -> None:
    """Read up to the root element: a DOCTYPE stands before it."""
    parser = expat.ParserCreate("utf-8")
    root: list[str] = []

    def doctype(*_: object) -> NoReturn:
        """Refuse the file."""
        line = str(parser.CurrentLineNumber)
        raise BadBankFile(
            f"Line {line}: the file carries a DOCTYPE, which no bank message has: do not trust its sender.", line=line
        )

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = lambda name, _: root.append(name)
    try:
        for start in range(0, len(raw), _CHUNK_BYTES):
            parser.Parse(raw[start : start + _CHUNK_BYTES], False)
            if root:
                return
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise _not_well_formed(error.lineno, expat.ErrorString(error.code)) from error


def _refuse_depth(around: Element) -> None:
    element, depth = around, 0
    while len(element):
        element, depth = element[-1], depth + 1
        check_depth(depth)


def check_depth(depth: int) -> None:
    """Refuse a file whose elements are nested deeper than those of any message in its envelopes."""
    if depth > _MAX_DEPTH:
        raise BadBankFile(
            f"The file nests elements to a depth of more than {_MAX_DEPTH}, which no bank message does: "
            "do not trust its sender."
        )


def _not_well_formed(line: int, why: str) -> BadBankFile:
    return BadBankFile(
        f"Line {line}: this is not well-formed XML ({why}): ask the bank to send the file again.", line=str(line)
    )


class ElementNames(dict[str, str]):
    """The names of a message's own namespace without it. Other names are marked, so that nothing reads them."""

    def __init__(self, namespace: str) -> None:
        super().__init__()
        self._prefix = f"{{{namespace}}}" if namespace else ""

    def __missing__(self, tag: str) -> str:
        name = tag.removeprefix(self._prefix)
        own = tag.startswith(self._prefix) and "}" not in name
        self[tag] = name if own else _FOREIGN + local(tag)
        return self[tag]

    def shorten(self, element: Element) -> None:
        """Take the namespace off an element and all in it."""
        for each in element.iter():
            each.tag = self[each.tag]


def local(tag: str) -> str:
    """Return a name without its namespace."""
    return tag.rpartition("}")[2].removeprefix(_FOREIGN)


def namespace(tag: str) -> str:
    """Return the namespace of a full name, or nothing."""
    return tag.rpartition("}")[0].removeprefix("{")


Children = dict[str, Element]


def children(element: Element) -> Children:
    """Return the child elements by name; of those that may repeat, the last.

    Raises:
        Misread: an element that comes once in its place comes twice.
    """
    found = {child.tag: child for child in element}
    if len(found) != len(element):
        seen: set[str] = set()
        for child in element:
            if child.tag in seen and child.tag in _SINGLE:
                refuse(child, "comes twice")
            seen.add(child.tag)
    return found


def only(element: Element, name: str) -> Element | None:
    """Return the child of this name, if there is one.

    Raises:
        Misread: it comes twice.
    """
    found = element.findall(name)
    if len(found) > 1:
        refuse(found[1], "comes twice")
    return found[0] if found else None


def at(element: Element | None, *path: str) -> Element | None:
    """Return the descendant at the end of a path of names, if there is one."""
    for name in path:
        if element is None:
            return None
        element = only(element, name)
    return element


def text(element: Element | None) -> str | None:
    """Return the trimmed text of an element. None if it is missing or blank."""
    if element is None:
        return None
    if len(element):
        refuse(element[0], "does not belong here")
    written = element.text
    if not written:
        return None
    if len(written) > _MAX_TEXT:
        refuse(element, f"has {len(written)} characters, which no bank message has", "do not trust its sender")
    return written.strip() or None


def required(of: Element, found: Children, name: str) -> Element:
    """Return the child of this name.

    Raises:
        Misread: it is missing.
    """
    child = found.get(name)
    if child is None:
        refuse(of, f"lacks {name}")
    return child


def refuse(element: Element, why: str, to_do: str = "ask the bank to correct it") -> NoReturn:
    """Refuse the file because of an element."""
    raise Misread(element, why, to_do)


def refused(raw: bytes, around: Element, misread: Misread) -> BadBankFile:
    """Return the error for an element that is wrong: its sentence names the line and the path."""
    steps = _steps_to(around, misread.element)
    line = str(_line_of(raw, [place for place, _ in steps]))
    path = _path([name for _, name in steps])
    return BadBankFile(f"Line {line}: {path} {misread.why}: {misread.to_do}.", line=line, field=path)


def _steps_to(around: Element, wanted: Element) -> list[tuple[int, str]]:
    """Return the way to an element: at each level its place among all children, and its name for people."""
    open_ = [(around, iter(list(around)))]
    places = [0]
    while open_:
        parent, rest = open_[-1]
        child = next(rest, None)
        if child is None:
            open_.pop()
            places.pop()
            continue
        places[-1] += 1
        open_.append((child, iter(list(child))))
        places.append(0)
        if child is wanted:
            line = [each for each, _ in open_]
            return [(place, _name(of, each)) for place, of, each in zip(places[:-1], line, line[1:], strict=False)]
        del parent
    return []


def _name(parent: Element, element: Element) -> str:
    name = local(element.tag)
    if name not in _COUNTED:
        return name
    place = 1
    for each in parent:
        if each is element:
            break
        place += local(each.tag) == name
    return f"{name}[{place}]"


def _path(names: list[str]) -> str:
    """Return the path from below the last `Document`."""
    if "Document" in names[:-1]:
        names = names[len(names) - names[::-1].index("Document") :]
    return "/".join(names)


def _line_of(raw: bytes, places: list[int]) -> int:
    """Return the line of the element at these places, from the outermost in."""
    parser = expat.ParserCreate("utf-8")
    here = [0]
    line = 1

    def start(_name: str, _attributes: object) -> None:
        """Count an element, and note its line if it is the one."""
        nonlocal line
        here[-1] += 1
        if here == places:
            line = parser.CurrentLineNumber
        here.append(0)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: here.pop()
    try:
        parser.Parse(raw, True)
    except expat.ExpatError:
        return line  # the file is also cut off further down
    return line
