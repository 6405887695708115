"""Account reports: their account, days, pages and balances."""

from datetime import UTC, date, datetime

import pytest

from adapters.bank.read import read_file
from adapters.bank.xml import BadBankFile
from domain.bank.reports import Balance, ReportPage
from domain.values.money import Money
from tests.adapters.bank.iso_files import ACCOUNT, Camt

TOLD = Camt("camt.053", 8)
DAY = date(2025, 3, 4)
VERSIONS = pytest.mark.parametrize(
    "told", [Camt("camt.053", version) for version in range(2, 14)], ids=lambda it: it.kind
)


def report_of(told, *entries, **fields):
    (report,) = read_file(told.file(*entries, **fields)).reports
    return report


def balances(told, *codes, **fields):
    return "".join(told.balance(code, written, **fields) for code, written in codes)


@VERSIONS
def test_balances_are_those_at_the_start_and_end(told):
    report = report_of(
        told, told.entry("400"), balances=balances(told, ("OPBD", "1000"), ("CLBD", "600"), ("CLAV", "9"))
    )
    assert report.opening == Balance(Money(1000, "JPY"), DAY)
    assert report.closing == Balance(Money(600, "JPY"), DAY)


@VERSIONS
def test_a_statement_whose_entries_do_not_lead_from_one_balance_to_the_other_is_refused(told):
    wrong = balances(told, ("OPBD", "1000"), ("CLBD", "601"))
    with pytest.raises(
        BadBankFile,
        match=r"Line 2: BkToCstmrStmt/Stmt\[1\]/Bal\[1\] opens with JPY 1000, and the entries do not lead to JPY 601: "
        "ask the bank for the whole statement",
    ):
        read_file(told.file(told.entry("400"), balances=wrong))


@pytest.mark.parametrize("codes", [(), ("OPBD",), ("CLBD",), ("ITBD", "CLBD"), ("OPBD", "ITBD"), ("CLAV", "FWAV")])
def test_a_statement_may_lack_balances(codes):
    report = report_of(TOLD, TOLD.entry("400"), balances=balances(TOLD, *[(code, "77") for code in codes]))
    assert (report.opening is None, report.closing is None) == ("OPBD" not in codes, "CLBD" not in codes)


def test_the_closing_balance_of_the_day_before_is_an_opening_balance():
    report = report_of(TOLD, TOLD.entry("400"), balances=balances(TOLD, ("PRCD", "1000"), ("CLBD", "600")))
    assert report.opening == Balance(Money(1000, "JPY"), DAY)
    both = balances(TOLD, ("PRCD", "7"), ("OPBD", "1000"), ("CLBD", "600"))
    assert report_of(TOLD, TOLD.entry("400"), balances=both).opening.amount == Money(1000, "JPY")


def test_an_overdraft_is_negative():
    debit = TOLD.balance("CLBD", "600", way="DBIT")
    report = report_of(TOLD, TOLD.entry("1000"), balances=TOLD.balance("OPBD", "400") + debit)
    assert report.closing.amount == Money(-600, "JPY")


def test_a_balance_without_its_sign_is_no_balance_but_says_the_day():
    bare = balances(TOLD, ("OPBD", "1"), ("CLBD", "2"), on="2025-03-03").replace("<CdtDbtInd>CRDT</CdtDbtInd>", "")
    report = report_of(TOLD, TOLD.entry("400", booked="", value=""), balances=bare)
    assert (report.opening, report.closing, report.entries[0].booked_on) == (None, None, date(2025, 3, 3))


def test_of_the_balances_of_several_days_the_first_and_the_last_count():
    days = [("CLBD", "900", "2025-03-03"), ("OPBD", "1000", "2025-03-03"), ("CLBD", "600", DAY), ("OPBD", "900", DAY)]
    given = "".join(TOLD.balance(code, written, on=on) for code, written, on in days)
    report = report_of(TOLD, TOLD.entry("400"), balances=given)
    assert (report.opening.on, report.closing.on) == (date(2025, 3, 3), DAY)
    assert (report.opening.amount, report.closing.amount) == (Money(1000, "JPY"), Money(600, "JPY"))


def test_an_intermediate_balance_is_neither_opening_nor_closing():
    page = "<SubTp><Cd>INTM</Cd></SubTp>"
    report = report_of(TOLD, TOLD.entry("4"), balances=TOLD.balance("OPBD", "1", sub=page) + TOLD.balance("CLBD", "1"))
    assert (report.opening, report.closing.amount) == (None, Money(1, "JPY"))


@pytest.mark.parametrize("told", [Camt("camt.053", version) for version in range(3, 14)], ids=lambda it: it.kind)
@pytest.mark.parametrize(("number", "last"), [(1, False), (2, False), (2, True)])
def test_a_page_need_not_lead_from_one_balance_to_the_other(told, number, last):
    page = f"<PgNb>{number}</PgNb><LastPgInd>{str(last).lower()}</LastPgInd>"
    ends = balances(told, ("OPBD", "1000"), ("CLBD", "1"))
    assert report_of(told, told.entry("400"), page=page, balances=ends).page == ReportPage(number, last)


def test_the_only_page_must_lead_from_one_balance_to_the_other():
    page = "<PgNb>1</PgNb><LastPgInd>true</LastPgInd>"
    with pytest.raises(BadBankFile, match="do not lead"):
        read_file(TOLD.file(TOLD.entry("4"), page=page, balances=balances(TOLD, ("OPBD", "9"), ("CLBD", "1"))))


