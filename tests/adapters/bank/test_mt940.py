from datetime import UTC, date, datetime, timedelta

import mt940 as library
import pytest

from adapters.bank.mt940 import read, recognises
from adapters.bank.xml import BadBankFile
from domain.bank.messages import Direction
from domain.bank.reports import Balance, Batch, EntryType, ReportKind, ReportPage
from domain.values.money import Money
from tests.adapters.bank.swift_samples import balance, in_blocks, line, mt940, mt942

DAY = date(2025, 2, 10)
PAID = line(-1_023_001, DAY, entry="0210", customer="BANKLAB.K23-1", bank="REF1", told="BANKLAB K23-1")


def report(text, encoding="utf-8"):
    (found,) = read(text.encode(encoding)).reports
    return found


def entry(text):
    (found,) = report(text).entries
    return found


def krw(minor):
    return Money(minor, "KRW")


def test_a_statement_of_one_debit_in_blocks_is_read_whole():
    file = read(in_blocks(mt940([PAID], -1_023_001)).encode())
    (of,) = file.reports
    (booked,) = of.entries
    (detail,) = booked.details
    assert (file.format, of.kind, of.account_number, of.currency) == ("mt940", "statement", "10020030000023", "KRW")
    assert (of.id, of.number, of.page) == ("250210 41", "41", ReportPage(1, last=True))
    assert (of.opening, of.closing) == (Balance(krw(50_000_000), DAY), Balance(krw(48_976_999), DAY))
    assert (booked.place, booked.booked_on, booked.value_on) == ("1.1", DAY, DAY)
    assert (booked.direction, booked.booked, booked.type) == (Direction.DEBIT, krw(1_023_001), EntryType.TRANSFER)
    assert (booked.references.end_to_end, booked.references.servicer) == ("BANKLAB.K23-1", "REF1")
    assert (detail.booked, detail.direction, detail.remittance) == (krw(1_023_001), "debit", "BANKLAB K23-1")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("blocks", [True, False])
def test_line_ends_and_blocks_make_no_difference(ends, blocks):
    plain = mt940([PAID], -1_023_001)
    text = (in_blocks(plain).replace("\r\n", "\n") if blocks else plain).replace("\n", ends)
    assert recognises(text.encode())
    assert read(text.encode()) == read(plain.encode())


@pytest.mark.parametrize(
    "text",
    [
        "ABNANL2A\n940\nABNANL2A\n" + mt940(),
        ":940:\n" + mt940(),
        "0000 01INGBNL2AXXXX00001\n940 00\n" + mt940().replace("\n-\n", "\n-XXX\n"),
        "\n \n" + mt940(),
        "\x01" + in_blocks(mt940()) + "\x03$",
        mt940().replace("\n-\n", "\n-\x03\n"),
        in_blocks(mt940()).replace("{4:\r\n", "{3:{108:1}}{4:") + "{5:{CHK:1}}",
        "\ufeff" + mt940() + "\x1a",
        mt940().removesuffix("-\n"),
    ],
)
def test_the_envelopes_of_banks_are_left_out(text):
    assert recognises(text.encode())
    assert read(text.encode()).reports == read(mt940().encode()).reports


def test_several_messages_are_several_reports_with_their_places():
    second = mt940([line(7, DAY)], 7, account="20020030000024", opening=0)
    file = read((in_blocks(mt940([PAID], -1_023_001)) + in_blocks(second)).encode())
    assert [(of.account_number, [one.place for one in of.entries]) for of in file.reports] == [
        ("10020030000023", ["1.1"]),
        ("20020030000024", ["2.1"]),
    ]


def test_messages_need_no_end():
    one, two = mt940([line(5, DAY, told="ONE")], 5), mt940([line(7, DAY, told="TWO")], 7)
    apart = read((one + two).encode())
    assert read((one + two).replace("\n-\n", "\n").encode()) == apart
    assert [each.entries[0].details[0].remittance for each in apart.reports] == ["ONE", "TWO"]


