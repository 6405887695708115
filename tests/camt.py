"""Notifications and statements of a bank with bookings that a test makes up."""

from dataclasses import dataclass
from datetime import date

from domain.values.money import Money

_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.08"><{root}>\
<GrpHdr><MsgId>{message}</MsgId><CreDtTm>{on}T18:00:00+09:00</CreDtTm></GrpHdr>\
<{report}><Id>{message}</Id><CreDtTm>{on}T18:00:00+09:00</CreDtTm>\
<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>{entries}</{report}>\
</{root}></Document>"""
_ENTRY = """<Ntry><Amt Ccy="{currency}">{digits}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
<BookgDt><Dt>{on}</Dt></BookgDt><ValDt><Dt>{on}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>\
<NtryDtls><TxDtls><Refs><EndToEndId>{end_to_end_id}</EndToEndId></Refs><Amt Ccy="{currency}">{digits}</Amt>\
<CdtDbtInd>{sign}</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>{party}</Nm></Pty></Dbtr></RltdPties>\
<RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""

_KINDS = {"054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"), "053": ("BkToCstmrStmt", "Stmt")}


@dataclass(frozen=True)
class CamtEntry:
    """A booking: negative if money went out."""

    amount: Money
    reference: str
    words: str = "no words"
    party: str = "Somebody"
    end_to_end_id: str = "NOTPROVIDED"


def camt(message: str, account: str, on: date, *entries: CamtEntry, kind: str = "054") -> bytes:
    """A notification, or statement (053), of an account number, with bookings of one day."""
    currency = entries[0].amount.currency
    written = "".join(
        _ENTRY.format(
            on=on,
            currency=currency,
            digits=str(one.amount).partition(" ")[2].removeprefix("-"),
            sign="CRDT" if one.amount.minor > 0 else "DBIT",
            reference=one.reference,
            end_to_end_id=one.end_to_end_id,
            party=one.party,
            words=one.words,
        )
        for one in entries
    )
    root, report = _KINDS[kind]
    return _DOCUMENT.format(
        kind=kind,
        root=root,
        report=report,
        message=message,
        on=on,
        account=account,
        currency=currency,
        entries=written,
    ).encode()
