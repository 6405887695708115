"""Facts of a waterfall from files: CSV or XLSX with a header, or YAML. A million rows are read in one pass and grouped.

Rows are read as those of statements are that are imported (see `adapters.sharing.sheets`), so that one file means the
same in both. A rate is units of the waterfall's currency per unit of the amount's. `reverses` is the id of a receipt
that the row takes back: on that one's day, whatever the row's own. A column named after a metric of the agreement has
the count that comes with each receipt.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter
from pathlib import Path

from adapters.agreement.documents import BadDocument, Located
from adapters.agreement.yaml_lines import LinedYaml, NotPlainYaml, read_yaml
from adapters.sharing.sheets.cells import BadCell
from adapters.sharing.sheets.findings import Findings
from adapters.sharing.sheets.header import PLAIN, Header, counted
from adapters.sharing.sheets.ids import Firsts, Ids
from adapters.sharing.sheets.mapping import Mapping as Layout
from adapters.sharing.sheets.numbers import MAX_DIGITS
from adapters.sharing.sheets.reader import FactRow, RowReader
from adapters.sharing.sheets.table import Row, open_table
from domain.calendar.calendars import LAST_YEAR
from domain.errors import BadInput
from domain.sharing.waterfall.facts import Counts, FactKind, Facts, ReceiptGroup, WaterfallFact, added
from domain.sharing.waterfall.network import ReceiptKind
from domain.values.currency import exponent

LATEST = date(LAST_YEAR, 12, 31)
"""The latest date of a fact in a file, which knows of no today."""
_RECEIPT = "receipt"
_LISTS = {
    "receipts": _RECEIPT,
    "costs": FactKind.COST,
    "advances": FactKind.ADVANCE,
    "metrics": FactKind.METRIC,
    "openings": FactKind.OPENING,
    "payments": FactKind.PAYMENT,
    "dates": FactKind.DATE,
}
_SUMMED = {"id", "on", "amount", "currency", "payer", "territory", "media", "window", "rate"}
_OWN_PLACES = 3
_ALWAYS = {"date", "amount", "name"}
_Group = tuple[str, ...]
_Place = tuple[Path, int]
_Add = Callable[[FactRow, _Place], None]


@dataclass(frozen=True, slots=True)
class Units:
    """The units of facts: the waterfall's currency, the rates of others into it, and the metrics that are counted.

    `rates` convert amounts that come without a rate.
    """

    currency: str
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    metrics: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields that a row may have. A metric with the name of a field has no column."""
        return (*PLAIN.values(), *counted(self.metrics))


def read_facts(paths: Iterable[Path], units: Units, *, singly: bool = False, mapping: Layout | None = None) -> Facts:
    """Read the facts of some files, in minor units of the waterfall's currency.

    `singly` keeps every receipt apart, with its id or its line, for runs that explain each receipt.

    Raises:
        BadDocument: rows of a file do not fit; it names the first ones by line.
        BadInput: a file cannot be opened.
    """
    reader = FactReader(units, singly=singly)
    for path in paths:
        if path.suffix.lower() in {".yaml", ".yml"}:
            reader.read_yaml(path)
        else:
            reader.read_table(path, mapping)
    return reader.facts()


