"""A sheet of scenarios, CSV or XLSX: the columns of facts (see `adapters.sharing.facts`) and a column `scenario`.

A row that names no scenario counts in each of them.
"""

from collections.abc import Sequence
from pathlib import Path

from adapters.agreement.documents import BadDocument, Located
from adapters.sharing.facts import BadFacts, FactReader, Units
from adapters.sharing.sheets.cells import BadCell, TextCells
from adapters.sharing.sheets.mapping import Mapping as Layout
from adapters.sharing.sheets.rows import MAX_FINDINGS
from adapters.sharing.sheets.table import bad_row, open_table
from domain.sharing.waterfall.facts import Facts

MAX_SCENARIOS = 24
"""A page cannot show more. A sheet with more probably has something else in the column."""

_Rows = list[tuple[int, dict[str, str]]]


def read_scenarios(path: Path, units: Units) -> dict[str, Facts]:
    """Return the facts of each scenario by its name, in the order in which the names first appear.

    Raises:
        BadDocument: rows do not fit. It names every finding by line, or the first of very many.
        BadInput: the file cannot be opened.
    """
    findings: dict[Located, None] = {}
    by_name = _rows(path, units, findings)
    common = by_name.pop("", [])
    if len(by_name) > MAX_SCENARIOS:
        words = f"{len(by_name)} scenarios are named, at most {MAX_SCENARIOS} can be compared: is this the column?"
        raise bad_row(path, 1, "scenario", words)
    if not by_name and not findings:
        raise bad_row(path, 1, "scenario", "no row names a scenario: write one, such as base, on each row of it.")
    found = {}
    for name, own in by_name.items():
        reader = FactReader(units)
        wrong = [*_take(path, reader, sorted([*common, *own], key=lambda row: row[0]))]
        if not wrong:
            try:
                found[name] = reader.facts()
            except BadFacts as error:  # some errors only show once all rows are read
                wrong.append(_located(path, error))
        findings |= dict.fromkeys(wrong)
    if findings:
        raise BadDocument(_first(path, sorted(findings, key=lambda finding: finding.line)))
    return found


def _rows(path: Path, units: Units, findings: dict[Located, None]) -> dict[str, _Rows]:
    """Return the rows of each scenario with their lines. The key "" has the rows that count in all."""
    names, found = TextCells("scenario", needed=False), dict[str, _Rows]()
    with open_table(path, Layout()) as table:
        _check_header(path, units, table.header)
        for line, cells in table.rows:
            row = dict(zip(table.header, (cell.strip() for cell in cells), strict=True))
            try:
                found.setdefault(names[row.pop("scenario")], []).append((line, row))
            except BadCell as error:
                findings[Located(str(path), line, error.field, error.sentence)] = None
    return found


def _take(path: Path, reader: FactReader, rows: _Rows) -> list[Located]:
    """Give rows to a reader and return what it finds wrong with them."""
    wrong = []
    for line, row in rows:
        try:
            reader.one(row, f"{path}:{line}")
        except BadFacts as error:
            wrong.append(_located(path, error))
    return wrong


def _located(path: Path, error: BadFacts) -> Located:
    """Split a reader's sentence, which begins with file, line and field."""
    line, field, words = error.sentence.removeprefix(f"{path}:").split(": ", maxsplit=2)
    return Located(str(path), int(line), field, words)


def _check_header(path: Path, units: Units, header: Sequence[str]) -> None:
    unknown = [name for name in header if name not in {"scenario", *units.columns}]
    if "scenario" not in header:
        what = "there is no column 'scenario'"
    elif unknown:
        what = f"{unknown[0][:40]!r} is no column"
    elif len(set(header)) < len(header) or not {"date", "amount"} <= set(header):
        what = "date and amount are needed, each column once"
    else:
        return
    words = f"{what}: write scenario, date, amount and any of {', '.join(units.columns[2:])}."
    raise bad_row(path, 1, "header", words)


def _first(path: Path, findings: list[Located]) -> list[Located]:
    if len(findings) <= MAX_FINDINGS:
        return findings
    last = findings[MAX_FINDINGS - 1].line
    return [*findings[:MAX_FINDINGS], Located(str(path), last, "row", "there are more; correct these first.")]
