"""Reads the cells of a row as one fact: the one reader of statements that are imported and of files that are run."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from adapters.sharing.sheets.cells import BadCell, Currencies, Days, TextCells
from adapters.sharing.sheets.header import Header
from adapters.sharing.sheets.mapping import LAYOUTS, FieldName, Mapping
from adapters.sharing.sheets.numbers import Counted, Numbers
from adapters.sharing.sheets.totals import Totals
from domain.events import StatementKind

_RECEIPT = StatementKind.RECEIPT


class FactRow(NamedTuple):
    """A row as it was read. `minor` are minor units of `currency`; a metric has a `number`, in plain digits, instead.

    `words` are those of the kind's layout: payer, territory, media and window, or a name.
    """

    kind: str
    on: str
    currency: str
    minor: int
    number: str
    rate: str
    words: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    id: str
    reverses: str


class _Plan:
    """How rows of one kind are read: where the cells of their fields are, and which cells must be empty."""

    def __init__(self, kind: str, header: Header, rules: Mapping, blank: int, constants: dict[FieldName, int]) -> None:
        layout = LAYOUTS[kind]

        def _place(field: FieldName) -> int:
            place = header.place(field)
            return constants.get(field, blank) if place is None else place

        totals = kind == _RECEIPT and rules.totals is None
        self.words = [
            (TextCells(name, needed=name in layout.needed, totals=totals), _place(name)) for name in layout.words
        ]
        self.has_amount = "amount" in layout.needed
        self.is_money = "currency" in layout.fields
        self.amount, self.rate = _place("amount"), _place("rate")
        self.currency = _place("currency") if header.place("currency") is not None or "currency" in constants else None
        foreign = [(name, column) for name, column in header.fields.items() if name not in layout.fields]
        self.empty: list[tuple[str, int]] = [(name, header.names.index(column)) for name, column in foreign]
        if kind != _RECEIPT:
            self.empty += [(metric, header.names.index(column)) for metric, column in header.counts.items()]


class RowReader:
    """Reads rows under a header. `kind` is what a row is that does not say so itself; dates after `latest` are refused.

    A row may be of another kind if there is a column `kind`. Rows of totals, as a mapping declares them, are no facts.
    """

    def __init__(self, header: Header, kind: str, mapping: Mapping | None, latest: date) -> None:
        rules = mapping or Mapping()
        self.header, self._rules, self._kind = header, rules, kind
        given: dict[FieldName, str] = dict(rules.constants)
        self._constants = ["", *given.values()]
        width = len(header.names)
        self._places = {name: width + 1 + n for n, name in enumerate(given)}
        self._blank = width
        self._days = Days(rules.dates, latest)
        self._currencies, self._numbers = Currencies(), Numbers(rules.decimal, rules.thousands)
        self._on, self._kind_at = self._place("on"), self._place("kind")
        self._id_at, self._reverses_at = self._place("id"), self._place("reverses")
        self._ids, self._reversed = TextCells("id"), TextCells("reverses")
        self._kinds, self._plans = TextCells("kind"), dict[str, _Plan]()
        self._counted = [
            (metric, Counted(metric, self._numbers), header.names.index(column))
            for metric, column in header.counts.items()
        ]
        self._totals = Totals(rules.totals) if rules.totals else None

    def read(self, cells: list[str]) -> FactRow | None:
        """Return a row of as many cells as the header has names; None for a row of totals, which agrees with its rows.

        Raises:
            BadCell: one of its cells does not fit.
        """
        row = cells + self._constants
        if self._totals is not None and self._totals.marked(cells):
            self._totals.compare(*self._amounts(row))
            return None
        fact = self._fact(row)
        if self._totals is not None:
            self._totals.add(fact.currency, fact.minor if fact.currency else fact.number, fact.counts)
        return fact

    def _fact(self, row: list[str]) -> FactRow:
        kind = self._kinds[row[self._kind_at]] or self._kind
        plan = self._plan(kind)
        for name, place in plan.empty:
            if row[place].strip():
                raise BadCell(name, f"a {kind} has no {name}: leave the cell empty.")
        on = self._days[row[self._on]]
        words = tuple([known[row[place]] for known, place in plan.words])
        code = number = rate = ""
        minor = 0
        counts: tuple[tuple[str, int], ...] = ()
        reverses = self._reversed[row[self._reverses_at]]
        if plan.is_money:
            code, minor = self._money(row, plan)
            if self._counted and kind == _RECEIPT:
                counts = self._counts(row, minor, reverses)
            if row[plan.rate]:
                rate = self._numbers.plain("rate", row[plan.rate], positive=True)
        elif plan.has_amount:
            number = self._numbers.plain("amount", row[plan.amount], positive=False)
        return FactRow(kind, on, code, minor, number, rate, words, counts, self._ids[row[self._id_at]], reverses)

    def _money(self, row: Sequence[str], plan: _Plan) -> tuple[str, int]:
        number = row[plan.amount]
        if plan.currency is None:
            written, _, number = number.strip().partition(" ")
            code, places = self._currencies[written]
            return code, self._numbers.minor(number, places, code, own=True)
        code, places = self._currencies[row[plan.currency]]
        return code, self._numbers.minor(number, places, code)

    def _counts(self, row: Sequence[str], minor: int, reverses: str) -> tuple[tuple[str, int], ...]:
        """Return the counts of a receipt. One that takes another back may leave them to it."""
        return tuple(
            [
                (metric, known.paid_for(row[place], minor))
                for metric, known, place in self._counted
                if not (reverses and not row[place].strip())
            ]
        )

    def _amounts(self, row: list[str]) -> tuple[str, int | str | None, dict[str, int]]:
        """Return what a row of totals says: a currency, which may be empty, an amount, and counts."""
        plan = self._plan(self._kind)
        counts = {metric: known[row[place]] for metric, known, place in self._counted if row[place].strip()}
        if not row[plan.amount].strip():
            return "", None, counts
        if not plan.is_money:
            return "", self._numbers.plain("amount", row[plan.amount], positive=False), counts
        if plan.currency is not None and not row[plan.currency].strip() and self._totals is not None:
            row[plan.currency] = self._totals.currency()
        return *self._money(row, plan), counts

    def _plan(self, kind: str) -> _Plan:
        if kind not in self._plans:
            if kind not in LAYOUTS:
                raise BadCell("kind", f"{kind[:40]!r} is no kind of fact: write {', '.join(LAYOUTS)}.")
            self._plans[kind] = _Plan(kind, self.header, self._rules, self._blank, self._places)
        return self._plans[kind]

    def _place(self, field: FieldName) -> int:
        place = self.header.place(field)
        return self._places.get(field, self._blank) if place is None else place
