"""From the cells of a row to its canonical form, by a mapping and the names in the file's header."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from adapters.documents import BadDocument, Located
from adapters.sheets.cells import BadCell, Currencies, Days, Numbers, Words
from adapters.sheets.mapping import LAYOUTS, FieldName, Mapping
from adapters.sheets.table import bad_row
from domain.agreement.checks.finding import did_you_mean
from domain.events import StatementKind, StatementTotal
from domain.money import Money

MAX_TOTALS = 1_000
"""Media or names of one statement, by currency: the journal's event names each."""
_MAX_MINOR = 10**18
"""What a written amount can say, and the ledger hold."""
_PLAIN: dict[FieldName, str] = {"on": "date"}
_TOTALLED: dict[StatementKind, FieldName] = {StatementKind.RECEIPT: "media"}


class Form:
    """Makes canonical rows, and remembers what they add up to and between which dates they lie.

    Raises:
        BadDocument: the header has not the columns that the mapping, or without one the kind of rows, needs.
    """

    def __init__(
        self, path: Path, kind: StatementKind, mapping: Mapping | None, header: Sequence[str], latest: date
    ) -> None:
        layout, rules = LAYOUTS[kind], mapping or Mapping()
        self._path, self._kind = path, kind
        self._columns = _columns(path, kind, mapping, header)
        written = {"currency"} - rules.constants.keys()  # with the amount, where there is no column of it
        given = {n: rules.constants.get(n, "") for n in layout.fields if n not in self._columns and n not in written}
        self._constants = list(given.values())
        place = {name: header.index(column) for name, column in self._columns.items()}
        place |= {name: len(header) + n for n, name in enumerate(given)}
        self._on = place["on"]
        self._amount, self._currency, self._rate = place.get("amount"), place.get("currency"), place.get("rate")
        self._is_money = "currency" in layout.fields
        self._days = Days(rules.dates, latest)
        self._currencies, self._numbers = Currencies(), Numbers(rules.decimal, rules.thousands)
        self._words = [(Words(name, needed=name in layout.needed), place[name]) for name in layout.words]
        self._totalled = layout.words.index(_TOTALLED.get(kind, "name"))
        self._totals: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._first, self._last = "9999", "0000"
        self.count = 0

    def canonical(self, cells: list[str]) -> str:
        """A row, ended by a newline.

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

    def column(self, field: str) -> str:
        """A field as the person who has the file before them finds it."""
        column = next((column for name, column in self._columns.items() if name == field), field)
        return field if column == field else f"{field} ({column})"

    @property
    def first_on(self) -> date | None:
        """The earliest date; None without rows."""
        return date.fromisoformat(self._first) if self.count else None

    @property
    def last_on(self) -> date | None:
        """The latest date; None without rows."""
        return date.fromisoformat(self._last) if self.count else None

    def totals(self) -> tuple[StatementTotal, ...]:
        """What the rows add up to by medium or name and currency, in the order of those.

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


def _columns(path: Path, kind: StatementKind, mapping: Mapping | None, header: Sequence[str]) -> dict[FieldName, str]:
    """Which column each field is in: as the mapping says, or of the field's own name."""
    layout = LAYOUTS[kind]
    line = mapping.header if mapping else 1
    if mapping is not None:
        wanted = dict(mapping.columns)
    else:
        wanted = {n: _PLAIN.get(n, n) for n in layout.fields if _PLAIN.get(n, n) in header or n in layout.needed}
    times, findings = Counter(header), list[Located]()
    for name, column in wanted.items():
        if times[column] != 1:
            how = "there is no column" if not times[column] else "there are several columns"
            words = f"{how} {column!r}: {did_you_mean(column, [one for one in header if one])}"
            findings.append(Located(str(path), line, name, words))
    unknown = [] if mapping else [column for column in header if column not in {*wanted.values(), "id"}]
    findings += [
        Located(str(path), line, column or "header", f"a {kind} has no {column!r}: leave it out, or write a mapping.")
        for column in unknown
    ]
    if findings:
        raise BadDocument(findings)
    return wanted
