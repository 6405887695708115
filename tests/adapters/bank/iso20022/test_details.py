"""Details of an entry: references, parties, amounts in either currency, charges, and their share of the entry."""

from decimal import Decimal

import pytest

from adapters.bank.read import read_file
from domain.bank.messages import Direction
from domain.bank.reports import EntryType, References
from domain.values.money import Money
from tests.adapters.bank.iso_files import Camt, account_of, amount, exchange

TOLD = Camt("camt.054", 8)
VERSIONS = pytest.mark.parametrize(
    "told", [Camt("camt.054", version) for version in range(2, 14)], ids=lambda it: it.kind
)
RECENT = pytest.mark.parametrize(
    "told", [Camt("camt.054", version) for version in range(7, 14)], ids=lambda it: it.kind
)


def entry_of(told, written, *details, **fields):
    ((entry,),) = [each.entries for each in read_file(told.file(told.entry(written, *details, **fields))).reports]
    return entry


def detail_of(told, written="1000", **fields):
    return entry_of(told, "1000", told.detail(written, **fields)).details[0]


def usd(written):
    return amount(written, "USD")


@VERSIONS
def test_every_reference_is_kept_as_it_came(told):
    refs = (
        "<MsgId>M</MsgId><AcctSvcrRef>S_1</AcctSvcrRef><PmtInfId>P</PmtInfId><InstrId>I</InstrId>"
        "<EndToEndId> 請求書-1  </EndToEndId><TxId>T</TxId><MndtId>D</MndtId><ChqNb>C</ChqNb>"
        "<ClrSysRef>L</ClrSysRef><Prtry><Tp>x</Tp><Ref>X1</Ref></Prtry><Prtry><Tp>y</Tp><Ref>Y1</Ref></Prtry>"
    )
    assert detail_of(told, refs=refs).references == References(
        servicer="S_1",
        end_to_end="請求書-1",
        instruction="I",
        transaction="T",
        clearing="L",
        message="M",
        payment_information="P",
        others=("D", "C", "X1", "Y1"),
    )


def test_the_uetr_is_kept():
    uetr = "5b1f0a9e-7a1c-4f0e-9b64-4f3f1f1c2d3e"
    assert detail_of(TOLD, refs=f"<UETR>{uetr}</UETR>").references.uetr == uetr


@pytest.mark.parametrize("written", ["NOTPROVIDED", " NotProvided ", "NONREF", " "])
def test_a_word_for_no_reference_is_none(written):
    refs = f"<InstrId>I</InstrId><EndToEndId>{written}</EndToEndId>"
    assert detail_of(TOLD, refs=refs).references == References(instruction="I")


@VERSIONS
def test_details_need_no_references_at_all(told):
    entry = entry_of(
        told, "1000", told.detail("400", refs=""), told.detail("600", refs="").replace("<Refs></Refs>", "")
    )
    assert [(each.booked.minor, each.references) for each in entry.details] == [
        (400, References()),
        (600, References()),
    ]


@VERSIONS
@pytest.mark.parametrize(("way", "side"), [("CRDT", "Dbtr"), ("DBIT", "Cdtr")])
def test_the_counterparty_is_the_other_side_with_its_account(told, way, side):
    other = "Cdtr" if side == "Dbtr" else "Dbtr"
    pair = {each: told.party(each, name) + account_of(each, number) for each, name, number in
            ((side, "가온 스튜디오", "110-2 3"), (other, "us", "9"))}  # fmt: skip
    parties = pair["Dbtr"] + pair["Cdtr"]
    detail = entry_of(told, "1000", told.detail("1000", way=way, parties=parties), way=way).details[0]
    assert (detail.counterparty, detail.counterparty_account) == ("가온 스튜디오", "11023")


@VERSIONS
def test_the_ultimate_party_stands_in_for_a_party_without_a_name(told):
    assert detail_of(told, parties=told.party("UltmtCdtr", "Nord & Co")).counterparty == "Nord & Co"


