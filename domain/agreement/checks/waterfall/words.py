"""The phrases of a waterfall can be parsed, use known names, and compare equal units."""

from collections.abc import Iterator

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.waterfall.names import HERE, Vocabulary
from domain.agreement.checks.waterfall.phrase_checker import PhraseChecker
from domain.sharing.waterfall.model import Group, Recipient, Waterfall
from domain.values.money import Money

Written = tuple[Path, str, str]
"""A phrase with its place and kind (share, sum, condition, part, rounding, or a sum of money or counts: measure)."""


def words(section: Waterfall, known: Vocabulary) -> Iterator[AgreementFinding]:
    """Percentages without a base, unknown names, and money compared with counts."""
    judge = PhraseChecker(section, known)
    for path, kind, phrase in written(section):
        yield from judge.phrase(path, kind, phrase)
    for n, table in enumerate(section.tables):
        yield from judge.thresholds((*HERE, "tables", n), table)
    for path, amount in _amounts(section):
        if amount.currency != section.currency:
            yield judge.foreign(path, amount)


def written(section: Waterfall) -> Iterator[Written]:
    """Every phrase of a waterfall with its place."""
    for n, claim in enumerate(section.claims):
        path = (*HERE, "claims", n)
        fields = {"overhead": "part", "multiple": "part", "cap": "sum", "paid_by": "sum"}
        yield from _fields(path, claim, fields)
        yield from _fields((*path, "interest"), claim.interest, {"rounded": "rounding"})
    for n, table in enumerate(section.tables):
        yield (*HERE, "tables", n, "of"), "measure", table.of
    for n, event in enumerate(section.events):
        yield (*HERE, "events", n, "when"), "condition", event.when
    for n, pool in enumerate(section.pools):
        for m, position in enumerate(pool.positions):
            yield from _of_position((*HERE, "pools", n, "positions", m), position)
            if position.to is not None:
                yield from _of_group((*HERE, "pools", n, "positions", m, "to"), position.to)
        if pool.residue is not None:
            yield from _of_group((*HERE, "pools", n, "residue"), pool.residue)
    yield from _outside(section)


def _outside(section: Waterfall) -> Iterator[Written]:
    for n, one in enumerate(section.assignments):
        yield from _of_position((*HERE, "assignments", n), one)
    for n, charge in enumerate(section.charges):
        yield from _fields((*HERE, "charges", n), charge, {"amount": "sum", "once": "condition"})
    for n, view in enumerate(section.views):
        for m, change in enumerate(view.changes):
            path = (*HERE, "views", n, "changes", m)
            yield from _of_position(path, change)
            yield from _fields(path, change, {"cap": "sum", "overhead": "part", "multiple": "part"})
            yield from _fields((*path, "interest"), change.interest, {"rounded": "rounding"})


def _of_position(path: Path, position: object) -> Iterator[Written]:
    fields = {"take": "share", "up_to": "sum", "once": "condition", "until": "condition"}
    yield from _fields(path, position, fields)
    for n, step in enumerate(getattr(position, "then", None) or ()):
        yield from _fields((*path, "then", n), step, {"once": "condition", "take": "share"})


def _of_group(path: Path, to: Recipient) -> Iterator[Written]:
    if isinstance(to, Group):
        for n, member in enumerate(to.among):
            yield from _fields((*path, "among", n), member, {"up_to": "sum"})
            yield from _of_group((*path, "among", n, "to"), member.to)


def _fields(path: Path, record: object, fields: dict[str, str]) -> Iterator[Written]:
    for field, kind in fields.items():
        phrase = getattr(record, field, None)
        if phrase is not None:
            yield (*path, field), kind, phrase


def _amounts(section: Waterfall) -> Iterator[tuple[Path, Money]]:
    for n, claim in enumerate(section.claims):
        if claim.amount is not None:
            yield (*HERE, "claims", n, "amount"), claim.amount
    for n, rule in enumerate(section.minimum_payouts):
        yield (*HERE, "minimum_payouts", n, "amount"), rule.amount
    if section.payouts_in_multiples_of is not None:
        yield (*HERE, "payouts_in_multiples_of"), section.payouts_in_multiples_of
    for n, view in enumerate(section.views):
        for m, change in enumerate(view.changes):
            if change.amount is not None:
                yield (*HERE, "views", n, "changes", m, "amount"), change.amount
