"""A statement in words, as titled tables of typed cells. Pages and spreadsheets are made from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from adapters.sharing.statements.words import Words, rounded
from domain.sharing.statements import (
    Amount,
    Figures,
    LineKind,
    Others,
    Statement,
    StatementLine,
    StatementPool,
    StatementSettlement,
)
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class Figure:
    """An exact amount of major units, shown without its currency."""

    value: Fraction
    currency: str


Cell = str | int | Figure | Money | Decimal | date | datetime | None
"""Text, a count, an amount, a rate or percentage, a day or an instant. None is an empty cell."""


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


def laid_out(statement: Statement, words: Words, *, draft: bool = False) -> Document:
    """Lay out a statement in the words of a language. Empty sections are left out."""
    return Document(
        title=words.say("document.draft" if draft else "document.title"),
        party=statement.party_name,
        facts=_facts(statement, words),
        settlement=_settlement(statement.settlement, words),
        pools=tuple(_pool(pool, statement.currency, words) for pool in statement.pools),
        sections=tuple(table for table in _sections(statement, words) if table.rows),
        notes=_notes(statement, words),
        signature=_signature(statement, words),
        lines=_lines(statement, words),
    )


def _pairs(title: str, pairs: Iterable[tuple[str, Cell]]) -> Table:
    return Table(title, (Column("", 1), Column("", 3)), tuple(Row(pair) for pair in pairs))


def _facts(statement: Statement, words: Words) -> Table:
    period = statement.period
    span = words.say("document.span", id=period.id, first=words.day(period.first), last=words.day(period.last))
    pairs = (
        ("party", statement.party_name),
        ("production", statement.production_title),
        ("period", span),
        ("currency", words.currency(statement.currency)),
        ("reference", statement.reference),
    )
    return _pairs("", ((words.say(f"document.{name}"), value) for name, value in pairs))


def _settlement(end: StatementSettlement, words: Words) -> Table:
    """List the steps from the entitlement to the amount due. Deductions are negative, so the column adds up."""
    currency = end.entitlement.currency
    steps: tuple[tuple[str, Cell], ...] = (
        ("exact", _exactly(end.exact, currency)),
        ("rounding", _exactly(end.rounding, currency)),
        ("entitlement", end.entitlement),
        ("paid_before", -end.paid_before),
        ("reserved", -end.reserved),
        ("held", -end.held),
        ("payable", end.payable),
        ("carried_forward", -end.carried_forward),
        ("withheld", -end.withheld),
        ("due", end.due),
        *((("pay_on", end.pay_on),) if end.pay_on else ()),
        ("paid", end.paid),
    )
    sums = {"entitlement", "payable", "due"}
    rows = (
        Row((words.say(f"settlement.{name}"), value), Weight.STRONG if name in sums else Weight.PLAIN)
        for name, value in steps
    )
    return Table(words.say("table.settlement"), (Column("", 1), Column("")), tuple(rows))


def _exactly(amount: Amount, currency: str) -> Cell:
    """Return an amount with the fractions of the smallest unit, which rounding removes."""
    whole = Fraction(rounded(amount.value, currency)) == amount.value
    return Figure(amount.value, currency) if whole else Decimal(amount.decimal)


def _columns(words: Words, *names: str, wide: tuple[int, ...] = (3,)) -> tuple[Column, ...]:
    """Return named columns. The first ones hold text, with the shares in `wide`."""
    shares = wide + (0,) * (len(names) - len(wide))
    return tuple(Column(words.say(f"column.{name}"), share) for name, share in zip(names, shares, strict=True))


_THREE = ("opening", "period", "to_date")


def _three(figures: Figures, currency: str) -> tuple[Cell, ...]:
    return tuple(Figure(getattr(figures, column).value, currency) for column in _THREE)


def _pool(pool: StatementPool, currency: str, words: Words) -> Table:
    rows = [
        Row((words.say("line.receipts"), "", *_three(pool.inflow, currency)), Weight.STRONG),
        *(_line(line, currency, words) for line in pool.own),
    ]
    if len(pool.own) > 1:
        whole = Figures.of(
            sum((line.figures.opening.value for line in pool.own), Fraction(0)),
            sum((line.figures.to_date.value for line in pool.own), Fraction(0)),
        )
        rows.append(Row((words.say("line.own_total"), "", *_three(whole, currency)), Weight.STRONG))
    rows += [Row((_theirs(line, words), "", *_three(line.figures, currency)), Weight.QUIET) for line in pool.others]
    return Table(pool.title or pool.id, _columns(words, "position", "kind", *_THREE, wide=(5, 2)), tuple(rows))


def _line(line: StatementLine, currency: str, words: Words) -> Row:
    return Row((line.title or line.position, words.say(f"kind.{line.kind}"), *_three(line.figures, currency)))


def _theirs(others: Others, words: Words) -> str:
    kind = words.say(f"kind.{others.kind}")
    return kind if others.kind is LineKind.PASSED_ON else words.say("line.others", kind=kind)


def _sections(statement: Statement, words: Words) -> Iterator[Table]:
    currency = statement.currency
    yield Table(
        words.say("table.adjustments"),
        _columns(words, "position", "kind", *_THREE, wide=(5, 2)),
        tuple(_line(line, currency, words) for line in statement.adjustments),
    )
    yield Table(
        words.say("table.recoupments"),
        _columns(words, "claim", "total", "recouped", "outstanding", "percent"),
        tuple(
            Row(
                (
                    claim.title or claim.id,
                    *(Figure(each.value, currency) for each in (claim.total, claim.recouped, claim.outstanding)),
                    claim.percent,
                )
            )
            for claim in statement.recoupments
        ),
    )
    yield Table(
        words.say("table.reserves"),
        _columns(
            words, "reserve", "reserve_opening", "reserve_withheld", "reserve_released", "reserve_held", "release_on"
        ),
        tuple(
            Row((each.title or each.id, each.opening, each.withheld, -each.released, each.held, each.release_on))
            for each in statement.reserves
        ),
    )
    yield Table(
        words.say("table.holds"),
        _columns(words, "since", "positions", "reason", "amount", wide=(2, 3, 6)),
        tuple(Row((hold.since, ", ".join(hold.positions), hold.reason, hold.amount)) for hold in statement.holds),
    )
    yield Table(
        words.say("table.withholdings"),
        _columns(words, "country", "basis", "taxable", "tax_rate", "tax", wide=(2, 4)),
        tuple(
            Row((words.country(tax.country), tax.title, tax.base, f"{words.decimal(tax.percent)}%", tax.amount))
            for tax in statement.withholdings
        ),
    )
    yield Table(
        words.say("table.fx"),
        _columns(words, "pair", "rule", "source", "on", "rate", wide=(2, 4, 4)),
        tuple(
            Row((f"{rate.base}/{rate.quote}", words.say(f"fx_rule.{rate.rule}"), rate.source, rate.on, rate.rate))
            for rate in statement.fx
        ),
    )


def _notes(statement: Statement, words: Words) -> tuple[str, ...]:
    minimum = statement.settlement.minimum
    carried = words.say("note.minimum", minimum=words.money(minimum)) if minimum else words.say("note.carried_forward")
    return (words.say("note.rounding", currency=statement.currency), carried)


def _signature(statement: Statement, words: Words) -> Table:
    signed = statement.signature
    return _pairs(
        words.say("table.signature"),
        ((words.say(f"signature.{name}"), getattr(signed, name)) for name in type(signed).model_fields),
    )


def _lines(statement: Statement, words: Words) -> Table:
    currency = statement.currency
    yours, theirs = words.say("line.yours"), words.say("line.theirs")
    rows = []
    for pool in statement.pools:
        name = pool.title or pool.id
        rows.append(Row((name, "", words.say("line.receipts"), "", "", *_three(pool.inflow, currency)), Weight.STRONG))
        for line in pool.own:
            kind = words.say(f"kind.{line.kind}")
            rows.append(Row((name, line.position, line.title, kind, yours, *_three(line.figures, currency))))
        for others in pool.others:
            kind = words.say(f"kind.{others.kind}")
            rows.append(Row((name, "", "", kind, theirs, *_three(others.figures, currency)), Weight.QUIET))
    for line in statement.adjustments:
        kind = words.say(f"kind.{line.kind}")
        rows.append(Row(("", line.position, line.title, kind, yours, *_three(line.figures, currency))))
    columns = _columns(words, "pool", "id", "position", "kind", "whose", *_THREE, wide=(3, 2, 3, 2, 1))
    return Table(words.say("table.lines"), columns, tuple(rows))