def test_pages_of_one_statement_go_on_from_each_other():
    first = mt940([line(5, DAY)], 5, opening=10, tags=("60F", "62M"))
    second = mt940([line(7, DAY)], 7, opening=15, sequence="41/2", tags=("60M", "62F"))
    one, two = read((first + second).encode()).reports
    assert (one.page, one.opening, one.closing) == (ReportPage(1, last=False), Balance(krw(10), DAY), None)
    assert (two.page, two.opening, two.closing) == (ReportPage(2, last=True), None, Balance(krw(22), DAY))
    assert one.id == two.id
    alone = report(second)
    assert (alone.page, alone.entries[0].booked) == (ReportPage(2, last=True), krw(7))
    other = mt940([line(7, DAY)], 7, opening=16, sequence="41/2", tags=("60M", "62F"))
    with pytest.raises(
        BadBankFile, match=r"Line 8: field :20: page 2 opens with KRW 16, and page 1 closes with KRW 15"
    ):
        read((first + other).encode())
    with pytest.raises(BadBankFile, match="has no page number"):
        report(mt940(sequence="41", tags=("60F", "62M")))


def test_entries_that_do_not_lead_to_the_closing_balance_refuse_the_file():
    text = mt940([PAID, line(5, DAY)], -1_023_001)
    with pytest.raises(BadBankFile, match=r"Line 8: field :62F: .*lead to KRW 48977004, and the balance is KRW 4897"):
        read(text.encode())


@pytest.mark.parametrize(
    ("written", "account"),
    [
        ("SLUAKRSE/10020030000023", "10020030000023"),
        ("SLUAKRSEXXX/10020030000023KRW", "10020030000023"),
        ("10020030000023KRW", "10020030000023"),
        ("100-200-30000023 KRW", "10020030000023"),
        ("1002.003.0000023", "10020030000023"),
        ("/10020030000023", "10020030000023"),
        ("FR76 9999 8000 0100 0123 4567 801KRW", "FR7699998000010001234567801"),
        ("20040000/1234567KRW", "200400000001234567"),
        ("004/10020030000023", "00410020030000023"),
    ],
)
def test_an_account_is_its_number_alone(written, account):
    assert report(mt940(account=written)).account_number == account


def test_an_account_with_its_bank_on_a_second_line_is_read():
    assert report(mt940(account="10020030000023\nSLUAKRSE").replace(":25:", ":25P:")).account_number == "10020030000023"


@pytest.mark.parametrize(
    ("mark", "direction", "reversal"),
    [("C", "credit", False), ("D", "debit", False), ("RC", "debit", True), ("RD", "credit", True)],
)
def test_a_reversal_moves_money_the_other_way(mark, direction, reversal):
    moved = 700 if direction == "credit" else -700
    booked = entry(mt940([line(700, DAY, mark=mark)], moved))
    assert (booked.direction, booked.reversal, booked.booked) == (direction, reversal, krw(700))


def test_the_funds_code_is_not_a_part_of_the_amount():
    assert entry(mt940([line(700, DAY, mark="CW")], 700)).booked == krw(700)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("NTRF", "transfer"),
        ("S103", "transfer"),
        ("NCHG", "charge"),
        ("FCHG", "charge"),
        ("NCOM", "charge"),
        ("NINT", "interest"),
        ("NRTI", "return"),
        ("N570", "transfer"),
    ],
)
def test_the_transaction_code_says_what_an_entry_is_where_it_surely_does(code, kind):
    assert entry(mt940([line(700, DAY, code=code)], 700)).type == kind


@pytest.mark.parametrize(
    ("value", "written", "closing", "booked"),
    [
        (date(2025, 2, 10), "0210", date(2025, 2, 10), date(2025, 2, 10)),
        (date(2024, 12, 31), "0102", date(2025, 1, 2), date(2025, 1, 2)),
        (date(2025, 1, 2), "1231", date(2024, 12, 31), date(2024, 12, 31)),
        (date(2024, 7, 1), "0102", date(2025, 1, 2), date(2025, 1, 2)),
        (date(2024, 2, 29), "0229", date(2024, 3, 1), date(2024, 2, 29)),
        (date(2025, 2, 10), "    ", date(2025, 2, 10), date(2025, 2, 10)),
        (date(2025, 2, 12), "", date(2025, 2, 10), date(2025, 2, 10)),
        (date(2025, 2, 3), "", date(2025, 2, 10), date(2025, 2, 10)),
        (date(2025, 2, 8), "", date(2025, 2, 10), date(2025, 2, 8)),
    ],
)
def test_the_booking_day_is_the_entry_date_in_the_year_of_the_statement(value, written, closing, booked):
    text = mt940([line(1, value, entry=written)], 1, on=closing, opened_on=closing - timedelta(days=3))
    assert (entry(text).booked_on, entry(text).value_on) == (booked, value)


