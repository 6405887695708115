"""pain.002: the bank's answer to an order before booking."""

from typing import Any

from adapters.bank.fields import filled, instant
from adapters.bank.xml import BadBankFile
from domain.bank.messages import BankVerdict, StatusReport, TransferStatus

_ROOT = "CstmrPmtStsRpt"
_ACCEPTED = frozenset({"ACCP", "ACSP", "ACTC", "ACWC", "ACSC", "ACFC", "ACCC", "ACWP"})
_REJECTED = frozenset({"RJCT", "CANC"})
_NO_VERDICT = frozenset({"PDNG", "RCVD", "PART", "PATC"})
_NO_SUCH_ORIGINAL = "NOOR"


def status_report(document: Any) -> StatusReport:
    """Read the report, its statuses as verdicts. Transfers that are still pending at the bank are left out.

    Raises:
        BadBankFile: a field is missing, or a status does not say what became of the money.
    """
    report = document.cstmr_pmt_sts_rpt
    original = report.orgnl_grp_inf_and_sts
    group, reason, words = _verdict(original, original.grp_sts, f"{_ROOT}/OrgnlGrpInfAndSts")
    transfers: list[TransferStatus] = []
    for p, instruction in enumerate(report.orgnl_pmt_inf_and_sts, 1):
        where = f"{_ROOT}/OrgnlPmtInfAndSts[{p}]"
        own, own_reason, own_words = _verdict(instruction, instruction.pmt_inf_sts, where)
        if own is not None and group is None:
            if len(report.orgnl_pmt_inf_and_sts) > 1:
                raise BadBankFile(f"{where}: several instructions have statuses, and our orders have one.", field=where)
            group, reason, words = own, own_reason, own_words
        transfers.extend(_transfers(instruction.tx_inf_and_sts, where))
    return StatusReport(
        message_id=filled(report.grp_hdr.msg_id, f"{_ROOT}/GrpHdr/MsgId"),
        created_at=instant(report.grp_hdr.cre_dt_tm, f"{_ROOT}/GrpHdr/CreDtTm"),
        order_message_id=filled(original.orgnl_msg_id, f"{_ROOT}/OrgnlGrpInfAndSts/OrgnlMsgId"),
        group=group,
        group_reason=reason,
        group_words=words,
        transfers=tuple(transfers),
    )


def _transfers(statuses: list[Any], where: str) -> list[TransferStatus]:
    transfers = []
    for t, each in enumerate(statuses, 1):
        path = f"{where}/TxInfAndSts[{t}]"
        verdict, reason, words = _verdict(each, each.tx_sts, path)
        if verdict is not None:
            key = filled(each.orgnl_end_to_end_id, f"{path}/OrgnlEndToEndId")
            transfers.append(TransferStatus(end_to_end_id=key, verdict=verdict, reason=reason, words=words))
    return transfers


def _verdict(of: Any, status: Any, where: str) -> tuple[BankVerdict | None, str | None, str | None]:
    """Return verdict, reason code and the bank's words. The verdict is None for a missing or pending status."""
    code = getattr(status, "value", status)  # an enumeration in older versions, plain text in newer ones
    if code is None or code in _NO_VERDICT:
        return None, None, None
    if code in _ACCEPTED:
        return BankVerdict.ACCEPTED, None, None
    if code not in _REJECTED:
        raise BadBankFile(
            f"{where}: status {code} does not say whether the money moves: ask the bank what became of it.",
            field=where,
        )
    reason, words = None, []
    for information in of.sts_rsn_inf:
        if information.rsn is not None and reason is None:
            cause = information.rsn.cd or information.rsn.prtry
            reason = getattr(cause, "value", cause)
        words.extend(information.addtl_inf)
    verdict = BankVerdict.NOT_FOUND if reason == _NO_SUCH_ORIGINAL else BankVerdict.REJECTED
    return verdict, reason, " ".join(words) or None