def test_a_bank_may_be_the_counterparty():
    agent = "<Cdtr><Agt><FinInstnId><BICFI>HNBNKRSE</BICFI><Nm>Hana</Nm></FinInstnId></Agt></Cdtr>"
    assert detail_of(TOLD, parties=agent).counterparty == "Hana"


@VERSIONS
@pytest.mark.parametrize(
    ("remittance", "text", "read"),
    [
        ("<Ustrd>one</Ustrd><Ustrd> two </Ustrd>", "", "one two"),
        ("<Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd>", "more", "RF18"),
        ("<Strd><RfrdDocInf><Nb>INV-1</Nb></RfrdDocInf><AddtlRmtInf>thanks</AddtlRmtInf></Strd>", "", "INV-1 thanks"),
        ("<Ustrd>one</Ustrd><Strd><AddtlRmtInf>two</AddtlRmtInf></Strd>", "", "one two"),
        ("", "안내", "안내"),
        ("", "", None),
    ],
)
def test_the_remittance_is_every_text_that_came(told, remittance, text, read):
    assert detail_of(told, remittance=remittance, text=text).remittance == read


@VERSIONS
def test_a_return_is_marked_with_its_reason(told):
    detail = detail_of(told, returned="<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")
    assert (detail.type, detail.reason) == (EntryType.RETURN, "AC04")
    detail = detail_of(told, returned="<RtrInf><AddtlInf>closed</AddtlInf></RtrInf>")
    assert (detail.type, detail.reason) == (EntryType.RETURN, None)


@VERSIONS
def test_a_batch_is_one_detail_for_each_transaction(told):
    entry = entry_of(
        told, "1000", *[told.detail(each, refs=f"<EndToEndId>{each}</EndToEndId>") for each in ("400", "600")]
    )
    assert [(each.references.end_to_end, each.booked) for each in entry.details] == [
        ("400", Money(400, "JPY")),
        ("600", Money(600, "JPY")),
    ]


def test_a_detail_may_go_the_other_way_than_its_entry():
    entry = entry_of(TOLD, "1000", TOLD.detail("1200"), TOLD.detail("200", way="CRDT"))
    assert [(each.direction, each.booked.minor) for each in entry.details] == [
        (Direction.DEBIT, 1200),
        (Direction.CREDIT, 200),
    ]


@RECENT
def test_the_only_transaction_of_an_entry_need_not_repeat_its_amount(told):
    assert detail_of(told, None).booked == Money(1000, "JPY")


@VERSIONS
def test_details_that_do_not_add_up_are_left_to_a_person_with_their_references(told):
    refs = "<AcctSvcrRef>S{0}</AcctSvcrRef><EndToEndId>E{0}</EndToEndId>"
    details = [told.detail("333", refs=refs.format(n), remittance=f"<Ustrd>for {n}</Ustrd>") for n in (1, 2)]
    entry = entry_of(told, "1000", *details)
    assert (entry.details, entry.references) == ((), References(servicer="S1", others=("S1", "E1", "S2", "E2")))
    assert entry.text == "for 1 for 2"


@RECENT
def test_details_of_which_one_has_no_amount_are_left_to_a_person(told):
    entry = entry_of(told, "1000", told.detail("400"), told.detail(None, refs="<EndToEndId>E2</EndToEndId>"))
    assert (entry.details, entry.references.others) == ((), ("E1", "E2"))


def test_a_detail_of_zero_is_no_detail():
    entry = entry_of(TOLD, "1000", TOLD.detail("1000"), TOLD.detail("0", refs="<EndToEndId>E2</EndToEndId>"))
    assert [each.references.end_to_end for each in entry.details] == ["E1"]
    assert entry.references.others == ("E2",)


