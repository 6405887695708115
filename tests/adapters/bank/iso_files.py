"""Builds camt and pain.002 files of every version, valid for their version, each part by the trait it is to have."""

from xml.sax.saxutils import escape

ROOTS = {
    "camt.052": ("BkToCstmrAcctRpt", "Rpt"),
    "camt.053": ("BkToCstmrStmt", "Stmt"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
TIME = "2025-03-04T09:00:00+09:00"
DAY = "2025-03-04"
HEADER = f"<GrpHdr><MsgId>M1</MsgId><CreDtTm>{TIME}</CreDtTm>{{more}}</GrpHdr>"
ACCOUNT = "<Acct><Id><Othr><Id>11022033044</Id></Othr></Id><Ccy>JPY</Ccy></Acct>"
CODE = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>{}</SubFmlyCd></Fmly></Domn></BkTxCd>"
TRANSFER = CODE.format("DMCT")
ISO = "urn:iso:std:iso:20022:tech:xsd:"


def tag(name, written):
    """An element around a text, or nothing."""
    return f"<{name}>{escape(written)}</{name}>" if written else ""


def amount(written, currency="JPY", name="Amt"):
    return f'<{name} Ccy="{currency}">{written}</{name}>'


def document(kind, body, namespace=None):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{namespace or ISO + kind}">{body}</Document>'


class Camt:
    """A family of messages in one version: its parts as that version writes them."""

    def __init__(self, family="camt.053", version=8):
        self.family, self.version = family, version
        self.root, self.report_name = ROOTS[family]

    @property
    def kind(self):
        return f"{self.family}.001.{self.version:02}"

    def file(self, *entries, namespace=None, **fields):
        return self.message(self.report(*entries, **fields), namespace=namespace).encode()

    def message(self, *reports, header="", namespace=None):
        body = f"<{self.root}>{HEADER.format(more=header)}{''.join(reports)}</{self.root}>"
        return document(self.kind, body, namespace)

    def report(self, *entries, id="R1", account=ACCOUNT, balances=None, page="", number="", made=TIME):  # noqa: A002
        if balances is None:
            balances = self.balance("ITBD", "0") if self.family == "camt.053" else ""
        paging = f"<{self.report_name}Pgntn>{page}</{self.report_name}Pgntn>" if page else ""
        head = f"{tag('Id', id)}{paging}{tag('ElctrncSeqNb', number)}{tag('CreDtTm', made)}{account}{balances}"
        return f"<{self.report_name}>{head}{''.join(entries)}</{self.report_name}>"

    def balance(self, code, written, way="CRDT", on=DAY, currency="JPY", sub=""):
        kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry>{sub}</Tp>"
        return f"<Bal>{kind}{amount(written, currency)}<CdtDbtInd>{way}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"

    def status(self, code):
        return f"<Sts>{code}</Sts>" if self.version <= 6 else f"<Sts><Cd>{code}</Cd></Sts>"

    def entry(
        self,
        written,
        *details,
        way="DBIT",
        currency="JPY",
        status="BOOK",
        booked=f"<Dt>{DAY}</Dt>",
        value=f"<Dt>{DAY}</Dt>",
        servicer="S1",
        ref="",
        code=TRANSFER,
        reversal="",
        amounts="",
        charges="",
        batch="",
        text="",
    ):
        dates = (f"<BookgDt>{booked}</BookgDt>" if booked else "") + (f"<ValDt>{value}</ValDt>" if value else "")
        inside = f"<NtryDtls>{batch}{''.join(details)}</NtryDtls>" if details or batch else ""
        return (
            f"<Ntry>{tag('NtryRef', ref)}{amount(written, currency)}<CdtDbtInd>{way}</CdtDbtInd>"
            f"{tag('RvslInd', reversal)}{self.status(status)}{dates}{tag('AcctSvcrRef', servicer)}{code}"
            f"{amounts}{charges}{inside}{tag('AddtlNtryInf', text)}</Ntry>"
        )

    def detail(
        self,
        written=None,
        *,
        way="DBIT",
        currency="JPY",
        refs="<EndToEndId>E1</EndToEndId>",
        transaction=None,
        instructed="",
        counter="",
        code="",
        charges="",
        parties="",
        remittance="",
        returned="",
        text="",
    ):
        """A TxDtls. `transaction` is the TxAmt; version 2 has no other place for the amount."""
        own = ""
        if written is not None and self.version == 2:
            transaction = transaction or amount(written, currency)
        elif written is not None:
            own = f"{amount(written, currency)}<CdtDbtInd>{way}</CdtDbtInd>"
        elif 3 <= self.version <= 6:
            raise ValueError("versions 3 to 6 require an amount")
        parts = [("InstdAmt", instructed), ("TxAmt", transaction), ("CntrValAmt", counter)]
        amounts = "".join(f"<{name}>{given}</{name}>" for name, given in parts if given)
        around = [("AmtDtls", amounts), ("", code), ("", charges), ("RltdPties", parties), ("RmtInf", remittance)]
        inside = "".join(f"<{name}>{given}</{name}>" if name and given else given for name, given in around)
        return f"<TxDtls><Refs>{refs}</Refs>{own}{inside}{returned}{tag('AddtlTxInf', text)}</TxDtls>"

    def charges(self, *written, currency="JPY", included=None, total=None):
        if self.version == 2:
            return "".join(f"<Chrgs>{amount(each, currency)}<CdtDbtInd>DBIT</CdtDbtInd></Chrgs>" for each in written)
        mark = f"<ChrgInclInd>{included}</ChrgInclInd>" if included and self.version >= 4 else ""
        records = "".join(f"<Rcrd>{amount(each, currency)}<CdtDbtInd>DBIT</CdtDbtInd>{mark}</Rcrd>" for each in written)
        whole = amount(total, currency, "TtlChrgsAndTaxAmt") if total else ""
        return f"<Chrgs>{whole}{records}</Chrgs>"

    def party(self, side, name):
        inside = f"<Nm>{escape(name)}</Nm>"
        return f"<{side}>{inside if self.version <= 6 else f'<Pty>{inside}</Pty>'}</{side}>"


def account_of(side, number):
    return f"<{side}Acct><Id><Othr><Id>{number}</Id></Othr></Id></{side}Acct>"


def exchange(rate, source="USD", target="JPY", unit="", base=""):
    """A CcyXchg; `base` exists from version 11 on."""
    return (
        f"<CcyXchg><SrcCcy>{source}</SrcCcy><TrgtCcy>{target}</TrgtCcy>{tag('UnitCcy', unit)}"
        f"<XchgRate>{rate}</XchgRate>{tag('XchgRateBase', base)}</CcyXchg>"
    )


def reason(code, *words):
    return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn>{''.join(tag('AddtlInf', each) for each in words)}</StsRsnInf>"


def transfer(end_to_end="E1", status="", why="", instruction=""):
    ids = f"{tag('OrgnlInstrId', instruction)}{tag('OrgnlEndToEndId', end_to_end)}"
    return f"<TxInfAndSts>{ids}{tag('TxSts', status)}{why}</TxInfAndSts>"


def instruction(*transfers, id="P1", status="", why=""):  # noqa: A002
    head = f"{tag('OrgnlPmtInfId', id)}{tag('PmtInfSts', status)}{why}"
    return f"<OrgnlPmtInfAndSts>{head}{''.join(transfers)}</OrgnlPmtInfAndSts>"


def pain002(*instructions, version=10, order="RUN-1", status="", why="", namespace=None):
    group = f"{tag('OrgnlMsgId', order)}<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{tag('GrpSts', status)}{why}"
    body = (
        f"<CstmrPmtStsRpt>{HEADER.format(more='')}<OrgnlGrpInfAndSts>{group}</OrgnlGrpInfAndSts>"
        f"{''.join(instructions)}</CstmrPmtStsRpt>"
    )
    return document(f"pain.002.001.{version:02}", body, namespace).encode()
