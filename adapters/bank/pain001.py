"""Writes a payment order as pain.001.001.03 or .09, the file that instructs a bank to pay."""

from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from adapters.bank.iso import module, moment, rendered
from domain.bank.characters import CharacterSet, latin_name, transliterated
from domain.bank.messages import (
    MAX_RATE_DECIMALS,
    MAX_RATE_DIGITS,
    AccountType,
    AgreedRate,
    BankAccount,
    ClearingMember,
    CreditTransfer,
    PaymentOrder,
    RegulatoryReporting,
    carries_rate,
    carries_text,
)
from domain.bank.orders import check_order
from domain.bank.profile import PLAIN, OrganisationId, Pain001Profile
from domain.bank.zengin.transfers import TYPES
from domain.errors import BadInput
from domain.values.money import total

_ISO_TYPES = {AccountType.ORDINARY: "CACC", AccountType.CURRENT: "CACC", AccountType.SAVINGS: "SVGS"}


def write_order(order: PaymentOrder, profile: Pain001Profile = PLAIN) -> bytes:
    """Write the order as UTF-8 XML; equal orders give equal bytes.

    Raises:
        BadInput: transfers in two currencies, an end-to-end id twice, an amount that is not above zero, a rate or a
            text that the file cannot carry, or an account without a bank. The sentence names the transfer.
    """
    check_order(order)
    return rendered(profile.format, _Writer(module(profile.format), _classes(profile.format), profile).document(order))


def clearing_system(iso: ModuleType, member: ClearingMember) -> Any:
    """The clearing system of a bank. What is not in ISO's list of codes of five letters is proprietary."""
    in_list = len(member.system) == 5  # noqa: PLR2004 - a code of ISO's list
    return iso.ClearingSystemIdentification2Choice(**{"cd" if in_list else "prtry": member.system})


@dataclass(frozen=True, slots=True)
class _Classes:
    """The library's classes of a version whose names differ between the versions. The fields are the same."""

    initiation: Any
    header: Any
    instruction: Any
    transfer: Any
    payment_id: Any
    payment_type: Any
    amount: Any
    rate: Any
    party: Any
    party_id: Any
    organisation: Any
    address: Any
    account: Any
    account_type: Any
    agent: Any
    institution: Any
    branch: Any
    remittance: Any


_NAMES = {
    "pain.001.001.03": (
        "CustomerCreditTransferInitiationV03 GroupHeader32 PaymentInstructionInformation3 "
        "CreditTransferTransactionInformation10 PaymentIdentification1 PaymentTypeInformation19 AmountType3Choice "
        "ExchangeRateInformation1 PartyIdentification32 Party6Choice OrganisationIdentification4 PostalAddress6 "
        "CashAccount16 CashAccountType2 BranchAndFinancialInstitutionIdentification4 "
        "FinancialInstitutionIdentification7 BranchData2 RemittanceInformation5"
    ),
    "pain.001.001.09": (
        "CustomerCreditTransferInitiationV09 GroupHeader85 PaymentInstruction30 "
        "CreditTransferTransaction34 PaymentIdentification6 PaymentTypeInformation26 AmountType4Choice "
        "ExchangeRate1 PartyIdentification135 Party38Choice OrganisationIdentification29 PostalAddress24 "
        "CashAccount38 CashAccountType2Choice BranchAndFinancialInstitutionIdentification6 "
        "FinancialInstitutionIdentification18 BranchData3 RemittanceInformation16"
    ),
}


@cache
def _classes(version: str) -> _Classes:
    iso = module(version)
    return _Classes(*(getattr(iso, name) for name in _NAMES[version].split()))


