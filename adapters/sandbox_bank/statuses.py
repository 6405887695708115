"""Writes pain.002: what the bank says of an order, at the level of its dialect."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from adapters.sandbox_bank.dialect import Dialect
from adapters.sandbox_bank.entries import told_ids


@dataclass(frozen=True, slots=True)
class Answered:
    """The bank's answer for one transfer: an ISO status such as ACSP or RJCT, and the reason."""

    end_to_end_id: str
    status: str
    reason: str | None = None
    words: str | None = None
    instruction_id: str | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """The order that an answer is about: its ids, and its message definition, such as `pain.001.001.09`."""

    message_id: str
    payment_information_id: str
    message_type: str


def body(
    message_id: str,
    at: datetime,
    original: Original,
    group: Answered | None,
    transfers: Sequence[Answered],
    dialect: Dialect,
) -> str:
    """Write the content of a pain.002. `group` covers the transfers that are not named; without it they are partial."""
    named, instruction, given = transfers, None, _group(group)
    if dialect.status == "instruction":
        instruction = _instruction_status(group, transfers)
        given = _group(Answered("", "ACTC"))
        named = transfers if instruction.status == "PART" else ()
    elif dialect.status == "transfer" and transfers:
        given = ""
    return (
        f"<CstmrPmtStsRpt><GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{at.isoformat(timespec='seconds')}</CreDtTm>"
        f"</GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{escape(original.message_id)}</OrgnlMsgId>"
        f"<OrgnlMsgNmId>{original.message_type}</OrgnlMsgNmId>{given}</OrgnlGrpInfAndSts>"
        f"{_instruction(original, instruction, named, dialect)}</CstmrPmtStsRpt>"
    )


def _group(group: Answered | None) -> str:
    return f"<GrpSts>{group.status}</GrpSts>{_why(group)}" if group else "<GrpSts>PART</GrpSts>"


def _instruction_status(group: Answered | None, transfers: Sequence[Answered]) -> Answered:
    """Return what holds for the whole instruction: PART if its transfers have several statuses or reasons."""
    if group is not None and group.reason is not None:
        return group
    common = {(each.status, each.reason, each.words) for each in transfers}
    if len(common) == 1:
        return Answered("", *common.pop())
    return group if group is not None and not transfers else Answered("", "PART")


def _instruction(original: Original, status: Answered | None, transfers: Sequence[Answered], dialect: Dialect) -> str:
    if status is None and not transfers:
        return ""
    said = f"<PmtInfSts>{status.status}</PmtInfSts>{_why(status)}" if status else ""
    return (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{escape(original.payment_information_id)}</OrgnlPmtInfId>{said}"
        f"{''.join(_transfer(each, dialect) for each in transfers)}</OrgnlPmtInfAndSts>"
    )


def _transfer(each: Answered, dialect: Dialect) -> str:
    end_to_end, instruction = told_ids(each.end_to_end_id, each.instruction_id, dialect)
    return (
        f"<TxInfAndSts><OrgnlInstrId>{escape(instruction or each.instruction_id or each.end_to_end_id)}</OrgnlInstrId>"
        f"<OrgnlEndToEndId>{escape(end_to_end or 'NOTPROVIDED')}</OrgnlEndToEndId>"
        f"<TxSts>{each.status}</TxSts>{_why(each)}</TxInfAndSts>"
    )


def _why(of: Answered) -> str:
    if of.reason is None:
        return ""
    words = f"<AddtlInf>{escape(of.words[:105])}</AddtlInf>" if of.words else ""
    return f"<StsRsnInf><Rsn><Cd>{escape(of.reason)}</Cd></Rsn>{words}</StsRsnInf>"