@pytest.mark.parametrize("family", ["camt.052", "camt.053", "camt.054"])
def test_the_page_of_a_message_is_that_of_its_reports(family):
    told = Camt(family, 2)
    paging = "<MsgPgntn><PgNb>2</PgNb><LastPgInd>false</LastPgInd></MsgPgntn>"
    (report,) = read_file(told.message(told.report(), header=paging).encode()).reports
    assert report.page == ReportPage(2, last=False)


@pytest.mark.parametrize(
    "page", ["<PgNb>0</PgNb><LastPgInd>true</LastPgInd>", "<PgNb>x</PgNb><LastPgInd>1</LastPgInd>"]
)
def test_a_page_without_a_number_is_refused(page):
    with pytest.raises(BadBankFile, match="StmtPgntn"):
        read_file(TOLD.file(page=page))


def test_an_intraday_report_need_not_lead_from_one_balance_to_the_other():
    told = Camt("camt.052", 8)
    assert report_of(told, told.entry("400"), balances=balances(told, ("OPBD", "1"), ("CLBD", "1"))).closing is not None


def test_several_days_and_accounts_in_one_file_are_reports_of_their_own():
    other = ACCOUNT.replace("11022033044", "9-8 7")
    raw = TOLD.message(
        TOLD.report(TOLD.entry("1", booked="<Dt>2025-03-03</Dt>"), TOLD.entry("2"), id="A"),
        TOLD.report(TOLD.entry("3"), id="B"),
        TOLD.report(id="C", account=other),
    )
    reports = read_file(raw.encode()).reports
    assert [(each.id, each.account_number) for each in reports] == [
        ("A", "11022033044"), ("B", "11022033044"), ("C", "987"),
    ]  # fmt: skip
    assert [(e.place, e.booked_on.day, e.booked.minor) for each in reports for e in each.entries] == [
        ("1.1", 3, 1), ("1.2", 4, 2), ("2.1", 4, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("<IBAN>DE89 3704 0044 0532 0130 00</IBAN>", "DE89370400440532013000"),
        ("<Othr><Id>110-220-33044</Id></Othr>", "11022033044"),
        ("<Othr><Id> 110 220 33044 </Id></Othr>", "11022033044"),
        ("<Othr><Id>0123/4.5</Id></Othr>", "0123/4.5"),
    ],
)
@VERSIONS
def test_blanks_and_hyphens_of_an_account_number_do_not_count(told, written, number):
    assert report_of(told, account=f"<Acct><Id>{written}</Id><Ccy>JPY</Ccy></Acct>").account_number == number


def test_an_account_may_be_named_by_its_proxy():
    told = Camt("camt.053", 9)
    assert report_of(told, account="<Acct><Ccy>JPY</Ccy><Prxy><Id>7-7</Id></Prxy></Acct>").account_number == "77"


@pytest.mark.parametrize(
    "inside", ["", "<Id><Othr><Id> </Id></Othr></Id>", "<Id><Othr><Id>NOTPROVIDED</Id></Othr></Id>"]
)
def test_a_report_about_no_account_is_refused(inside):
    with pytest.raises(BadBankFile, match=r"Stmt\[1\]/Acct has no number"):
        read_file(TOLD.file(TOLD.entry("1"), account=f"<Acct>{inside}<Ccy>JPY</Ccy></Acct>"))
    with pytest.raises(BadBankFile, match=r"Stmt\[1\] lacks Acct"):
        read_file(TOLD.file(account=""))


def test_the_currency_is_the_accounts_or_that_of_its_balances_or_of_its_entries():
    bare = ACCOUNT.replace("<Ccy>JPY</Ccy>", "")
    assert report_of(TOLD, account=bare, balances=TOLD.balance("CLBD", "1.00", currency="USD")).currency == "USD"
    told = Camt("camt.054", 8)
    assert report_of(told, told.entry("1.00", currency="EUR"), account=bare).currency == "EUR"
    assert read_file(told.file(account=bare)).reports == ()


@pytest.mark.parametrize("family", ["camt.052", "camt.053", "camt.054"])
def test_a_report_may_have_no_entries(family):
    assert report_of(Camt(family)).entries == ()


def test_an_amount_in_another_currency_than_the_accounts_is_refused():
    with pytest.raises(BadBankFile, match=r"Ntry\[1\]/Amt is USD 1.00, and the account is in JPY"):
        read_file(TOLD.file(TOLD.entry("1", currency="USD")))
    with pytest.raises(BadBankFile, match=r"Bal\[1\]/Amt is USD 1.00, and the account is in JPY"):
        read_file(TOLD.file(balances=TOLD.balance("CLBD", "1", currency="USD")))


def test_the_running_number_of_a_report_is_kept():
    assert (report_of(TOLD, number="41").number, report_of(TOLD).number) == ("41", None)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2025-03-04T09:00:00", datetime(2025, 3, 4, 9, tzinfo=UTC)),
        ("2025-03-04T09:00:00Z", datetime(2025, 3, 4, 9, tzinfo=UTC)),
        ("2025-03-04T24:00:00Z", datetime(2025, 3, 5, tzinfo=UTC)),
        ("2025-03-04T09:00:00.123456789+09:00", datetime(2025, 3, 4, 0, 0, 0, 123456, tzinfo=UTC)),
    ],
)
def test_a_time_without_offset_is_read_as_utc(written, at):
    raw = TOLD.file().replace(b"2025-03-04T09:00:00+09:00", written.encode(), 1)
    assert read_file(raw).created_at == at
