import json
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime

from adapters.db.queries.paging import Page
from app.cli.printing import show, show_one, show_page
from domain.values.money import Money

ROWS = [
    {
        "id": "LIGHTHOUSE.VX-A",
        "status": "rejected",
        "run": "LIGHTHOUSE/spc-krw/USD/2026-11-23/1",
        "reason": "계좌 [AC04]",
    },
    {"id": "LIGHTHOUSE.WR-A", "status": "due", "run": None, "reason": None},
]


def test_a_narrow_terminal_hides_no_column_and_shortens_no_cell(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    show(ROWS, ("id", "status", "run", "reason"), as_json=False, nothing="")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(word in lines[1] for word in ROWS[0].values())  # type: ignore[attr-defined]


def test_nothing_but_what_a_row_says_takes_up_room(capsys):
    show(ROWS, ("id", "status", "run", "reason"), as_json=False, nothing="")
    assert capsys.readouterr().out.splitlines()[2] == "LIGHTHOUSE.WR-A  due"


def test_a_quote_is_read_by_people_without_brackets(capsys):
    show_one({"id": "R1", "quote": {"rate": "1378.46", "source": "ECB"}, "released_by": None}, as_json=False)
    assert capsys.readouterr().out == "id           R1\nquote        rate 1378.46, source ECB\n"


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    amount: Money
    due_on: date | None
    at: datetime
    by: dict[str, tuple[str, ...]]


ROW = Row(
    "계좌-1", Money(-125_000, "USD"), date(2027, 3, 31), datetime(2027, 3, 31, 9, tzinfo=UTC), {"spc": ("a", "b")}
)


def test_a_row_is_json_with_its_amounts_written_and_its_days_and_instants_in_iso_form(capsys):
    show([ROW], (), as_json=True, nothing="")
    told = {
        "id": "계좌-1",
        "amount": "USD -1250.00",
        "due_on": "2027-03-31",
        "at": "2027-03-31T09:00:00+00:00",
        "by": {"spc": ["a", "b"]},
    }
    assert capsys.readouterr().out == json.dumps([told], ensure_ascii=False, indent=2) + "\n"


def test_a_list_of_nothing_is_an_empty_list_for_programs(capsys):
    show([], (), as_json=True, nothing="no rows")
    assert capsys.readouterr().out == "[]\n"


def test_columns_line_up_under_wide_characters(capsys):
    show([{"id": "계좌", "n": "1"}, {"id": "abcd", "n": "2"}], ("id", "n"), as_json=False, nothing="")
    assert capsys.readouterr().out.splitlines() == ["id    n", "계좌  1", "abcd  2"]


def test_what_a_terminal_would_obey_is_not_printed(capsys):
    show([{"id": "A\x1b[2J\nB"}], ("id",), as_json=False, nothing="")
    assert capsys.readouterr().out.splitlines() == ["id", "A [2J B"]


def test_that_there_is_more_is_said_beside_the_list_and_how_to_get_it(capsys):
    show_page(Page((ROW,), "abc", 25_000), ("id",), as_json=False, nothing="")
    said = capsys.readouterr()
    assert said.out.splitlines() == ["id", "계좌-1"]
    assert said.err == "1 of 25,000 shown; the next: --after abc; all: --all\n"


def test_of_the_last_page_nothing_is_said_beside_it(capsys):
    show_page(Page((ROW,), None, 1), ("id",), as_json=False, nothing="")
    assert capsys.readouterr().err == ""