@pytest.mark.parametrize(("currency", "decimals", "minor"), [("JPY", 0, 5000), ("KRW", 0, 1), ("EUR", 2, 1250)])
def test_amounts_have_the_decimals_of_their_currency(currency, decimals, minor):
    text = mt940([line(minor, DAY, decimals=decimals)], minor, currency=currency, decimals=decimals)
    assert entry(text).booked == Money(minor, currency)


def test_zeros_behind_the_comma_are_no_decimals():
    text = (
        mt940([line(5, DAY)], 5, opening=0)
        .replace("C5,", "C5,00")
        .replace("KRW0,", "KRW0,00")
        .replace("KRW5,", "KRW5,0")
    )
    assert entry(text).booked == krw(5)
    for written in ("C5,05", "C5,000"):
        with pytest.raises(BadBankFile, match=r"Line 5: field :61: .*KRW has 0"):
            read(mt940([line(5, DAY)], 5).replace("C5,", written).encode())


@pytest.mark.parametrize(("written", "day"), [("250230", 28), ("240230", 29), ("250229", 28)])
def test_a_value_date_at_the_end_of_a_month_of_30_days_is_the_last_of_february(written, day):
    assert entry(mt940([f":61:{written}0210C5,NTRF"], 5)).value_on.day == day


def test_balances_may_be_filled_with_zeros():
    text = mt940([line(5, DAY)], 5, opening=0).replace("KRW0,", "KRW0000000000000000000,00").replace("KRW5,", "KRW005,")
    assert report(text).closing.amount == krw(5)


def test_an_overdraft_is_a_negative_balance():
    found = report(mt940([line(-700, DAY)], -700, opening=-50))
    assert (found.opening.amount, found.closing.amount) == (krw(-50), krw(-750))


@pytest.mark.parametrize("nothing", ["NONREF", "", "NOTPROVIDED", "KREF+"])
def test_no_reference_is_none(nothing):
    assert entry(mt940([line(1, DAY, customer=nothing)], 1)).references.end_to_end is None


def test_references_longer_than_the_standard_are_kept_whole():
    long = line(
        1, DAY, customer="BANKLAB.REFERENCE-OF-32-LETTERS1", bank="SERVICER-REFERENCE-OF-34-LETTERS-1", more="MORE"
    )
    found = entry(mt940([long], 1))
    assert found.references.end_to_end == "BANKLAB.REFERENCE-OF-32-LETTERS1"
    assert found.references.servicer == "SERVICER-REFERENCE-OF-34-LETTERS-1"
    assert found.text == "MORE"


def test_supplementary_details_are_text_with_their_amounts():
    text = mt940([line(-130_500, DAY, more="/OCMT/USD100,/CHGS/KRW500,", told="RENT")], -130_500)
    (detail,) = entry(text).details
    assert (detail.instructed, detail.charges) == (Money(10_000, "USD"), (krw(500),))
    assert entry(text).text == "/OCMT/USD100,/CHGS/KRW500,"


def test_an_entry_without_transaction_code_is_not_lost():
    plain = f":61:{DAY:%y%m%d}C5,"
    assert [one.booked for one in report(mt940([plain, plain], 10)).entries] == [krw(5), krw(5)]


def test_text_of_the_statement_is_not_the_last_entrys():
    text = mt940([line(5, DAY, told="OURS")], 5, after=[":64:C250210KRW1,", ":86:OF THE STATEMENT", ":86:AND MORE"])
    assert entry(text).details[0].remittance == "OURS"


def test_an_entry_for_an_order_is_a_batch():
    order = entry(mt940([line(-7, DAY, customer="NONREF", told="/PREF/BANKLAB-R7/NBTR/4")], -7))
    assert (order.batch, order.references.payment_information) == (
        Batch("BANKLAB-R7", "BANKLAB-R7", 4, None),
        "BANKLAB-R7",
    )
    assert entry(mt940([line(-7, DAY, told="/EREF/E-1/PREF/BANKLAB-R7/")], -7)).batch is None


def test_several_fields_86_of_an_entry_are_one_text():
    assert entry(mt940([line(5, DAY, told="ONE\n:86:TWO")], 5)).details[0].remittance == "ONE TWO"


