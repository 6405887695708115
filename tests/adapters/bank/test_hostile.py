"""Hostile XML costs a refusal and nothing else."""

import pytest

from adapters.bank import read as read_module
from adapters.bank.iso20022 import messages
from adapters.bank.read import read_file
from adapters.bank.xml import BadBankFile
from tests.adapters.bank.iso_files import Camt, pain002

FILE = pain002(status="ACCP")
ROOT = FILE.decode().partition("\n")[2]
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (FILE[:-20], "Line 2: this is not well-formed XML"),
        (FILE.replace(b"</GrpHdr>", b"\n</GrpHd>"), "Line 3: this is not well-formed XML"),
        (FILE.replace(b"RUN-1", b"\xff\xfe"), "not well-formed"),
        (FILE.replace(b"RUN-1", b"&nothing;"), r"not well-formed XML \(undefined entity\)"),
        (FILE + FILE, "not well-formed"),
        (FILE.replace(b"RUN-1", b"\x00"), "not well-formed"),
        (FILE.replace(b"RUN-1", b"&#0;"), "not well-formed"),
        (f"{LAUGHS}{ROOT.replace('RUN-1', '&l9;')}".encode(), "carries a DOCTYPE, .* do not trust its sender"),
        (f'{LAUGHS}<Document a="&l9;"/>'.encode(), "DOCTYPE"),
        (b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>', "DOCTYPE"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd"><Document/>', "Line 2: .* DOCTYPE"),
        (b"<!--" + b"x" * 100_000 + b"-->\n<!DOCTYPE d><Document/>", "Line 2: .* DOCTYPE"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d><Document/>'.encode("utf-16"), "DOCTYPE"),
        (b"<a>" * 1_100 + b"</a>" * 1_100, "to a depth of more than 200"),
        (b"<a>" * 50_000, "to a depth of more than 200"),
        (FILE.replace(b"<OrgnlMsgId>", b"<a>" * 50_000 + b"</a>" * 50_000 + b"<OrgnlMsgId>"), "depth"),
        (FILE.replace(b"RUN-1", b"x" * 11_000_000), "has 11000000 characters, .* do not trust its sender"),
        (b"<" + b"a" * 1_000_000 + b"/>", "XML"),
        (b"<a " + b" ".join(b'xmlns:n%d="u"' % n for n in range(50_000)) + b"/>", "XML"),
        (b"<a>" + b"".join(b'<n:b xmlns:n="u%d"/>' % n for n in range(50_000)) + b"</a>", "XML"),
        (b"<a><?php x?></a>", "XML"),
        (b"<![CDATA[x]]>", "not well-formed"),
        (b"<", "not well-formed"),
        (b"<Document", "not well-formed"),
        (b"<?xml version='1.0'?>", "not well-formed"),
    ],
)
def test_hostile_xml_costs_a_refusal_and_nothing_else(raw, sentence):
    with pytest.raises(BadBankFile, match=sentence):
        read_file(raw)


def test_an_entry_of_more_elements_than_memory_should_hold_is_refused(monkeypatch):
    monkeypatch.setattr(messages, "_MAX_HELD", 1_000)
    told = Camt("camt.054", 8)
    assert len(read_file(told.file(*[told.entry(str(n)) for n in range(1, 1_001)])).reports[0].entries) == 1_000
    with pytest.raises(BadBankFile, match="more than 1000 tags in one entry: ask the bank to send it in parts"):
        read_file(told.file(told.entry("1000").replace("</Ntry>", "<a/>" * 5_000 + "</Ntry>")))


def test_a_file_beyond_the_size_limit_is_not_even_looked_at(monkeypatch):
    monkeypatch.setattr(read_module, "MAX_BYTES", 10)
    with pytest.raises(BadBankFile, match="has 11 bytes and at most 10 are read: ask the bank to send it in parts"):
        read_file(b"<not xml at"[:11])


def test_elements_of_other_namespaces_and_supplementary_data_are_not_read():
    told = Camt("camt.054", 8)
    plain = told.file(told.entry("1000"))
    extra = (
        b'<x:Amt xmlns:x="urn:x" Ccy="JPY">5</x:Amt><SplmtryData><Envlp><Ntry><Amt>9</Amt></Ntry></Envlp></SplmtryData>'
    )
    assert read_file(plain.replace(b"</Ntry>", extra + b"</Ntry>")) == read_file(plain)
    assert read_file(plain.replace(b"</Ntfctn>", extra + b"</Ntfctn>")) == read_file(plain)
