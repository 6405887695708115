import pytest
from lxml import etree
from xsdata.formats.dataclass.parsers import XmlParser

from adapters.bank.binding import bound
from adapters.bank.iso import module
from adapters.bank.xml import BadBankFile
from tests.adapters.bank.test_read import ACCOUNT, balance, camt053, camt054, details, entry, pain002, statuses

CONVERTED = (
    '<AmtDtls><InstdAmt><Amt Ccy="USD">10.00</Amt><CcyXchg><SrcCcy>USD</SrcCcy><UnitCcy>USD</UnitCcy>'
    "<XchgRate>148.50</XchgRate></CcyXchg></InstdAmt></AmtDtls>"
    "<RltdPties><Dbtr><Pty><Nm>A &amp; B</Nm></Pty></Dbtr></RltdPties>"
    "<RmtInf><Ustrd>one</Ustrd><Ustrd>two</Ustrd></RmtInf>"
)
REASON = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></StsRsnInf>"


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("pain.002.001.10", pain002("<GrpSts>PART</GrpSts>", statuses("ACSP", "RJCT", reason=REASON))),
        ("pain.002.001.03", pain002("<GrpSts>ACSP</GrpSts>", kind="pain.002.001.03")),
        ("camt.054.001.08", camt054(entry(details(1) + details(2, more=CONVERTED)))),
        ("camt.053.001.08", camt053(entry(details()), balances=balance("OPBD", 1) + balance("CLBD", 2, "DBIT"))),
    ],
)
def test_a_tree_is_bound_exactly_as_the_librarys_own_parser_binds_it(kind, raw):
    document = module(kind).Document
    assert bound(document, etree.fromstring(raw)) == XmlParser().from_bytes(raw, document)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("<Id>N1</Id>", "<Id>N1</Id><Id>N2</Id>", "Ntfctn/Id comes twice"),
        ("<Id>N1</Id>", "", "Ntfctn lacks Id"),
        ("<Id>N1</Id>", "<Id><b/></Id>", "Ntfctn/Id/b does not belong here"),
        (">1000<", ">1E3<", "Amt holds '1E3', which is not of its type"),
        (">1000<", ">NaN<", "Amt holds 'NaN'"),
        (">1000<", ">1_000<", "Amt holds '1_000'"),
        ("DBIT", "SIDEWAYS", "CdtDbtInd holds 'SIDEWAYS', which is not of its type"),
        (' Ccy="JPY"', "", "Amt lacks Ccy"),
        (ACCOUNT, ACCOUNT.replace("<Acct>", '<Acct xmlns="urn:other">'), "Acct does not belong here"),
    ],
)
def test_what_is_against_the_schema_is_named_by_line_and_path(old, new, sentence):
    raw = camt054(entry(details())).decode().replace(old, new)
    with pytest.raises(BadBankFile, match=f"Line 1: BkToCstmr.*{sentence}"):
        bound(module("camt.054.001.08").Document, etree.fromstring(raw.encode()))


def test_supplementary_data_is_passed_over():
    extra = "<SplmtryData><Envlp><x xmlns='urn:any'>1</x></Envlp></SplmtryData></CstmrPmtStsRpt>"
    raw = pain002("<GrpSts>ACSP</GrpSts>").decode().replace("</CstmrPmtStsRpt>", extra)
    document = bound(module("pain.002.001.10").Document, etree.fromstring(raw.encode()))
    assert document.cstmr_pmt_sts_rpt.orgnl_grp_inf_and_sts.grp_sts == "ACSP"
