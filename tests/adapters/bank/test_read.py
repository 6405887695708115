import codecs
from datetime import date
from decimal import Decimal

import pytest

from adapters.bank.read import read_message
from adapters.bank.xml import BadBankFile, parse_document
from domain.bank.first_release.model import TransferStatus
from domain.bank.messages import BankVerdict, Direction
from domain.values.money import Money

HEAD = "<GrpHdr><MsgId>B1</MsgId><CreDtTm>2025-03-04T09:00:00+09:00</CreDtTm></GrpHdr>"
ACCOUNT = "<Acct><Id><Othr><Id>11022033044</Id></Othr></Id><Ccy>JPY</Ccy></Acct>"
CODE = "<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>"
DETAILS = (
    "<TxDtls><Refs><AcctSvcrRef>R{n}</AcctSvcrRef><EndToEndId>{e2e}</EndToEndId></Refs>"
    '<Amt Ccy="{ccy}">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>{more}</TxDtls>'
)


def document(kind, body):
    namespace = f"urn:iso:std:iso:20022:tech:xsd:{kind}"
    return f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{namespace}">{body}</Document>'


def pain002(status, parts="", kind="pain.002.001.10"):
    return document(
        kind,
        f"<CstmrPmtStsRpt>{HEAD}<OrgnlGrpInfAndSts><OrgnlMsgId>RUN-1</OrgnlMsgId>"
        f"<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{status}</OrgnlGrpInfAndSts>{parts}</CstmrPmtStsRpt>",
    ).encode()


def statuses(*codes, reason=""):
    rows = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>E{n}</OrgnlEndToEndId><TxSts>{code}</TxSts>{reason}</TxInfAndSts>"
        for n, code in enumerate(codes, 1)
    )
    return f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>RUN-1</OrgnlPmtInfId>{rows}</OrgnlPmtInfAndSts>"


def details(n=1, e2e="E1", amount="1000", ccy="JPY", more=""):
    return DETAILS.format(n=n, e2e=e2e, amount=amount, ccy=ccy, more=more)


def entry(inside, amount="1000", status="BOOK", on="2025-03-04", ccy="JPY"):
    return (
        f'<Ntry><Amt Ccy="{ccy}">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>'
        f"<BookgDt><Dt>{on}</Dt></BookgDt>{CODE}<NtryDtls>{inside}</NtryDtls></Ntry>"
    )


def camt054(*entries, account=ACCOUNT, second=""):
    return document(
        "camt.054.001.08",
        f"<BkToCstmrDbtCdtNtfctn>{HEAD}<Ntfctn><Id>N1</Id>{account}{''.join(entries)}</Ntfctn>{second}"
        "</BkToCstmrDbtCdtNtfctn>",
    ).encode()


def balance(kind, amount, side="CRDT"):
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="JPY">{amount}</Amt>'
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>2025-03-04</Dt></Dt></Bal>"
    )


def camt053(*entries, balances=""):
    return document(
        "camt.053.001.08",
        f"<BkToCstmrStmt>{HEAD}<Stmt><Id>S1</Id>{ACCOUNT}{balances}{''.join(entries)}</Stmt></BkToCstmrStmt>",
    ).encode()


@pytest.mark.parametrize("code", ["ACCP", "ACSP", "ACTC", "ACWC", "ACSC"])
def test_every_accepting_group_status_is_one_verdict(code):
    report = read_message(pain002(f"<GrpSts>{code}</GrpSts>"))
    assert (report.group, report.transfers, report.order_message_id) == (BankVerdict.ACCEPTED, (), "RUN-1")


def test_a_part_accepted_order_has_no_group_verdict_and_pending_transfers_have_none():
    report = read_message(pain002("<GrpSts>PART</GrpSts>", statuses("ACSC", "PDNG", "RCVD")))
    assert report.group is None
    assert report.transfers == (TransferStatus(end_to_end_id="E1", verdict=BankVerdict.ACCEPTED),)


def test_a_rejection_carries_the_reason_and_the_banks_words():
    why = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Account</AddtlInf><AddtlInf>closed</AddtlInf></StsRsnInf>"
    (status,) = read_message(pain002("<GrpSts>PART</GrpSts>", statuses("RJCT", reason=why))).transfers
    assert (status.verdict, status.reason, status.words) == (BankVerdict.REJECTED, "AC04", "Account closed")


