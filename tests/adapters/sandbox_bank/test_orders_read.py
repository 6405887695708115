"""Orders in the formats that customers' profiles write: pain.001 of two versions, Zengin records, and sheets."""

import pytest

from adapters.bank.orders import write
from adapters.bank.pain001 import write_order
from adapters.bank.read import read_file
from adapters.sandbox_bank.admin import open_account, transfers
from adapters.sandbox_bank.dialect import dialect_of
from domain.bank.messages import BankVerdict, ClearingMember
from domain.bank.profile import ResultSheet, SheetColumn, SheetProfile
from domain.values.money import Money
from tests.adapters.bank.samples import DEBTOR, VENDOR, order, transfer
from tests.adapters.sandbox_bank.customer import groups, movements

ACCOUNT = "MANGA12-zengin"


def zengin(*payments, day="0304", account="00010021234567", total=None, separator="\r\n"):
    """An order of (amount, payee, customer code) in records of 120 bytes."""
    bank, branch, number = account[:4], account[4:7], account[7:]
    head = f"1210{'0' * 10}{'ｾｲｻｸ':40}{day}{bank}{'':15}{branch}{'':15}1{number}{'':17}"
    data = [
        f"20005{'ﾐﾂﾋﾞｼ':15}001{'':15}00001{'7654321'}{name:30}{amount:010d}1{code:20}7 {'':7}"
        for amount, name, code in payments
    ]
    whole = sum(amount for amount, _, _ in payments) if total is None else total
    records = [head, *data, f"8{len(payments):06d}{whole:012d}{'':101}", f"9{'':119}"]
    assert {len(each.encode("cp932")) for each in records} == {120}
    return separator.join([*records, ""]).encode("cp932")


def older(raw):
    """The order as pain.001.001.03, which has its date without a choice and the BIC under another name."""
    for old, new in (
        (b"pain.001.001.09", b"pain.001.001.03"),
        (b"BICFI>", b"BIC>"),
        (b"<ReqdExctnDt><Dt>2025-03-04</Dt></ReqdExctnDt>", b"<ReqdExctnDt>2025-03-04</ReqdExctnDt>"),
    ):
        raw = raw.replace(old, new)
    return raw


@pytest.fixture
def domestic(customer):
    open_account(customer.data_dir, ACCOUNT, "00010021234567", "JPY")
    customer.bank.step()
    return customer


def put(customer, raw, name="a.txt"):
    customer.folder.deliver(ACCOUNT, name, raw)
    customer.bank.step()
    return [row[1:5] for row in transfers(customer.bank.books) if row[0] == ACCOUNT]


def test_an_order_of_the_older_version_is_taken_like_one_of_the_newer(customer):
    customer.put(older(write_order(order(transfer("E1")))))
    answers = customer.answers()
    assert groups(answers) == [(BankVerdict.ACCEPTED, None)]
    assert movements(answers) == [("E1", "debit", "JPY 1000")]


def test_a_bank_is_named_by_a_clearing_code_too(customer):
    raw = write_order(order(transfer("E1"))).replace(
        b"<BICFI>DEUTDEFF500</BICFI>", b"<ClrSysMmbId><MmbId>0005</MmbId></ClrSysMmbId>"
    )
    customer.put(raw)
    assert groups(customer.answers()) == [(BankVerdict.ACCEPTED, None)]


def test_the_answer_names_the_definition_of_the_order(customer):
    customer.put(older(write_order(order(transfer("E1")))))
    names = [raw for name, raw in customer.raw_answers().items() if "pain.002" in name]
    assert b"<OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId>" in names[0]


@pytest.mark.parametrize("separator", ["\r\n", "\n", ""])
def test_a_zengin_order_is_booked_and_not_answered(domestic, separator):
    raw = zengin((1000, "ｽﾀｼﾞｵ", "E1"), (2500, "ﾎﾞﾝｽﾞ", "E2"), separator=separator)
    assert put(domestic, raw) == [("E1", "JPY 1000", "booked", 1), ("E2", "JPY 2500", "booked", 1)]
    assert [name for name in domestic.folder.waiting(ACCOUNT) if "pain.002" in name] == []


