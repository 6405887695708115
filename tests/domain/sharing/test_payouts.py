"""From which account a share is paid, and to which."""

import pytest

from domain.agreement.model import Agreement, Purpose
from domain.errors import BadInput, Refused
from domain.events import Payout
from domain.sharing.payouts import (
    paying_account,
    payout_terms,
    scheduled,
    the_waterfall,
)
from domain.sharing.waterfall.model import Waterfall
from tests.domain import builders as b


def agreement(currency: str = "KRW") -> Agreement:
    waterfall = Waterfall.model_validate(
        {
            "currency": currency,
            "pools": [{"id": "gross", "receives": "everything", "residue": "vendor"}],
            "minimum_payouts": [{"to": "vendor", "amount": f"{currency} 5000"}],
        }
    )
    return b.agreement().model_copy(update={"waterfall": waterfall})


def payout(party: str) -> Payout:
    return Payout(party=party, payment="HANA.D/1", amount=b.krw(7))


def test_a_payout_is_a_payment_from_our_account_to_the_partys_own():
    (line,) = scheduled(agreement(), [payout("vendor")], b.TODAY)
    assert (line.payment, line.instalment, line.purpose) == ("HANA.D/1", "D/1", Purpose.PARTICIPATION)
    assert (line.account, line.payee, line.payee_party, line.due_on) == ("spc-krw", "vendor-krw", "vendor", b.TODAY)


def test_who_has_no_account_in_the_currency_is_named():
    with pytest.raises(BadInput, match="mori is to be paid KRW 7 and has no account in KRW"):
        scheduled(agreement(), [payout("mori")], b.TODAY)


def test_terms_are_the_agreements_and_the_paying_accounts_owner_keeps_its_share():
    terms = payout_terms(agreement())
    assert terms.minimum == {"vendor": b.krw(5000)}
    assert terms.kept == {"spc"}


def test_without_an_account_in_the_waterfalls_currency_nothing_can_be_paid():
    with pytest.raises(Refused, match="controls no account in USD"):
        paying_account(agreement("USD"))


def test_without_a_waterfall_nothing_is_distributed():
    with pytest.raises(Refused, match="has no waterfall"):
        the_waterfall(b.agreement())
