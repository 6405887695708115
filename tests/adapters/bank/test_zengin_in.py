from datetime import date

import pytest

from adapters.bank.xml import BadBankFile
from adapters.bank.zengin_in import message_id, read, recognises
from domain.bank.accounts import same_account
from domain.bank.messages import Direction
from domain.bank.reports import Balance, EntryType, ReportKind
from domain.values.money import Money
from tests.adapters.bank.zengin_samples import end, entry, file, notification, statement, transfer

DAY = date(2025, 2, 10)
IN = (
    250_000,
    entry(250_000, DAY, payer="ｱｵｲｴｲｶﾞ(ｶ", code=123, edi="BANKLAB.R-1", inquiry=7, summary="ﾌﾘｺﾐ"),
)
OUT = (-1_023_001, entry(-1_023_001, DAY, transaction="14", summary="ｿｳｺﾞｳﾌﾘｺﾐ", inquiry=8))


def yen(minor):
    return Money(minor, "JPY")


def report(raw):
    (found,) = read(raw).reports
    return found


def test_two_files_of_one_day_are_two_messages():
    first, second = file(statement([IN, OUT])), file(statement([IN]))
    assert read(first).message_id == read(first).message_id != read(second).message_id


def test_a_statement_is_read_whole():
    raw = file(statement([IN, OUT]))
    read_file = read(raw)
    (of,) = read_file.reports
    assert recognises(raw)
    assert read_file.format == "zengin.03"
    assert read_file.message_id.startswith("03-070210-")
    assert (of.kind, of.id, of.currency) == (ReportKind.STATEMENT, "03 20250210-20250210 from 1000000", "JPY")
    assert same_account(of.account_number, "0012345")
    assert (of.opening, of.closing) == (Balance(yen(1_000_000), DAY), Balance(yen(226_999), DAY))
    came, went = of.entries
    assert (came.place, came.direction, came.booked, came.booked_on) == ("1.1", "credit", yen(250_000), DAY)
    assert (came.references.entry, came.references.end_to_end) == ("00000007", "BANKLAB.R-1")
    assert came.references.others == ("0000000123",)
    assert came.text == "ﾌﾘｺﾐ ｱｵｿﾞﾗ ｼﾝｼﾞﾕｸ"
    assert (came.details[0].counterparty, came.details[0].remittance) == ("ｱｵｲｴｲｶﾞ(ｶ", "BANKLAB.R-1")
    assert (went.place, went.direction, went.booked, went.type) == ("1.2", "debit", yen(1_023_001), EntryType.TRANSFER)


@pytest.mark.parametrize("separator", ["", "\r\n", "\n", "\r"])
def test_records_end_in_any_way_or_in_none(separator):
    plain = file(statement([IN, OUT]))
    raw = file(statement([IN, OUT]), separator=separator)
    assert recognises(raw)
    assert read(raw) == read(plain)
    assert read(raw.rstrip(b"\r\n") + b"\x1a") == read(plain)


def test_blanks_that_a_program_cut_off_are_no_loss():
    raw = file(statement([IN, OUT]))
    assert read(b"\n".join(line.rstrip() for line in raw.split(b"\r\n"))) == read(raw)


def test_a_file_that_a_program_turned_into_utf_8_is_read():
    raw = file(statement([IN, OUT]))
    assert read(raw.decode("cp932").encode("utf-8-sig")) == read(raw)
    assert recognises(raw.decode("cp932").encode("utf-8-sig"))


def test_several_accounts_are_several_reports():
    other = statement([(5, entry(5, DAY))], opening=-50, account="0099999", branch="002", account_type="2")
    one, two = read(file(statement([IN]), other, ends=end(7, 2))).reports
    assert (one.account_number, two.account_number) == ("001700110012345", "001700220099999")
    assert (two.opening.amount, two.closing.amount, two.entries[0].place) == (yen(-50), yen(-45), "2.1")


def test_files_that_were_put_together_are_read():
    one = file(statement([IN]), ends=end(4, 1))
    assert len(read(one + one).reports) == 2


def test_the_header_with_an_account_number_of_seven_digits_is_read():
    for opening in (1_000_000, None):
        header, *rest = statement([IN], opening=opening)
        short = f"{header[:63]}{header[66:]}"
        assert report(file([short, *rest])) == report(file([header, *rest]))


def test_balances_that_the_bank_does_not_give_are_none():
    assert (
        report(file(statement([IN], opening=None))).opening,
        report(file(statement([IN], opening=None))).closing,
    ) == (
        None,
        None,
    )
    header, *rest, trailer = statement([IN], opening=0)
    zeros = f"{trailer[:39]}1{'0' * 14}{trailer[54:]}"
    assert report(file([header, *rest, zeros])).closing is None


def test_numbers_may_have_blanks_before_them():
    filled = IN[1].replace("000000250000", "      250000")
    assert report(file(statement([(250_000, filled)]))) == report(file(statement([IN])))