@pytest.mark.parametrize("told", [Camt("camt.054", version) for version in range(2, 14)], ids=lambda it: it.kind)
@pytest.mark.parametrize("included", [None, "true"])
def test_an_entry_may_be_a_transaction_and_its_charge(told, included):
    entry = entry_of(told, "1007501", told.detail("1007001", charges=told.charges("500", included=included)))
    (detail,) = entry.details
    assert (detail.booked.minor, detail.charges, entry.charges) == (1007501, (Money(500, "JPY"),), None)


@VERSIONS
def test_a_receipt_less_charges_says_what_was_instructed(told):
    detail = told.detail(
        "24985018",
        way="CRDT",
        instructed=amount("25000018"),
        transaction=amount("24985018"),
        charges=told.charges("15000"),
    )
    (read,) = entry_of(told, "24985018", detail, way="CRDT").details
    assert (read.booked.minor, read.instructed, read.charges) == (
        24985018,
        Money(25000018, "JPY"),
        (Money(15000, "JPY"),),
    )


@VERSIONS
def test_a_receipt_may_be_told_before_its_charges(told):
    detail = told.detail("25000018", way="CRDT", charges=told.charges("15000"))
    (read,) = entry_of(told, "24985018", detail, way="CRDT").details
    assert (read.booked.minor, read.charges) == (24985018, (Money(15000, "JPY"),))


def test_a_charge_that_stands_outside_the_amount_explains_nothing():
    entry = entry_of(TOLD, "1500", TOLD.detail("1000", charges=TOLD.charges("500", included="false")))
    assert entry.details == ()
    entry = entry_of(TOLD, "1000", TOLD.detail("1000", charges=TOLD.charges("500", included="false")))
    assert entry.details[0].charges == (Money(500, "JPY"),)


@VERSIONS
def test_a_charge_of_the_entry_is_that_of_its_only_transaction(told):
    entry = entry_of(told, "1500", told.detail("1000"), charges=told.charges("500"))
    (detail,) = entry.details
    assert (detail.booked.minor, detail.charges, entry.charges) == (1500, (Money(500, "JPY"),), None)


@VERSIONS
def test_a_charge_for_a_whole_batch_stands_beside_its_details(told):
    entry = entry_of(told, "1500", told.detail("400"), told.detail("600"), charges=told.charges("500"))
    assert ([each.booked.minor for each in entry.details], entry.charges) == ([400, 600], Money(500, "JPY"))
    entry = entry_of(told, "1000", told.detail("400"), told.detail("600"), charges=told.charges("500"))
    assert ([each.booked.minor for each in entry.details], entry.charges) == ([400, 600], None)
    received = [told.detail(each, way="CRDT") for each in ("400", "600")]
    entry = entry_of(told, "900", *received, way="CRDT", charges=told.charges("100"))
    assert ([each.booked.minor for each in entry.details], entry.charges) == ([400, 600], Money(-100, "JPY"))


def test_the_charge_inside_an_entry_without_details_is_its_own():
    assert entry_of(TOLD, "1500", charges=TOLD.charges("500", included="true")).charges == Money(500, "JPY")
    assert entry_of(TOLD, "1500", charges=TOLD.charges("500")).charges is None


def test_a_total_of_charges_counts_with_its_taxes():
    charges = TOLD.charges("450", total="500")
    assert entry_of(TOLD, "1500", TOLD.detail("1000", charges=charges)).details[0].charges == (Money(500, "JPY"),)
    charges = TOLD.charges(total="500")
    assert entry_of(TOLD, "1500", TOLD.detail("1000", charges=charges)).details[0].charges == (Money(500, "JPY"),)


def test_several_charges_are_kept_apart_and_those_of_zero_or_another_currency_left_out():
    detail = TOLD.detail("1000", charges=TOLD.charges("300", "200", "0") + "")
    assert entry_of(TOLD, "1500", detail).details[0].charges == (Money(300, "JPY"), Money(200, "JPY"))
    detail = TOLD.detail("1000", charges=TOLD.charges("3.00", currency="USD"))
    assert entry_of(TOLD, "1000", detail).details[0].charges == ()


