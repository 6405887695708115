import sys
from typing import Any

from app.cli.session import show, show_one

ROWS: list[dict[str, Any]] = [
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
    assert all(word in lines[1] for word in ROWS[0].values())


def test_nothing_but_what_a_row_says_takes_up_room(capsys):
    show(ROWS, ("id", "status", "run", "reason"), as_json=False, nothing="")
    assert capsys.readouterr().out.splitlines()[2] == "LIGHTHOUSE.WR-A  due"


def test_a_quote_is_read_by_people_without_brackets(capsys):
    show_one({"id": "R1", "quote": {"rate": "1378.46", "source": "ECB"}, "released_by": None}, as_json=False)
    assert capsys.readouterr().out == "id           R1\nquote        rate 1378.46, source ECB\n"
