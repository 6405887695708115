"""Writes rows of one kind in their canonical form, and keeps their totals and their first and last dates."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from adapters.sharing.sheets.cells import BadCell
from adapters.sharing.sheets.mapping import LAYOUTS, FieldName
from adapters.sharing.sheets.reader import FactRow
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
    """Makes canonical rows of one kind, and sums them up. `metrics` are those that its receipts count."""

    def __init__(self, path: Path, kind: StatementKind, metrics: Sequence[str] = ()) -> None:
        self._path, self._kind = path, kind
        self._totalled = LAYOUTS[kind].words.index(_TOTALLED.get(kind, "name"))
        self._counts = dict.fromkeys(metrics if kind is StatementKind.RECEIPT else (), 0)
        self._totals: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._first, self._last = "9999", "0000"
        self.count = 0

    def canonical(self, row: FactRow) -> str:
        """Return a row, ended by a newline.

        Raises:
            BadCell: by now there are too many totals.
        """
        words, amount = row.words, row.number
        if row.currency:
            amount = str(row.minor)
            self._totals[words[self._totalled], row.currency] += row.minor
            if self._counts:
                words = (*words, self._counts_of(row))
        self._first, self._last = min(self._first, row.on), max(self._last, row.on)
        self.count += 1
        if len(self._totals) > MAX_TOTALS:
            field = _TOTALLED.get(self._kind, "name")
            raise BadCell(field, f"more than {MAX_TOTALS} different ones by now: is this the right column?")
        return "\t".join((row.on, row.currency, amount, row.rate, *words)) + "\n"

    def _counts_of(self, row: FactRow) -> str:
        """Return the counts of a receipt in the JSON form in which they are recorded."""
        for metric, count in row.counts:
            self._counts[metric] += count
        return "{" + ",".join([f'"{metric}":{count}' for metric, count in row.counts]) + "}"

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
