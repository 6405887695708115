"""Workbooks as people make them: each cell is read by a rule or refused by its place, and none is taken for blank."""

import zipfile
from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter
from openpyxl import Workbook
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from adapters.agreement.documents import BadDocument
from adapters.sharing.sheets import sheet as sheets
from tests.adapters.sharing.sheets.books import HEADER, book, raw_book, sheet_xml
from tests.adapters.sharing.sheets.test_rows import check_refused, read, text

WIDE = ["date", "amount", "currency", "payer", "territory"]
DAY = date(2026, 3, 5)


def made(path, rows, change=lambda book: None):
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    change(workbook)
    workbook.save(path)
    return path


def cell(reference, content, kind=""):
    return f'<c r="{reference}"{kind}>{content}</c>'


def words(reference, content):
    return cell(reference, f"<is><t>{content}</t></is>", ' t="inlineStr"')


def row(number, *cells, attributes=""):
    return f'<row r="{number}"{attributes}>{"".join(cells)}</row>'


def amounts(path, **rules):
    return [int(line[3]) for line in read(path, **rules)[1]]


ROWS = [WIDE, [DAY, 1000, "KRW", "cine", "KR"], [DAY, 2000, "KRW", "cine", None]]


@pytest.mark.parametrize(
    ("merged", "told"), [("E2:E3", "3: territory: "), ("C2:D2", "2: payer: "), ("A1:A3", "2: date: ")]
)
def test_a_cell_that_a_merged_range_hides_is_not_taken_for_blank(tmp_path, merged, told):
    path = made(tmp_path / "s.xlsx", ROWS, lambda book: book.active.merge_cells(merged))
    with pytest.raises(BadDocument) as raised:
        read(path)
    assert f"{told}'(merged)' hides the cell: undo the merge, and fill in every cell" in str(raised.value)


def test_what_is_merged_above_the_names_or_beside_them_does_not_matter(tmp_path):
    rows = [["Royalties of March", *[None] * 4], *[[*row, None] for row in ROWS]]

    def merge(book):
        for merged in ("A1:E1", "G2:H3", "D9:E9"):
            book.active.merge_cells(merged)

    path = made(tmp_path / "s.xlsx", rows, merge)
    assert amounts(path, header=2, columns={"on": "date", "amount": "amount", "currency": "currency"}) == [1000, 2000]


def test_merged_ranges_that_the_search_does_not_find_are_refused(tmp_path):
    hidden = sheet_xml(HEADER).replace(
        "</worksheet>", "<mergeCells><mergeCell\nref='A1:A&#50;'/></mergeCells></worksheet>"
    )
    check_refused(raw_book(tmp_path / "s.xlsx", hidden), "document: this is no workbook that can be read")


def test_the_only_visible_sheet_with_anything_in_it_is_read(tmp_path):
    def hide(book):
        book.active.sheet_state = "hidden"
        book.create_sheet("Empty")
        data = book.create_sheet("Data")
        for one in (ROWS[0], [DAY, 777, "KRW", "cine", "KR"]):
            data.append(one)

    path = made(tmp_path / "s.xlsx", ROWS, hide)
    assert amounts(path) == [777]
    assert amounts(path, sheet="Sheet") == [1000, 2000]


def test_which_of_several_sheets_is_meant_has_to_be_said(tmp_path):
    several = made(tmp_path / "s.xlsx", ROWS, lambda book: book.create_sheet("Notes").append(["see below"]))
    check_refused(several, "1: sheet: several sheets have something in them ('Sheet', 'Notes'): say in a mapping which")
    assert amounts(several, sheet="Sheet") == [1000, 2000]
    with zipfile.ZipFile(several) as archive, zipfile.ZipFile(tmp_path / "t.xlsx", "w") as hidden:
        for part in archive.namelist():
            hidden.writestr(part, archive.read(part).replace(b'state="visible"', b'state="veryHidden"'))
    check_refused(tmp_path / "t.xlsx", "1: sheet: every sheet is hidden ('Sheet', 'Notes')")


def test_rows_and_columns_that_are_hidden_or_filtered_away_count(tmp_path):
    def hide(book):
        book.active.row_dimensions[3].hidden = True
        book.active.column_dimensions["E"].hidden = True
        book.active.auto_filter.ref = "A1:E3"

    path = made(tmp_path / "s.xlsx", ROWS, hide)
    assert [(int(line[3]), line[6]) for line in read(path)[1]] == [(1000, "KR"), (2000, "")]


@pytest.mark.parametrize("size", ["A1:B2", "A1", "A1:XFD1048576", "C3:B1"])
def test_what_a_sheet_says_of_its_size_is_not_looked_at(tmp_path, size):
    rows = HEADER + "".join(row(n, words(f"A{n}", "2026-03-05"), words(f"B{n}", f"KRW {n}")) for n in (2, 3, 40))
    lying = sheet_xml(rows).replace("<sheetData>", f'<dimension ref="{size}"/><sheetData>')
    assert amounts(raw_book(tmp_path / "s.xlsx", lying)) == [2, 3, 40]


