"""A statement in words, as titled tables of typed cells. Statements of the first version look as they always did."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from adapters.sharing.statements.naming import PartNames
from adapters.sharing.statements.particulars import accounted, at, described
from adapters.sharing.statements.settling import settled
from adapters.sharing.statements.tables import (
    Bar,
    Cell,
    Document,
    Figure,
    Row,
    Table,
    Weight,
    columns_of,
    pairs_of,
)
from adapters.sharing.statements.words import Words
from domain.sharing.statements import (
    Figures,
    Statement,
    StatementLine,
    StatementPool,
)


def laid_out(statement: Statement, words: Words, *, draft: bool = False) -> Document:
    """Lay out a statement in the words of a language. Empty sections are left out."""
    names = PartNames(statement, words)
    sections = (*accounted(statement, words), *_sections(statement, words, names))
    return Document(
        title=words.say("document.draft" if draft else "document.title"),
        party=statement.party_name,
        facts=described(statement, words),
        settlement=settled(statement, words),
        pools=tuple(
            _pool(pool, names.pool(pool, number), statement.currency, words, names)
            for number, pool in enumerate(statement.pools, start=1)
        ),
        sections=tuple(table for table in sections if table.rows),
        notes=_notes(statement, words),
        signature=_signature(statement, words),
        lines=_lines(statement, words, names),
    )


_THREE = ("opening", "period", "to_date")


def _three(figures: Figures, currency: str) -> tuple[Cell, ...]:
    return tuple(Figure(getattr(figures, column).value, currency) for column in _THREE)


def _pool(pool: StatementPool, title: str, currency: str, words: Words, names: PartNames) -> Table:
    rows = [
        Row((words.say("line.receipts"), "", *_three(pool.inflow, currency)), Weight.STRONG),
        *(_line(line, currency, names) for line in pool.own),
    ]
    if len(pool.own) > 1:
        whole = Figures.of(
            sum((line.figures.opening.value for line in pool.own), Fraction(0)),
            sum((line.figures.to_date.value for line in pool.own), Fraction(0)),
        )
        rows.append(Row((words.say("line.own_total"), "", *_three(whole, currency)), Weight.STRONG))
    rows += [Row((names.theirs(line), "", *_three(line.figures, currency)), Weight.QUIET) for line in pool.others]
    return Table(title, columns_of(words, "position", "kind", *_THREE, wide=(5, 2)), tuple(rows))


def _line(line: StatementLine, currency: str, names: PartNames) -> Row:
    return Row((names.line(line), names.kind(line.kind), *_three(line.figures, currency)))


def _sections(statement: Statement, words: Words, names: PartNames) -> Iterator[Table]:
    currency = statement.currency
    yield Table(
        words.say("table.adjustments"),
        columns_of(words, "position", "kind", *_THREE, wide=(5, 2)),
        tuple(_line(line, currency, names) for line in statement.adjustments),
    )
    yield Table(
        words.say("table.recoupments"),
        columns_of(words, "claim", "total", "recouped", "outstanding", "percent"),
        tuple(
            Row(
                (
                    names.claim(claim.id, claim.title, number),
                    *(Figure(each.value, currency) for each in (claim.total, claim.recouped, claim.outstanding)),
                    _percent(claim.percent, names),
                )
            )
            for number, claim in enumerate(statement.recoupments, start=1)
        ),
    )
    yield Table(
        words.say("table.reserves"),
        columns_of(
            words, "reserve", "reserve_opening", "reserve_withheld", "reserve_released", "reserve_held", "release_on"
        ),
        tuple(
            Row(
                (
                    names.reserve(each.id, each.title),
                    each.opening,
                    each.withheld,
                    -each.released,
                    each.held,
                    each.release_on,
                )
            )
            for each in statement.reserves
        ),
    )
    yield Table(
        words.say("table.releases"),
        columns_of(words, "reserve", "day", "amount", wide=(3, 3)),
        tuple(
            Row((names.reserve(each.id, each.title), one.on, one.amount))
            for each in statement.reserves
            for one in each.releases
        ),
    )
    yield Table(
        words.say("table.holds"),
        columns_of(words, "since", "positions", "reason", "amount", wide=(2, 3, 6)),
        tuple(
            Row((hold.since, ", ".join(map(names.position, hold.positions)), hold.reason, hold.amount))
            for hold in statement.holds
        ),
    )
    yield Table(
        words.say("table.withholdings"),
        columns_of(words, "country", "basis", "taxable", "tax_rate", "tax", wide=(2, 4)),
        tuple(
            Row((words.country(tax.country), tax.title, tax.base, f"{words.decimal(tax.percent)}%", tax.amount))
            for tax in statement.withholdings
        ),
    )
    yield Table(
        words.say("table.fx"),
        columns_of(words, "pair", "rule", "source", "on", "rate", wide=(2, 4, 4)),
        tuple(
            Row((f"{rate.base}/{rate.quote}", words.say(f"fx_rule.{rate.rule}"), rate.source, rate.on, rate.rate))
            for rate in statement.fx
        ),
    )


def _percent(percent: Decimal | None, names: PartNames) -> Cell:
    """Return how far a claim is recouped, which only the first version did not draw."""
    return percent if names.by_id or percent is None else Bar(percent)


def _notes(statement: Statement, words: Words) -> tuple[str, ...]:
    minimum = statement.settlement.minimum
    carried = words.say("note.minimum", minimum=words.money(minimum)) if minimum else words.say("note.carried_forward")
    return (words.say("note.rounding", currency=statement.currency), carried)


def _signature(statement: Statement, words: Words) -> Table:
    signed = statement.signature
    values: dict[str, Cell] = {name: getattr(signed, name) for name in type(signed).model_fields}
    if statement.issuer is not None:
        values["known_at"] = at(statement, words)
    return pairs_of(
        words.say("table.signature"), ((words.say(f"signature.{name}"), value) for name, value in values.items())
    )


def _lines(statement: Statement, words: Words, names: PartNames) -> Table:
    """Every line once more; those of the first version with their ids."""
    currency = statement.currency
    yours, theirs = words.say("line.yours"), words.say("line.theirs")

    def row(pool: str, name: str, title: str, kind: str, whose: str, figures: Figures, weight: Weight) -> Row:
        """Return a row of the flat table."""
        ids = (name,) if names.by_id else ()
        return Row((pool, *ids, title, kind, whose, *_three(figures, currency)), weight)

    def own(pool: str, line: StatementLine) -> Row:
        """Return the row of a line of the party's."""
        title = line.title if names.by_id else names.line(line)
        return row(pool, line.position, title, names.kind(line.kind), yours, line.figures, Weight.PLAIN)

    rows = []
    for number, pool in enumerate(statement.pools, start=1):
        name = names.pool(pool, number)
        rows.append(row(name, "", words.say("line.receipts"), "", "", pool.inflow, Weight.STRONG))
        rows += [own(name, line) for line in pool.own]
        rows += [row(name, "", "", names.kind(one.kind), theirs, one.figures, Weight.QUIET) for one in pool.others]
    rows += [own("", line) for line in statement.adjustments]
    ids, wide = (("id",), (3, 2, 3, 2, 1)) if names.by_id else ((), (3, 3, 2, 1))
    columns = columns_of(words, "pool", *ids, "position", "kind", "whose", *_THREE, wide=wide)
    return Table(words.say("table.lines"), columns, tuple(rows))
