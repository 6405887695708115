"""Messages: their versions, namespaces and envelopes, and what a file may hold of them."""

import pytest

from adapters.bank.read import read_file
from adapters.bank.xml import BadBankFile
from domain.bank.messages import BankVerdict
from domain.bank.reports import GivenStatus, ReportKind, TransferStatus
from domain.values.money import Money
from tests.adapters.bank.iso_files import ISO, Camt, document, instruction, pain002, reason, transfer

FAMILIES = ["camt.052", "camt.053", "camt.054"]
KINDS = [ReportKind.INTRADAY, ReportKind.STATEMENT, ReportKind.NOTIFICATION]
TOLD = Camt("camt.054", 8)
FILE = TOLD.file(TOLD.entry("1000", TOLD.detail("1000")))
DOCUMENT = FILE.decode().partition("\n")[2]
HEAD = '<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><MsgDefIdr>camt.054.001.08</MsgDefIdr></AppHdr>'


@pytest.mark.parametrize("version", range(2, 14))
@pytest.mark.parametrize(("family", "kind"), list(zip(FAMILIES, KINDS, strict=True)))
def test_every_version_of_an_account_report_is_read(family, kind, version):
    told = Camt(family, version)
    file = read_file(told.file(told.entry("1000", told.detail("1000"))))
    assert (file.format, file.message_id) == (f"{family}.001.{version:02}", "M1")
    (report,) = file.reports
    assert (report.kind, report.id, report.account_number, report.currency) == (kind, "R1", "11022033044", "JPY")
    assert [each.booked for each in report.entries] == [Money(1000, "JPY")]
    assert [each.references.end_to_end for each in report.entries[0].details] == ["E1"]


@pytest.mark.parametrize("version", range(3, 15))
def test_every_version_of_a_status_report_is_read(version):
    report = read_file(pain002(instruction(transfer("E1", "RJCT", reason("AC04"))), version=version, status="PART"))
    assert (report.format, report.order_message_id, report.group) == (f"pain.002.001.{version:02}", "RUN-1", None)
    (told,) = report.instructions
    assert told.payment_information == "P1"
    assert told.transfers == (TransferStatus("E1", None, GivenStatus(BankVerdict.REJECTED, "AC04")),)


@pytest.mark.parametrize("kind", ["camt.053.001.01", "camt.053.001.14", "camt.053.001.99"])
def test_a_version_that_nobody_has_seen_is_not_guessed_at(kind):
    with pytest.raises(
        BadBankFile, match=rf"The file is a {kind}, and versions 02 to 13 are read: ask .* camt.053.001.08"
    ):
        read_file(Camt().file(namespace=ISO + kind))


@pytest.mark.parametrize(
    ("namespace", "named"),
    [
        ("http://www.six-interbank-clearing.com/de/camt.054.001.04.ch.02.xsd", "camt.054.001.04"),
        ("urn:swift:xsd:camt.054.001.02", "camt.054.001.02"),
        ("urn:swift:xsd:$camt.054.001.02", "camt.054.001.02"),
        ("urn:conxml:xsd:camt.054.001.08", "camt.054.001.08"),
        ("urn:iso:std:iso:20022:tech:xsd:camt.054.003.02", "camt.054.003.02"),
        ("", "camt.054"),
        ("urn:some-bank:statements", "camt.054"),
    ],
)
def test_a_message_in_a_national_namespace_is_read(namespace, named):
    told = Camt("camt.054", 2)
    raw = told.file(told.entry("1000"), namespace=namespace or "X").replace(b' xmlns="X"', b"")
    file = read_file(raw)
    assert (file.format, len(file.reports[0].entries)) == (named, 1)


@pytest.mark.parametrize("kind", ["pain.002.001.03.ch.02", "pain.002.002.03", "pain.002.003.03"])
def test_a_status_report_in_a_national_variant_is_read(kind):
    assert read_file(pain002(status="ACCP", namespace=f"urn:x:{kind}")).group == GivenStatus(BankVerdict.ACCEPTED)