@pytest.mark.parametrize(
    "rows",
    [
        row(3, words("A3", "2026-03-05"), words("B3", "KRW 5"))
        + row(2, words("A2", "2026-03-05"), words("B2", "KRW 5")),
        row(2, words("A2", "2026-03-05"), words("B2", "KRW 5")) * 2,
        row(2, words("A2", "2026-03-05"), words("B2", "KRW 5"), words("B2", "KRW 6")),
        row(2, words("B2", "KRW 5"), words("A2", "2026-03-05")),
        row(2, words("A2", "2026-03-05"), words("B7", "KRW 5")),
    ],
    ids=["rows out of order", "a row twice", "a cell twice", "cells out of order", "a cell of another row"],
)
def test_rows_and_cells_that_are_not_in_order_are_refused_and_none_is_dropped(tmp_path, rows):
    check_refused(
        raw_book(tmp_path / "s.xlsx", sheet_xml(HEADER + rows)), "document: this is no workbook that can be read"
    )


def test_rows_and_cells_without_a_place_follow_each_other(tmp_path):
    plain = "<row><c t='inlineStr'><is><t>2026-03-05</t></is></c><c t='inlineStr'><is><t>KRW 5</t></is></c></row>"
    assert amounts(raw_book(tmp_path / "s.xlsx", sheet_xml(HEADER + plain * 2))) == [5, 5]


FORMULA = "<f>SUM(C2:C9)</f>"


@pytest.mark.parametrize(
    ("content", "kind", "found"),
    [
        (f"{FORMULA}<v>1250</v>", "", 1250),
        (f"{FORMULA}<v>1250.5000000000001</v>", "", 1250.5),
        (f"{FORMULA}<v>12.50</v>", ' t="str"', 12.5),
        (FORMULA, "", "'=SUM(C2:C9)' is a formula without a value: open the workbook, and save it with its values"),
        (f"{FORMULA}<v></v>", "", "'=SUM(C2:C9)' is a formula without a value"),
        ('<f t="shared" si="0"/>', "", "'=' is a formula without a value"),
        (f"{FORMULA}<v/>", ' t="str"', "it is empty: write a number"),
        (f"{FORMULA}<v>#DIV/0!</v>", ' t="e"', "'#DIV/0!' is an error of the sheet: correct its formula"),
        ("<v>#SPILL!</v>", ' t="e"', "'#SPILL!' is an error of the sheet"),
        ("<v>1</v>", ' t="b"', "'TRUE' is no number"),
        ("<v>5E-324</v>", "", "has 338 decimals"),
        ("", "", "it is empty: write a number"),
    ],
)
def test_a_formula_counts_with_the_value_that_was_saved_and_only_then(tmp_path, content, kind, found):
    path = raw_book(
        tmp_path / "s.xlsx", sheet_xml(HEADER + row(2, words("A2", "2026-03-05"), cell("B2", content, kind)))
    )
    rules = {"columns": {"on": "date", "amount": "amount"}, "constants": {"currency": "USD"}}
    if isinstance(found, str):
        check_refused(path, found, **rules)
    else:
        assert amounts(path, **rules) == [int(found * 100)]


@pytest.mark.parametrize("column", WIDE)
def test_an_error_or_a_formula_without_a_value_is_refused_in_every_column_that_is_read(tmp_path, column):
    for number, (content, kind) in enumerate((("<v>#N/A</v>", ' t="e"'), ("<f>A1</f>", ""))):
        good = dict(zip(WIDE, ("2026-03-05", "1000", "KRW", "cine", "KR"), strict=True))
        letters = dict(zip(WIDE, "ABCDE", strict=True))
        cells = [
            cell(f"{letters[name]}2", content, kind) if name == column else words(f"{letters[name]}2", good[name])
            for name in WIDE
        ]
        header = row(1, *(words(f"{letters[name]}1", name) for name in WIDE))
        path = raw_book(tmp_path / f"{number}.xlsx", sheet_xml(header + row(2, *cells)))
        check_refused(path, f"2: {column}: ")
        rest = {name: name for name in WIDE[2:] if name != column}
        if column in WIDE[3:]:
            assert amounts(path, columns={"on": "date", "amount": "amount", **rest}) == [1000]


