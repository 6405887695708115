"""Finds the columns of fields and counts, by a mapping or by their own names."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from adapters.agreement.documents import BadDocument, Located
from adapters.sharing.sheets.mapping import LAYOUTS, FieldName, Mapping
from domain.agreement.checks.finding import did_you_mean
from domain.events import StatementKind

_PLAIN: dict[FieldName, str] = {"on": "date"}
_IGNORED = "id"


class Header:
    """The columns of `fields`, and of `counts` by metric, in the order of the metrics' names.

    Only receipts are counted; `metrics` are those that the agreement names. A column with a field's name is that field.

    Raises:
        BadDocument: a column is missing that the mapping, or else the kind of rows, needs; or a column is unknown.
    """

    def __init__(
        self, path: Path, kind: StatementKind, mapping: Mapping | None, names: Sequence[str], metrics: Sequence[str]
    ) -> None:
        self._path, self._kind, self._line = path, kind, mapping.header if mapping else 1
        self.fields: dict[FieldName, str]
        self.counts: dict[str, str]
        if mapping is not None:
            self.fields, self.counts = dict(mapping.columns), dict(sorted(mapping.counts.items()))
            findings = list(self._uncounted(metrics))
        else:
            layout = LAYOUTS[kind]
            plain = {name: _PLAIN.get(name, name) for name in layout.fields}
            self.fields = {name: plain[name] for name in plain if plain[name] in names or name in layout.needed}
            metrics = sorted(set(metrics) - {*plain.values(), _IGNORED}) if kind is StatementKind.RECEIPT else ()
            self.counts = {metric: metric for metric in metrics if metric in names}
            findings = []
        findings += self._misplaced(names, [*self.fields.items(), *self.counts.items()])
        if mapping is None and not findings:
            findings += self._unknown(names, metrics)
        if findings:
            raise BadDocument(findings)

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
                yield self._found(name, f"{how} {column!r}: {did_you_mean(column, [one for one in names if one])}")

    def _unknown(self, names: Sequence[str], metrics: Sequence[str]) -> Iterator[Located]:
        known = {*self.fields.values(), *self.counts.values(), _IGNORED}
        counted = f", and the agreement counts {', '.join(metrics)}" if metrics else ""
        for column in names:
            if column not in known:
                words = f"a {self._kind} has no {column!r}{counted}: leave it out, or write a mapping."
                yield self._found(column or "header", words)

    def _found(self, field: str, words: str) -> Located:
        return Located(str(self._path), self._line, field, words)