def test_names_may_have_a_prefix():
    raw = FILE.decode().replace("<", "<n:").replace("<n:/", "</n:").replace("<n:?", "<?").replace("xmlns=", "xmlns:n=")
    assert read_file(raw.encode()) == read_file(FILE)


@pytest.mark.parametrize(
    "written",
    [
        f'<BizMsgEnvlp xmlns="urn:iso:std:iso:20022:tech:xsd:nvlp.001.001.01">{HEAD}{DOCUMENT}</BizMsgEnvlp>',
        f"<RequestPayload>{HEAD}{DOCUMENT}</RequestPayload>",
        f"<a><b>{HEAD}</b><c><d>{DOCUMENT}</d></c></a>",
        f'<S:Envelope xmlns:S="http://www.w3.org/2003/05/soap-envelope"><S:Body>{DOCUMENT}</S:Body></S:Envelope>',
        f"{HEAD}{DOCUMENT}",
        f'<?xml version="1.0"?>\n{HEAD}\n{DOCUMENT}\n',
        f'<?xml version="1.0"?>\n{HEAD}\n<?xml version="1.0" encoding="UTF-8"?>\n{DOCUMENT}\n',
    ],
)
def test_a_message_is_found_in_any_envelope(written):
    assert read_file(written.encode()) == read_file(FILE)


@pytest.mark.parametrize("encoding", ["UTF-8", "EUC-KR", "UTF-16"])
@pytest.mark.parametrize(("before", "after"), [("\r\n \n", ""), ("", "\r\n\x1a"), ("", "\0" * 100), (" ", " \0\x1a\n")])
def test_blanks_before_a_file_and_padding_after_it_do_not_count(encoding, before, after):
    raw = f"{before}{FILE.decode().replace('UTF-8', encoding)}{after}".encode(encoding)
    assert read_file(raw) == read_file(FILE)
    with pytest.raises(BadBankFile, match=f"Line {before.count(chr(10)) + 2}: .*Amt is 'x1000'"):
        read_file(
            raw.replace(
                ">1000<".encode(encoding.replace("16", "16-le")), ">x1000<".encode(encoding.replace("16", "16-le"))
            )
        )


def test_the_header_says_the_version_if_the_namespace_does_not():
    bare = DOCUMENT.replace(f' xmlns="{ISO}camt.054.001.08"', "")
    assert read_file(f"<x>{HEAD}{bare}</x>".encode()).format == "camt.054.001.08"


def test_a_message_that_is_not_of_its_namespaces_type_is_refused():
    with pytest.raises(BadBankFile, match=r"BkToCstmrDbtCdtNtfctn is a camt.054, and the file says camt.053.001.08"):
        read_file(TOLD.file(namespace=f"{ISO}camt.053.001.08"))


def test_several_messages_of_reports_in_one_file_are_taken_together():
    second = Camt("camt.053", 4)
    both = (
        f"<conxml>{DOCUMENT}{second.message(second.report(second.entry('7'), id='R2')).partition(chr(10))[2]}</conxml>"
    )
    file = read_file(both.encode())
    assert [(each.kind, each.id) for each in file.reports] == [
        (ReportKind.NOTIFICATION, "R1"),
        (ReportKind.STATEMENT, "R2"),
    ]
    assert [each.place for report in file.reports for each in report.entries] == ["1.1", "2.1"]


@pytest.mark.parametrize("times", [2, 3])
def test_several_status_reports_in_one_file_are_refused(times):
    one = pain002(status="ACCP").decode().partition("\n")[2]
    with pytest.raises(BadBankFile, match="several messages: ask the bank for one status report a file"):
        read_file(f"<x>{one * times}</x>".encode())


