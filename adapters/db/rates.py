"""Imported exchange rates, stored with their source file and never changed. A correction is a row of its own.

Sources are compared without blanks and case.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from adapters.db import tables
from adapters.db.health import open_distributions
from adapters.db.records import Records
from adapters.db.store import Transaction
from domain.errors import BadInput, NotFound
from domain.rates import Book, Rate, contradiction, source_key

_LOCK = 7_283_001
"""The advisory lock under which rates are written, so that no two imports contradict each other."""
_Pair = tuple[str, str]


@dataclass(slots=True)
class _DayRates:
    """What is known of one source's rates of one day, by pair."""

    book: dict[_Pair, Decimal] = field(default_factory=dict)
    """The figures that count now."""
    figures: dict[_Pair, set[Decimal]] = field(default_factory=lambda: defaultdict(set))
    """Every figure, corrected ones included."""
    spelling: dict[_Pair, str] = field(default_factory=dict)
    """The source as the rate is stored under it."""

    def note(self, pair: _Pair, figure: Decimal, spelling: str) -> None:
        """Note a figure that counts from now on."""
        self.book[pair] = figure
        self.figures[pair].add(figure)
        self.spelling[pair] = spelling


_Known = dict[tuple[str, date], _DayRates]


def keep_rates(transaction: Transaction, name: str, raw: bytes, rates: Sequence[Rate]) -> int:
    """Store a file and its rates; return how many rates are new.

    Raises:
        BadInput: a rate contradicts others of its source and day.
    """
    digest, known = transaction.keep(name, raw), _known(transaction, rates)
    new = []
    for rate in rates:
        day, pair = known[source_key(rate.source), rate.on], (rate.base, rate.quote)
        if rate.rate in day.figures[pair]:
            continue
        problem = contradiction(day.book, rate)
        if problem is not None:
            raise BadInput(f"{problem}: nothing was imported; if the known rate is wrong, `sluice rate correct` it.")
        day.note(pair, rate.rate, rate.source)
        new.append(rate.model_dump() | {"document": digest})
    if new:
        transaction.connection.execute(sa.insert(tables.rate), new)
        _wake(transaction)
    return len(new)


def _wake(transaction: Transaction) -> None:
    """Let distributions that may wait for a rate look again."""
    for production in sorted({production for production, _ in open_distributions(transaction.connection)}):
        transaction.post("production-news", production, production)


def correct_rates(
    transaction: Transaction, name: str, raw: bytes, rates: Sequence[Rate], by: str, reason: str
) -> list[Rate]:
    """Store a file of corrected rates; return those that had another figure.

    Raises:
        NotFound: a rate was never imported.
        BadInput: a corrected rate contradicts others of its source and day.
    """
    digest, known = transaction.keep(name, raw), _known(transaction, rates)
    changed = []
    for rate in rates:
        day, pair = known[source_key(rate.source), rate.on], (rate.base, rate.quote)
        if pair not in day.book:
            what = f"{rate.source} has no {rate.base}/{rate.quote} of {rate.on} to correct"
            raise NotFound(f"{what}: `sluice rate import` takes new rates.")
        if day.book[pair] != rate.rate:
            day.note(pair, rate.rate, day.spelling[pair])
            changed.append(rate)
    rows = []
    for rate in changed:
        day, pair = known[source_key(rate.source), rate.on], (rate.base, rate.quote)
        problem = contradiction({other: figure for other, figure in day.book.items() if other != pair}, rate)
        if problem is not None:
            raise BadInput(f"{problem}: nothing was corrected; write all rates of the day that are wrong in one file.")
        more = {"source": day.spelling[pair], "document": digest, "by": by, "reason": reason}
        rows.append(rate.model_dump() | more)
    if rows:
        transaction.connection.execute(sa.insert(tables.rate_correction), rows)
    return changed


def rates_on(records: Records, source: str, on: date) -> Book:
    """Return all rates of a source for a day, as they count now."""
    return books_on(records, source, on)[-1]


def books_on(records: Records, source: str, on: date) -> Sequence[Book]:
    """Return all rates of a source for a day as they were imported, then as they counted after each correction."""
    book: dict[_Pair, Decimal] = {}
    books, since = [book], None
    for row in _rows(records, on, on):
        if source_key(row.source) != source_key(source):
            continue
        if row.recorded_at != since:
            since, book = row.recorded_at, dict(book)
            books.append(book)
        book[row.base, row.quote] = row.rate
    return books


def published_until(records: Records, source: str, first: date, last: date) -> Mapping[date, Book]:
    """Return the rates of a source by day, for each day between two on which it has any, as they count now."""
    books: dict[date, dict[_Pair, Decimal]] = defaultdict(dict)
    for row in _rows(records, first, last):
        if source_key(row.source) == source_key(source):
            books[row.on][row.base, row.quote] = row.rate
    return books


def figures_on(records: Records, source: str, on: date) -> Mapping[tuple[str, str], Collection[Decimal]]:
    """Return every figure that a source's rates of a day have had, by pair."""
    return _gathered(_rows(records, on, on))[source_key(source), on].figures


def _known(transaction: Transaction, rates: Sequence[Rate]) -> _Known:
    """Return what is known of the sources and days of some rates. Nobody else writes rates until the end."""
    transaction.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    days = [rate.on for rate in rates]
    return _gathered(_rows(transaction, min(days), max(days)) if days else ())


def _gathered(rows: Iterable[Any]) -> _Known:
    known: _Known = defaultdict(_DayRates)
    for row in rows:
        known[source_key(row.source), row.on].note((row.base, row.quote), row.rate, row.source)
    return known


def _rows(records: Records, first: date, last: date) -> Iterator[Any]:
    """Yield the rates of some days, then their corrections in order, with the time of a correction."""
    never = sa.null().cast(sa.DateTime(timezone=True))
    imported, corrected = tables.rate.c, tables.rate_correction.c
    for table, when, order in (
        (imported, never, imported.source),
        (corrected, corrected.recorded_at, corrected.number),
    ):
        columns = (table.source, table.on, table.base, table.quote, table.rate, when.label("recorded_at"))
        query = sa.select(*columns).where(table.on.between(first, last)).order_by(order)
        yield from records.connection.execute(query)