class FactReader:
    """Adds rows up; `facts` returns them all."""

    def __init__(self, units: Units, *, singly: bool = False) -> None:
        self._units, self._singly = units, singly
        self._sums: dict[_Group, int] = {}
        self._counted: dict[_Group, Counts] = {}
        self._rows: list[tuple[_Group, int, str, Counts]] = []
        self._kinds: dict[ReceiptKind, str] = {}
        self._others: list[WaterfallFact] = []
        self._ids = Ids()
        self._reversals: list[tuple[FactRow, _Place]] = []
        self._factors: dict[tuple[str, str], Fraction] = {}
        self._summed: list[Path] = []
        self._firsts = Firsts()

    def read_table(self, path: Path, mapping: Layout | None = None) -> None:
        """Read a file of rows under a header of the units' columns, or under the columns that a mapping names."""
        with open_table(path, mapping or Layout()) as table:
            reader = self._reader(path, table.header, mapping)
            header = reader.header
            if mapping is None and not self._singly and header.fields.keys() <= _SUMMED and not header.counts:
                self._summed.append(path)
                self._sum_up(path, reader, table.rows)
            else:
                findings = Findings(path)
                for line, cells in table.rows:
                    self._read(reader, cells, (path, line), findings, self.add)
                findings.end()

    def _reader(self, path: Path, names: list[str], mapping: Layout | None) -> RowReader:
        header = Header(path, _RECEIPT, mapping, names, self._units.metrics)
        return RowReader(header, _RECEIPT, mapping, LATEST)

    def _read(
        self, reader: RowReader, cells: list[str], place: _Place, findings: Findings, add: _Add
    ) -> FactRow | None:
        try:
            if (row := reader.read(cells)) is not None:
                add(row, place)
        except BadCell as error:
            findings.add(place[1], reader.header.shown(error.field), error.sentence)
            return None
        return row

    def _sum_up(self, path: Path, reader: RowReader, rows: Iterable[Row]) -> None:
        """Read rows that are all receipts. Amounts in plain digits of rows that were read before are only added up."""
        header, findings = reader.header, Findings(path)
        at, coded = header.names.index(header.fields["amount"]), header.place("currency")
        id_at = header.place("id")
        pick = itemgetter(*(n for n in range(len(header.names)) if n not in {at, id_at}))
        sums: dict[tuple[str, object], int] = {}
        groups: dict[tuple[str, object], _Group] = {}
        places: dict[str, int] = {}
        for line, cells in rows:
            if coded is None:
                code, _, number = cells[at].partition(" ")
            else:
                code, number = cells[coded], cells[at]
            whole, _, part = number.partition(".")
            digits, key = whole + part, (code, pick(cells))
            if (
                (key in sums and len(part) == places[code] and whole)
                and (digits.isdigit() and digits.isascii() and len(digits) <= MAX_DIGITS)
                and (id_at is None or self._ids.take(cells[id_at]))
            ):
                sums[key] += int(digits)
            elif (row := self._read(reader, cells, (path, line), findings, self._take)) is not None:
                group = _group(row)
                decimals = exponent(row.currency)
                sums[key], groups[key] = sums.get(key, 0), group
                places[code] = decimals if decimals != _OWN_PLACES else -1
        findings.end()
        for key, total in sums.items():
            self._sums[groups[key]] += total

    def add(self, row: FactRow, place: _Place) -> None:
        """Add a row of any kind.

        Raises:
            BadCell: its id was used before, or its amount cannot be converted.
        """
        self._take(row, place)
        self._firsts.add(row)

    def _take(self, row: FactRow, place: _Place) -> None:
        where = _where(place)
        if row.id:
            self._ids.add(row.id)
        if row.kind != _RECEIPT:
            rate = self._rate(row.currency, row.rate) if row.currency else 1
            amount = Fraction(row.number or row.minor) * rate
            kind = FactKind(row.kind)
            self._others.append(WaterfallFact(kind, date.fromisoformat(row.on), row.words[0], amount, where))
            return
        if row.reverses:
            self._reversals.append((row, place))
            return
        self._rate(row.currency, row.rate)
        payer, territory, media, window = row.words
        self._kinds.setdefault(ReceiptKind((row.currency, payer, territory, media, window)), where)
        self._count(row, row.id or where)

    def _count(self, row: FactRow, name: str) -> None:
        counts = tuple(sorted((metric, Fraction(count)) for metric, count in row.counts))
        group = _group(row)
        if self._singly:
            self._rows.append((group, row.minor, name, counts))
        else:
            self._sums[group] = self._sums.get(group, 0) + row.minor
            self._counted[group] = added(self._counted.get(group, ()), counts)

    def _rate(self, code: str, rate: str) -> Fraction:
        """Return minor units of the waterfall's currency per minor unit of a row's."""
        if (code, rate) not in self._factors:
            self._factors[code, rate] = self._factor(code, rate)
        return self._factors[code, rate]

    def _factor(self, code: str, rate: str) -> Fraction:
        ours = self._units.currency
        if code == ours:
            if rate:
                raise BadCell("rate", f"an amount in {code} needs no rate: leave it empty.")
            return Fraction(1)
        if not rate and code not in self._units.rates:
            words = f"{code} is not {ours}, and neither the row nor the agreement has a rate"
            raise BadCell("rate", f"{words}: write how many {ours} one {code} is.")
        number = Fraction(rate) if rate else Fraction(self._units.rates[code])
        return number * Fraction(10 ** exponent(ours), 10 ** exponent(code))

    def read_yaml(self, path: Path) -> None:
        """Read lists by kind: receipts, costs, advances, metrics, openings, payments, dates."""
        document = _yaml(path)
        findings = Findings(path)
        readers: dict[tuple[str, ...], RowReader] = {}
        for listed, items in document.data.items() if isinstance(document.data, dict) else ():
            if listed not in _LISTS or not isinstance(items, list):
                raise _bad(path, document.lines[(listed,)], listed, f"write lists named {', '.join(_LISTS)}.")
            for n, item in enumerate(items):
                line = document.lines[listed, n]
                if not isinstance(item, dict):
                    raise _bad(path, line, listed, "write fields such as {date: 2025-03-31, amount: USD 100}.")
                columns = [name for name in self._units.columns if name != "kind"]
                if unknown := [name for name in item if name not in columns]:
                    words = f"there is no such field here: write {', '.join(columns)}."
                    raise _bad(path, line, unknown[0], words)
                names = tuple(name for name in columns if name in item or name in _ALWAYS)
                named = (_LISTS[listed], *names)
                if named not in readers:
                    header = Header(path, _LISTS[listed], None, names, self._units.metrics)
                    readers[named] = RowReader(header, _LISTS[listed], None, LATEST)
                cells = ["" if item.get(name) is None else str(item[name]) for name in names]
                self._read(readers[named], cells, (path, line), findings, self.add)
        findings.end()

    def facts(self) -> Facts:
        """Return everything that was read, with reversals applied.

        Raises:
            BadDocument: a row takes back what is not there.
        """
        taken_back = set()
        if self._reversals:
            self._find_firsts()
        for row, place in self._reversals:
            try:
                reversal = self._firsts.reversal(row, _where(place))
            except BadCell as error:
                field = "date" if error.field == "on" else error.field
                raise _bad(*place, field, error.sentence) from None
            if self._singly:
                taken_back.add(row.reverses)
            else:
                self._count(reversal, "")
        kept = [one for one in self._rows if one[2] not in taken_back]
        kept += [(group, minor, "", self._counted.get(group, ())) for group, minor in self._sums.items()]
        return Facts(tuple(map(self._receipt, kept)), tuple(self._others), self._kinds)

    def _find_firsts(self) -> None:
        """Read what was only summed up again, for receipts that rows take back. Keeping them would take much memory."""
        for path in self._summed:
            with open_table(path, Layout()) as table:
                reader = self._reader(path, table.header, None)
                for _, cells in table.rows:
                    if (row := reader.read(cells)) is not None:
                        self._firsts.add(row)

    def _receipt(self, row: tuple[_Group, int, str, Counts]) -> ReceiptGroup:
        (code, on, payer, territory, media, window, rate), minor, name, counts = row
        factor = self._rate(code, rate)
        kind = ReceiptKind((code, payer, territory, media, window))
        return ReceiptGroup(date.fromisoformat(on), kind, minor if factor == 1 else minor * factor, name, counts)


def _group(row: FactRow) -> _Group:
    return (row.currency, row.on, *row.words, row.rate)


def _where(place: _Place) -> str:
    return f"{place[0]}:{place[1]}"


def _bad(path: Path, line: int, field: str, sentence: str) -> BadDocument:
    return BadDocument([Located(str(path), line, field, sentence)])


def _yaml(path: Path) -> LinedYaml:
    try:
        document = read_yaml(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}: name a file of facts.") from error
    except NotPlainYaml as error:
        raise _bad(path, error.line, "document", error.sentence) from None
    for _, line, sentence in document.slips:
        raise _bad(path, line, "document", sentence)
    if not isinstance(document.data, dict):
        raise _bad(path, 1, "document", "write lists such as `receipts:` and `costs:`.")
    return document