def test_the_amount_may_stand_on_a_second_line():
    broken = line(5, DAY, customer="REF-1", more="MORE").replace("5,NTRF", "\n5,NTRF")
    found = entry(mt940([broken], 5))
    assert (found.booked, found.references.end_to_end, found.text) == (krw(5), "REF-1", "MORE")


def test_a_line_of_a_payers_text_that_looks_like_a_field_is_text():
    assert entry(mt940([line(5, DAY, told="ONE\n:99:TWO\n:NO")], 5)).details[0].remittance == "ONE :99:TWO :NO"


def test_an_entry_of_nothing_is_no_booking():
    assert report(mt940([line(0, DAY, told="INFORMATION")], 0)).entries == ()


def test_an_interim_report_is_intraday_and_leaves_out_what_is_only_expected():
    lines = [line(5, DAY, told="IN"), line(7, DAY, mark="EC"), line(-3, DAY), line(-2, DAY, mark="ED", entry="0211")]
    time = [":34F:KRWD0,", ":34F:KRWC0,", ":13D:2502101800+0900"]
    file = read(mt942(lines, fields=time, after=[":90D:1KRW3,", ":90C:2KRW12,", ":86:NOTHING"]).encode())
    (of,) = file.reports
    assert (file.format, of.kind, of.currency, of.id) == ("mt942", ReportKind.INTRADAY, "KRW", "250210 41/1")
    assert (of.opening, of.closing, of.page) == (None, None, None)
    assert [(one.direction, one.booked.minor) for one in of.entries] == [("credit", 5), ("debit", 3)]
    assert file.created_at == datetime(2025, 2, 10, 9, tzinfo=UTC)


def test_without_an_entry_date_an_interim_report_tells_of_its_own_day_at_the_latest():
    for time in (":13D:2502101800+0900", ":13D:2502101800"):
        of = report(mt942([line(5, date(2025, 2, 12))], fields=[":34F:KRW0,", time]))
        assert (of.entries[0].booked_on, of.entries[0].value_on) == (DAY, date(2025, 2, 12))


def test_an_interim_report_that_lacks_entries_is_refused():
    with pytest.raises(BadBankFile, match=r"Line 6: field :90C: it counts 2KRW12,"):
        read(mt942([line(5, DAY)], after=[":90C:2KRW12,"]).encode())


def test_sums_of_entries_below_a_floor_are_of_more_than_is_listed():
    text = mt942([line(5, DAY)], fields=[":34F:KRWC3,"], after=[":90C:2KRW6,"])
    assert len(report(text).entries) == 1


def test_the_currency_of_an_interim_report_may_stand_behind_the_account_only():
    named = mt942([line(5, DAY)], fields=[], account="10020030000023KRW")
    assert report(in_blocks(named, "942")).currency == "KRW"
    with pytest.raises(BadBankFile, match="no field says in which currency"):
        read(in_blocks(mt942([line(5, DAY)], fields=[]), "942").encode())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("주식회사 물길 촬영비", "cp949"),
        ("주식회사 물길", "utf-8"),
        ("뷁뷁 쌰", "cp949"),
    ],
)
def test_korean_text_is_read_in_its_encoding(text, encoding):
    assert report(mt940([line(5, DAY, told=text)], 5), encoding).entries[0].details[0].remittance == text


