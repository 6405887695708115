"""Statements as files, checked row by row: what fits is spooled and summed, what does not is named by line."""

import csv
import hashlib
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.agreement.documents import BadDocument
from adapters.sharing.sheets import workbook
from adapters.sharing.sheets.findings import MAX_FINDINGS
from adapters.sharing.sheets.mapping import Declared, Mapping
from adapters.sharing.sheets.rows import checked
from domain.errors import BadInput
from domain.events import StatementKind
from tests.adapters.sharing.sheets.books import (
    HEADER,
    book,
    raw_book,
    sheet_xml,
)

LATEST = date(2027, 1, 1)


def read(path: Path, kind: StatementKind = StatementKind.RECEIPT, metrics=(), **mapping):
    """The rows' summary and the spooled lines."""
    declared = Declared(Mapping(**mapping), b"", "a" * 64) if mapping else None
    with checked(path, kind, "tidewater", "S1", declared, LATEST, metrics=metrics) as found:
        return found[0].rows, [line.decode().rstrip("\n").split("\t") for line in found[0].lines()]


def text(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "s.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def check_refused(path: Path, *wanted: str, kind: StatementKind = StatementKind.RECEIPT, metrics=(), **mapping) -> None:
    with pytest.raises(BadDocument) as raised:
        read(path, kind, metrics, **mapping)
    found = [str(finding).removeprefix(f"{path}:") for finding in raised.value.findings]
    assert len(found) == len(wanted), found
    for line, start in zip(found, wanted, strict=True):
        assert start in line


def test_rows_are_spooled_with_their_lines_in_minor_units_and_summed(tmp_path):
    rows, lines = read(text(tmp_path, "date,amount,media\n2025-01-31,USD 12.5,svod\n\n2025-01-02,JPY -7,\n"))
    assert lines == [
        ["2", "2025-01-31", "USD", "1250", "", "", "", "svod", ""],
        ["4", "2025-01-02", "JPY", "-7", "", "", "", "", ""],
    ]
    assert (rows.count, rows.from_on, rows.to_on) == (2, date(2025, 1, 2), date(2025, 1, 31))
    assert [(total.of, str(total.amount)) for total in rows.totals] == [("", "JPY -7"), ("svod", "USD 12.50")]
    canonical = "2025-01-31\tUSD\t1250\t\t\t\tsvod\t\n2025-01-02\tJPY\t-7\t\t\t\t\t\n"
    assert rows.sha256 == hashlib.sha256(canonical.encode()).hexdigest()
    assert rows.file_sha256 == hashlib.sha256((tmp_path / "s.csv").read_bytes()).hexdigest()


def test_a_mapping_reads_a_source_s_own_layout(tmp_path):
    content = "정산서;;;\n일자;금액;지역;비고\n31.12.2025;1.234.567,00;대한민국;x\n01.11.2025;(5,50);日本;\n"
    rows, lines = read(
        text(tmp_path, content, "cp949"),
        header=2,
        encoding="cp949",
        delimiter=";",
        dates="%d.%m.%Y",
        decimal=",",
        thousands=".",
        columns={"on": "일자", "amount": "금액", "territory": "지역"},
        constants={"currency": "USD", "payer": "tidewater", "media": "svod"},
    )
    assert [line[1:] for line in lines] == [
        ["2025-12-31", "USD", "123456700", "", "tidewater", "대한민국", "svod", ""],
        ["2025-11-01", "USD", "-550", "", "tidewater", "日本", "svod", ""],
    ]
    assert rows.mapping == "a" * 64


@pytest.mark.parametrize(
    ("rules", "written", "minor"),
    [
        ({}, "0012.50", 1250),
        ({}, "-.5", None),
        ({}, "12.505", None),
        ({}, "12.500", None),
        ({}, "1,250.00", None),
        ({"thousands": ","}, "1,250.00", 125000),
        ({"thousands": ","}, "12,50", None),
        ({"thousands": ","}, "1,2500.00", None),
        ({"thousands": " "}, "1\u202f250.00", 125000),
        ({"thousands": "'"}, "1'250", 125000),
        ({}, "(3.00)", -300),
        ({}, "(-3.00)", None),
        ({}, "NaN", None),
        ({}, "Infinity", None),
        ({}, "1e5", None),
        ({}, "٣", None),
        ({}, "9" * 13, int("9" * 13 + "00")),
        ({}, "9" * 14, None),
        ({}, "9" * 10_000, None),
        ({}, "", None),
        ({}, "=1+1", None),
    ],
)
def test_amounts_are_read_exactly_as_written_or_refused(tmp_path, rules, written, minor):
    path = text(tmp_path, f'on;amount\n2025-01-31;"{written}"\n')
    rules = {"delimiter": ";", "columns": {"on": "on", "amount": "amount"}, "constants": {"currency": "USD"}} | rules
    if minor is None:
        check_refused(path, "2: amount: ", **rules)
    else:
        assert read(path, **rules)[1][0][3] == str(minor)


def test_every_bad_row_is_named_and_after_twenty_it_is_enough(tmp_path):
    content = "date,amount,payer\n2025-13-01,USD 1,a\n2025-01-01,XXX 1,a\n2025-01-01,USD x,a\n2025-01-01,USD 1,=cmd()\n"
    check_refused(
        text(tmp_path, content),
        "2: date: '2025-13-01' is no date of the form %Y-%m-%d",
        "3: currency: 'XXX' is no ISO 4217 currency",
        "4: amount: 'x' is no number: write digits with '.' before decimals",
        "5: payer: '=cmd()' begins as a formula does",
    )
    with pytest.raises(BadDocument) as raised:
        read(text(tmp_path, "date,amount\n" + "x,y\n" * 1000))
    assert len(raised.value.findings) == MAX_FINDINGS + 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "1: header: there are no column names on this line"),
        ("date,amount\n2025-01-01\n", "2: row: it has 1 cells under 2 column names"),
        ("date,amount\n2025-01-01,USD 1,234.50\n", "2: row: it has 3 cells under 2 column names"),
        ('date,amount\n2025-01-01,"USD 1\n', "2: row: unexpected end of data"),
        ("date,amount,amount\n", "1: amount: there are several columns 'amount'"),
        ("date,amonut\n", "1: amount: there is no column 'amount': did you mean 'amonut'?"),
        ("date,amount,region\n", "1: region: a receipt has no 'region': leave it out, or write a mapping"),
        (
            "date,amount\n2025-01-01,USD 1\n2025-01-01,USD \xff1\n".encode("latin-1"),
            "3: row: this is not text in utf-8",
        ),
        ("date,amount\n2025-01-01,USD 1\n".encode("utf-16"), "1: row: this is not text in utf-8"),
        (b"\xd0\xcf\x11\xe0 old", "1: document: this is an old or encrypted workbook"),
        (b"date,amount\n" + b'2025-01-01,"' + b"9" * 200_000, "2: row: field larger than field limit"),
        ("date,amount,payer\n2025-01-01,USD 1,a\0b\n", "2: payer: 'a\\x00b' has control characters"),
        (f"date,amount,payer\n2025-01-01,USD 1,{'x' * 101}\n", "2: payer: the text has 101 characters"),
        ("date,amount,payer\n2052-01-01,USD 1,x\n", "2: date: '2052-01-01' is not from 1990 to 2027-01-01"),
        ("date,amount\n2025-01-01,\n", "2: currency: '' is no ISO 4217 currency"),
        ("date,amount,rate\n2025-01-01,USD 1,0\n", "2: rate: '0' is not above zero"),
        (
            "date,amount\n" + "2025-01-01,KRW 999999999999999\n" * 1001,
            "1: amount: the rows of no medium add up to more",
        ),
    ],
)
def test_a_hostile_or_careless_csv_is_one_sentence_with_its_line(tmp_path, content, told):
    check_refused(text(tmp_path, content), told)


