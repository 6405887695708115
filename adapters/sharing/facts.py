"""Facts of a waterfall from CSV files with a header, or from YAML. A million rows are read in one pass and grouped.

CSV needs the columns date and amount ("USD 1250.00"; a plain count for a metric). Optional columns are kind (default
receipt), id, name, payer, territory, media, window, rate and reverses.

A rate is units of the waterfall's currency per unit of the amount's. `reverses` is the id of a receipt that this row
takes back, with the opposite amount. A column named after a metric of the agreement has the count that comes with each
receipt.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter
from pathlib import Path

from adapters.agreement.yaml_lines import NotPlainYaml, read_yaml
from domain.errors import BadInput
from domain.sharing.waterfall.facts import (
    Counts,
    FactKind,
    Facts,
    ReceiptGroup,
    WaterfallFact,
    added,
)
from domain.sharing.waterfall.network import ReceiptKind
from domain.values.currency import exponent
from domain.values.money import Money

COLUMNS = (
    "date",
    "amount",
    "kind",
    "id",
    "name",
    "payer",
    "territory",
    "media",
    "window",
    "rate",
    "reverses",
)
_LISTS = {
    "receipts": "receipt",
    "costs": FactKind.COST,
    "advances": FactKind.ADVANCE,
    "metrics": FactKind.METRIC,
    "openings": FactKind.OPENING,
    "payments": FactKind.PAYMENT,
    "dates": FactKind.DATE,
}
_NUMBER = re.compile(r"[0-9]{1,18}([.][0-9]{1,12})?")
_GROUPED = ("date", "payer", "territory", "media", "window", "rate")

Row = Mapping[str, str]


class BadFacts(BadInput):
    """A file of facts cannot be read. The sentence names file, line and field."""


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
        return (*COLUMNS, *self.counted)

    @property
    def counted(self) -> tuple[str, ...]:
        """The metrics that may come with a receipt."""
        return tuple(metric for metric in self.metrics if metric not in COLUMNS)


def read_facts(paths: Iterable[Path], units: Units, *, singly: bool = False) -> Facts:
    """Read the facts of some files, in minor units of the waterfall's currency.

    `singly` keeps every receipt apart, with its id or its line, for runs that explain each receipt.

    Raises:
        BadFacts: anything in a file does not fit.
        BadInput: a file cannot be opened.
    """
    reader = FactReader(units, singly=singly)
    for path in paths:
        try:
            if path.suffix.lower() in {".yaml", ".yml"}:
                reader.read_yaml(path)
            else:
                with path.open(encoding="utf-8-sig", newline="") as lines:
                    reader.read_csv(lines, str(path))
        except OSError as error:
            raise BadInput(f"{path}: {error.strerror or error}: name a file of facts.") from error
        except UnicodeDecodeError:
            raise BadFacts(f"{path}:1: document: this is not text in UTF-8: save it as UTF-8.") from None
    return reader.facts()


class FactReader:
    """Reads facts row by row; `facts` returns them all."""

    def __init__(self, units: Units, *, singly: bool = False) -> None:
        self._units, self._metrics = units, units.counted
        self._currency, self._rates = units.currency, units.rates
        self._singly = singly
        self._sums: dict[tuple[str, ...], int] = {}
        self._where: dict[tuple[str, ...], str] = {}
        self._kinds: dict[ReceiptKind, str] = {}
        self._counted: dict[tuple[str, ...], Counts] = {}
        self._rows: list[tuple[tuple[str, ...], int, str, Counts]] = []
        self._reversed: dict[str, tuple[str, str]] = {}
        self._by_id: dict[str, tuple[tuple[str, ...], int, str, Counts]] = {}
        self._others: list[WaterfallFact] = []
        self._places: dict[str, int] = {}

    def read_csv(self, lines: Iterable[str], file: str) -> None:
        """Read rows under a header of the units' columns."""
        rows = csv.reader(lines, strict=True)
        try:
            header = next(rows, None)
            columns = _columns(header, file, self._units)
            if {"kind", "reverses", *self._metrics} & columns.keys() or self._singly:
                self._careful(rows, columns, file)
            else:
                self._receipts(rows, columns, file)
        except csv.Error as error:
            raise BadFacts(f"{file}:{rows.line_num}: row: {error}: check the quotes.") from None

    def _receipts(self, rows: "Iterator[list[str]]", columns: dict[str, int], file: str) -> None:
        """Read rows that are all receipts. This is the fast path for a million rows."""
        size, at = len(columns), columns["amount"]
        key_of = _key_getter(columns)
        sums, places = self._sums, self._places
        for row in rows:
            if len(row) != size:
                if row:
                    raise BadFacts(_wrong_size(file, rows, row, size))
                continue
            code, _, number = row[at].partition(" ")
            whole, _, part = number.partition(".")
            key = key_of(row, code)
            if key in sums and whole.isdecimal() and len(part) == places[code] and (not part or part.isdecimal()):
                sums[key] += int(whole + part)
            else:
                self._first(key, row[at], f"{file}:{rows.line_num}")  # type: ignore[attr-defined]

    def _first(self, key: tuple[str, ...], amount: str, where: str) -> None:
        """Add a row of a new group, or one whose amount the fast path does not parse."""
        money = _money(amount, where)
        self._places[money.currency] = exponent(money.currency)
        if key not in self._sums:
            self._kind(key, where)
        self._sums[key] = self._sums.get(key, 0) + money.minor
        self._where.setdefault(key, where)

    def _kind(self, key: tuple[str, ...], where: str) -> tuple[date, ReceiptKind, Fraction]:
        """Check the key of a group and return its day, kind and rate."""
        code, day, payer, territory, media, window, rate = key
        on = _day(day, where)
        kind = ReceiptKind((code, payer, territory, media, window))
        self._kinds.setdefault(kind, where)
        return on, kind, self._rate(code, rate, where)

    def _rate(self, code: str, rate: str, where: str) -> Fraction:
        if code == self._currency:
            return Fraction(1)
        if not rate and code not in self._rates:
            raise BadFacts(
                f"{where}: rate: {code} is not {self._currency}, and neither the row nor the agreement has a rate: "
                f"write how many {self._currency} one {code} is."
            )
        if rate and not (_NUMBER.fullmatch(rate) and rate.strip("0.")):
            raise BadFacts(f"{where}: rate: {rate[:40]!r} is no rate: write a positive number.")
        number = Fraction(rate) if rate else Fraction(self._rates[code])
        return number * Fraction(10 ** exponent(self._currency), 10 ** exponent(code))

    def _careful(self, rows: "Iterator[list[str]]", columns: dict[str, int], file: str) -> None:
        for row in rows:
            if not row:
                continue
            if len(row) != len(columns):
                raise BadFacts(_wrong_size(file, rows, row, len(columns)))
            where = f"{file}:{rows.line_num}"  # type: ignore[attr-defined]
            self.one({name: row[n] for name, n in columns.items()}, where)

    def one(self, row: Row, where: str) -> None:
        """Add a fact of any kind, by its fields."""
        kind = row.get("kind") or "receipt"
        if kind != "receipt":
            self._others.append(self._fact(kind, row, where))
            return
        if "amount" not in row or "date" not in row:
            raise BadFacts(f"{where}: amount: a receipt has a date and an amount: write both.")
        money = _money(row["amount"], where)
        key = (money.currency, *(row.get(name, "") for name in _GROUPED))
        self._kind(key, where)
        counts = _counts(row, self._metrics, where)
        if counts and not money.minor:
            raise BadFacts(f"{where}: {counts[0][0]}: nothing was paid for these: give them as a fact of kind metric.")
        entry = (key, money.minor, row.get("id") or where, counts)
        if row.get("reverses"):
            self._reverse(row["reverses"], money, where)
            return
        if row.get("id"):
            if row["id"] in self._by_id:
                raise BadFacts(f"{where}: id: {row['id']!r} was used before: each receipt has its own.")
            self._by_id[row["id"]] = entry
        if self._singly:
            self._rows.append(entry)
        else:
            self._sums[key] = self._sums.get(key, 0) + money.minor
            self._counted[key] = added(self._counted.get(key, ()), counts)
        self._where.setdefault(key, where)

    def _reverse(self, receipt_id: str, money: Money, where: str) -> None:
        if receipt_id in self._reversed:
            raise BadFacts(
                f"{where}: reverses: {receipt_id!r} was taken back before, on {self._reversed[receipt_id][0]}."
            )
        self._reversed[receipt_id] = (where, str(-money))

    def _fact(self, kind: str, row: Row, where: str) -> WaterfallFact:
        known = [each.value for each in FactKind]
        if kind not in known:
            raise BadFacts(f"{where}: kind: {kind[:40]!r} is no kind of fact: write receipt, {', '.join(known)}.")
        if not row.get("name"):
            raise BadFacts(f"{where}: name: this field is missing: say which {kind} it is.")
        on = _day(row.get("date", ""), where)
        return WaterfallFact(FactKind(kind), on, row["name"], self._amount(FactKind(kind), row, where), where)

    def _amount(self, kind: FactKind, row: Row, where: str) -> Fraction:
        text = row.get("amount", "")
        if kind is FactKind.DATE:
            return Fraction(0)
        if kind is FactKind.METRIC:
            if not _NUMBER.fullmatch(text.removeprefix("-")):
                raise BadFacts(f"{where}: amount: {text[:40]!r} is no count: write plain digits.")
            return Fraction(text)
        money = _money(text, where)
        return money.minor * self._rate(money.currency, row.get("rate", ""), where)

    def read_yaml(self, path: Path) -> None:
        """Read lists by kind: receipts, costs, advances, metrics, openings, payments, dates."""
        try:
            document = read_yaml(path.read_bytes())
        except NotPlainYaml as error:
            raise BadFacts(f"{path}:{error.line}: document: {error.sentence}") from None
        for _, line, sentence in document.slips:
            raise BadFacts(f"{path}:{line}: document: {sentence}")
        if not isinstance(document.data, dict):
            raise BadFacts(f"{path}:1: document: write lists such as `receipts:` and `costs:`.")
        columns = self._units.columns
        for listed, items in document.data.items():
            line = document.lines[(listed,)]
            if listed not in _LISTS or not isinstance(items, list):
                raise BadFacts(f"{path}:{line}: {listed}: write lists named {', '.join(_LISTS)}.")
            for n, item in enumerate(items):
                where = f"{path}:{document.lines[listed, n]}"
                if not isinstance(item, dict):
                    raise BadFacts(f"{where}: {listed}: write fields such as {{date: 2025-03-31, amount: USD 100}}.")
                unknown = [name for name in item if name not in columns or name == "kind"]
                if unknown:
                    raise BadFacts(f"{where}: {unknown[0]}: there is no such field here: write {', '.join(columns)}.")
                row = {name: "" if value is None else str(value) for name, value in item.items()}
                self.one({**row, "kind": _LISTS[listed]}, where)

    def facts(self) -> Facts:
        """Return everything that was read, with reversals applied."""
        rows = self._rows or [(key, amount, "", self._counted.get(key, ())) for key, amount in self._sums.items()]
        for receipt_id, (where, amount) in self._reversed.items():
            if receipt_id not in self._by_id:
                raise BadFacts(f"{where}: reverses: no receipt {receipt_id!r} was read: correct the id.")
            key, minor, _, counts = self._by_id[receipt_id]
            if str(Money(minor, key[0])) != amount:
                raise BadFacts(
                    f"{where}: amount: receipt {receipt_id!r} is {Money(minor, key[0])}: take back all of it."
                )
            rows = [*rows, (key, -minor, receipt_id, tuple((name, -count) for name, count in counts))]
        receipts = []
        for key, minor, name, counts in rows:
            on, kind, rate = self._kind(key, self._where[key])
            receipts.append(ReceiptGroup(on, kind, minor if rate == 1 else minor * rate, name, counts))
        if self._singly and self._reversed:
            receipts = [each for each in receipts if each.id not in self._reversed]
        return Facts(tuple(receipts), tuple(self._others), self._kinds)


