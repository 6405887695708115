import pytest

from adapters.bank.mt940_text import Narrative, told
from adapters.bank.swift_fields import SwiftField
from domain.bank.reports import EntryType
from domain.values.money import Money


def said(text, *, incoming=True):
    return told([SwiftField("86", text, 1)], incoming=incoming)


def test_free_text_is_the_remittance():
    assert said("RENT  FOR\nMAY") == Narrative(remittance="RENT FOR MAY")
    assert said(" \n ") == Narrative()


def test_a_full_line_was_cut_within_a_word():
    line = "x" * 60 + " RENT"
    assert said(f"{line}AL FOR\nMAY").remittance == f"{line}AL FOR MAY"
    assert said(f"{line}\nAL FOR MAY").remittance == f"{line}AL FOR MAY"


def test_numbered_subfields_with_keywords_are_read():
    found = said(
        "166?00GUTSCHR. UEBERW.?109310?20EREF+BANKLAB.K23-1?21MREF+MANDATE-1?22SVWZ+SETTLEMENT FOR MA\n"
        "Y?23AND JUNE?30SLUBDEFF?31DE89370400440532013000?32MIRAE PICTURES CO?33LTD?34999?60MORE"
    )
    assert found == Narrative(
        end_to_end="BANKLAB.K23-1",
        others=("MANDATE-1",),
        counterparty="MIRAE PICTURES CO LTD",
        account="DE89370400440532013000",
        remittance="SETTLEMENT FOR MAY AND JUNE MORE",
        rest="GUTSCHR. UEBERW. 9310 SLUBDEFF 999",
    )


def test_a_reference_goes_on_in_the_next_subfield_only_if_the_first_was_full():
    full = "EREF+BANKLAB.REFERENCE-OF-3"
    assert len(full) == 27
    assert said(f"166?20{full}?215-LETTERS-IN-ALL?22SVWZ+RENT").end_to_end == "BANKLAB.REFERENCE-OF-35-LETTERS-IN-ALL"
    short = said("166?20EREF+BANKLAB.K23-1?21RENT FOR MAY")
    assert (short.end_to_end, short.remittance) == ("BANKLAB.K23-1", "RENT FOR MAY")


def test_keywords_may_share_a_subfield():
    found = said("166?20EREF+BANKLAB.K23-1 SVWZ+RENT")
    assert (found.end_to_end, found.remittance) == ("BANKLAB.K23-1", "RENT")


def test_a_full_subfield_of_the_purpose_was_cut_within_a_word():
    assert said("166?20SETTLEMENT OF MIRAE PICTURE?21S FOR MAY").remittance == "SETTLEMENT OF MIRAE PICTURES FOR MAY"


def test_what_has_no_keyword_stays_in_the_purpose():
    assert said("?20RENT?21A+B+C EREF").remittance == "RENT A+B+C EREF"


def test_the_reference_of_a_batch_names_an_order():
    found = said("191?00SAMMLER?20KREF+BANKLAB-R7?21ANZ 00002")
    assert (found.order, found.end_to_end, found.remittance) == ("BANKLAB-R7", None, "ANZ 00002")


@pytest.mark.parametrize("nothing", ["NOTPROVIDED", "NONREF", " "])
def test_an_empty_reference_is_none(nothing):
    assert said(f"166?20EREF+{nothing}?21SVWZ+RENT").end_to_end is None
    assert said(f"/EREF/{nothing}/REMI/RENT/").end_to_end is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [("166", "transfer"), ("109", "return"), ("159", "return"), ("808", "charge"), ("814", "interest")],
)
def test_a_german_transaction_code_says_what_an_entry_is_where_it_surely_does(code, kind):
    assert said(f"{code}?00TEXT").type == kind


def test_the_original_amount_of_a_keyword_is_read():
    assert said("109?20OAMT+EUR12,50?21SVWZ+RETURN").instructed == Money(1250, "EUR")