def test_a_rejected_group_says_why():
    why = "<StsRsnInf><Rsn><Cd>AM10</Cd></Rsn></StsRsnInf>"
    report = read_message(pain002(f"<GrpSts>RJCT</GrpSts>{why}"))
    assert (report.group, report.group_reason) == (BankVerdict.REJECTED, "AM10")


def test_no_original_transaction_means_not_found():
    why = "<StsRsnInf><Rsn><Cd>NOOR</Cd></Rsn></StsRsnInf>"
    (status,) = read_message(pain002("", statuses("RJCT", reason=why))).transfers
    assert status.verdict is BankVerdict.NOT_FOUND


def test_the_status_of_the_only_instruction_speaks_for_the_order():
    parts = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>P</OrgnlPmtInfId><PmtInfSts>ACSP</PmtInfSts></OrgnlPmtInfAndSts>"
    assert read_message(pain002("", parts)).group is BankVerdict.ACCEPTED


@pytest.mark.parametrize("version", range(3, 15))
def test_every_version_of_a_status_report_is_read(version):
    raw = pain002("<GrpSts>ACSP</GrpSts>", kind=f"pain.002.001.{version:02}")
    assert read_message(raw).group is BankVerdict.ACCEPTED


def test_a_status_that_leaves_the_money_open_is_refused_for_a_person_to_ask():
    with pytest.raises(BadBankFile, match=r"OrgnlPmtInfAndSts\[1\]/TxInfAndSts\[1\]: status BLCK"):
        read_message(pain002("", statuses("BLCK")))


def test_a_batch_entry_is_one_movement_for_each_transaction():
    raw = camt054(entry(details(1, "E1", "400") + details(2, "NOTPROVIDED", "600")))
    report = read_message(raw)
    assert (report.account_number, report.currency, report.booked_on) == ("11022033044", "JPY", date(2025, 3, 4))
    first, second = report.movements
    assert (first.bank_reference, first.booked, first.direction) == ("R1", Money(400, "JPY"), Direction.DEBIT)
    assert (first.end_to_end_id, second.end_to_end_id) == ("E1", None)


def test_a_conversion_gives_both_amounts_and_the_rate():
    exchange = (
        '<AmtDtls><InstdAmt><Amt Ccy="USD">10.00</Amt><CcyXchg><SrcCcy>USD</SrcCcy><TrgtCcy>JPY</TrgtCcy>'
        "<UnitCcy>{}</UnitCcy><XchgRate>148.5</XchgRate></CcyXchg></InstdAmt></AmtDtls>"
    )
    (movement,) = read_message(camt054(entry(details(amount="1485", more=exchange.format("USD")), "1485"))).movements
    assert (movement.instructed, movement.rate) == (Money(1000, "USD"), Decimal("148.5"))
    (inverse,) = read_message(camt054(entry(details(amount="1485", more=exchange.format("JPY")), "1485"))).movements
    assert (inverse.instructed, inverse.rate) == (Money(1000, "USD"), None)


def test_a_return_is_marked_with_its_reason():
    raw = camt054(entry(details(more="<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")))
    (movement,) = read_message(raw).movements
    assert (movement.returned, movement.reason, movement.end_to_end_id) == (True, "AC04", "E1")


def test_an_entry_that_is_not_booked_yet_is_left_out():
    raw = camt054(entry(details()), entry(details(2), status="PDNG", on="2025-03-05"))
    assert len(read_message(raw).movements) == 1


def test_a_strangers_end_to_end_id_in_other_characters_does_not_stop_the_file():
    (movement,) = read_message(camt054(entry(details(e2e="請求書-1")))).movements
    assert movement.end_to_end_id is None