def test_a_refunded_charge_is_negative():
    refund = TOLD.charges("500").replace("DBIT", "CRDT")
    assert entry_of(TOLD, "500", TOLD.detail("1000", charges=refund)).details[0].charges == (Money(-500, "JPY"),)


@VERSIONS
def test_a_transaction_in_another_currency_has_its_counter_value_as_its_share(told):
    given = told.detail("10.00", currency="USD", transaction=usd("10.00"), counter=amount("1485") + exchange("148.5"))
    (detail,) = entry_of(told, "1485", given).details
    assert (detail.booked, detail.instructed, detail.rate) == (Money(1485, "JPY"), Money(1000, "USD"), Decimal("148.5"))


@RECENT
def test_a_batch_may_mix_currencies(told):
    foreign = told.detail("10.00", currency="USD", counter=amount("1485") + exchange("148.5"))
    entry = entry_of(told, "2485", foreign, told.detail("1000"))
    assert [(each.booked.minor, each.rate) for each in entry.details] == [(1485, Decimal("148.5")), (1000, None)]


@pytest.mark.parametrize("told", [Camt("camt.054", version) for version in range(3, 14)], ids=lambda it: it.kind)
def test_a_transaction_in_the_accounts_currency_says_what_was_instructed_in_another(told):
    (detail,) = entry_of(
        told, "1485", told.detail("1485", instructed=usd("10.00") + exchange("148.5", unit="USD"))
    ).details
    assert (detail.booked, detail.instructed, detail.rate) == (Money(1485, "JPY"), Money(1000, "USD"), Decimal("148.5"))


@RECENT
def test_the_only_transaction_in_another_currency_is_the_entry(told):
    (detail,) = entry_of(told, "1485", told.detail("10.00", currency="USD")).details
    assert (detail.booked, detail.instructed, detail.rate) == (Money(1485, "JPY"), Money(1000, "USD"), None)


@RECENT
def test_the_amounts_of_an_entry_are_those_of_its_only_transaction(told):
    amounts = f"<AmtDtls><InstdAmt>{usd('10.00')}{exchange('148.5')}</InstdAmt></AmtDtls>"
    (detail,) = entry_of(told, "1485", told.detail(None), amounts=amounts).details
    assert (detail.instructed, detail.rate) == (Money(1000, "USD"), Decimal("148.5"))


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        (exchange("148.5"), "148.5"),
        (exchange("148.5", unit="USD"), "148.5"),
        (exchange("148.5", unit="JPY"), None),
        (exchange("0.006734", unit="JPY"), None),
        (exchange("0.006734"), None),
        (exchange("0.006734", source="JPY", target="USD"), None),
        (exchange("14850", unit="USD"), None),
        (exchange("14850", unit="USD", base="100"), "148.5"),
        (exchange("445.5", unit="USD", base="3"), "148.5"),
        (exchange("148.49999", unit="USD"), "148.49999"),
    ],
)
def test_a_rate_is_kept_only_in_the_direction_of_the_conversion(written, rate):
    told = Camt("camt.054", 11)
    (detail,) = entry_of(told, "1485", told.detail("1485", instructed=usd("10.00") + written)).details
    assert (detail.instructed, detail.rate) == (Money(1000, "USD"), rate and Decimal(rate))


def test_a_conversion_less_a_charge_keeps_its_rate():
    given = TOLD.detail("1285", way="CRDT", instructed=usd("10.00") + exchange("148.5"), charges=TOLD.charges("200"))
    (detail,) = entry_of(TOLD, "1285", given, way="CRDT").details
    assert (detail.rate, detail.charges) == (Decimal("148.5"), (Money(200, "JPY"),))


def test_two_different_ways_to_add_up_are_left_to_a_person():
    first = TOLD.detail("500", transaction=amount("300"), counter=amount("700"))
    second = TOLD.detail("600", transaction=amount("700"), counter=amount("300"))
    assert entry_of(TOLD, "1000", first, second).details == ()
