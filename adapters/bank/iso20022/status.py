"""Reads pain.002, the bank's answer to an order, on its three levels."""

from xml.etree.ElementTree import Element

from adapters.bank.iso20022.tree import Children, at, children, refuse, required, text
from adapters.bank.iso20022.values import instant, reference
from domain.bank.messages import BankVerdict
from domain.bank.reports import GivenStatus, InstructionStatus, StatusReport, TransferStatus

_ACCEPTED = frozenset({"ACCP", "ACSP", "ACTC", "ACWC", "ACSC", "ACFC", "ACCC", "ACWP"})
_REJECTED = frozenset({"RJCT", "CANC"})
_OPEN = frozenset({"PDNG", "RCVD", "PART", "PATC"})
_NO_SUCH_ORIGINAL = "NOOR"
_NARRATIVE = "NARR"


def status_report(message: Element, message_type: str) -> StatusReport:
    """Read a `CstmrPmtStsRpt`.

    Raises:
        Misread: a status does not say what becomes of the money, or the report does not name its order.
    """
    found = children(message)
    header = required(message, found, "GrpHdr")
    heads = children(header)
    original = required(message, found, "OrgnlGrpInfAndSts")
    of_group = children(original)
    group = _status(original, of_group, "GrpSts")
    instructions = tuple(_instruction(each, group) for each in message.findall("OrgnlPmtInfAndSts"))
    order = reference(of_group.get("OrgnlMsgId"))
    if order is None and all(each.payment_information is None for each in instructions):
        refuse(original, "lacks OrgnlMsgId, so the report names no order")
    return StatusReport(
        message_type,
        text(required(header, heads, "MsgId")) or refuse(header, "lacks MsgId"),
        instant(heads.get("CreDtTm")),
        order,
        group,
        instructions,
    )


def _instruction(element: Element, group: GivenStatus | None) -> InstructionStatus:
    found = children(element)
    status = _status(element, found, "PmtInfSts")
    transfers = [_transfer(each, status or group) for each in element.findall("TxInfAndSts")]
    return InstructionStatus(
        reference(found.get("OrgnlPmtInfId")), status, tuple(each for each in transfers if each is not None)
    )


def _transfer(element: Element, above: GivenStatus | None) -> TransferStatus | None:
    """Read the status of a transfer. None if it has no status and no reason of its own."""
    found = children(element)
    status = _status(element, found, "TxSts")
    if text(found.get("TxSts")) is None:
        reason, words = _reason(element)
        if above is None or above.verdict is BankVerdict.ACCEPTED or not (reason or words):
            return None
        status = GivenStatus(above.verdict, reason, words)
    end_to_end, instruction = reference(found.get("OrgnlEndToEndId")), reference(found.get("OrgnlInstrId"))
    if end_to_end is None and instruction is None:
        refuse(element, "lacks OrgnlEndToEndId and OrgnlInstrId, so it names no transfer")
    return TransferStatus(end_to_end, instruction, status)


def _status(of: Element, found: Children, name: str) -> GivenStatus | None:
    """Return the status of a level. None if it has none, or one that leaves the money open for now."""
    code = text(found.get(name))
    if code is None or code in _OPEN:
        return None
    if code in _ACCEPTED:
        return GivenStatus(BankVerdict.ACCEPTED)
    if code not in _REJECTED:
        refuse(
            of, f"has status {code[:40]}, which does not say whether the money moves", "ask the bank what became of it"
        )
    reason, words = _reason(of)
    verdict = BankVerdict.NOT_FOUND if reason == _NO_SUCH_ORIGINAL else BankVerdict.REJECTED
    return GivenStatus(verdict, reason, words)


def _reason(of: Element) -> tuple[str | None, str | None]:
    """Return the reason code and the bank's words. A code counts before `NARR`, which refers to the words."""
    codes: list[str] = []
    words: list[str] = []
    for each in of.findall("StsRsnInf"):
        code = text(at(each, "Rsn", "Cd")) or text(at(each, "Rsn", "Prtry"))
        codes += [code] if code else []
        words += [line for part in each.findall("AddtlInf") if (line := text(part))]
    telling = [each for each in codes if each != _NARRATIVE]
    return next(iter(telling or codes), None), " ".join(words) or None