def test_dates_are_date_cells_of_either_calendar_or_texts_and_a_serial_number_is_none(tmp_path):
    rows = [WIDE, [DAY, 1, "KRW", None, None], [datetime.combine(DAY, time()), 2, "KRW"], ["2026-03-05", 3, "KRW"]]
    for name, epoch in (("1900.xlsx", WINDOWS_EPOCH), ("1904.xlsx", MAC_EPOCH)):
        path = made(tmp_path / name, rows, lambda book, epoch=epoch: setattr(book, "epoch", epoch))
        assert [line[1] for line in read(path)[1]] == ["2026-03-05"] * 3
    for cell_, told in (
        (46086, "'46086' is a number, and no date"),
        (timedelta(hours=30), "'1900-01-01 06:00:00' is no date"),
        (True, "'TRUE'"),
    ):
        check_refused(book(tmp_path / "s.xlsx", [WIDE, [cell_, 1, "KRW"]]), f"2: date: {told}")


@pytest.mark.parametrize(
    ("form", "written", "day"),
    [
        ("%Y-%m", "2026-02", "2026-02-28"),
        ("%Y년 %m월", "2026년 3월", "2026-03-31"),
        ("%Y년%m월", "2026년 3월", "2026-03-31"),
        ("%Y年%m月", "2024年2月", "2024-02-29"),
        ("%Y/%m", "2026/12", "2026-12-31"),
    ],
)
def test_a_month_is_its_last_day_where_a_mapping_says_that_dates_are_months(tmp_path, form, written, day):
    path = text(tmp_path, f"date,amount\n{written},KRW 5\n")
    assert [line[1] for line in read(path, dates=form)[1]] == [day]
    check_refused(path, f"2: date: '{written}' is a month: write a day, or `dates: %Y")


@pytest.mark.parametrize("format_", ["0%", "0.00%", "#,##0 %;-#,##0 %"])
def test_a_share_in_percent_is_no_amount_and_no_rate(tmp_path, format_):
    with xlsxwriter.Workbook(tmp_path / "s.xlsx") as made_:
        sheet, percent = made_.add_worksheet(), made_.add_format({"num_format": format_})
        sheet.write_row(0, 0, ["date", "amount", "currency"])
        sheet.write_row(1, 0, ["2026-03-05"])
        sheet.write_number(1, 1, 5, percent)
        sheet.write_row(1, 2, ["KRW"])
    check_refused(tmp_path / "s.xlsx", "2: amount: '5 shown in percent' is a share: write a number without percent")


TOTALLED = "date,amount,territory\n2026-03-05,KRW 1000,KR\n2026-03-05,USD 2,JP\n"
RULES = {"columns": {"on": "date", "amount": "amount", "territory": "territory"}}


@pytest.mark.parametrize("mark", ["합계", "합 계", "計", "合　計", "Total", "TOTAL:", "소계"])
def test_a_row_of_totals_is_refused_unless_a_mapping_declares_its_mark(tmp_path, mark):
    path = text(tmp_path, f"{TOTALLED}2026-03-31,KRW 1000,{mark}\n")
    check_refused(path, f"4: territory: {mark!r} is said of totals: leave such rows out, or declare them")
    assert amounts(path, totals=("something else",), **RULES) == [1000, 200, 1000]
    path = text(tmp_path, f"{TOTALLED}{mark},KRW 1000,\n")
    check_refused(path, f"4: date: {mark!r} is said of totals")
    assert amounts(path, totals=(mark,), **RULES) == [1000, 200]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            "합계,KRW 999,\n",
            "4: amount: the row of totals says KRW 999, and the rows above come to KRW 1000: correct one",
        ),
        ("합계,JPY 1,\n", "4: amount: the row of totals says JPY 1, and the rows above come to JPY 0"),
        ("합계,,\n", "4: amount: this is a row of totals without one"),
        ("합계,x,\n", "4: currency: 'x' is no ISO 4217 currency"),
    ],
)
def test_a_row_of_totals_says_what_its_rows_come_to(tmp_path, rows, told):
    check_refused(text(tmp_path, TOTALLED + rows), told, totals=("합계",), **RULES)


def test_totals_of_parts_and_of_all_in_either_currency_are_compared_with_their_rows(tmp_path):
    rows = "소계,KRW 1000,\n소계,USD 2.00,\n2026-03-06,KRW 500,KR\n소계,KRW 500,\n합계,KRW 1500,\n"
    assert amounts(text(tmp_path, TOTALLED + rows), totals=("소계", "합계"), **RULES) == [1000, 200, 500]


def test_too_many_merged_ranges_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "MAX_MERGED", 1)
    path = made(tmp_path / "s.xlsx", ROWS, lambda book: [book.active.merge_cells(one) for one in ("G1:G2", "H1:H2")])
    check_refused(path, "document: this is no workbook that can be read (more than 1 ranges of cells are merged)")


def test_what_stands_beyond_the_column_names_is_left_out_by_a_mapping_only(tmp_path):
    path = made(tmp_path / "s.xlsx", [WIDE, [DAY, 1000, "KRW", "cine", "KR", None, "a note"]])
    check_refused(path, "2: row: there is something in a cell beyond the 5 column names: name its column, or clear it")
    assert amounts(path, columns={"on": "date", "amount": "amount", "currency": "currency"}) == [1000]
