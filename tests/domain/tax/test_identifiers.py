"""Tax numbers are checked with their check digits."""

import pytest

from domain.errors import BadInput
from domain.tax.identifiers import TAX_ID_TERMS, TaxIdKind, checked_tax_id


@pytest.mark.parametrize(
    ("kind", "written", "plain"),
    [
        ("jp-invoice-number", "T7000012050002", "T7000012050002"),
        ("jp-invoice-number", "T5-8356-7825-6246", "T5835678256246"),
        ("jp-corporate-number", "5835678256246", "5835678256246"),
        ("kr-business-number", "124-81-00998", "1248100998"),
        ("kr-business-number", "220-81-62517", "2208162517"),
        ("tw-business-number", "00501503", "00501503"),
        ("fr-siren", "552 008 443", "552008443"),
        ("us-ein", "91-1144442", "911144442"),
    ],
)
def test_a_right_number_is_read_in_its_plain_form(kind, written, plain):
    assert checked_tax_id(TaxIdKind(kind), written) == plain


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("jp-invoice-number", "T5123456789012"),
        ("jp-invoice-number", "7000012050002"),
        ("jp-corporate-number", "2835678256246"),
        ("kr-business-number", "124-81-00997"),
        ("kr-business-number", "124-81-0099"),
        ("kr-business-number", "000-00-00000"),
        ("tw-business-number", "00501504"),
        ("fr-siren", "552008444"),
        ("us-ein", "9"),
    ],
)
def test_a_wrong_number_is_refused_with_its_own_term(kind, written):
    with pytest.raises(BadInput) as refused:
        checked_tax_id(TaxIdKind(kind), written)
    assert TAX_ID_TERMS[TaxIdKind(kind)] in str(refused.value)


@pytest.mark.parametrize("wrong", range(10))
def test_every_wrong_check_digit_of_a_korean_number_is_found(wrong):
    if wrong == 8:
        assert checked_tax_id(TaxIdKind.KR_BUSINESS, "124-81-00998")
        return
    with pytest.raises(BadInput):
        checked_tax_id(TaxIdKind.KR_BUSINESS, f"124-81-0099{wrong}")


def test_of_a_persons_invoice_number_only_the_form_is_checked():
    assert checked_tax_id(TaxIdKind.JP_INVOICE, "T5123456789012", individual=True) == "T5123456789012"
    with pytest.raises(BadInput, match="thirteen digits"):
        checked_tax_id(TaxIdKind.JP_INVOICE, "T512345678901", individual=True)
