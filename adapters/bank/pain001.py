"""Writes a payment order as pain.001.001.09, the file that instructs a bank to pay."""

from collections import Counter
from types import ModuleType
from typing import Any

from adapters.bank.iso import module, moment, rendered
from domain.bank.messages import (
    MAX_RATE_DECIMALS,
    MAX_RATE_DIGITS,
    AgreedRate,
    BankAccount,
    CreditTransfer,
    PaymentOrder,
    carries_rate,
    carries_text,
)
from domain.errors import BadInput
from domain.values.money import total

_TYPE = "pain.001.001.09"
_MAX_AMOUNT_DIGITS = 18


def write_order(order: PaymentOrder) -> bytes:
    """Write the order as UTF-8 XML; equal orders give equal bytes.

    Raises:
        BadInput: transfers in two currencies, an end-to-end id twice, an amount that is not above zero, a rate or a
            text that the format cannot carry. The sentence names the transfer.
    """
    _check(order)
    iso = module(_TYPE)
    currency = order.transfers[0].amount.currency
    count = str(len(order.transfers))
    control_sum = total((each.amount for each in order.transfers), currency).decimal
    header = iso.GroupHeader85(
        msg_id=order.message_id,
        cre_dt_tm=moment(order.created_at),
        nb_of_txs=count,
        ctrl_sum=control_sum,
        initg_pty=iso.PartyIdentification135(nm=_text(order.debtor.holder, "GrpHdr/InitgPty/Nm")),
    )
    instruction = iso.PaymentInstruction30(
        pmt_inf_id=order.message_id,
        pmt_mtd=iso.PaymentMethod3Code.TRF,
        btch_bookg=True,
        nb_of_txs=count,
        ctrl_sum=control_sum,
        reqd_exctn_dt=iso.DateAndDateTime2Choice(dt=iso.XmlDate.from_date(order.execution_on)),
        dbtr=_party(iso, order.debtor, "PmtInf/Dbtr"),
        dbtr_acct=_account(iso, order.debtor, currency=order.debtor.currency),
        dbtr_agt=_agent(iso, order.debtor),
        chrg_br=iso.ChargeBearerType1Code.SHAR,
        cdt_trf_tx_inf=[_transfer(iso, each) for each in order.transfers],
    )
    document = iso.Document(
        cstmr_cdt_trf_initn=iso.CustomerCreditTransferInitiationV09(grp_hdr=header, pmt_inf=[instruction])
    )
    return rendered(_TYPE, document)


def _check(order: PaymentOrder) -> None:
    currency = order.transfers[0].amount.currency
    for each in order.transfers:
        if each.amount.currency != currency:
            raise BadInput(
                f"Order {order.message_id} mixes {currency} and {each.amount.currency} "
                f"(transfer {each.end_to_end_id}): write one order for each currency.",
                end_to_end_id=each.end_to_end_id,
            )
        if each.amount.minor <= 0 or len(str(each.amount.minor)) > _MAX_AMOUNT_DIGITS:
            raise BadInput(
                f"Transfer {each.end_to_end_id} is of {each.amount}: a bank transfers amounts above zero "
                f"of at most {_MAX_AMOUNT_DIGITS} digits.",
                end_to_end_id=each.end_to_end_id,
            )
    twice = [key for key, times in Counter(each.end_to_end_id for each in order.transfers).items() if times > 1]
    if twice:
        raise BadInput(
            f"Order {order.message_id} carries the end-to-end id {twice[0]} twice: each payment is sent once.",
            end_to_end_id=twice[0],
        )


def _transfer(iso: ModuleType, transfer: CreditTransfer) -> Any:
    where = f"transfer {transfer.end_to_end_id}"
    remittance = transfer.remittance
    return iso.CreditTransferTransaction34(
        pmt_id=iso.PaymentIdentification6(instr_id=transfer.end_to_end_id, end_to_end_id=transfer.end_to_end_id),
        amt=iso.AmountType4Choice(
            instd_amt=iso.ActiveOrHistoricCurrencyAndAmount(value=transfer.amount.decimal, ccy=transfer.amount.currency)
        ),
        xchg_rate_inf=_rate(iso, transfer.agreed_rate, transfer) if transfer.agreed_rate else None,
        cdtr_agt=_agent(iso, transfer.creditor),
        cdtr=_party(iso, transfer.creditor, f"{where}: Cdtr"),
        cdtr_acct=_account(iso, transfer.creditor),
        rmt_inf=iso.RemittanceInformation16(ustrd=[_text(remittance, f"{where}: RmtInf/Ustrd")])
        if remittance
        else None,
    )


def _rate(iso: ModuleType, agreed: AgreedRate, transfer: CreditTransfer) -> Any:
    if not carries_rate(agreed.rate):
        raise BadInput(
            f"Transfer {transfer.end_to_end_id} is agreed at {agreed.rate}: a bank file carries a rate above zero of "
            f"at most {MAX_RATE_DIGITS} digits, {MAX_RATE_DECIMALS} of them decimals.",
            end_to_end_id=transfer.end_to_end_id,
        )
    return iso.ExchangeRate1(
        unit_ccy=transfer.amount.currency,
        xchg_rate=agreed.rate,
        rate_tp=iso.ExchangeRateType1Code.AGRD,
        ctrct_id=agreed.contract_id,
    )


def _party(iso: ModuleType, account: BankAccount, where: str) -> Any:
    address = account.address
    return iso.PartyIdentification135(
        nm=_text(account.holder, f"{where}/Nm"),
        pstl_adr=iso.PostalAddress24(
            strt_nm=_text(address.street, f"{where}/PstlAdr/StrtNm"),
            bldg_nb=_text(address.building, f"{where}/PstlAdr/BldgNb") if address.building else None,
            pst_cd=_text(address.postcode, f"{where}/PstlAdr/PstCd"),
            twn_nm=_text(address.town, f"{where}/PstlAdr/TwnNm"),
            ctry=address.country,
        ),
    )


def _account(iso: ModuleType, account: BankAccount, currency: str | None = None) -> Any:
    identity = (
        iso.AccountIdentification4Choice(iban=account.number)
        if account.iban
        else iso.AccountIdentification4Choice(othr=iso.GenericAccountIdentification1(id=account.number))
    )
    return iso.CashAccount38(id=identity, ccy=currency)


def _agent(iso: ModuleType, account: BankAccount) -> Any:
    return iso.BranchAndFinancialInstitutionIdentification6(
        fin_instn_id=iso.FinancialInstitutionIdentification18(bicfi=account.bic)
    )


def _text(written: str, where: str) -> str:
    """Return the text if XML can carry it. Banks refuse empty elements and control characters."""
    if not carries_text(written):
        raise BadInput(f"{where}: {written!r} is empty or holds control characters: write plain text.", field=where)
    return written
