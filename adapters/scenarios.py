"""A sheet of scenarios, CSV or XLSX: the columns of facts (see `adapters.facts`) and `scenario` beside them.

A row that names no scenario counts in each of them.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from adapters.facts import COLUMNS, BadFacts, FactReader
from adapters.sheets.cells import BadCell, Words
from adapters.sheets.mapping import Mapping as Layout
from adapters.sheets.rows import MAX_FINDINGS
from adapters.sheets.table import open_table
from domain.errors import BadInput
from domain.waterfall.facts import Facts

MAX_SCENARIOS = 24
"""More are no longer told apart on a page; a sheet with more has something else in the column."""

_Rows = list[tuple[int, dict[str, str]]]


def read_scenarios(path: Path, currency: str, rates: Mapping[str, Decimal]) -> dict[str, Facts]:
    """The facts of each scenario by its name, in the order in which the names first come.

    Raises:
        BadFacts: rows do not fit; the sentence has all that was found, each with its line.
        BadInput: the file cannot be opened.
    """
    with open_table(path, Layout()) as table:
        _check_header(path, table.header)
        rows: dict[str, _Rows] = {}
        wrong: dict[str, None] = {}
        known = Words("scenario", needed=False)
        for line, cells in table.rows:
            row = dict(zip(table.header, (cell.strip() for cell in cells), strict=True))
            try:
                rows.setdefault(known[row.pop("scenario")], []).append((line, row))
            except BadCell as error:
                wrong[f"{path}:{line}: scenario: {error.sentence}"] = None
    common = rows.pop("", [])
    if len(rows) > MAX_SCENARIOS:
        raise BadFacts(f"{path}:1: scenario: {len(rows)} scenarios are named, at most {MAX_SCENARIOS} can be compared.")
    if not rows and not wrong:
        raise BadFacts(f"{path}:1: scenario: no row names a scenario: write one, such as base, on each row of it.")
    found = {name: _facts(path, sorted([*common, *own]), currency, rates, wrong) for name, own in rows.items()}
    if wrong:
        raise BadFacts("\n".join(_first(list(wrong))))
    return found


def _facts(path: Path, rows: _Rows, currency: str, rates: Mapping[str, Decimal], wrong: dict[str, None]) -> Facts:
    """The facts of one scenario; what is wrong with its rows is added to `wrong`."""
    reader = FactReader(currency, rates)
    before = len(wrong)
    for line, row in rows:
        try:
            reader.one(row, f"{path}:{line}")
        except BadInput as error:
            wrong[error.sentence] = None
    try:
        return reader.facts() if len(wrong) == before else Facts()
    except BadFacts as error:
        wrong[error.sentence] = None
        return Facts()


def _check_header(path: Path, header: Sequence[str]) -> None:
    names = [name for name in header if name != "scenario"]
    unknown = [name for name in names if name not in COLUMNS]
    if "scenario" not in header:
        what = "there is no column 'scenario'"
    elif unknown:
        what = f"{unknown[0][:40]!r} is no column"
    elif len(set(header)) < len(header) or not {"date", "amount"} <= set(names):
        what = "date and amount are needed, each column once"
    else:
        return
    raise BadFacts(f"{path}:1: header: {what}: write scenario, date, amount and any of {', '.join(COLUMNS[2:])}.")


def _first(sentences: list[str]) -> list[str]:
    if len(sentences) <= MAX_FINDINGS:
        return sentences
    return [*sentences[:MAX_FINDINGS], f"and {len(sentences) - MAX_FINDINGS} more like these."]
