from lxml import etree

from adapters.bank.pacs028 import write_enquiry
from tests.adapters.bank.samples import enquiry

NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pacs.028.001.03"}


def test_an_enquiry_names_the_order_and_each_transfer():
    root = etree.fromstring(write_enquiry(enquiry("E1", "E2")))
    assert root.findtext(".//p:OrgnlMsgId", namespaces=NS) == "RUN-1"
    assert [each.text for each in root.iterfind(".//p:TxInf/p:OrgnlEndToEndId", NS)] == ["E1", "E2"]


def test_the_same_enquiry_gives_the_same_bytes():
    assert write_enquiry(enquiry("E1")) == write_enquiry(enquiry("E1"))
