"""Turns the cells of a row into its canonical form, by a mapping and the file's header."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from adapters.sharing.sheets.cells import (
    BadCell,
    Counted,
    Currencies,
    Days,
    Numbers,
    TextCells,
)
from adapters.sharing.sheets.header import Header
from adapters.sharing.sheets.mapping import LAYOUTS, FieldName, Mapping
from adapters.sharing.sheets.table import bad_row
from domain.events import StatementCount, StatementKind, StatementTotal
from domain.values.money import Money

MAX_TOTALS = 1_000
"""Most media or names of one statement, by currency. The journal's event lists them all."""
_MAX_MINOR = 10**18
"""Totals stay below this, in minor units, so that the ledger can hold them."""
_MAX_COUNTED = 10**15
"""Largest total of a metric in one statement. Every JSON reader reads it exactly."""
_TOTALLED: dict[StatementKind, FieldName] = {StatementKind.RECEIPT: "media"}


class Form:
    """Makes canonical rows, and keeps their totals and their first and last dates.

    Raises:
        BadDocument: the header lacks required columns or has unknown ones; see `Header`.
    """

    def __init__(
        self,
        path: Path,
        kind: StatementKind,
        mapping: Mapping | None,
        header: Sequence[str],
        latest: date,
        metrics: Sequence[str] = (),
    ) -> None:
        layout, rules = LAYOUTS[kind], mapping or Mapping()
        self._path, self._kind = path, kind
        columns = Header(path, kind, mapping, header, metrics)
        self._columns = columns.fields
        written = {"currency"} - rules.constants.keys()  # without column or constant, the amount names it
        given = {n: rules.constants.get(n, "") for n in layout.fields if n not in self._columns and n not in written}
        self._constants = list(given.values())
        place = {name: header.index(column) for name, column in self._columns.items()}
        place |= {name: len(header) + n for n, name in enumerate(given)}
        self._on = place["on"]
        self._amount, self._currency, self._rate = place.get("amount"), place.get("currency"), place.get("rate")
        self._is_money = "currency" in layout.fields
        self._days = Days(rules.dates, latest)
        self._currencies, self._numbers = Currencies(), Numbers(rules.decimal, rules.thousands)
        self._words = [(TextCells(name, needed=name in layout.needed), place[name]) for name in layout.words]
        self._totalled = layout.words.index(_TOTALLED.get(kind, "name"))
        self._counted = [
            (metric, Counted(_shown(metric, column), self._numbers), header.index(column))
            for metric, column in columns.counts.items()
        ]
        self._counts = dict.fromkeys(columns.counts, 0)
        self._totals: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._first, self._last = "9999", "0000"
        self.count = 0

    def canonical(self, cells: list[str]) -> str:
        """Return a row, ended by a newline.

        Raises:
            BadCell: one of its cells does not fit.
        """
        row = cells + self._constants
        on = self._days[row[self._on]]
        words = [known[row[place]] for known, place in self._words]
        code = amount = rate = ""
        if self._is_money and self._amount is not None:
            number = row[self._amount]
            if self._currency is None:
                code, _, number = number.strip().partition(" ")
            else:
                code = row[self._currency]
            code, places = self._currencies[code]
            minor = self._numbers.minor(number, places, code)
            self._totals[words[self._totalled], code] += minor
            amount = str(minor)
            if self._counted:
                words.append(self._counts_of(row, minor))
            if self._rate is not None and row[self._rate]:
                rate = self._numbers.plain("rate", row[self._rate], positive=True)
        elif self._amount is not None:
            amount = self._numbers.plain("amount", row[self._amount], positive=False)
        self._first, self._last = min(self._first, on), max(self._last, on)
        self.count += 1
        if len(self._totals) > MAX_TOTALS:
            field = _TOTALLED.get(self._kind, "name")
            raise BadCell(field, f"more than {MAX_TOTALS} different ones by now: is this the right column?")
        return "\t".join((on, code, amount, rate, *words)) + "\n"

    def _counts_of(self, row: list[str], minor: int) -> str:
        """Return the counts of a receipt in the JSON form in which they are recorded."""
        found = [(metric, known.paid_for(row[place], minor)) for metric, known, place in self._counted]
        for metric, count in found:
            self._counts[metric] += count
        return "{" + ",".join([f'"{metric}":{count}' for metric, count in found]) + "}"

    def column(self, field: str) -> str:
        """Return the name under which the owner of the file knows a field."""
        column = next((column for name, column in self._columns.items() if name == field), field)
        return _shown(field, column)

    @property
    def first_on(self) -> date | None:
        """The earliest date; None without rows."""
        return date.fromisoformat(self._first) if self.count else None

    @property
    def last_on(self) -> date | None:
        """The latest date; None without rows."""
        return date.fromisoformat(self._last) if self.count else None

    def totals(self) -> tuple[StatementTotal, ...]:
        """Return the totals by medium or name and currency, sorted by these.

        Raises:
            BadDocument: one of the sums is larger than the ledger can hold.
        """
        for (word, code), minor in self._totals.items():
            if abs(minor) >= _MAX_MINOR:
                words = f"the rows of {word or 'no medium'} add up to more {code} than the ledger can hold."
                raise bad_row(self._path, 1, "amount", words)
        return tuple(
            StatementTotal(of=word, amount=Money(minor, code)) for (word, code), minor in sorted(self._totals.items())
        )

    def counts(self) -> tuple[StatementCount, ...]:
        """Return the total count of each metric that has a column, in the order of the metrics' names.

        Raises:
            BadDocument: the total of a metric is too large.
        """
        for metric, count in self._counts.items():
            if abs(count) > _MAX_COUNTED:
                raise bad_row(self._path, 1, metric, f"the rows count {count} in all: is this the right column?")
        return tuple(StatementCount(of=metric, count=count) for metric, count in self._counts.items())


def _shown(field: str, column: str) -> str:
    return field if column == field else f"{field} ({column})"
