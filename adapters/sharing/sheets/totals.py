"""Rows of totals, which a mapping declares by words: no facts, but what they say must agree with the rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from adapters.sharing.sheets.cells import BadCell, folded
from domain.values.money import Money


class Totals:
    """Adds rows up, and compares rows of totals with all rows above, or with those since the last row of totals."""

    def __init__(self, marks: Sequence[str]) -> None:
        self._marks = {folded(mark) for mark in marks}
        self._all: defaultdict[str, Fraction] = defaultdict(Fraction)
        self._since: defaultdict[str, Fraction] = defaultdict(Fraction)
        self._currencies: dict[str, None] = {}

    def marked(self, cells: Iterable[str]) -> bool:
        """Whether one of a row's cells is a word that marks totals. Case, width and spaces do not matter."""
        return any(folded(cell) in self._marks for cell in cells if cell)

    def add(self, currency: str, amount: int | str, counts: Iterable[tuple[str, int]]) -> None:
        """Count a row in."""
        self._currencies[currency] = None
        for name, number in [(f"amount {currency}", Fraction(amount or 0)), *((one, Fraction(n)) for one, n in counts)]:
            self._all[name] += number
            self._since[name] += number

    def currency(self) -> str:
        """Return the currency of rows of totals that name none.

        Raises:
            BadCell: the rows above are in several.
        """
        if len(self._currencies) > 1:
            said = f"this row of totals names no currency, and the rows above are in {' and '.join(self._currencies)}"
            raise BadCell("currency", f"{said}: write one row for each.")
        return next(iter(self._currencies), "")

    def compare(self, currency: str, amount: int | str | None, counts: Mapping[str, int]) -> None:
        """Compare a row of totals with its rows.

        Raises:
            BadCell: it has no amount, or says something else than they come to.
        """
        if amount is None:
            raise BadCell("amount", "this is a row of totals without one: write it, or leave the row out.")
        counted = ((metric, metric, count) for metric, count in counts.items())
        for field, name, total in (("amount", f"amount {currency}", amount), *counted):
            if Fraction(total) not in {self._all[name], self._since[name]}:
                of = currency if field == "amount" else ""
                said, come = _shown(Fraction(total), of), _shown(self._all[name], of)
                raise BadCell(field, f"the row of totals says {said}, and the rows above come to {come}: correct one.")
            self._since[name] = Fraction()


def _shown(number: Fraction, currency: str) -> str:
    return str(Money(int(number), currency)) if currency else str(number)
