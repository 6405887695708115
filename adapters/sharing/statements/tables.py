"""Titled tables of typed cells, of which pages and spreadsheets are made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from adapters.sharing.statements.words import Words
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class Figure:
    """An exact amount of major units, shown without its currency."""

    value: Fraction
    currency: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A percentage that is drawn as a bar beside its figure."""

    percent: Decimal


Cell = str | int | Figure | Money | Decimal | Bar | date | datetime | None
"""Text, a count, an amount, a rate or percentage, a bar, a day or an instant. None is an empty cell."""


def in_words(cell: Cell, words: Words) -> str:
    """Return a cell as text for people."""
    match cell:
        case None:
            text = "—"
        case Figure():
            text = words.figure(cell.value, cell.currency)
        case Money():
            text = words.money(cell)
        case Decimal():
            text = words.decimal(cell)
        case Bar():
            text = f"{words.decimal(cell.percent)}%"
        case datetime():
            text = words.instant(cell)
        case date():
            text = words.day(cell)
        case _:
            text = str(cell)
    return text


class Weight(StrEnum):
    """How much a row stands out."""

    PLAIN = "plain"
    STRONG = "strong"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Row:
    """One cell for each column."""

    cells: tuple[Cell, ...]
    weight: Weight = Weight.PLAIN


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, empty where the table has none. `share` is its part of the page's width; 0 fits the text."""

    heading: str
    share: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title. Columns without a share hold figures and are aligned right."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A statement in one language. `lines` repeats the pools' rows as one flat table, for sorting and sums."""

    title: str
    party: str
    facts: Table
    settlement: Table
    pools: tuple[Table, ...]
    sections: tuple[Table, ...]
    notes: tuple[str, ...]
    signature: Table
    lines: Table


def pairs_of(title: str, pairs: Iterable[tuple[str, Cell]]) -> Table:
    """Return a table of names and values, without headings."""
    return Table(title, (Column("", 1), Column("", 3)), tuple(Row(pair) for pair in pairs))


def columns_of(words: Words, *names: str, wide: tuple[int, ...] = (3,)) -> tuple[Column, ...]:
    """Return named columns. The first ones hold text, with the shares in `wide`."""
    shares = wide + (0,) * (len(names) - len(wide))
    return tuple(Column(words.say(f"column.{name}"), share) for name, share in zip(names, shares, strict=True))
