"""Writes random messages that are valid by the library's classes, and counts what they say independently."""

from collections import Counter
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib import import_module
from types import NoneType, UnionType
from typing import Union, get_args, get_origin, get_type_hints
from xml.sax.saxutils import escape

from lxml import etree

ISO = "urn:iso:std:iso:20022:tech:xsd:"
REPORTS = {"BkToCstmrAcctRpt": "Rpt", "BkToCstmrStmt": "Stmt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}
READ = frozenset(
    {
        *(
            "Stmt",
            "Rpt",
            "Ntfctn",
            "Acct",
            "Id",
            "Othr",
            "Ccy",
            "Bal",
            "StmtPgntn",
            "Ntry",
            "BookgDt",
            "ValDt",
            "RvslInd",
        ),
        *("AcctSvcrRef", "NtryDtls", "Btch", "TxDtls", "Refs", "EndToEndId", "Amt", "CdtDbtInd", "AmtDtls", "InstdAmt"),
        *("TxAmt", "CntrValAmt", "CcyXchg", "Chrgs", "Rcrd", "RltdPties", "Dbtr", "Cdtr", "RmtInf", "Ustrd", "RtrInf"),
        *(
            "OrgnlPmtInfAndSts",
            "TxInfAndSts",
            "GrpSts",
            "PmtInfSts",
            "TxSts",
            "StsRsnInf",
            "OrgnlEndToEndId",
            "OrgnlInstrId",
        ),
    }
)
"""Elements that the reader reads: they come often."""

TEXTS = ("x", " E1 ", "NOTPROVIDED", "가온 & <b>", "請求書", "a_b/c", "]]>", "\U0001f3ac", "0")
STATUSES = ("ACCP", "ACSC", "RJCT", "PDNG", "PART", "RJCT", "CANC") * 5 + ("BLCK",)
CODES = {
    ("Ntry", "Sts"): ("BOOK", "BOOK", "BOOK", "PDNG", "INFO"),
    ("Sts", "Cd"): ("BOOK", "BOOK", "BOOK", "PDNG", "FUTR"),
    ("Othr", "Id"): ("11022033044", "110-22 0"),
    ("CdOrPrtry", "Cd"): ("OPBD", "CLBD", "ITBD", "CLAV", "PRCD"),
    ("OrgnlGrpInfAndSts", "OrgnlMsgId"): ("RUN-1",),
    ("Stmt", "Id"): ("R1", "R2"),
    ("Rpt", "Id"): ("R1", "R2"),
    ("Ntfctn", "Id"): ("R1", "R2"),
    ("Acct", "Ccy"): (),
    "IBAN": ("DE89 3704 0044 0532 0130 00",),
    "OrgnlEndToEndId": ("E1", "E2", "NOTPROVIDED"),
    "OrgnlInstrId": ("I1", "I2"),
    "GrpSts": STATUSES,
    "PmtInfSts": STATUSES,
    "TxSts": STATUSES,
    "PgNb": ("1", "2"),
    "NbOfTxs": ("1", "2"),
    "SubFmlyCd": ("DMCT", "CHRG", "RRTN"),
}
VALUES = {
    "bool": ("true", "false", "1", "0"),
    "Decimal": ("1000", "1000.00", "500", "500", "1500", "2000", "0"),
    "XmlDate": ("2025-03-04", "2025-03-05Z"),
    "XmlDateTime": ("2025-03-04T09:00:00+09:00", "2025-03-04T24:00:00"),
    "XmlTime": ("09:00:00",),
    "XmlPeriod": ("2025",),
}
MOST_DEEP = 9


class Writer:
    """Writes a random message of one type."""

    def __init__(self, kind, chance):
        self.kind, self.chance = kind, chance
        self.library = import_module(f"pyiso20022.{kind[:4]}.{kind.replace('.', '_')}")
        self.currency = chance.choice(("JPY", "USD"))

    def message(self):
        """The message, as text."""
        inside = self.inside("Document", self.library.Document, 0)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{ISO}{self.kind}">{inside}</Document>'

    def inside(self, parent, kind, depth):
        """The child elements of a class, in the order of the schema."""
        parts = shape(kind)
        chosen = kind.__name__.endswith("Choice")
        if chosen:
            read = [each for each in parts if each[0] in READ or each[0] == "Cd"]
            parts = [self.chance.choice(read if read and self.chance.random() < 0.9 else parts)]
        return "".join(
            self.element(parent, name, of, repeats, depth)
            for name, of, repeats, needed in parts
            if needed or chosen or (depth < MOST_DEEP and self.chance.random() < (0.7 if name in READ else 0.1))
        )

    def element(self, parent, name, of, repeats, depth):
        times = self.chance.choice((1, 1, 2, 3)) if repeats else 1
        return "".join(self.one(parent, name, of, depth) for _ in range(times))

    def one(self, parent, name, of, depth):
        if not is_dataclass(of):
            return f"<{name}>{self.value(parent, name, of)}</{name}>"
        ccy, has_text = text_parts(of)
        if not has_text:
            return f"<{name}>{self.inside(name, of, depth + 1)}</{name}>"
        attribute = f' Ccy="{self.chance.choice((self.currency,) * 300 + ("EUR", "ZZZ"))}"' if ccy else ""
        return f"<{name}{attribute}>{self.value(parent, name, Decimal if ccy else str)}</{name}>"

    def value(self, parent, name, of):
        """A text for an element. Codes are mostly those that the reader knows."""
        if (parent, name) in CODES or name in CODES:
            return self.chance.choice(CODES.get((parent, name), CODES.get(name)) or (self.currency,))
        if isinstance(of, type) and issubclass(of, Enum):
            return str(self.chance.choice(list(of)).value)
        if of.__name__ in VALUES:
            return self.chance.choice(VALUES[of.__name__])
        return escape(self.chance.choice(TEXTS))


@cache
def shape(kind):
    """The elements of a class: name, type, whether it repeats, and whether it is needed."""
    hints = get_type_hints(kind, vars(import_module(kind.__module__)))
    return [
        (
            each.metadata["name"],
            plain(hints[each.name]),
            get_origin(hints[each.name]) is list,
            bool(each.metadata.get("required") or each.metadata.get("min_occurs")),
        )
        for each in fields(kind)
        if each.metadata.get("type") == "Element"
    ]


def plain(hint):
    """The type of an element, without `list` and `None`."""
    if get_origin(hint) in {list, Union, UnionType}:
        return next(plain(each) for each in get_args(hint) if each is not NoneType)
    return hint


@cache
def text_parts(kind):
    """Whether a class has a currency, and whether it holds text."""
    kinds = {each.metadata.get("type"): each for each in fields(kind)}
    return "Attribute" in kinds, bool(fields(kind)) and any(each.metadata.get("type") is None for each in fields(kind))


def booked(raw):
    """The booked amounts of a file with place and direction, found without the reader."""
    root = etree.fromstring(raw, etree.XMLParser(recover=True, remove_comments=True, remove_pis=True))
    found = []
    for message in root.iter("{*}BkToCstmrAcctRpt", "{*}BkToCstmrStmt", "{*}BkToCstmrDbtCdtNtfctn"):
        own = f"{{{etree.QName(message).namespace}}}" if etree.QName(message).namespace else ""
        for r, report in enumerate(message.iterchildren(f"{own}{REPORTS[etree.QName(message).localname]}"), 1):
            for n, entry in enumerate(report.iterchildren(f"{own}Ntry"), 1):
                status = entry.find(f"{own}Sts")
                written = "BOOK" if status is None else "".join(status.itertext()).strip()
                if written == "BOOK" and (amount := Decimal(entry.findtext(f"{own}Amt").strip())):
                    found.append((f"{r}.{n}", amount, entry.findtext(f"{own}CdtDbtInd").strip()))
    return Counter(found)
