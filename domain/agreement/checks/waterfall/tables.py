"""Tables of steps: one kind of step, in rising order, by a sum of the same unit."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from domain.agreement.checks.finding import AgreementFinding, Path, did_you_mean
from domain.agreement.checks.waterfall.names import HERE, Vocabulary
from domain.errors import BadInput
from domain.sharing.waterfall import phrases
from domain.sharing.waterfall.model import Waterfall
from domain.sharing.waterfall.tables import StepTable, TableStep


def tables(section: Waterfall, _: Vocabulary) -> Iterator[AgreementFinding]:
    """Everything wrong with tables, and positions that take by one."""
    known = {table.id: table for table in section.tables}
    for n, table in enumerate(section.tables):
        yield from _table((*HERE, "tables", n), table, section.currency)
    for n, pool in enumerate(section.pools):
        for m, one in enumerate(pool.positions):
            yield from _taken((*HERE, "pools", n, "positions", m), one.take, stepped=bool(one.then), known=known)
    for n, directed in enumerate(section.assignments):
        yield from _taken((*HERE, "assignments", n), directed.take, stepped=False, known=known)
    for n, view in enumerate(section.views):
        for m, change in enumerate(view.changes):
            path: Path = (*HERE, "views", n, "changes", m)
            yield from _taken(path, change.take or "what remains", stepped=bool(change.then), known=known)


def _table(path: Path, table: StepTable, currency: str) -> Iterator[AgreementFinding]:
    first = next((field for field in ("take", "adds", "makes") if getattr(table.steps[0], field) is not None), "take")
    for n, step in enumerate(table.steps):
        yield from _step((*path, "steps", n), step, first, currency)
    if any(" " in one.at and not one.at.startswith(f"{currency} ") for one in table.steps):
        return  # foreign amounts cannot be compared
    for n, (one, other) in enumerate(pairwise(_thresholds(table))):
        if one >= other:
            sentence = "a table goes upwards: correct the step or the order."
            yield AgreementFinding((*path, "steps", n + 1, "at"), "order", sentence)


def _thresholds(table: StepTable) -> list[Fraction]:
    try:
        return list(table.thresholds)
    except BadInput:
        return []  # an amount that cannot be read is found as a step


def _step(path: Path, step: TableStep, kind: str, currency: str) -> Iterator[AgreementFinding]:
    fields = [field for field in ("take", "adds", "makes") if getattr(step, field) is not None]
    if fields != [kind]:
        sentence = f"every step of this table has one field, `{kind}`: correct it, or write two tables."
        yield AgreementFinding(path, "table", sentence)
    if step.take is not None:
        try:
            if phrases.part(step.take) > 1:
                yield AgreementFinding((*path, "take"), "over-whole", "a share is at most all: write 100 % or less.")
        except BadInput as error:
            yield AgreementFinding((*path, "take"), "phrase", error.sentence)
    for field, amount in (("adds", step.adds), ("makes", step.makes)):
        if amount is not None and amount.minor < 0:
            yield AgreementFinding((*path, field), "not-positive", "a step is of no less than nothing: correct it.")
        if amount is not None and amount.currency != currency:
            sentence = f"{amount} is not in {currency}, in which this waterfall is kept: convert it at an agreed rate."
            yield AgreementFinding((*path, field), "foreign-currency", sentence)


def _taken(path: Path, take: str, *, stepped: bool, known: dict[str, StepTable]) -> Iterator[AgreementFinding]:
    try:
        name = phrases.share(take).table
    except BadInput:
        return  # reported elsewhere
    if name is None:
        return
    if name not in known:
        sentence = f"there is no table {name!r}: {did_you_mean(name, known)}"
        yield AgreementFinding((*path, "take"), "unknown-table", sentence)
    elif not known[name].is_share:
        sentence = f"the steps of {name!r} are amounts: write `take` in them, or use the table in `up_to`."
        yield AgreementFinding((*path, "take"), "table", sentence)
    if stepped:
        sentence = "the table has all steps already: take these away."
        yield AgreementFinding((*path, "then"), "table", sentence)
