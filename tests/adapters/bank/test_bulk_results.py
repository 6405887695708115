"""Sheets of results come in the shapes that banks give them, and are read whole or refused whole."""

import io

import openpyxl
import pytest

from adapters.bank.read import message_id, read_file
from adapters.bank.xml import BadBankFile
from domain.bank.messages import BankVerdict
from domain.bank.profile import PLAIN
from domain.bank.reports import GivenStatus
from domain.values.money import Money
from tests.adapters.bank.test_bulk_sheet import RESULT, TEXT, XLSX

HEAD = ["순번", "출금통장표시", "이체금액", "처리결과", "오류내용"]
RESULTS = [
    ["대량이체 결과 2026-11-27"],
    [],
    HEAD,
    ["1", "DRAMA.PR-A", "12,000", "정상", ""],
    ["2", " DRAMA.PR-B ", "5", "오류", "예금주 불일치"],
    ["3", "DRAMA.PR-C", "5", "오류"],
    ["4", "DRAMA.PR-D", "7", "대기", ""],
    ["합계", "", "12,017", "", ""],
]
WITH_AMOUNTS = TEXT.model_copy(update={"result": RESULT.model_copy(update={"amount": "이체금액"})})


def in_text(rows, encoding="cp949", mark="\t"):
    return "".join(mark.join(row) + "\r\n" for row in rows).encode(encoding)


def in_workbook(rows):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def statuses(report):
    return {each.end_to_end: each.status for each in report.instructions[0].transfers}


@pytest.mark.parametrize("profile", [TEXT, XLSX, WITH_AMOUNTS])
@pytest.mark.parametrize("made", [in_text, in_workbook])
def test_a_result_is_read_line_by_line(made, profile):
    raw = made(RESULTS)
    report = read_file(raw, profile)
    assert statuses(report) == {
        "DRAMA.PR-A": GivenStatus(BankVerdict.ACCEPTED),
        "DRAMA.PR-B": GivenStatus(BankVerdict.REJECTED, None, "예금주 불일치"),
        "DRAMA.PR-C": GivenStatus(BankVerdict.REJECTED, None, "오류"),
        "DRAMA.PR-D": None,
    }
    assert (report.order_message_id, report.group, report.format) == (None, None, profile.format)
    assert report.message_id == message_id(raw) == read_file(raw, profile).message_id


def test_amounts_are_read_as_numbers_and_as_banks_write_them():
    rows = [HEAD, ["1", "D.A", 12000, "정상", ""], ["2", "D.B", "₩1,000원", "정상", ""], ["계", "", 13000, "", ""]]
    report = read_file(in_workbook(rows), WITH_AMOUNTS)
    assert [each.amount for each in report.instructions[0].transfers] == [Money(12000, "KRW"), Money(1000, "KRW")]


def test_a_sum_may_be_of_the_lines_that_were_done():
    rows = [*RESULTS[:-1], ["정상합계", "", "12,000", "", ""], ["오류합계", "", "10", "", ""]]
    assert len(statuses(read_file(in_text(rows), WITH_AMOUNTS))) == 4


def test_a_sum_may_stand_in_the_column_of_references():
    head = ["출금통장표시", "이체금액", "처리결과", "오류내용"]
    report = read_file(in_text([head, ["D.A", "5", "정상", ""], ["합계", "5", "", ""]]), WITH_AMOUNTS)
    assert list(statuses(report)) == ["D.A"]


def test_headings_are_found_whatever_their_blanks_and_the_form_of_their_letters():
    head = ["순번", "출금통장\n표시", "이체금액", "처리 결과", "오류내용"]
    assert list(statuses(read_file(in_workbook([head, ["1", "D.A", 5, "정상", ""]]), XLSX))) == ["D.A"]
    decomposed = "처리결과\t출금통장표시\t오류내용\r\n정상\tD.A\t\r\n".encode("utf-16")
    assert list(statuses(read_file(decomposed, TEXT))) == ["D.A"]


