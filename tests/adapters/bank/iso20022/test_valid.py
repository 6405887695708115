"""The files that the tests are built of are valid in their version, by the library's classes, where it has them."""

from dataclasses import fields, is_dataclass
from importlib import import_module

import pytest
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig

from tests.adapters.bank.iso_files import (
    CODE,
    Camt,
    account_of,
    amount,
    exchange,
    instruction,
    pain002,
    reason,
    transfer,
)

STRICT = XmlParser(config=ParserConfig(fail_on_unknown_properties=True, fail_on_converter_warnings=True))
NEWEST = 12
"""The newest camt version that the library has."""


def check(kind, raw):
    """Parse a file with the library and look for what it lacks."""
    library = import_module(f"pyiso20022.{kind[:4]}.{kind.replace('.', '_')}")
    lacking = list(_lacking(STRICT.from_bytes(raw, library.Document), "Document"))
    assert lacking == []


def _lacking(value, path):
    for each in fields(value):
        inside = getattr(value, each.name)
        name = f"{path}/{each.metadata.get('name', each.name)}"
        if each.metadata.get("required") and inside is None:
            yield name
        for part in inside if isinstance(inside, list) else [inside]:
            if is_dataclass(part) and part.__module__.startswith("pyiso20022"):
                yield from _lacking(part, name)


@pytest.mark.parametrize("version", range(2, NEWEST + 1))
@pytest.mark.parametrize("family", ["camt.052", "camt.053", "camt.054"])
def test_a_report_with_every_trait_is_valid(family, version):
    told = Camt(family, version)
    refs = (
        "<MsgId>M</MsgId><AcctSvcrRef>S</AcctSvcrRef><EndToEndId>E1</EndToEndId><Prtry><Tp>x</Tp><Ref>X</Ref></Prtry>"
    )
    detail = told.detail(
        "1485",
        refs=refs,
        instructed=amount("10.00", "USD") + exchange("148.5", unit="USD", base="1" if version >= 11 else ""),
        transaction=amount("1485"),
        counter=amount("1485") + exchange("148.5"),
        code=CODE.format("DMCT"),
        charges=told.charges("500", included="true", total="500"),
        parties=told.party("Dbtr", "A") + account_of("Dbtr", "1") + told.party("Cdtr", "B") + account_of("Cdtr", "2"),
        remittance="<Ustrd>x</Ustrd><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd>",
        returned="<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>",
        text="x",
    )
    batch = f"<Btch><MsgId>M</MsgId><NbOfTxs>2</NbOfTxs>{amount('1', name='TtlAmt')}</Btch>"
    page = "<PgNb>1</PgNb><LastPgInd>true</LastPgInd>" if version >= 3 else ""
    entries = (
        told.entry("1985", detail, ref="1", reversal="true", charges=told.charges("1"), text="x"),
        told.entry("1", batch=batch, value="", status="PDNG"),
    )
    check(told.kind, told.file(*entries, page=page, number="1"))


@pytest.mark.parametrize("version", range(3, 15))
def test_a_status_report_with_every_trait_is_valid(version):
    parts = instruction(transfer("E1", "RJCT", reason("AC04", "x"), instruction="I"), status="PART", why=reason("AM04"))
    check(f"pain.002.001.{version:02}", pain002(parts, version=version, status="PART", why=reason("AM04")))