def test_as_many_media_as_rows_are_the_wrong_column(tmp_path):
    rows = "".join(f"2025-01-01,USD 1,id-{n}\n" for n in range(1001))
    with pytest.raises(BadDocument, match="1002: media: more than 1000 different ones by now"):
        read(text(tmp_path, f"date,amount,media\n{rows}"))


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(BadInput, match=r"nowhere.csv: No such file or directory: name a CSV or XLSX file"):
        read(tmp_path / "nowhere.csv")


def test_metrics_are_plain_numbers_and_dates_have_none(tmp_path):
    _, lines = read(text(tmp_path, "date,name,amount\n2025-01-01,viewers,0012.50\n"), StatementKind.METRIC)
    assert lines == [["2", "2025-01-01", "", "12.5", "", "viewers"]]
    rows, lines = read(text(tmp_path, "date,name\n2025-01-01,run-end\n"), StatementKind.DATE)
    assert lines == [["2", "2025-01-01", "", "", "", "run-end"]]
    assert rows.totals == ()
    check_refused(
        text(tmp_path, "date,name,amount\n2025-01-01,,USD 1\n"), "2: name: it is empty", kind=StatementKind.COST
    )


# Workbooks


def test_a_workbook_s_own_dates_and_numbers_are_read_whatever_the_mapping_says_of_texts(tmp_path):
    rows = [
        ["Report", None, None],
        ["Day", "Net", "Where"],
        [datetime.combine(date(2025, 1, 31), time()), 1234.56, "KR"],
        [date(2025, 2, 28), "1.000,25", "JP"],
        [None, None, None],
        ["03.03.2025", -7, "TW"],
        [date(2025, 3, 4), 0.1 + 0.2, "KR"],
    ]
    path = book(tmp_path / "s.xlsx", rows, "Royalties", others=["Notes"])
    rules = {
        "sheet": "Royalties",
        "header": 2,
        "dates": "%d.%m.%Y",
        "decimal": ",",
        "thousands": ".",
        "columns": {"on": "Day", "amount": "Net", "territory": "Where"},
        "constants": {"currency": "USD"},
    }
    _, lines = read(path, **rules)
    assert [(line[0], line[1], line[3]) for line in lines] == [
        ("3", "2025-01-31", "123456"),
        ("4", "2025-02-28", "100025"),
        ("6", "2025-03-03", "-700"),
        ("7", "2025-03-04", "30"),
    ]
    check_refused(
        path,
        "1: sheet: there is no sheet 'Royalty': the workbook has 'Royalties', 'Notes'",
        **rules | {"sheet": "Royalty"},
    )


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ((date(2025, 1, 1), "=B1*2"), "2: amount: '=B1*2' is a formula without a value"),
        (("=TODAY()", 5), "2: on (date): '=TODAY()' is a formula without a value"),
        ((date(2025, 1, 1), 1e300), "2: amount: '1e+300' is no number"),
        ((date(2025, 1, 1), 10**18), "2: amount: '1e+18' is no number"),
        ((date(2025, 1, 1), True), "2: amount: 'TRUE' is no number"),
        ((date(2025, 1, 1), "#N/A"), "2: amount: '#N/A' is an error of the sheet"),
        ((date(2025, 1, 1), 12.345), "2: amount: '12.345' has 3 decimals, and USD has 2"),
        ((datetime.combine(date(2025, 1, 1), time(10, 30)), 5), "2: on (date): '2025-01-01 10:30:00' is no date"),
        ((time(10, 30), 5), "2: on (date): 'the time 10:30:00' is no date"),
    ],
)
def test_what_is_no_value_in_a_workbook_is_refused(tmp_path, cells, told):
    path = book(tmp_path / "s.xlsx", [["date", "amount"], cells])
    rules = {"columns": {"on": "date", "amount": "amount"}, "constants": {"currency": "USD"}}
    check_refused(path, told, **rules)


