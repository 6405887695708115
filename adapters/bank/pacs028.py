"""Writes an enquiry as pacs.028.001.03, which asks a bank for the status of transfers."""

from types import ModuleType
from typing import Any

from adapters.bank.iso import module, moment, rendered
from adapters.bank.pain001 import clearing_system
from domain.bank.messages import BankAccount, Enquiry

_TYPE = "pacs.028.001.03"


def write_enquiry(enquiry: Enquiry) -> bytes:
    """Write the enquiry as UTF-8 XML; equal enquiries give equal bytes.

    Raises:
        BadInput: `created_at` has no time zone.
    """
    iso = module(_TYPE)
    request = iso.FitoFipaymentStatusRequestV03(
        grp_hdr=iso.GroupHeader91(
            msg_id=enquiry.message_id,
            cre_dt_tm=moment(enquiry.created_at),
            instd_agt=iso.BranchAndFinancialInstitutionIdentification6(fin_instn_id=_bank(iso, enquiry.debtor)),
        ),
        orgnl_grp_inf=[
            iso.OriginalGroupInformation27(orgnl_msg_id=enquiry.order_message_id, orgnl_msg_nm_id=enquiry.order_format)
        ],
        tx_inf=[
            iso.PaymentTransaction113(orgnl_instr_id=end_to_end_id, orgnl_end_to_end_id=end_to_end_id)
            for end_to_end_id in enquiry.end_to_end_ids
        ],
    )
    return rendered(_TYPE, iso.Document(fito_fipmt_sts_req=request))


def _bank(iso: ModuleType, account: BankAccount) -> Any:
    """The bank of an account, by BIC or else by its place in the clearing."""
    if account.bic is not None or account.clearing is None:
        return iso.FinancialInstitutionIdentification18(bicfi=account.bic)
    member = iso.ClearingSystemMemberIdentification2(
        clr_sys_id=clearing_system(iso, account.clearing), mmb_id=account.clearing.member
    )
    return iso.FinancialInstitutionIdentification18(clr_sys_mmb_id=member)