def test_a_file_that_also_holds_another_message_is_not_taken_in_part():
    other = document("camt.029.001.09", "<RsltnOfInvstgtn/>").partition("\n")[2]
    with pytest.raises(BadBankFile, match=r"The file is a camt.029.001.09, which is not read here"):
        read_file(f"<x>{DOCUMENT}{other}</x>".encode())


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("pain.001.001.09", "a pain.001.001.09, a payment order, which goes to the bank and not to us"),
        ("pacs.008.001.08", "a pacs.008.001.08, which is not read here: ask the bank for camt.052"),
        ("camt.060.001.05", "a camt.060.001.05, which is not read here"),
    ],
)
def test_another_iso_message_is_named(kind, sentence):
    with pytest.raises(BadBankFile, match=sentence):
        read_file(document(kind, "<Something><GrpHdr/></Something>").encode())


@pytest.mark.parametrize("written", ["<a/>", "<Document/>", "<Document>x</Document>", "<Stmt><Ntry/></Stmt>"])
def test_xml_without_a_message_is_named(written):
    with pytest.raises(BadBankFile, match=r"The file is (XML \(\w+\) and holds no ISO 20022 message|a Document)"):
        read_file(written.encode())


@pytest.mark.parametrize("family", FAMILIES)
def test_a_message_without_any_report_is_refused(family):
    with pytest.raises(BadBankFile, match=r"lacks (Stmt|Rpt|Ntfctn): ask the bank to correct it"):
        read_file(Camt(family).message().encode())


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b"<MsgId>M1</MsgId>", b"", r"Line 2: BkToCstmrDbtCdtNtfctn/GrpHdr lacks MsgId"),
        (b"<MsgId>M1</MsgId>", b"<MsgId>  </MsgId>", "GrpHdr lacks MsgId"),
        (b"<MsgId>M1</MsgId>", b"<MsgId>1</MsgId><MsgId>2</MsgId>", "GrpHdr/MsgId comes twice"),
        (b"<MsgId>M1</MsgId>", b"<MsgId><b/></MsgId>", "GrpHdr/MsgId/b does not belong here"),
        (b"</MsgId><CreDtTm>2025", b"</MsgId><CreDtTm>yesterday 2025", "GrpHdr/CreDtTm is 'yesterday"),
        (b"<Ntfctn>", b'<Ntfctn xmlns="urn:other">', r"Ntfctn\[1\] does not belong here"),
        (b"<Ntry>", b'<Ntry xmlns="urn:other">', r"Ntfctn\[1\]/Ntry\[1\] does not belong here"),
        (b"Ntfctn>", b"Stmt>", r"Stmt\[1\] does not belong here"),
        (b"<Id>R1</Id>", b"", r"Ntfctn\[1\] lacks Id"),
        (b"<Id>R1</Id>", b"<Id>" + b"x" * 30_000 + b"</Id>", "has 30000 characters"),
    ],
)
def test_what_is_wrong_in_a_message_is_named_by_line_and_path(old, new, sentence):
    raw = FILE.replace(old, new).replace(b"BkToCstmrDbtCdtStmt>", b"BkToCstmrDbtCdtNtfctn>")
    with pytest.raises(BadBankFile, match=sentence):
        read_file(raw)


def test_the_line_is_right_far_down_in_a_file_of_any_encoding():
    lines = [TOLD.entry(str(n)) for n in range(1, 70_000, 100)]
    lines[600] = TOLD.entry("-5")
    written = TOLD.message(TOLD.report(*[each.replace("><", ">\n<") for each in lines]))
    line = written[: written.index(">-5<")].count("\n") + 1
    for encoding in ("UTF-8", "UTF-16", "EUC-KR"):
        with pytest.raises(BadBankFile, match=rf"Line {line}: .*/Ntfctn\[1\]/Ntry\[601\]/Amt is '-5'") as refused:
            read_file(written.replace("UTF-8", encoding).encode(encoding))
        assert refused.value.data == {"line": str(line), "field": "BkToCstmrDbtCdtNtfctn/Ntfctn[1]/Ntry[601]/Amt"}