def test_repeated_and_unknown_subfields_are_kept():
    found = said("020?20ONE?20TWO?77THREE?00FOUR")
    assert (found.remittance, found.rest) == ("ONE TWO", "THREE FOUR")


@pytest.mark.parametrize("mark", ["~", "<", "^"])
def test_other_marks_of_subfields_are_read(mark):
    found = said("020?20RENT?32MIRAE".replace("?", mark))
    assert (found.remittance, found.counterparty) == ("RENT", "MIRAE")


def test_codewords_are_read():
    found = said(
        "/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/SLUBNL2A/NAME/\n"
        "MIRAE PICTURES/REMI/RENT FOR MAY/EREF/BANKLAB.K23-1"
    )
    assert found == Narrative(
        end_to_end="BANKLAB.K23-1",
        counterparty="MIRAE PICTURES",
        account="NL91ABNA0417164300",
        remittance="RENT FOR MAY",
        rest="TRTP SEPA OVERBOEKING BIC SLUBNL2A",
    )


def test_a_codeword_cut_by_a_full_line_is_whole():
    line = "/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/SLUBNL2A/EREF/"
    assert len(line) == 65
    assert said(f"{line}\nBANKLAB.K23-1/REMI/RENT").end_to_end == "BANKLAB.K23-1"
    shorter = f"{line[:-7]}/EREF/B"
    assert len(shorter) == 65
    assert said(f"{shorter[1:]}\nANKLAB.K23-1/REMI/RENT").end_to_end == "BANKLAB.K23-1"


def test_a_counterparty_in_parts_is_read():
    found = said("/EREF/BANKLAB.K23-1//CNTP/NL91ABNA0417164300/SLUBNL2A/MIRAE PICTURES/SEOUL//REMI/USTD//EV10001/")
    assert (found.end_to_end, found.account, found.counterparty) == (
        "BANKLAB.K23-1",
        "NL91ABNA0417164300",
        "MIRAE PICTURES",
    )
    assert (found.remittance, found.rest) == ("EV10001", "SLUBNL2A SEOUL")


def test_of_payer_and_payee_the_other_one_is_the_counterparty():
    text = "/ORDP/MIRAE PICTURES/BENM/BADA STUDIO/REMI/RENT"
    assert said(text).counterparty == "MIRAE PICTURES"
    assert said(text, incoming=False).counterparty == "BADA STUDIO"


def test_a_return_has_its_reason():
    found = said("/RTRN/AC04/EREF/BANKLAB.K23-1/REMI/INVOICE/2025/7/")
    assert (found.type, found.reason, found.remittance) == (EntryType.RETURN, "AC04", "INVOICE/2025/7")


def test_an_order_is_named_with_the_number_of_its_transfers():
    found = said("/PREF/BANKLAB-R7/NRTX/4/REMI/RUN", incoming=False)
    assert (found.order, found.count, found.remittance, found.end_to_end) == ("BANKLAB-R7", 4, "RUN", None)
    assert said("/EREF/BANKLAB.K23-1/IREF/K23-1-X/REMI/RENT").instruction == "K23-1-X"


@pytest.mark.parametrize("cut", [63, 64])
def test_a_line_that_was_cut_earlier_lest_the_next_begins_with_a_hyphen_goes_on(cut):
    first = ("/TRTP/SEPA OVERBOEKING/BIC/SLUBNL2A/REMI/" + "X" * 65)[: cut - 14] + "/EREF/BANKLAB."
    assert len(first) == cut
    rest = "K" + "-" * (65 - cut) + "1/TRCD/1"
    assert said(f"{first}\n{rest}\n{'.' * 65}").end_to_end == f"BANKLAB.K{'-' * (65 - cut)}1"


def test_text_around_codewords_is_kept():
    found = said("INWARD REMITTANCE /REMI/RENT/EXCH/1,25/NAME/ONE/NAME/TWO")
    assert (found.remittance, found.counterparty, found.rest) == ("RENT", "ONE", "INWARD REMITTANCE TWO EXCH 1,25")
