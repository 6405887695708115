"""Whom a controlled account pays under an agreement."""

from collections.abc import Mapping

from domain.agreement.model import Account, Agreement, Control
from domain.errors import Refused
from domain.sharing.payouts import paying_account


def payees(agreement: Agreement) -> Mapping[str, tuple[Account, ...]]:
    """The accounts that each controlled account may pay, by its id: of its instalments, and of payouts.

    References that do not resolve are another finding, and are left out here.
    """
    accounts = {account.id: account for account in agreement.accounts}
    paid: dict[str, dict[str, Account]] = {account.id: {} for account in agreement.controlled}
    for instalment in agreement.schedule:
        if instalment.payer in paid and instalment.payee in accounts:
            paid[instalment.payer][instalment.payee] = accounts[instalment.payee]
    if agreement.waterfall is not None:
        try:
            debtor = paying_account(agreement)
        except Refused:
            debtor = None
        for account in agreement.accounts if debtor else ():
            if debtor and (account.control, account.currency) == (Control.EXTERNAL, debtor.currency):
                paid[debtor.id][account.id] = account
    return {debtor_id: tuple(each.values()) for debtor_id, each in paid.items()}