def test_a_correction_is_a_reversal():
    (of,) = report(file(statement([(-250_000, entry(-250_000, DAY, transaction="19"))]))).entries
    assert (of.reversal, of.direction, of.type) == (True, Direction.DEBIT, EntryType.TRANSFER)


def test_a_cheque_number_and_a_contract_number_are_references():
    went = entry(-500, DAY, payer="00000012345678901234", bill=777)
    (of,) = report(file(statement([(-500, went)]))).entries
    assert of.references.others == ("0000777", "00000012345678901234")
    assert of.details[0].counterparty is None


def test_days_are_of_the_era_and_not_after_the_day_of_creation():
    created, old = date(2019, 5, 7), date(2019, 4, 26)
    of = report(file(statement([(5, entry(5, old))], created=created, first=old)))
    assert (of.entries[0].booked_on, of.opening.on, of.closing.on) == (old, old, created)
    late = file(statement([(5, entry(5, date(2025, 2, 11)))]))
    with pytest.raises(
        BadBankFile, match=r"Record 2: booked \(bytes 10 to 15\): '070211' is no day of the Japanese era"
    ):
        read(late)


def test_a_value_day_after_the_booking_is_read():
    (of,) = report(file(statement([(5, entry(5, DAY, value=date(2025, 2, 12)))]))).entries
    assert of.value_on == date(2025, 2, 12)


def test_the_statement_of_a_time_deposit_is_read():
    record = entry(5, DAY)[:71] + "0" * 99 + "ﾘｿｸ".ljust(20) + "0" * 10
    (of,) = report(file(statement([(5, record)], account_type="6"))).entries
    assert (of.booked, of.text, of.details[0].counterparty) == (yen(5), "ﾘｿｸ", None)


def test_an_entry_of_nothing_is_no_booking():
    assert report(file(statement([(0, entry(0, DAY))]))).entries == ()


def test_a_notification_is_read_whole():
    transfers = [
        (250_000, False, transfer(250_000, DAY, edi="BANKLAB.R-1", payer_code=9)),
        (7_000, True, transfer(7_000, DAY, cancelled=True)),
    ]
    read_file = read(file(notification(transfers)))
    (of,) = read_file.reports
    assert (read_file.format, of.kind, of.id) == ("zengin.01", ReportKind.NOTIFICATION, "01 20250210-20250210")
    assert (of.account_number, of.opening, of.closing) == ("001700110012345", None, None)
    came, back = of.entries
    assert (came.direction, came.booked, came.reversal) == (Direction.CREDIT, yen(250_000), False)
    assert (came.details[0].counterparty, came.details[0].remittance) == ("ｱｵｲｴｲｶﾞ", "BANKLAB.R-1")
    assert (back.direction, back.booked, back.reversal) == (Direction.DEBIT, yen(7_000), True)


def test_an_amount_of_more_than_ten_digits_stands_in_the_second_field():
    big = 123_456_789_012
    transfers = [(big, False, transfer(0, DAY, large=big, edi="E-1")), (5, False, transfer(5, DAY, large=0))]
    of = report(file(notification(transfers)))
    assert [each.booked for each in of.entries] == [yen(big), yen(5)]
    assert of.entries[0].references.end_to_end == "E-1"
    with pytest.raises(BadBankFile, match=r"Record 2: large_amount .* beside the amount 5"):
        read(file(notification([(5, False, transfer(5, DAY, large=7))])))


def test_cancelled_transfers_may_be_a_part_of_the_total():
    transfers = [(5, False, transfer(5, DAY)), (7, True, transfer(7, DAY, cancelled=True))]
    totals = "000002" + "000000000012" + "000001" + "000000000007"
    assert len(report(file(notification(transfers, totals=totals))).entries) == 2
    with pytest.raises(BadBankFile, match=r"Record 4: transfers .* add up to \(1\)"):
        read(file(notification(transfers, totals=totals.replace("12", "13"))))


def changed(records, number, start, text):
    """A file in which one record, by its number from 1, has another text from a byte on."""
    lines = list(records)
    lines[number - 1] = lines[number - 1][: start - 1] + text + lines[number - 1][start - 1 + len(text) :]
    return file(lines)


