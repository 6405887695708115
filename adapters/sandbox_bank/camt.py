"""Writes camt.052, camt.053 and camt.054 of every version, as text for speed."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

from adapters.sandbox_bank.amounts import written
from adapters.sandbox_bank.dialect import Telling
from adapters.sandbox_bank.entries import Detail, Holder, Report, ReportedBatch, ReportedEntry

_ROOTS: dict[Telling, tuple[str, str, str]] = {
    "notification": ("camt.054", "BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    "intraday": ("camt.052", "BkToCstmrAcctRpt", "Rpt"),
    "statement": ("camt.053", "BkToCstmrStmt", "Stmt"),
}
_CODES = {
    "transfer": {"CRDT": ("RCDT", "ESCT"), "DBIT": ("ICDT", "ESCT")},
    "return": {"CRDT": ("ICDT", "RRTN"), "DBIT": ("RCDT", "RRTN")},
    "reversal": {"CRDT": ("ICDT", "ESCT"), "DBIT": ("RCDT", "ESCT")},
    "charge": {"CRDT": ("MDOP", "CHRG"), "DBIT": ("MDOP", "CHRG")},
}
# The versions at which the definition changed.
_DETAIL_AMOUNT, _PAGES, _CHARGE_RECORDS = 3, 3, 3
_CHARGE_INCLUDED = 4
_STATUS_CHOICE, _PARTY_CHOICE = 7, 7


def message_type(telling: Telling, version: int) -> str:
    """Return the message definition's name, such as `camt.053.001.08`."""
    return f"{_ROOTS[telling][0]}.001.{version:02d}"


def body(message_id: str, at: datetime, reports: Sequence[Report], telling: Telling, version: int) -> str:
    """Write the content of the Document of one or more reports of one kind."""
    _, root, name = _ROOTS[telling]
    parts = "".join(
        f"<{name}><Id>{message_id}{f'-{number}' if number > 1 else ''}</Id>{_page(each, name, version)}"
        f"<CreDtTm>{_time(at)}</CreDtTm>{_account(each.holder)}{_balances(each)}"
        f"{''.join(_entry(entry, each.holder, version) for entry in each.entries)}</{name}>"
        for number, each in enumerate(reports, 1)
    )
    pages = _pagination(reports[0], "Msg") if version < _PAGES else ""
    return f"<{root}><GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{_time(at)}</CreDtTm>{pages}</GrpHdr>{parts}</{root}>"


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _page(report: Report, name: str, version: int) -> str:
    if report.page is None:
        return ""
    pages = _pagination(report, name) if version >= _PAGES else ""
    return f"{pages}<ElctrncSeqNb>{report.number}</ElctrncSeqNb>"


def _pagination(report: Report, name: str) -> str:
    if report.page is None:
        return ""
    number, last = report.page
    word = "true" if last else "false"
    return f"<{name}Pgntn><PgNb>{number}</PgNb><LastPgInd>{word}</LastPgInd></{name}Pgntn>"


def _account(holder: Holder) -> str:
    number = escape(holder.number)
    identity = f"<IBAN>{number}</IBAN>" if holder.iban else f"<Othr><Id>{number}</Id></Othr>"
    return f"<Acct><Id>{identity}</Id><Ccy>{holder.currency}</Ccy></Acct>"


def _balances(report: Report) -> str:
    """Write the balances of the whole: on the first page the opening one, on the last page the closing one."""
    number, last = report.page or (1, True)
    told = (
        ("OPBD", report.opening if number == 1 else None, report.first),
        ("CLBD", report.closing if last else None, report.last),
    )
    return "".join(_balance(kind, minor, report.holder, on) for kind, minor, on in told if minor is not None)


def _balance(kind: str, minor: int, holder: Holder, on: date) -> str:
    side = "CRDT" if minor >= 0 else "DBIT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_amount(abs(minor), holder.currency)}"
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _amount(minor: int, currency: str, name: str = "Amt") -> str:
    return f'<{name} Ccy="{currency}">{written(minor, currency)}</{name}>'


def _optional(name: str, value: str | None) -> str:
    return "" if value is None else f"<{name}>{escape(value)}</{name}>"


