"""Finds the columns of fields and counts, by a mapping or by their own names."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from adapters.agreement.documents import BadDocument, Located
from adapters.sharing.sheets.mapping import FIELDS, LAYOUTS, FieldName, Mapping
from domain.agreement.checks.finding import did_you_mean
from domain.events import StatementKind

PLAIN: dict[FieldName, str] = {name: "date" if name == "on" else name for name in FIELDS}
"""The names of columns without a mapping."""


def counted(metrics: Iterable[str]) -> list[str]:
    """Return the metrics that may have a column of their own name: those that have not the name of a field."""
    return sorted(set(metrics) - set(PLAIN.values()))


class Header:
    """The columns of `fields`, and of `counts` by metric, in the order of the metrics' names.

    Only receipts are counted; `metrics` are those that the agreement names. A column with a field's name is that field.
    Columns of fields that only other kinds have may be there; whether their cells are empty shows row by row.

    Raises:
        BadDocument: a column is missing that the mapping, or else the kind of rows, needs; or a column is unknown.
    """

    def __init__(
        self, path: Path, kind: str, mapping: Mapping | None, names: Sequence[str], metrics: Sequence[str]
    ) -> None:
        self._path, self._kind, self._line = path, kind, mapping.header if mapping else 1
        self.names = names
        self.fields: dict[FieldName, str]
        self.counts: dict[str, str]
        findings: list[Located]
        self._is_plain = mapping is None or not mapping.columns
        if mapping is not None and mapping.columns:
            self.fields, self.counts = dict(mapping.columns), dict(sorted(mapping.counts.items()))
            findings = list(self._uncounted(metrics))
        else:
            needed: tuple[FieldName, ...] = ("on",) if "kind" in names else LAYOUTS[kind].needed
            given = mapping.constants if mapping else {}
            wanted = {name: PLAIN[name] for name in FIELDS if name not in given}
            self.fields = {name: column for name, column in wanted.items() if column in names or name in needed}
            metrics = counted(metrics) if kind == StatementKind.RECEIPT or "kind" in names else ()
            self.counts = {metric: metric for metric in metrics if metric in names}
            findings = []
        findings += self._misplaced(names, [*self.fields.items(), *self.counts.items()])
        if self._is_plain and not findings:
            findings += self._unknown(names, metrics)
        if findings:
            raise BadDocument(findings)

    def place(self, field: str) -> int | None:
        """Return the place of a field's column; None if the file has none."""
        column = next((column for name, column in self.fields.items() if name == field), None)
        return None if column is None else self.names.index(column)

    def shown(self, field: str) -> str:
        """Return the name under which the owner of the file knows a field."""
        columns = [*self.fields.items(), *self.counts.items()]
        column = next((column for name, column in columns if name == field), field)
        return column if column == field or self._is_plain else f"{field} ({column})"

    def _uncounted(self, metrics: Sequence[str]) -> Iterator[Located]:
        for metric in self.counts:
            if metric not in metrics:
                words = f"the agreement has no metric {metric!r}: {did_you_mean(metric, metrics)}"
                yield self._found(metric, words)

    def _misplaced(self, names: Sequence[str], wanted: Iterable[tuple[str, str]]) -> Iterator[Located]:
        times = Counter(names)
        for name, column in wanted:
            if times[column] != 1:
                how = "there is no column" if not times[column] else "there are several columns"
                where = column if self._is_plain else name
                yield self._found(where, f"{how} {column!r}: {did_you_mean(column, [one for one in names if one])}")

    def _unknown(self, names: Sequence[str], metrics: Sequence[str]) -> Iterator[Located]:
        known = {*self.fields.values(), *self.counts.values()}
        counts = f", and the agreement counts {', '.join(metrics)}" if metrics else ""
        for column in names:
            if column not in known:
                words = f"a {self._kind} has no {column!r}{counts}: leave it out, or write a mapping."
                yield self._found(column or "header", words)

    def _found(self, field: str, words: str) -> Located:
        return Located(str(self._path), self._line, field, words)