def test_a_result_in_utf_8_may_begin_with_a_mark():
    raw = b"\xef\xbb\xbf" + in_text([HEAD, ["1", "E1", "5", "정상", ""]], "utf-8", ",")
    for encoding in ("utf-8", "cp949"):
        profile = TEXT.model_copy(update={"encoding": encoding, "separator": "comma"})
        assert statuses(read_file(raw, profile)) == {"E1": GivenStatus(BankVerdict.ACCEPTED)}


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([["1", "E.1", "5", "처리중", ""]], "Line 2: 처리결과: '처리중' is none of 정상, 오류, 대기: add it"),
        ([["1", "E.1", "5", "", ""]], "Line 2: 처리결과: '' is none of"),
        ([["1", "", "5", "정상", ""]], "Line 2: 출금통장표시: a result has no reference of ours"),
        ([["1", "E.1", "5", "정상", ""], ["2", "E.1", "5", "오류", ""]], "Line 3: 출금통장표시: E.1 stands twice"),
        ([["1", "E.1", "", "정상", ""]], "Line 2: 이체금액: E.1 has no amount"),
        ([["1", "E.1", "5.5", "정상", ""]], "Line 2: 이체금액: '5.5' is no amount in won"),
        ([["1", "E.1", "1,00", "정상", ""]], "Line 2: 이체금액: '1,00' is no amount in won"),
        ([["1", "E.1", "=2+3", "정상", ""]], "Line 2: 이체금액: '=2[+]3' is a formula: ask the bank"),
        ([["1", "E.1", "5", '=IF(1;"정상")', ""]], "Line 2: 처리결과: .* is a formula"),
        ([["1", "E.1", "5", "정상", ""], ["합계", "", "6", "", ""]], "Line 3: 이체금액: the sum is KRW 6, .* KRW 5"),
        ([["1", "E.1", "5", "정상", ""], ["합계", "", "=SUM(C2:C2)", "", ""]], "Line 3: 이체금액: .* is a formula"),
        ([], "no results below its headings"),
    ],
)
@pytest.mark.parametrize("made", [in_text, in_workbook])
def test_a_result_that_is_not_understood_is_refused_whole(made, lines, sentence):
    with pytest.raises(BadBankFile, match=sentence):
        read_file(made([HEAD, *lines]), WITH_AMOUNTS)


def test_a_result_with_a_cell_beyond_all_size_is_refused():
    with pytest.raises(BadBankFile, match="no sheet in text"):
        read_file(in_text([HEAD, ["1", "E1" * 100_000, "5", "정상", ""]]), TEXT)


def test_a_heading_that_stands_twice_is_refused():
    with pytest.raises(BadBankFile, match="Line 1: 처리결과: the heading stands twice"):
        read_file(in_text([[*HEAD, "처리결과"], ["1", "E.1", "5", "정상", "", "오류"]]), TEXT)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "a PDF document: save its results as XLSX, or ask the bank"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "an old Excel or Word document, or a protected one: save its results"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a web page"),
        (b"<?xml version='1.0'?><Document/>", "a Document, which is not read here"),
        (b"PK\x03\x04 broken", "a ZIP archive"),
        (in_workbook(RESULTS)[:3000], "no workbook that can be read"),
        (bytes(range(256)), "binary"),
        (in_text([["순번", "처리결과"], ["1", "정상"]]), "None of the first 30 lines has the headings 출금통장표시"),
        (in_workbook([["a"], ["b"]]), "None of the first 30 lines has the headings"),
        (in_text([[]] * 40 + RESULTS), "None of the first 30 lines has the headings"),
        (in_text(RESULTS, "utf-8")[:-1] + b"\xff", "is not in cp949: write the bank's encoding"),
    ],
)
def test_what_is_no_result_is_refused_by_what_it_is(raw, sentence):
    with pytest.raises(BadBankFile, match=sentence):
        read_file(raw, TEXT)


@pytest.mark.parametrize("profile", [PLAIN, TEXT.model_copy(update={"result": None})])
def test_an_account_without_results_takes_no_sheet(profile):
    with pytest.raises(BadBankFile, match=r"a table with tabs|plain text"):
        read_file(in_text(RESULTS), profile)
