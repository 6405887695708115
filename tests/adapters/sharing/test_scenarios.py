from datetime import date

import pytest
from openpyxl import Workbook

from adapters.agreement.documents import BadDocument
from adapters.sharing.facts import Units
from adapters.sharing.scenarios import MAX_SCENARIOS, read_scenarios


@pytest.fixture
def read(tmp_path):
    def write(text):
        path = tmp_path / "scenarios.csv"
        path.write_text(text, encoding="utf-8")
        return read_scenarios(path, Units("USD"))

    return write


def test_a_row_without_a_scenario_counts_in_each(read):
    found = read("scenario,date,amount\nlow,2026-01-01,USD 1\n,2026-02-01,USD 5\nhigh,2026-01-01,USD 9\n")
    assert list(found) == ["low", "high"]
    assert [each.amount for each in found["low"].receipts] == [100, 500]
    assert sum(each.amount for each in found["high"].receipts) == 1400


def test_a_workbook_is_read_as_a_text_is(tmp_path):
    book = Workbook()
    for row in (["scenario", "date", "amount", "kind", "name"], ["기준", date(2026, 1, 1), "USD 7", None, None]):
        book.active.append(row)
    book.active.append(["기준", date(2026, 1, 2), 1200, "metric", "admissions"])
    book.save(tmp_path / "sheet.xlsx")
    found = read_scenarios(tmp_path / "sheet.xlsx", Units("USD"))["기준"]
    assert [(each.on, each.amount) for each in found.receipts] == [(date(2026, 1, 1), 700)]
    assert [(each.name, each.amount) for each in found.others] == [("admissions", 1200)]


def test_everything_that_is_wrong_is_said_at_once_by_line(read):
    with pytest.raises(BadDocument) as caught:
        read("scenario,date,amount,kind\nlow,2026-13-01,USD 1,\n,2026-01-01,USD x,\nhigh,2026-01-01,USD 1,gift\n")
    assert [(each.line, each.field) for each in caught.value.findings] == [(2, "date"), (3, "amount"), (4, "kind")]


def test_what_shows_only_when_all_rows_are_there_has_its_line_too(read):
    with pytest.raises(BadDocument, match=r"scenarios.csv:2: reverses: no receipt 'A' was read"):
        read("scenario,date,amount,reverses\nlow,2026-01-01,USD -1,A\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,amount\n2026-01-01,USD 1\n", ":1: header: there is no column 'scenario'"),
        ("scenario,date,amount,colour\n", ":1: colour: a receipt has no 'colour'"),
        ("scenario,date\n", ":1: amount: there is no column 'amount'"),
        ("scenario,date,amount\n,2026-01-01,USD 1\n", ":1: scenario: no row names a scenario"),
        ("scenario,date,amount\n=x(),2026-01-01,USD 1\n", ":2: scenario: '=x\\(\\)' begins as a formula"),
        (
            "scenario,date,amount\n" + "".join(f"s{n},2026-01-01,USD 1\n" for n in range(MAX_SCENARIOS + 1)),
            "25 scenarios are named",
        ),
        ("scenario,date,amount\n" + "low,never,USD 1\n" * 30, ":21: row: there may be more"),
    ],
)
def test_a_sheet_that_is_none_is_refused_in_a_sentence(read, text, said):
    with pytest.raises(BadDocument, match=said):
        read(text)