def _entry(entry: ReportedEntry, holder: Holder, version: int) -> str:
    family, sub_family = _CODES[entry.purpose][entry.direction]
    code = (
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub_family}</SubFmlyCd></Fmly></Domn></BkTxCd>"
    )
    reversal = "<RvslInd>true</RvslInd>" if entry.purpose == "reversal" else ""
    status = "<Cd>BOOK</Cd>" if version >= _STATUS_CHOICE else "BOOK"
    inner = f"{_batch(entry.batch, entry, holder)}{''.join(_details(entry, holder, version))}"
    return (
        f"<Ntry>{_optional('NtryRef', entry.counter)}{_amount(entry.minor, holder.currency)}"
        f"<CdtDbtInd>{entry.direction}</CdtDbtInd>{reversal}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>{entry.on}</Dt></BookgDt><ValDt><Dt>{entry.on}</Dt></ValDt>"
        f"{_optional('AcctSvcrRef', entry.servicer)}{code}{_charges(entry.charge, holder.currency, version)}"
        f"{f'<NtryDtls>{inner}</NtryDtls>' if inner else ''}{_optional('AddtlNtryInf', entry.text or None)}</Ntry>"
    )


def _batch(batch: ReportedBatch | None, entry: ReportedEntry, holder: Holder) -> str:
    if batch is None:
        return ""
    ids = f"{_optional('MsgId', batch.message_id)}{_optional('PmtInfId', batch.payment_information_id)}"
    total = f"{_amount(batch.minor, holder.currency, 'TtlAmt')}<CdtDbtInd>{entry.direction}</CdtDbtInd>" if ids else ""
    return f"<Btch>{ids}<NbOfTxs>{batch.count}</NbOfTxs>{total}</Btch>"


def _charges(minor: int, currency: str, version: int, *, included: bool = True) -> str:
    """Write a charge that is a part of the amount, or was taken off before."""
    if not minor:
        return ""
    inclusion = "<ChrgInclInd>true</ChrgInclInd>" if included and version >= _CHARGE_INCLUDED else ""
    record = f"{_amount(minor, currency)}<CdtDbtInd>DBIT</CdtDbtInd>{inclusion}"
    record = f"<Rcrd>{record}</Rcrd>" if version >= _CHARGE_RECORDS else record
    return f"<Chrgs>{_amount(minor, currency, 'TtlChrgsAndTaxAmt')}{record}</Chrgs>"


def _details(entry: ReportedEntry, holder: Holder, version: int) -> Iterable[str]:
    for each in entry.details:
        line = each.posting
        other = "Dbtr" if (line.direction == "CRDT") != (line.kind == "reversal") else "Cdtr"
        party = f"<Nm>{escape(line.counterparty)}</Nm>"
        party = f"<Pty>{party}</Pty>" if version >= _PARTY_CHOICE else party
        remittance = f"<RmtInf><Ustrd>{escape(each.remittance)}</Ustrd></RmtInf>" if each.remittance else ""
        returned = f"<RtrInf><Rsn><Cd>{escape(each.reason)}</Cd></Rsn></RtrInf>" if each.reason else ""
        yield (
            f"<TxDtls><Refs>{_optional('AcctSvcrRef', each.servicer)}{_optional('InstrId', each.instruction_id)}"
            f"<EndToEndId>{escape(each.end_to_end_id or 'NOTPROVIDED')}</EndToEndId></Refs>"
            f"{_amounts(each, holder, version)}"
            f"{_charges(line.charge, holder.currency, version, included=line.direction == 'DBIT')}"
            f"<RltdPties><{other}>{party}</{other}></RltdPties>{remittance}{returned}</TxDtls>"
        )


def _amounts(detail: Detail, holder: Holder, version: int) -> str:
    """Write a detail's amount, and the amount that was instructed if it is another one."""
    line, currency = detail.posting, holder.currency
    own = _amount(detail.minor, currency)
    instructed = exchange = ""
    if line.instructed_minor is not None and line.instructed_currency is not None:
        instructed = _amount(line.instructed_minor, line.instructed_currency)
        exchange = (
            f"<CcyXchg><SrcCcy>{line.instructed_currency}</SrcCcy><TrgtCcy>{currency}</TrgtCcy>"
            f"<UnitCcy>{line.instructed_currency}</UnitCcy><XchgRate>{line.rate}</XchgRate></CcyXchg>"
        )
    elif line.charge and line.direction == "CRDT":
        instructed = _amount(line.minor + line.charge, currency)
    turned = bool(exchange) and detail.in_instructed_currency
    shown = instructed if turned else own
    head = f"{shown}<CdtDbtInd>{line.direction}</CdtDbtInd>" if version >= _DETAIL_AMOUNT else ""
    first = f"<InstdAmt>{instructed}{exchange}</InstdAmt>" if instructed and not turned else ""
    share = f"<TxAmt>{shown}</TxAmt>" if turned or version < _DETAIL_AMOUNT else ""
    counter = f"<CntrValAmt>{own}{exchange}</CntrValAmt>" if turned else ""
    more = f"{first}{share}{counter}"
    return f"{head}<AmtDtls>{more}</AmtDtls>" if more else head