def test_a_statement_must_lead_from_its_opening_to_its_closing_balance():
    entries = entry(details())
    good = read_message(camt053(entries, balances=balance("OPBD", 400) + balance("CLBD", 600, "DBIT")))
    assert (good.opening, good.closing) == (Money(400, "JPY"), Money(-600, "JPY"))
    with pytest.raises(BadBankFile, match="do not lead to JPY 600"):
        read_message(camt053(entries, balances=balance("OPBD", 400) + balance("CLBD", 600)))
    with pytest.raises(BadBankFile, match="no CLBD balance"):
        read_message(camt053(entries, balances=balance("OPBD", 400)))


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (camt054(entry(details(amount="1000.5"), "1000.5")), r"Ntry\[1\]/Amt: JPY 1000.5 has more decimals"),
        (camt054(entry(details(ccy="USD"))), r"TxDtls\[1\]/Amt: USD 1000.00 is booked on an account in JPY"),
        (camt054(entry(details(), ccy="USD")), r"Ntry\[1\]/Amt: USD 1000.00 is booked on an account in JPY"),
        (camt054(entry(details(ccy="ZZZ"))), r"TxDtls\[1\]/Amt/@Ccy: 'ZZZ' is not an ISO 4217"),
        (camt054(entry(details(amount="-1000"))), r"TxDtls\[1\]/Amt: -1000 is not an amount"),
        (camt054(entry(details(amount="1" * 19))), r"more than 18 digits"),
        (camt054(entry(details(amount="999"))), r"Ntry\[1\]/Amt: the entry is of JPY 1000 .* add up to JPY 999"),
        (camt054(entry(details(), on="2025-03-04"), entry(details(2), on="2025-03-05")), "2 booking days"),
        (camt054(entry("<TxDtls></TxDtls>")), r"TxDtls\[1\]/Refs/AcctSvcrRef is missing"),
        (
            camt054(entry(details()), account=ACCOUNT.replace("<Ccy>JPY</Ccy>", "<Surprise/>")),
            r"Ntfctn/Acct/Surprise does not belong",
        ),
        (camt054(entry(details(amount="ten"))), "TxDtls/Amt holds 'ten'"),
        (camt054(entry(details(), on="2025-02-30")), "Ntry/BookgDt/Dt holds '2025-02-30'"),
        (
            camt054(entry(details()), second=f"<Ntfctn><Id>N2</Id>{ACCOUNT.replace('11022033044', '9')}</Ntfctn>"),
            "speaks of 2 accounts",
        ),
        (
            pain002("").replace(b"<OrgnlMsgId>RUN-1</OrgnlMsgId>", b""),
            "CstmrPmtStsRpt/OrgnlGrpInfAndSts lacks OrgnlMsgId",
        ),
        (pain002("").replace(b"RUN-1", b"RUN_1"), "order_message_id"),
        (
            pain002("").replace(b"2025-03-04T09:00:00+09:00", b"yesterday"),
            "GrpHdr/CreDtTm holds 'yesterday'",
        ),
    ],
)
def test_a_file_that_is_wrong_somewhere_is_refused_naming_the_place(raw, where):
    with pytest.raises(BadBankFile, match=where):
        read_message(raw)


LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "Line 1: this is not well-formed XML"),
        (b"\x00\x01\x02", "not well-formed"),
        (pain002("")[:-20], "not well-formed"),
        (pain002("").replace(b"</GrpHdr>", b"\n</GrpHd>"), "Line 2"),
        (pain002("").replace(b"RUN-1", b"\xff\xfe"), "not well-formed"),
        (pain002("").decode().replace("UTF-8", "UTF-16").encode("utf-16"), "UTF-16"),
        (codecs.BOM_UTF8 + b"<a/>", "not the root of an ISO 20022 message"),
        (b'<Document xmlns="urn:evil"/>', "not the root of an ISO 20022 message"),
        (document("pacs.008.001.08", "").encode(), "pacs.008.001.08, which is not read here"),
        (f"{LAUGHS}<Document>&l9;</Document>".encode(), "DOCTYPE|entity"),
        (f'{LAUGHS}<Document a="&l9;"/>'.encode(), "DOCTYPE|entit|amplif"),
        (b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>', "DOCTYPE"),
        (b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd"><Document/>', "DOCTYPE"),
        (b"<a>" * 5000 + b"</a>" * 5000, "depth"),
        (b"<Document>" + b"x" * 11_000_000 + b"</Document>", "not well-formed|not the root"),
    ],
)
def test_hostile_xml_costs_a_refusal_and_nothing_else(raw, sentence):
    with pytest.raises(BadBankFile, match=sentence):
        read_message(raw)


def test_a_file_beyond_the_size_limit_is_not_even_parsed():
    with pytest.raises(BadBankFile, match="has 11 bytes and at most 10 are read"):
        parse_document(b"<not xml at"[:11], max_bytes=10)