def test_the_same_zengin_order_again_has_no_second_effect(domestic):
    put(domestic, zengin((1000, "ｽﾀｼﾞｵ", "E1")))
    assert put(domestic, zengin((1000, "ｽﾀｼﾞｵ", "E1")), "b.txt") == [("E1", "JPY 1000", "booked", 1)]


def test_transfers_without_customer_codes_are_known_by_their_place(domestic):
    ids = [row[0] for row in put(domestic, zengin((1000, "ｽﾀｼﾞｵ", ""), (1000, "ｽﾀｼﾞｵ", "")))]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    "raw",
    [
        zengin((1000, "ｽﾀｼﾞｵ", "E1"), total=999),
        zengin((1000, "ｽﾀｼﾞｵ", "E1"), account="00010021234568"),
        zengin((1000, "ｽﾀｼﾞｵ", "E1"), day="0230"),
        zengin((1000, "ｽﾀｼﾞｵ", "E1"))[:-100],
        zengin((1000, "ｽﾀｼﾞｵ", "E1")).replace(b"\r\n8", b"\r\n7"),
    ],
)
def test_a_zengin_order_that_contradicts_itself_or_the_account_books_nothing(domestic, raw):
    assert put(domestic, raw) == []


def test_a_day_without_a_year_is_the_next_one(domestic):
    put(domestic, zengin((1000, "ｽﾀｼﾞｵ", "E1"), day="0105"))
    ((on, _),) = domestic.bank.books.bookings(ACCOUNT)
    assert on.isoformat() == "2026-01-05"


SHEET = dialect_of({"sheet": "bank,account,amount,holder,reference", "sheet_result": "출금통장표시,처리결과,오류내용"})
COLUMNS = tuple(
    SheetColumn(holds=holds, heading=heading)
    for holds, heading in (
        ("bank", "입금은행"),
        ("account", "입금계좌번호"),
        ("amount", "이체금액"),
        ("holder", "예금주명"),
        ("reference", "출금통장표시"),
    )
)
RESULT = ResultSheet(reference="출금통장표시", status="처리결과", reason="오류내용", done=("정상",), refused=("오류",))


@pytest.mark.parametrize(
    ("format_", "separator"), [("kr-bulk-xlsx", "tab"), ("kr-bulk-text", "tab"), ("kr-bulk-text", "bar")]
)
def test_a_korean_sheet_is_booked_and_answered_by_a_sheet_of_results(customer, format_, separator):
    open_account(customer.data_dir, ACCOUNT, "777", "KRW", opening=Money.parse("KRW 10000"), dialect=SHEET)
    profile = SheetProfile(format=format_, columns=COLUMNS, separator=separator, result=RESULT)
    payee = VENDOR.model_copy(
        update={"iban": False, "bic": None, "clearing": ClearingMember(system="KR", member="004"), "number": "3021008"}
    )
    raw = write(
        order(
            *(transfer(name, f"KRW {won}", creditor=payee) for name, won in (("E1", 7000), ("E2", 7000))),
            debtor=DEBTOR.model_copy(update={"currency": "KRW"}),
        ),
        profile,
    ).content
    assert put(customer, raw) == [("E1", "KRW 7000", "booked", 1), ("E2", "KRW 7000", "rejected", 0)]
    (name,) = [name for name in customer.folder.waiting(ACCOUNT) if "result" in name]
    report = read_file(customer.folder.read(ACCOUNT, name), profile.model_copy(update={"separator": "tab"}))
    verdicts = [(each.end_to_end, each.status.verdict) for each in report.instructions[0].transfers]
    assert verdicts == [("E1", BankVerdict.ACCEPTED), ("E2", BankVerdict.REJECTED)]


def test_a_bank_that_takes_no_sheets_puts_one_away(domestic):
    assert put(domestic, b"004\t777\t1000\tA\tE1\r\n") == []