def _columns(header: Sequence[str] | None, file: str, units: Units) -> dict[str, int]:
    columns = {name.strip(): n for n, name in enumerate(header or ())}
    unknown = [name for name in columns if name not in units.columns]
    if unknown or not {"date", "amount"} <= columns.keys() or len(columns) != len(header or ()):
        what = f"{unknown[0][:40]!r} is no column" if unknown else "date and amount are needed, each column once"
        raise BadFacts(f"{file}:1: header: {what}: write date, amount and any of {', '.join(units.columns[2:])}.")
    return columns


def _key_getter(columns: Mapping[str, int]) -> "Callable[[list[str], str], tuple[str, ...]]":
    """Return a function from a row to the key of its group. Columns that the file lacks are empty."""
    present = [columns[name] for name in _GROUPED if name in columns]
    if len(present) == len(_GROUPED):
        pick = itemgetter(*present)
        return lambda row, code: (code, *pick(row))
    slots = [columns.get(name, -1) for name in _GROUPED]
    return lambda row, code: (code, *[row[n] if n >= 0 else "" for n in slots])


def _wrong_size(file: str, rows: object, row: Sequence[str], size: int) -> str:
    line = getattr(rows, "line_num", 0)
    return f"{file}:{line}: row: it has {len(row)} fields and the header {size}: write one for each column."


def _counts(row: Row, metrics: Iterable[str], where: str) -> Counts:
    """Return what was counted with a receipt: a number for each metric, or nothing."""
    found: Counts = ()
    for metric in metrics:
        if text := row.get(metric, "").strip():
            if not _NUMBER.fullmatch(text.removeprefix("-")):
                raise BadFacts(f"{where}: {metric}: {text[:40]!r} is no count: write plain digits.")
            found = added(found, ((metric, Fraction(text)),))
    return found


def _money(text: str, where: str) -> Money:
    try:
        return Money.parse(text)
    except BadInput as error:
        raise BadFacts(f"{where}: amount: {error.sentence}") from None


def _day(text: str, where: str) -> date:
    try:
        if len(text) == len("2025-03-31"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadFacts(f"{where}: date: {text[:40]!r}: write a date such as 2025-03-31.")
