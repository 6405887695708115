"""The files this bank sends, in the dialect of the account: pain.002 and account reports."""

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from adapters.sandbox_bank import camt, mt, statuses, zengin
from adapters.sandbox_bank.dialect import DEFAULT, Dialect, Telling
from adapters.sandbox_bank.entries import Holder, Report
from adapters.sandbox_bank.statuses import Answered, Original

_ISO = "urn:iso:std:iso:20022:tech:xsd:"
_SWISS = "http://www.six-interbank-clearing.com/de/{}.ch.02.xsd"
_GERMAN_STATUS = "pain.002.003.03"
_HYPHENS = (3, 6)
_MT_NAMES: dict[Telling, str] = {"notification": "mt942", "intraday": "mt942", "statement": "mt940"}


def status_report(
    message_id: str,
    at: datetime,
    original: Original,
    group: Answered | None,
    transfers: Sequence[Answered],
    dialect: Dialect = DEFAULT,
) -> bytes:
    """Write a pain.002. `group` covers the transfers that are not named; without it the order is partial."""
    message_type = f"pain.002.001.{dialect.status_version:02d}"
    content = statuses.body(message_id, at, original, group, transfers, dialect)
    return _document(message_type, message_id, at, content, dialect)


def account_file(message_id: str, at: datetime, reports: Sequence[Report], dialect: Dialect = DEFAULT) -> bytes:
    """Write reports of one kind in one file."""
    shown = [replace(each, holder=_written_holder(each.holder, dialect)) for each in reports]
    if dialect.format == "mt":
        encoding = "UTF-8" if dialect.encoding == "UTF-16" else dialect.encoding
        return mt.text(message_id, at, shown, blocks=dialect.envelope).encode(encoding, "replace")
    if dialect.format == "zengin":
        return zengin.text(at, shown).encode("cp932")
    telling, version = reports[0].telling, dialect.camt_version
    content = camt.body(message_id, at, shown, telling, version)
    return _document(camt.message_type(telling, version), message_id, at, content, dialect)


def file_name(telling: Telling, dialect: Dialect) -> str:
    """Return the end of the file's name, such as `camt.053.xml`."""
    if dialect.format == "mt":
        return f"{_MT_NAMES[telling]}.sta"
    return "zengin.txt" if dialect.format == "zengin" else f"{camt.message_type(telling, 0)[:8]}.xml"


def _written_holder(holder: Holder, dialect: Dialect) -> Holder:
    if holder.iban or not dialect.hyphens or dialect.format == "zengin":
        return holder
    first, second = _HYPHENS
    number = "-".join(
        part for part in (holder.number[:first], holder.number[first:second], holder.number[second:]) if part
    )
    return replace(holder, number=number)


def _document(message_type: str, message_id: str, at: datetime, content: str, dialect: Dialect) -> bytes:
    document = f'<Document xmlns="{_namespace(message_type, dialect)}">{content}</Document>'
    if dialect.prefix:
        document = re.sub(r"<(/?)(?=[A-Z])", r"<\1d:", document).replace(" xmlns=", " xmlns:d=", 1)
    if dialect.envelope:
        document = _enveloped(message_type, message_id, at, document)
    head = f'<?xml version="1.0" encoding="{dialect.encoding}"?>\n'
    return f"{head}{document}".encode(dialect.encoding, "xmlcharrefreplace")


def _namespace(message_type: str, dialect: Dialect) -> str:
    if dialect.namespace == "swiss":
        return _SWISS.format(message_type)
    if dialect.namespace == "german" and message_type == "pain.002.001.03":
        return f"{_ISO}{_GERMAN_STATUS}"
    return f"{_ISO}{message_type}"


def _enveloped(message_type: str, message_id: str, at: datetime, document: str) -> str:
    ends = "".join(
        f"<{end}><FIId><FinInstnId><BICFI>{bic}</BICFI></FinInstnId></FIId></{end}>"
        for end, bic in (("Fr", "SANDBOXXXXX"), ("To", "CUSTOMERXXX"))
    )
    created = at.isoformat(timespec="seconds")
    return (
        f'<BizMsgEnvlp xmlns="{_ISO}nvlp.001.001.01"><AppHdr xmlns="{_ISO}head.001.001.02">{ends}'
        f"<BizMsgIdr>{message_id}</BizMsgIdr><MsgDefIdr>{message_type}</MsgDefIdr><CreDt>{created}</CreDt></AppHdr>"
        f"{document}</BizMsgEnvlp>"
    )