def test_a_bomb_of_a_workbook_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    texts = raw_book(tmp_path / "t.xlsx", sheet_xml(HEADER), **{"xl/sharedStrings.xml": b" " * (65 << 20)})
    check_refused(texts, "1: document: unpacked, the workbook xl/sharedStrings.xml is too large for a statement")
    monkeypatch.setattr(workbook, "_MAX_UNPACKED", 1_000_000)
    monkeypatch.setattr(workbook, "_MAX_TEXTS", 1_000_000)
    rows = raw_book(tmp_path / "r.xlsx", sheet_xml(HEADER + " " * 2_000_000))
    check_refused(rows, "1: document: unpacked, the workbook xl/worksheets/sheet1.xml is too large")


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        (sheet_xml(HEADER, '<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), "document: this is no workbook"),
        (sheet_xml(HEADER + "<row r='2'><c r='A2'><v>NaN</v></c></row>"), "document: this is no workbook"),
        (sheet_xml(HEADER)[:-30], "document: this is no workbook"),
        (sheet_xml(HEADER + '<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>'), "row: a sheet has at most"),
    ],
    ids=["entities", "NaN", "cut off", "a row far away"],
)
def test_a_workbook_that_is_not_in_order_is_refused(tmp_path, monkeypatch, sheet, told):
    monkeypatch.setattr(workbook, "MAX_ROWS", 1_000)
    check_refused(raw_book(tmp_path / "s.xlsx", sheet), told)


def test_a_cell_far_to_the_right_takes_no_memory(tmp_path):
    row = '<row r="2"><c r="A2" t="inlineStr"><is><t>2025-01-01</t></is></c>'
    row += '<c r="B2" t="inlineStr"><is><t>USD 5</t></is></c><c r="XFD2"><v>1</v></c></row>'
    rows, _ = read(raw_book(tmp_path / "s.xlsx", sheet_xml(HEADER + row)))
    assert rows.count == 1


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "s.xlsx"
    path.write_bytes(b"PK\x03\x04 and nothing more")
    check_refused(path, "1: document: this is no workbook that can be read")


# Properties

ROWS = st.lists(
    st.tuples(
        st.dates(date(1990, 1, 1), LATEST),
        st.sampled_from(["KRW", "USD", "BHD"]),
        st.integers(-(10**12), 10**12),
        st.text(st.characters(exclude_categories=["C"], exclude_characters="\\"), max_size=8),
    ),
    max_size=8,
)
PLACES = {"KRW": 0, "USD": 2, "BHD": 3}


@settings(max_examples=60)
@given(rows=ROWS)
def test_what_is_written_is_what_is_read_in_either_format(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("p")
    rows = [(on, code, minor, word.strip().lstrip("=+-@#")) for on, code, minor, word in rows]
    table = [["date", "amount", "currency", "payer"]]
    for on, code, minor, word in rows:
        whole, part = divmod(abs(minor), 10 ** PLACES[code])
        number = f"{'-' if minor < 0 else ''}{whole}" + (f".{part:0{PLACES[code]}}" if PLACES[code] else "")
        table.append([on.isoformat(), number, code, word])
    with (folder / "s.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    of_csv, lines = read(folder / "s.csv", decimal=".")
    assert [(line[1], line[2], int(line[3])) for line in lines] == [(str(r[0]), r[1], r[2]) for r in rows]
    of_xlsx, _ = read(book(folder / "s.xlsx", table), decimal=".")
    assert of_xlsx.sha256 == of_csv.sha256
    assert of_xlsx.totals == of_csv.totals
