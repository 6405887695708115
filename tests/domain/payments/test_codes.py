"""The codes that go with a payment: as its instalment says, else its payee's account; a release is bound to them."""

import pytest

from domain.bank.messages import BankCodes, RegulatoryReporting
from domain.errors import StaleApproval
from domain.payments import orders
from domain.payments.codes import codes_of
from tests.domain import builders as b
from tests.domain.payments.test_runs import NOON, TERMS

REPORTED = RegulatoryReporting(authority_country="KR", code="50212")
PAYEE = BankCodes(purpose="ROYA", regulatory=REPORTED)


def coded(instalment=None, payee=None):
    """The terms with codes of instalment P1, and of the account that it pays."""
    account = next(one.payee for one in TERMS.schedule if one.id == "P1")
    return TERMS.model_copy(
        update={
            "schedule": tuple(
                one.model_copy(update={"bank_codes": instalment}) if one.id == "P1" else one for one in TERMS.schedule
            ),
            "accounts": tuple(
                one.model_copy(update={"bank_codes": payee}) if one.id == account else one for one in TERMS.accounts
            ),
        }
    )


@pytest.mark.parametrize(
    ("instalment", "payee", "expected"),
    [
        (None, None, BankCodes()),
        (BankCodes(purpose="SUPP"), None, BankCodes(purpose="SUPP")),
        (None, PAYEE, PAYEE),
        (BankCodes(purpose="SUPP"), PAYEE, BankCodes(purpose="SUPP", regulatory=REPORTED)),
    ],
)
def test_the_order_has_the_instalments_codes_else_the_payees(instalment, payee, expected):
    terms = coded(instalment, payee)
    state, run = b.prepared(b.owing(), terms=terms)
    order = orders.order(b.released(state, run).runs[run], b.released(state, run).payments, terms, NOON)
    assert next(one.codes for one in order.transfers if one.end_to_end_id == "HANA.P1") == expected


def test_payments_without_codes_have_none():
    assert codes_of(b.owing().payments.values(), TERMS) == {}
    assert set(codes_of(b.owing().payments.values(), coded(BankCodes(purpose="SUPP")))) == {"HANA.P1"}


def test_a_release_is_bound_to_the_codes():
    state, run = b.prepared(b.owing(), terms=coded(BankCodes(purpose="SUPP")))
    state = b.released(state, run)
    with pytest.raises(StaleApproval, match="changed after its release"):
        orders.order(state.runs[run], state.payments, coded(BankCodes(purpose="SALA")), NOON)
