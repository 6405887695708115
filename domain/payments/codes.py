"""The codes that go with payments to the bank: as the instalment says, else the payee's account."""

from collections.abc import Iterable

from domain.agreement.model import Agreement
from domain.bank.messages import BankCodes
from domain.payments.payments import Payment


def codes_of(payments: Iterable[Payment], agreement: Agreement) -> dict[str, BankCodes]:
    """The codes of each payment that has any, by its id."""
    by_instalment = {one.id: one.bank_codes for one in agreement.schedule if one.bank_codes is not None}
    by_account = {one.id: one.bank_codes for one in agreement.accounts if one.bank_codes is not None}
    if not by_instalment and not by_account:
        return {}
    nothing = BankCodes()
    found = {
        payment.id: _together(by_instalment.get(payment.instalment, nothing), by_account.get(payment.payee, nothing))
        for payment in payments
    }
    return {name: codes for name, codes in found.items() if codes != nothing}


def _together(first: BankCodes, second: BankCodes) -> BankCodes:
    return BankCodes(purpose=first.purpose or second.purpose, regulatory=first.regulatory or second.regulatory)