S, N = statement([IN, OUT]), notification([(5, False, transfer(5, DAY))])


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "Record 1: the file is empty"),
        (changed(S, 1, 4, "1"), r"EBCDIC \(code 1\): ask the bank for JIS"),
        (b"\xf1\xf0\xf3\xf1\xf0\xf7\xf0\xf2\xf1\xf0", "EBCDIC"),
        (changed(S, 1, 2, "21"), r"Record 1: type \(bytes 2 to 3\): '21' is 総合振込: ask the bank for 入出金取引明細"),
        (changed(S, 1, 2, "77"), "'77' is not known here"),
        (changed(S, 1, 5, "25"), r"Record 1: created .* '250210' is no date of the era of Reiwa"),
        (changed(S, 1, 5, "0X"), r"Record 1: created .* is not a number"),
        (changed(S, 1, 64, "00000000  "), r"Record 1: account"),
        (changed(S, 1, 114, "7"), r"Record 1: sign .* is neither 1"),
        (changed(S, 2, 22, "3"), r"Record 2: way \(bytes 22 to 22\): '3' is neither 1 \(came in\) nor 2"),
        (changed(S, 2, 25, "0000002500  "), r"Record 2: amount .* is not a number"),
        (changed(S, 2, 10, "000000"), r"Record 2: booked .* is no day"),
        (
            changed(S, 2, 25, "000000250001"),
            r"Record 4: came_in .* add up to \(250001\): ask the bank for the whole file",
        ),
        (changed(S, 4, 2, "000002"), r"Record 4: ins .* add up to \(1\)"),
        (changed(S, 4, 21, "000002"), r"Record 4: outs .* add up to \(1\)"),
        (changed(S, 4, 55, "0000003"), r"Record 4: entries .* add up to \(2\)"),
        (changed(S, 4, 41, "00000000226998"), r"Record 4: balance .*JPY 226998, and from JPY 1000000 .* JPY 226999"),
        (changed(N, 3, 2, "000002"), r"Record 3: transfers .* add up to \(1\)"),
        (changed(S, 3, 1, "1"), r"Record 3: this is a header record, and a data or trailer record is due"),
        (changed(S, 3, 1, "5"), r"Record 3: this is a strange record"),
        (file(S)[:804], r"Record 4: the file ends here, without an end record"),
        (file(S, separator="")[:700], r"Record 4: came_in|Record 4: the file ends here"),
        (file(S).replace(b"\r\n2", b"\r\n\r\n22", 1), r"Record 2: it has 201 bytes, and a record has 200"),
        (file(S, ends=end(9, 0)), r"Record 5: records .* is not the number of records \(5\)"),
        (file(S, ends=end(5, 2)), r"Record 5: accounts .* is not the number of accounts \(1\)"),
        (file(S).replace("ｱｵｲ".encode("cp932"), b"\x81  "), r"Record 2: payer .* is no text in Shift_JIS"),
    ],
)
def test_what_cannot_be_read_refuses_the_file_with_its_record(raw, sentence):
    with pytest.raises(BadBankFile, match=sentence):
        read(raw)


def test_other_files_are_not_zengin():
    for raw in (b"", b"<Document/>", b":20:1\n:25:2", b"1030", b"2030070210"):
        assert not recognises(raw)


@pytest.mark.parametrize(
    ("summary", "charge"),
    [
        ("ﾌﾘｺﾐﾃｽｳﾘﾖｳ", True),
        ("ﾃｽｳﾘｮｳ", True),
        ("EBｻ-ﾋﾞｽ ﾃｽｳﾘﾖｳ 2ｶﾞﾂ", True),
        ("ｿｳｺﾞｳﾌﾘｺﾐ ﾃｽｳﾘ", True),
        ("振込手数料", True),
        ("ﾌﾘｺﾐ", False),
        ("ﾃｽｳﾘｴｲｷﾞﾖｳ", False),
        ("", False),
    ],
)
def test_a_debit_whose_text_names_the_banks_charge_is_one(summary, charge):
    (of,) = report(file(statement([(-660, entry(-660, DAY, summary=summary))]))).entries
    assert (of.type is EntryType.CHARGE) is charge


def test_a_credit_that_names_a_charge_is_money_of_somebody():
    (of,) = report(file(statement([(660, entry(660, DAY, summary="ﾃｽｳﾘﾖｳ"))]))).entries
    assert of.type is EntryType.TRANSFER


def test_statements_of_one_day_have_one_name_only_if_they_begin_with_one_balance():
    morning, day = file(statement([IN])), file(statement([IN, OUT]))
    assert report(morning).id == report(day).id
    afternoon = file(statement([OUT], opening=1_250_000))
    assert report(morning).id != report(afternoon).id
    unbalanced = [file(statement([one], opening=None)) for one in (IN, OUT)]
    assert report(unbalanced[0]).id != report(unbalanced[1]).id


@pytest.mark.parametrize(
    ("written", "taken_on", "year"),
    [
        ("200210", date(2038, 2, 11), 2038),
        ("250210", date(2043, 2, 10), 2043),
        ("280401", date(2025, 2, 10), 2016),
        ("310401", date(2026, 11, 28), 2019),
        ("250210", date(2025, 2, 11), None),
        ("250210", date(2026, 11, 28), None),
        ("320210", date(2026, 11, 28), None),
    ],
)
def test_from_year_twenty_on_the_day_of_taking_says_the_era_unless_the_western_calendar_may_be_meant(
    written, taken_on, year
):
    records = file(statement([]))
    raw = records[:4] + written.encode() * 3 + records[22:]
    assert message_id(raw) == message_id(raw)
    if year is None:
        with pytest.raises(BadBankFile, match="is no date of the era of Reiwa"):
            read(raw, taken_on)
    else:
        assert report_of(raw, taken_on).closing.on.year == year


def report_of(raw, taken_on):
    (found,) = read(raw, taken_on).reports
    return found
