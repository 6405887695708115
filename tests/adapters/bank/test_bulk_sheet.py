"""Sheets are read back by openpyxl, or as plain bytes."""

import io

import openpyxl
import pytest

from adapters.bank.bulk_sheet import cells
from adapters.bank.orders import write
from domain.bank.messages import ClearingMember
from domain.bank.profile import ResultSheet, SheetColumn, SheetProfile
from domain.errors import BadInput
from tests.adapters.bank.samples import DEBTOR, VENDOR, order, transfer

COLUMNS = (
    SheetColumn(holds="bank", heading="입금은행"),
    SheetColumn(holds="account", heading="입금계좌번호"),
    SheetColumn(holds="amount", heading="이체금액"),
    SheetColumn(holds="holder", heading="예금주명", longest=20),
    SheetColumn(holds="reference", heading="출금통장표시", longest=20),
    SheetColumn(holds="payer", heading="입금통장표시", longest=14),
    SheetColumn(holds="cms", heading="CMS코드"),
    SheetColumn(holds="blank", heading="비고"),
)
RESULT = ResultSheet(
    reference="출금통장표시", status="처리결과", reason="오류내용", done=("정상",), refused=("오류",), waiting=("대기",)
)
XLSX = SheetProfile(format="kr-bulk-xlsx", columns=COLUMNS, cms_code="9900123", result=RESULT)
TEXT = XLSX.model_copy(update={"format": "kr-bulk-text"})
PAYER = DEBTOR.model_copy(update={"holder": "등대드라마제작 주식회사", "currency": "KRW"})
PAYEE = VENDOR.model_copy(
    update={
        "holder": "가온픽쳐스",
        "iban": False,
        "bic": None,
        "clearing": ClearingMember(system="KR", member="004"),
        "number": "00210088800054",
    }
)
LINE = ["004", "00210088800054", 12000, "가온픽쳐스", "DRAMA.PR-A", "등대드라마제작", "9900123", None]


def paid(end_to_end_id="DRAMA.PR-A", amount="KRW 12000", **fields):
    return transfer(end_to_end_id, amount, creditor=PAYEE.model_copy(update=fields))


def sheet(*transfers):
    return order(*(transfers or (paid(),)), debtor=PAYER)


def read_back(raw):
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(raw)).active.iter_rows(values_only=True)]


def test_every_column_of_a_workbook_is_where_the_settings_put_it():
    file = write(sheet(paid(), paid("DRAMA.PR-B", "KRW 999999999999999")), XLSX)
    assert file.name == "RUN-1.xlsx"
    head, first, second = read_back(file.content)
    assert head == [column.heading for column in COLUMNS]
    assert first == LINE
    assert (second[2], second[4]) == (999999999999999, "DRAMA.PR-B")


def test_codes_and_account_numbers_are_texts_in_the_workbook():
    page = openpyxl.load_workbook(io.BytesIO(write(sheet(), XLSX).content)).active
    assert [page.cell(2, column).data_type for column in (1, 2, 3)] == ["s", "s", "n"]


def test_columns_come_in_any_order_and_without_headings():
    bank, account, amount, *_ = COLUMNS
    profile = XLSX.model_copy(update={"columns": (amount, account, bank), "headings": False})
    assert read_back(write(sheet(), profile).content) == [[12000, "00210088800054", "004"]]


@pytest.mark.parametrize(("separator", "mark"), [("tab", "\t"), ("comma", ","), ("bar", "|")])
@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_a_text_sheet_has_the_same_cells(separator, mark, encoding):
    file = write(sheet(), TEXT.model_copy(update={"separator": separator, "encoding": encoding}))
    assert file.name == "RUN-1.txt"
    head, line, rest = file.content.decode(encoding).split("\r\n")
    assert (head.split(mark)[0], rest) == ("입금은행", "")
    assert line.split(mark) == [str(cell) if cell is not None else "" for cell in LINE]


def test_equal_orders_give_equal_cells():
    assert cells(write(sheet(), XLSX).content) == cells(write(sheet(), XLSX).content)
    assert cells(write(sheet(), XLSX).content) != cells(write(sheet(paid(amount="KRW 12001")), XLSX).content)


@pytest.mark.parametrize(
    ("made", "profile", "sentence"),
    [
        (paid(amount="USD 1.00"), XLSX, "carries won"),
        (paid(amount="KRW 1000000000000000"), XLSX, "carries won, at most 15 digits"),
        (paid(clearing=None, bic="SLUCKRSE"), XLSX, "PR-A: the account's clearing is not known"),
        (paid(clearing=ClearingMember(system="JPZGN", member="0005")), XLSX, "PR-A: its account is not in Korea"),
        (paid("DRAMA." + "X" * 20), XLSX, "출금통장표시: .* has 26 bytes, and the column takes 20"),
        (paid(holder="가" * 11), XLSX, "예금주명: .* has 22 bytes"),
        (paid(holder="Müller"), TEXT, "'ü' of 'Müller' cannot be written in cp949"),
        (paid(holder='가"온'), TEXT, "holds a quotation mark"),
        (paid(holder="가\t온"), TEXT, "or the separator"),
    ],
)
def test_what_a_sheet_cannot_carry_is_not_written(made, profile, sentence):
    with pytest.raises(BadInput, match=sentence):
        write(sheet(made), profile)
