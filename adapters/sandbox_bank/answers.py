"""The files this bank sends: pain.002.001.10, camt.054.001.08, camt.053.001.08, built as text for speed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape

from domain.values.currency import exponent

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{}">'


@dataclass(frozen=True, slots=True)
class Answered:
    """The bank's answer for one transfer: an ISO status such as ACSP or RJCT, and the reason."""

    end_to_end_id: str
    status: str
    reason: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """One booked line in the bank's reports. Amounts are in minor units; `direction` is CRDT or DBIT."""

    id: int
    direction: str
    minor: int
    kind: str
    end_to_end_id: str | None
    counterparty: str
    remittance: str
    reason: str | None
    instructed_minor: int | None
    instructed_currency: str | None
    rate: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """The account that a report is about."""

    number: str
    iban: bool
    currency: str


def reference(posting_id: int) -> str:
    """Return the bank's reference of a booked line. Every report uses it for that line."""
    return f"SBX{posting_id:012d}"


def status_report(
    message_id: str, at: datetime, order_message_id: str, group: Answered | None, transfers: Sequence[Answered]
) -> bytes:
    """Write a pain.002. `group` without transfers covers all of them; no `group` reports the order as partial."""
    status = f"<GrpSts>{group.status}</GrpSts>{_why(group)}" if group else "<GrpSts>PART</GrpSts>"
    body = "".join(
        f"<TxInfAndSts><OrgnlInstrId>{escape(each.end_to_end_id)}</OrgnlInstrId>"
        f"<OrgnlEndToEndId>{escape(each.end_to_end_id)}</OrgnlEndToEndId>"
        f"<TxSts>{each.status}</TxSts>{_why(each)}</TxInfAndSts>"
        for each in transfers
    )
    original = escape(order_message_id)
    parts = (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{original}</OrgnlPmtInfId>{body}</OrgnlPmtInfAndSts>" if transfers else ""
    )
    return (
        f"{_HEAD.format('pain.002.001.10')}<CstmrPmtStsRpt>{_header(message_id, at)}"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{original}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"{status}</OrgnlGrpInfAndSts>{parts}</CstmrPmtStsRpt></Document>"
    ).encode()


def notification(message_id: str, at: datetime, holder: Holder, on: date, postings: Sequence[Posting]) -> bytes:
    """Write a camt.054 of lines booked on one day, with one batch entry for each direction."""
    return (
        f"{_HEAD.format('camt.054.001.08')}<BkToCstmrDbtCdtNtfctn>{_header(message_id, at)}"
        f"<Ntfctn><Id>{message_id}</Id><CreDtTm>{_time(at)}</CreDtTm>{_account(holder)}"
        f"{_entries(holder, on, postings)}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


def statement(  # six facts, in the order of the file
    message_id: str, at: datetime, holder: Holder, on: date, opening: int, postings: Sequence[Posting]
) -> bytes:
    """Write a camt.053 of one day between two booked balances, in minor units that may be negative."""
    closing = opening + sum(each.minor if each.direction == "CRDT" else -each.minor for each in postings)
    return (
        f"{_HEAD.format('camt.053.001.08')}<BkToCstmrStmt>{_header(message_id, at)}"
        f"<Stmt><Id>{message_id}</Id><CreDtTm>{_time(at)}</CreDtTm>{_account(holder)}"
        f"{_balance('OPBD', opening, holder, on)}{_balance('CLBD', closing, holder, on)}"
        f"{_entries(holder, on, postings)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def written(minor: int, currency: str) -> str:
    """Format minor units for bank files: JPY 1000 is `1000`, USD 1000 is `10.00`."""
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"


def _why(of: Answered) -> str:
    if of.reason is None:
        return ""
    words = f"<AddtlInf>{escape(of.words[:105])}</AddtlInf>" if of.words else ""
    return f"<StsRsnInf><Rsn><Cd>{escape(of.reason)}</Cd></Rsn>{words}</StsRsnInf>"


def _header(message_id: str, at: datetime) -> str:
    return f"<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{_time(at)}</CreDtTm></GrpHdr>"


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _account(holder: Holder) -> str:
    number = escape(holder.number)
    identity = f"<IBAN>{number}</IBAN>" if holder.iban else f"<Othr><Id>{number}</Id></Othr>"
    return f"<Acct><Id>{identity}</Id><Ccy>{holder.currency}</Ccy></Acct>"


def _balance(kind: str, minor: int, holder: Holder, on: date) -> str:
    side = "CRDT" if minor >= 0 else "DBIT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_amount(abs(minor), holder.currency)}"
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _amount(minor: int, currency: str) -> str:
    return f'<Amt Ccy="{currency}">{written(minor, currency)}</Amt>'


def _entries(holder: Holder, on: date, postings: Sequence[Posting]) -> str:
    return "".join(
        _entry(holder, on, direction, batch)
        for direction in ("CRDT", "DBIT")
        if (batch := [each for each in postings if each.direction == direction])
    )


def _entry(holder: Holder, on: date, direction: str, batch: Sequence[Posting]) -> str:
    family = "RCDT" if direction == "CRDT" else "ICDT"
    code = f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
    return (
        f"<Ntry>{_amount(sum(each.minor for each in batch), holder.currency)}<CdtDbtInd>{direction}</CdtDbtInd>"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{on}</Dt></BookgDt><ValDt><Dt>{on}</Dt></ValDt>"
        f"<AcctSvcrRef>{reference(batch[0].id)}</AcctSvcrRef>{code}"
        f"<NtryDtls><Btch><NbOfTxs>{len(batch)}</NbOfTxs></Btch>{''.join(_details(batch, holder))}</NtryDtls></Ntry>"
    )


def _details(batch: Iterable[Posting], holder: Holder) -> Iterable[str]:
    for each in batch:
        other = "Dbtr" if each.direction == "CRDT" else "Cdtr"
        exchange = ""
        if each.instructed_minor is not None and each.instructed_currency is not None:
            exchange = (
                f"<AmtDtls><InstdAmt>{_amount(each.instructed_minor, each.instructed_currency)}"
                f"<CcyXchg><SrcCcy>{each.instructed_currency}</SrcCcy><TrgtCcy>{holder.currency}</TrgtCcy>"
                f"<UnitCcy>{each.instructed_currency}</UnitCcy><XchgRate>{each.rate}</XchgRate></CcyXchg>"
                "</InstdAmt></AmtDtls>"
            )
        remittance = f"<RmtInf><Ustrd>{escape(each.remittance)}</Ustrd></RmtInf>" if each.remittance else ""
        returned = f"<RtrInf><Rsn><Cd>{escape(each.reason)}</Cd></Rsn></RtrInf>" if each.reason else ""
        yield (
            f"<TxDtls><Refs><AcctSvcrRef>{reference(each.id)}</AcctSvcrRef>"
            f"<EndToEndId>{escape(each.end_to_end_id or 'NOTPROVIDED')}</EndToEndId></Refs>"
            f"{_amount(each.minor, holder.currency)}<CdtDbtInd>{each.direction}</CdtDbtInd>{exchange}"
            f"<RltdPties><{other}><Pty><Nm>{escape(each.counterparty)}</Nm></Pty></{other}></RltdPties>"
            f"{remittance}{returned}</TxDtls>"
        )
