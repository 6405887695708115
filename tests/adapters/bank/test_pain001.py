from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapters.bank import pain001
from adapters.bank.iso import rendered
from adapters.bank.pain001 import write_order
from domain.bank.messages import AgreedRate
from domain.errors import BadInput
from domain.values.currency import exponent
from tests.adapters.bank.samples import AGREED, DEBTOR, VENDOR, order, transfer

GOLDEN = Path(__file__).parent / "golden"
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def texts(raw, path):
    return [each.text for each in etree.fromstring(raw).iterfind(path, NS)]


def golden_order():
    domestic = DEBTOR.model_copy(update={"holder": "株式会社東京ポスト", "number": "7654321"})
    return order(
        transfer("MANGA12-I03", "USD 1250.00", agreed_rate=AGREED),
        transfer("MANGA12-I04", "USD 0.05", creditor=domestic, remittance="", agreed_rate=AGREED),
    )


def test_an_order_is_written_as_the_golden_file_byte_for_byte():
    assert write_order(golden_order()) == (GOLDEN / "order.pain.001.001.09.xml").read_bytes()


def test_the_same_order_gives_the_same_bytes():
    assert write_order(golden_order()) == write_order(golden_order())


def test_our_writer_says_byte_for_byte_what_the_librarys_serializer_says(monkeypatch):
    from xsdata.formats.dataclass.serializers import XmlSerializer

    documents = []

    def noted(kind, document):
        documents.append(document)
        return rendered(kind, document)

    monkeypatch.setattr(pain001, "rendered", noted)
    raw = write_order(golden_order())
    assert raw == XmlSerializer().render(documents[0], ns_map={None: NS["p"]}).encode()


@pytest.mark.parametrize(
    ("amounts", "control_sum"),
    [
        (("JPY 1000", "JPY 90000000"), "90001000"),
        (("KRW 1", "KRW 2"), "3"),
        (("USD 0.05", "USD 1250.00"), "1250.05"),
        (("BHD 0.001", "BHD 1"), "1.001"),
    ],
)
def test_amounts_have_exactly_the_decimals_of_their_currency(amounts, control_sum):
    raw = write_order(order(*(transfer(f"E{n}", amount) for n, amount in enumerate(amounts))))
    assert texts(raw, ".//p:CtrlSum") == [control_sum, control_sum]
    assert texts(raw, ".//p:NbOfTxs") == ["2", "2"]
    for written in texts(raw, ".//p:InstdAmt"):
        assert len(written.partition(".")[2]) == exponent(amounts[0][:3])


def test_an_iban_and_a_domestic_number_stand_in_their_own_fields():
    raw = write_order(order(transfer("E1"), transfer("E2", creditor=DEBTOR)))
    assert texts(raw, ".//p:CdtrAcct/p:Id/p:IBAN") == [VENDOR.number]
    assert texts(raw, ".//p:CdtrAcct/p:Id/p:Othr/p:Id") == [DEBTOR.number]


def test_an_agreed_rate_names_its_contract_and_an_order_without_one_has_no_rate():
    raw = write_order(golden_order())
    assert texts(raw, ".//p:XchgRateInf/p:RateTp") == ["AGRD", "AGRD"]
    assert texts(raw, ".//p:XchgRateInf/p:CtrctId") == ["FX-1", "FX-1"]
    assert not texts(write_order(order()), ".//p:XchgRateInf")


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=140)
)
def test_any_text_comes_back_as_it_was(text):
    if text.strip():
        assert texts(write_order(order(transfer(remittance=text))), ".//p:Ustrd") == [text]


@pytest.mark.parametrize(
    ("transfers", "sentence"),
    [
        ((transfer("E1", "JPY 1"), transfer("E2", "USD 1.00")), "mixes JPY and USD .transfer E2."),
        ((transfer("E1"), transfer("E1")), "carries the end-to-end id E1 twice"),
        ((transfer(amount="JPY 0"),), "MANGA12-1 is of JPY 0"),
        ((transfer(amount="JPY -5"),), "MANGA12-1 is of JPY -5"),
        ((transfer(remittance="a\x00b"),), "MANGA12-1: RmtInf/Ustrd"),
        ((transfer(creditor=VENDOR.model_copy(update={"holder": " "})),), "MANGA12-1: Cdtr/Nm"),
        ((transfer(agreed_rate=AgreedRate(rate="0.00000000001", contract_id="C")),), "agreed at"),
        ((transfer(agreed_rate=AgreedRate(rate="1234567890.12", contract_id="C")),), "agreed at"),
        ((transfer(agreed_rate=AgreedRate(rate="0", contract_id="C")),), "agreed at 0"),
    ],
)
def test_an_order_that_a_bank_could_not_take_is_not_written(transfers, sentence):
    with pytest.raises(BadInput, match=sentence):
        write_order(order(*transfers))


def test_a_time_without_an_offset_is_not_written():
    with pytest.raises(BadInput, match="has no time zone"):
        write_order(order().model_copy(update={"created_at": order().created_at.replace(tzinfo=None)}))