@pytest.mark.parametrize(
    ("text", "encoding", "currency"),
    [("水路影業股份有限公司", "cp950", "TWD"), ("水路影业有限公司", "gb18030", "CNY")],
)
def test_chinese_text_is_read_in_its_encoding(text, encoding, currency):
    written = mt940([line(500, DAY, told=text, decimals=2)], 500, currency=currency, decimals=2)
    assert report(written, encoding).entries[0].details[0].remittance == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("ｶﾌﾞｼｷｶﾞｲｼﾔ ﾐｽﾞﾐﾁ", "cp932"),
        ("株式会社みずみち", "cp932"),
        ("配給ソフト表", "cp932"),
        ("Müller Straße", "latin-1"),
    ],
)
def test_japanese_text_is_read_in_its_encoding(text, encoding):
    written = mt940([line(5, DAY, told=text)], 5, currency="JPY")
    assert report(written, encoding).entries[0].details[0].remittance == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Ärzte für Gebäude Größe", "latin-1"),
        ("créée à l'œuvre", "cp1252"),
        ("ÄRZTE ÜBER ÖL", "latin-1"),
        ("주식회사 물길 촬영비", "euc_kr"),
        ("株式会社みずみち", "cp932"),
    ],
)
def test_without_a_hint_the_script_tells_the_encoding(text, encoding):
    written = mt940([line(500, DAY, told=text, decimals=2)], 500, currency="EUR", decimals=2)
    assert report(written, encoding).entries[0].details[0].remittance == text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", r"Line 1: no message begins"),
        (":25:1\n:20:1\n", r"Line 1: field :25: stands before any :20:"),
        (mt940().replace(":62F", ":64"), r"there is no :62F: in this message: ask the bank for the whole statement"),
        (mt940().replace(":60F", ":65"), r"there is no :60F:"),
        (mt940().replace(":60F:", ":60F:X"), r"Line 4: field :60F: .* is not a balance"),
        (mt940(on=date(2025, 2, 28)).replace("250228", "250230"), r"Line 4: .*250230.* is not a balance"),
        (mt940(currency="XKW"), r"Line 4: field :60F: .*XKW"),
        (mt940([":61:25021X"]), r"Line 5: field :61: '25021X' is not a statement line"),
        (mt940([":61:250231C5,NTRF"], 5), r"Line 5: field :61: '250231C5,NTRF' is not a statement line"),
        (mt940([line(5, DAY, entry="1332")], 5), r"Line 5: field :61: the entry date 1332 is no date"),
        (mt940([line(5, DAY).replace("5,", "5,,")], 5), r"Line 5: field :61:"),
        (mt940(account="주식회사"), r"Line 2: field :25: .* is not an account number"),
        (mt940().replace(":25:", ":21:"), r"no :25: says of which account"),
        (
            mt940() + mt940().replace("KRW50000000,\n-", "JPY50000000,\n-"),
            r"Line 7: .*opens with KRW .* closes with JPY",
        ),
        (mt940(after=[balance("62F", 1, DAY)]), r"Line 6: field :62F: there is a second :62F:"),
        (mt940(after=["STRAY"]), r"Line 5: field :62F: .* is not a balance"),
        (in_blocks(mt940(), "941"), r"this is an MT941: ask the bank for MT940 or MT942"),
        (mt942(after=[":90D:X"]), r"Line 5: field :90D: 'X' is not a number and sum"),
        (mt942(after=[f":90D:{'9' * 5000}KRW0,"]), r"Line 5: field :90D: it counts"),
        (mt940(sequence=f"41/{'9' * 5000}", tags=("60F", "62M")), r"Line 3: field :28C: .* has no page number"),
        (mt942(fields=[":34F:KRW0,", ":13D:2502102500+0900"]), r"not a time"),
    ],
)
def test_what_cannot_be_read_refuses_the_file_with_its_line(text, sentence):
    with pytest.raises(BadBankFile, match=sentence):
        read(text.encode())


def test_an_xml_file_is_not_of_swift():
    assert not recognises(b"<Document>:20:</Document>")
    assert not recognises(b"")
    assert not recognises(b"103" + b"0" * 197)


def test_the_library_reads_the_same_from_a_file_without_peculiarities():
    lines = [
        line(12_50, DAY, decimals=2, entry="0210", customer="REF-1", bank="BANK-1", told="ONE"),
        line(-7_25, date(2024, 12, 31), decimals=2, entry="0102", customer="REF-2", bank="BANK-2", told="TWO"),
    ]
    text = mt940(lines, 5_25, currency="EUR", decimals=2, on=DAY)
    theirs = library.parse(text)
    ours = report(text)
    for mine, other in zip(ours.entries, theirs, strict=True):
        signed = mine.booked.decimal if mine.direction is Direction.CREDIT else -mine.booked.decimal
        assert (signed, mine.value_on, mine.booked_on) == (
            other.data["amount"].amount,
            other.data["date"],
            other.data["entry_date"],
        )
        assert mine.references.end_to_end == other.data["customer_reference"]
        assert mine.references.servicer == other.data["bank_reference"]
        assert mine.details[0].remittance == other.data["transaction_details"]
    assert ours.opening.amount.decimal == theirs.data["final_opening_balance"].amount.amount
    assert ours.closing.amount.decimal == theirs.data["final_closing_balance"].amount.amount