@dataclass(frozen=True, slots=True)
class _Writer:
    """Makes the library's records of an order. `of` has the classes that the versions name differently."""

    iso: ModuleType
    of: _Classes
    profile: Pain001Profile

    @property
    def _early(self) -> bool:
        return self.profile.format == "pain.001.001.03"

    def document(self, order: PaymentOrder) -> Any:
        """The whole order."""
        profile, debtor = self.profile, order.debtor
        currency, count = order.transfers[0].amount.currency, str(len(order.transfers))
        control_sum = total((each.amount for each in order.transfers), currency).decimal
        day = self.iso.XmlDate.from_date(order.execution_on)
        header = self.of.header(
            msg_id=order.message_id,
            cre_dt_tm=moment(order.created_at),
            nb_of_txs=count,
            ctrl_sum=control_sum,
            initg_pty=self.of.party(
                nm=self._name(debtor, "GrpHdr/InitgPty/Nm"), id=self._party_id(profile.initiating_party_id)
            ),
        )
        instruction = self.of.instruction(
            pmt_inf_id=order.message_id,
            pmt_mtd=self.iso.PaymentMethod3Code.TRF,
            btch_bookg=order.batch_booking,
            nb_of_txs=count,
            ctrl_sum=control_sum,
            pmt_tp_inf=self._payment_type(),
            reqd_exctn_dt=day if self._early else self.iso.DateAndDateTime2Choice(dt=day),
            dbtr=self._party(debtor, "PmtInf/Dbtr", profile.debtor_id),
            dbtr_acct=self._account(debtor, currency=debtor.currency),
            dbtr_agt=self._agent(debtor, "PmtInf/DbtrAgt"),
            chrg_br=self.iso.ChargeBearerType1Code(profile.charge_bearer),
            cdt_trf_tx_inf=[self._transfer(each, debtor) for each in order.transfers],
        )
        return self.iso.Document(cstmr_cdt_trf_initn=self.of.initiation(grp_hdr=header, pmt_inf=[instruction]))

    def _payment_type(self) -> Any:
        level, category = self.profile.service_level, self.profile.category_purpose
        if level is None and category is None:
            return None
        service = self.iso.ServiceLevel8Choice(cd=level) if level else None
        several = [service] if service else []
        return self.of.payment_type(
            svc_lvl=service if self._early else several,
            ctgy_purp=self.iso.CategoryPurpose1Choice(cd=category) if category else None,
        )

    def _transfer(self, transfer: CreditTransfer, debtor: BankAccount) -> Any:
        where, creditor, money = f"transfer {transfer.end_to_end_id}", transfer.creditor, transfer.amount
        purpose = transfer.codes.purpose or self.profile.purpose
        told = transfer.codes.regulatory or self.profile.regulatory
        reported = told if debtor.country != creditor.country else None
        return self.of.transfer(
            pmt_id=self.of.payment_id(instr_id=transfer.end_to_end_id, end_to_end_id=transfer.end_to_end_id),
            amt=self.of.amount(
                instd_amt=self.iso.ActiveOrHistoricCurrencyAndAmount(value=money.decimal, ccy=money.currency)
            ),
            xchg_rate_inf=self._rate(transfer.agreed_rate, transfer) if transfer.agreed_rate else None,
            cdtr_agt=self._agent(creditor, f"{where}: CdtrAgt"),
            cdtr=self._party(creditor, f"{where}: Cdtr"),
            cdtr_acct=self._account(creditor),
            purp=self.iso.Purpose2Choice(cd=purpose) if purpose else None,
            rgltry_rptg=[self._reported(reported)] if reported else [],
            rmt_inf=self.of.remittance(ustrd=[self._text(transfer.remittance, f"{where}: RmtInf/Ustrd")])
            if transfer.remittance
            else None,
        )

    def _rate(self, agreed: AgreedRate, transfer: CreditTransfer) -> Any:
        if not carries_rate(agreed.rate):
            raise BadInput(
                f"Transfer {transfer.end_to_end_id} is agreed at {agreed.rate}: a bank file carries a rate above zero "
                f"of at most {MAX_RATE_DIGITS} digits, {MAX_RATE_DECIMALS} of them decimals.",
                end_to_end_id=transfer.end_to_end_id,
            )
        unit = {} if self._early else {"unit_ccy": transfer.amount.currency}  # .03 has no field for it
        kind = self.iso.ExchangeRateType1Code.AGRD
        return self.of.rate(xchg_rate=agreed.rate, rate_tp=kind, ctrct_id=agreed.contract_id, **unit)

    def _reported(self, told: RegulatoryReporting) -> Any:
        detail = self.iso.StructuredRegulatoryReporting3(
            cd=told.code, inf=[told.information] if told.information else []
        )
        return self.iso.RegulatoryReporting3(
            dbt_cdt_rptg_ind=self.iso.RegulatoryReportingType1Code(told.indicator),
            authrty=self.iso.RegulatoryAuthority2(ctry=told.authority_country) if told.authority_country else None,
            dtls=[detail] if told.code or told.information else [],
        )

    def _party(self, account: BankAccount, where: str, known_as: OrganisationId | None = None) -> Any:
        address = account.address
        return self.of.party(
            nm=self._name(account, f"{where}/Nm"),
            pstl_adr=self.of.address(
                strt_nm=self._text(address.street, f"{where}/PstlAdr/StrtNm"),
                bldg_nb=self._text(address.building, f"{where}/PstlAdr/BldgNb") if address.building else None,
                pst_cd=self._text(address.postcode, f"{where}/PstlAdr/PstCd"),
                twn_nm=self._text(address.town, f"{where}/PstlAdr/TwnNm"),
                ctry=address.country,
            ),
            id=self._party_id(known_as, account.lei),
        )

    def _party_id(self, known_as: OrganisationId | None, lei: str | None = None) -> Any:
        """The ids of an organisation. Version .03 has no field for an LEI."""
        written = {} if self._early or lei is None else {"lei": lei}
        if known_as is None and not written:
            return None
        others = [self._organisation_id(known_as)] if known_as else []
        return self.of.party_id(org_id=self.of.organisation(othr=others, **written))

    def _organisation_id(self, known_as: OrganisationId) -> Any:
        scheme = known_as.scheme
        code = {"cd": scheme} if scheme and len(scheme) <= 4 else {"prtry": scheme}  # noqa: PLR2004 - ISO codes have 4
        return self.iso.GenericOrganisationIdentification1(
            id=known_as.id,
            schme_nm=self.iso.OrganisationIdentificationSchemeName1Choice(**code) if scheme else None,
            issr=known_as.issuer,
        )

    def _account(self, account: BankAccount, currency: str | None = None) -> Any:
        identity = (
            self.iso.AccountIdentification4Choice(iban=account.number)
            if account.iban
            else self.iso.AccountIdentification4Choice(othr=self.iso.GenericAccountIdentification1(id=account.number))
        )
        return self.of.account(id=identity, tp=self._account_type(account.kind), ccy=currency)

    def _account_type(self, kind: AccountType | None) -> Any:
        if kind is None or self.profile.account_type is None:
            return None
        if self.profile.account_type == "zengin":
            return self.of.account_type(prtry=TYPES[kind])
        code = _ISO_TYPES.get(kind)
        if code is None:
            return None  # ISO has no code for another type
        return self.of.account_type(cd=self.iso.CashAccountType4Code(code) if self._early else code)

    def _agent(self, account: BankAccount, where: str) -> Any:
        """A bank by BIC, or by its place in the clearing; by the other where it has only that."""
        by_clearing = account.clearing is not None and (self.profile.agent != "bic" or account.bic is None)
        by_bic = account.bic is not None and (self.profile.agent != "clearing" or not by_clearing)
        if not by_clearing and not by_bic:
            raise BadInput(f"{where}: the account has neither a BIC nor a clearing code: add one.", field=where)
        member = account.clearing if by_clearing else None
        bic = {"bic" if self._early else "bicfi": account.bic} if by_bic else {}
        return self.of.agent(
            fin_instn_id=self.of.institution(
                clr_sys_mmb_id=self.iso.ClearingSystemMemberIdentification2(
                    clr_sys_id=clearing_system(self.iso, member), mmb_id=member.member
                )
                if member
                else None,
                **bic,
            ),
            brnch_id=self.of.branch(id=member.branch) if member and member.branch else None,
        )

    def _name(self, account: BankAccount, where: str) -> str:
        characters = self.profile.character_set
        return self._carried(account.holder, *latin_name(account.holder, account.latin_name, characters), where)

    def _text(self, text: str, where: str) -> str:
        return self._carried(text, *transliterated(text, self.profile.character_set), where)

    def _carried(self, text: str, written: str, missing: str, where: str) -> str:
        """Return what is written of a text. Banks refuse empty elements and control characters."""
        if not carries_text(written) and not missing:
            raise BadInput(f"{where}: {text!r} is empty or holds control characters: write plain text.", field=where)
        if missing:
            characters: CharacterSet = self.profile.character_set
            raise BadInput(
                f"{where}: {missing!r} of {text!r} cannot be written in {characters}: add a Latin name.", field=where
            )
        return written
