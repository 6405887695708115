"""Reads the files that customers send: orders as pain.001, Zengin records or sheets, and pacs.028 enquiries."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from adapters.sandbox_bank.received import AccountRead, EnquiredTransfer, Instructed, ReceivedOrder, Unreadable
from adapters.sandbox_bank.sheets import read_sheet
from adapters.sandbox_bank.zengin_orders import read_zengin

_ISO = "urn:iso:std:iso:20022:tech:xsd:"
_PAIN = frozenset(f"{_ISO}pain.001.001.{version}" for version in ("03", "09"))
_PACS = frozenset(f"{_ISO}pacs.028.001.{version}" for version in ("03", "06"))
_MAX_ID = 35
_MAX_BYTES = 64 * 1024 * 1024


def read_file(raw: bytes, today: date, columns: str = "") -> ReceivedOrder | EnquiredTransfer:
    """Read one file of a customer. A date without a year is the next one after a month ago.

    `columns` are those of the customer's sheets. Without them the bank takes no sheets.

    Raises:
        Unreadable: not XML, with a DOCTYPE, too large, of another type, or without a message id.
    """
    if len(raw) > _MAX_BYTES:
        raise Unreadable(f"{len(raw)} bytes are more than {_MAX_BYTES}")
    if raw.startswith(b"121"):
        return read_zengin(raw, today)
    if columns and not raw.lstrip().startswith(b"<"):
        return read_sheet(raw, columns, today)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"not well-formed: {error}") from error
    info: Any = root.getroottree().docinfo
    if info.doctype:
        raise Unreadable("carries a DOCTYPE")
    name = etree.QName(root)
    if name.localname == "Document" and name.namespace in _PAIN:
        return _order(root, f"{{{name.namespace}}}")
    if name.localname == "Document" and name.namespace in _PACS:
        return _asked(root, f"{{{name.namespace}}}")
    raise Unreadable(f"{root.tag} is not taken here")


def _order(root: etree._Element, ns: str) -> ReceivedOrder:
    def _text(of: etree._Element, path: str) -> str:
        return (of.findtext(path.replace("~", ns)) or "").strip()

    head = "~CstmrCdtTrfInitn/~GrpHdr"
    info = root.find("~CstmrCdtTrfInitn/~PmtInf".replace("~", ns))
    message_id = _text(root, f"{head}/~MsgId")
    if not message_id or len(message_id) > _MAX_ID or info is None:
        raise Unreadable("no usable MsgId, or no PmtInf")
    return ReceivedOrder(
        message_id=message_id,
        count=_text(root, f"{head}/~NbOfTxs"),
        control_sum=_decimal(_text(root, f"{head}/~CtrlSum")),
        instructions=len(root.findall("~CstmrCdtTrfInitn/~PmtInf".replace("~", ns))),
        execution_on=_date(_text(info, "~ReqdExctnDt/~Dt") or _text(info, "~ReqdExctnDt")),
        debtor=_account(info, ns, "Dbtr"),
        transfers=tuple(_instructed(each, ns) for each in info.iterfind(f"{ns}CdtTrfTxInf")),
        payment_information_id=_text(info, "~PmtInfId") or message_id,
        message_type=ns[1:-1].removeprefix(_ISO),
        as_one=_text(info, "~BtchBookg") not in {"false", "0"},
    )


def _asked(root: etree._Element, ns: str) -> EnquiredTransfer:
    order = root.findtext(f"{ns}FIToFIPmtStsReq/{ns}OrgnlGrpInf/{ns}OrgnlMsgId") or ""
    if not order:
        raise Unreadable("no OrgnlMsgId")
    found = root.iterfind(f"{ns}FIToFIPmtStsReq/{ns}TxInf/{ns}OrgnlEndToEndId")
    return EnquiredTransfer(order, tuple(each.text or "" for each in found))


def _instructed(of: etree._Element, ns: str) -> Instructed:
    amount = of.find(f"{ns}Amt/{ns}InstdAmt")
    address = of.find(f"{ns}Cdtr/{ns}PstlAdr")
    rate = of.find(f"{ns}XchgRateInf")
    return Instructed(
        end_to_end_id=of.findtext(f"{ns}PmtId/{ns}EndToEndId") or "",
        amount=_decimal(amount.text or "") if amount is not None else None,
        currency=amount.get("Ccy", "") if amount is not None else "",
        creditor=_account(of, ns, "Cdtr"),
        name=of.findtext(f"{ns}Cdtr/{ns}Nm") or "",
        town=(address.findtext(f"{ns}TwnNm") or "") if address is not None else "",
        country=(address.findtext(f"{ns}Ctry") or "") if address is not None else "",
        remittance=of.findtext(f"{ns}RmtInf/{ns}Ustrd") or "",
        agreed_rate=_decimal(rate.findtext(f"{ns}XchgRate") or "") if rate is not None else None,
        unit_currency=(rate.findtext(f"{ns}UnitCcy") or "") if rate is not None else "",
        instruction_id=of.findtext(f"{ns}PmtId/{ns}InstrId") or "",
    )


def _account(of: etree._Element, ns: str, side: str) -> AccountRead:
    account = of.find(f"{ns}{side}Acct")
    agent = f"{ns}{side}Agt/{ns}FinInstnId/{ns}"
    bic = of.findtext(f"{agent}BICFI") or of.findtext(f"{agent}BIC") or ""
    member = of.findtext(f"{agent}ClrSysMmbId/{ns}MmbId") or ""
    if account is None:
        return AccountRead("", iban=False, bic=bic, currency=None, member=member)
    iban = account.findtext(f"{ns}Id/{ns}IBAN")
    number = iban or account.findtext(f"{ns}Id/{ns}Othr/{ns}Id") or ""
    return AccountRead(number, iban=iban is not None, bic=bic, currency=account.findtext(f"{ns}Ccy"), member=member)


def _decimal(written: str) -> Decimal | None:
    try:
        number = Decimal(written)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
