"""A sheet of scenarios, CSV or XLSX: the columns of facts (see `adapters.sharing.facts`) and a column `scenario`.

A row that names no scenario counts in each of them.
"""

from pathlib import Path

from adapters.agreement.documents import BadDocument
from adapters.sharing.facts import LATEST, FactReader, Units
from adapters.sharing.sheets.cells import BadCell, TextCells
from adapters.sharing.sheets.findings import Findings
from adapters.sharing.sheets.header import Header
from adapters.sharing.sheets.mapping import Mapping as Layout
from adapters.sharing.sheets.reader import FactRow, RowReader
from adapters.sharing.sheets.table import bad_row, open_table
from domain.sharing.waterfall.facts import Facts

MAX_SCENARIOS = 24
"""A page cannot show more. A sheet with more probably has something else in the column."""

_RECEIPT = "receipt"
_Rows = list[tuple[int, FactRow]]


def read_scenarios(path: Path, units: Units) -> dict[str, Facts]:
    """Return the facts of each scenario by its name, in the order in which the names first appear.

    Raises:
        BadDocument: rows do not fit. It names every finding by line, or the first of very many.
        BadInput: the file cannot be opened.
    """
    findings = Findings(path)
    by_name = _rows(path, units, findings)
    common = by_name.pop("", [])
    if len(by_name) > MAX_SCENARIOS:
        words = f"{len(by_name)} scenarios are named, at most {MAX_SCENARIOS} can be compared: is this the column?"
        raise bad_row(path, 1, "scenario", words)
    found = {}
    for name, own in by_name.items():
        reader = FactReader(units)
        for line, row in sorted([*common, *own], key=lambda each: each[0]):
            try:
                reader.add(row, (path, line))
            except BadCell as error:
                findings.add(line, error.field, error.sentence)
        try:
            found[name] = reader.facts()
        except BadDocument as error:  # some errors only show once all rows are read
            for one in error.findings:
                findings.add(one.line, one.field, one.sentence)
    findings.end()
    if not by_name:
        raise bad_row(path, 1, "scenario", "no row names a scenario: write one, such as base, on each row of it.")
    return found


def _rows(path: Path, units: Units, findings: Findings) -> dict[str, _Rows]:
    """Return the rows of each scenario with their lines. The key "" has the rows that count in all."""
    names, found = TextCells("scenario"), dict[str, _Rows]()
    with open_table(path, Layout()) as table:
        if table.header.count("scenario") != 1:
            raise bad_row(path, 1, "header", "there is no column 'scenario', or there are several: write one.")
        at = table.header.index("scenario")
        header = Header(path, _RECEIPT, None, [*table.header[:at], *table.header[at + 1 :]], units.metrics)
        reader = RowReader(header, _RECEIPT, None, LATEST)
        for line, cells in table.rows:
            try:
                name = names[cells.pop(at)]
                if (row := reader.read(cells)) is not None:
                    found.setdefault(name, []).append((line, row))
            except BadCell as error:
                findings.add(line, header.shown(error.field), error.sentence)
    return found
