from fractions import Fraction
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from adapters.sharing.statements import Format, Language, render
from domain.sharing.statements import Amount
from tests.domain.statement_samples import large, small


def read(statement, language=Language.ENGLISH) -> Workbook:
    return load_workbook(BytesIO(render(statement, language, Format.XLSX)))


def row_of(sheet, label: str):
    return next(row for row in sheet.iter_rows() if row[0].value == label)


@pytest.mark.parametrize(
    ("language", "sheets"),
    [
        (Language.ENGLISH, ["Participation statement", "Lines"]),
        (Language.KOREAN, ["수익 정산서", "배분 내역"]),
        (Language.JAPANESE, ["収益分配精算書", "分配明細"]),
    ],
)
def test_there_is_a_sheet_to_read_and_one_to_calculate_with(language, sheets):
    assert read(large(), language).sheetnames == sheets


def test_amounts_are_numbers_in_the_format_of_their_currency():
    book = read(small())
    due = row_of(book.worksheets[0], "Due for payment")[1]
    assert due.value == 77.14
    assert due.number_format == "[$USD] #,##0.00;[$USD] -#,##0.00"
    to_date = book["Lines"]["H2"]
    assert (to_date.value, to_date.number_format) == (1000, "#,##0.00")
    assert read(large())["Lines"]["H2"].number_format == "#,##0"


def test_the_lines_add_up_as_a_spreadsheet_adds():
    statement = large()
    rows = list(read(statement)["Lines"].iter_rows(min_row=2, values_only=True))
    mine = sum(row[7] for row in rows if row[4] == "Yours")
    assert mine == pytest.approx(int(statement.settlement.exact.value), abs=1)
    assert len(rows) == sum(1 + len(pool.own) + len(pool.others) for pool in statement.pools) + 3


def test_headings_stay_in_sight_and_repeat_on_paper():
    lines = read(large())["Lines"]
    assert lines.freeze_panes == "A2"
    assert lines.print_title_rows == "$1:$1"
    assert lines.auto_filter.ref == f"A1:H{lines.max_row}"


def test_an_amount_with_more_digits_than_a_spreadsheet_keeps_is_written_as_text():
    whole = small()
    many = Amount.of(Fraction(12_345_678_901_234_567, 100))
    settled = whole.settlement.model_copy(update={"exact": many})
    cell = row_of(
        read(whole.model_copy(update={"settlement": settled})).worksheets[0], "Entitlement to date before rounding"
    )[1]
    assert cell.value == "123,456,789,012,345.67"


def test_a_name_is_never_a_formula():
    book = read(small().model_copy(update={"party_name": '=HYPERLINK("http://x","y")'}))
    cell = row_of(book.worksheets[0], "Participant")[1]
    assert (cell.value, cell.data_type) == ('=HYPERLINK("http://x","y")', "s")


def test_the_file_is_dated_by_the_statement():
    assert read(small()).properties.created.isoformat() == "2027-05-14T06:30:05"
