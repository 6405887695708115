"""The phrases of a waterfall can be parsed, use known names, and compare equal units."""

from collections.abc import Callable, Iterator
from fractions import Fraction

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.waterfall.depends import names_in
from domain.agreement.checks.waterfall.names import HERE, Vocabulary
from domain.errors import BadInput
from domain.sharing.waterfall import phrases
from domain.sharing.waterfall.model import Group, Recipient, Waterfall
from domain.values.money import Money

Written = tuple[Path, str, str]
"""A phrase with its place and kind (share, sum, condition, part)."""

_MONEY, _NUMBER = "money", "number"


def words(section: Waterfall, known: Vocabulary) -> Iterator[AgreementFinding]:
    """Percentages without a base, unknown names, and money compared with counts."""
    judge = _PhraseChecker(section.currency, known)
    for path, kind, phrase in written(section):
        yield from judge.phrase(path, kind, phrase)
    for path, amount in _amounts(section):
        if amount.currency != section.currency:
            yield judge.foreign(path, amount)


def written(section: Waterfall) -> Iterator[Written]:
    """Every phrase of a waterfall with its place."""
    for n, claim in enumerate(section.claims):
        path = (*HERE, "claims", n)
        fields = {"overhead": "part", "multiple": "part", "cap": "sum", "paid_by": "sum"}
        yield from _fields(path, claim, fields)
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
        phrase = getattr(record, field)
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


class _PhraseChecker:
    def __init__(self, currency: str, known: Vocabulary) -> None:
        self._currency = currency
        self._known = known
        self._readers: dict[str, Callable[[str], object]] = {
            "share": phrases.share,
            "sum": phrases.sum_of,
            "condition": phrases.condition,
            "part": phrases.part,
        }

    def phrase(self, path: Path, kind: str, phrase: str) -> Iterator[AgreementFinding]:
        """What is wrong with one phrase of a kind."""
        try:
            tree = self._readers[kind](phrase)
        except BadInput as error:
            yield AgreementFinding(path, "phrase", error.sentence)
            return
        if isinstance(tree, phrases.SharePhrase):
            yield from self._share(path, tree)
        elif isinstance(tree, phrases.Sum):
            yield from self._money(path, tree)
            if path[-1] in {"up_to", "cap"} and not list(names_in(tree)) and _fixed(tree) <= 0:
                yield AgreementFinding(
                    path, "not-positive", "this limit leaves nothing to take: write more than nothing."
                )
        elif not isinstance(tree, Fraction):
            yield from self._condition(path, tree)  # type: ignore[arg-type]

    def _share(self, path: Path, tree: phrases.SharePhrase) -> Iterator[AgreementFinding]:
        if tree.rate > 1:
            yield AgreementFinding(path, "over-whole", "a share is at most all of its base: write 100 % or less.")
        if tree.fixed is not None and tree.fixed.currency != self._currency:
            yield self.foreign(path, tree.fixed)
        if isinstance(tree.base, phrases.Best):
            yield AgreementFinding(
                path, "base", "a share needs one base: use `up_to` for the greater or the lesser of several."
            )
        elif tree.base is not None:
            yield from self._money(path, tree.base)
            yield from self._base(path, tree.base)

    def _base(self, path: Path, base: phrases.Sum) -> Iterator[AgreementFinding]:
        """Findings about a base, which must consist of what flows."""
        names = list(names_in(base))
        still = [one.name for one in names if self._known.kinds.get(one.name) == "claim"]
        if still or not names:
            what = repr(still[0]) if still else "a fixed sum"
            sentence = f"{what} does not flow, so a share of it is nothing: write what remains, and the sum in `up_to`."
            yield AgreementFinding(path, "base", sentence)
        elif any(one.this for one in names):
            yield AgreementFinding(
                path, "base", "a share is taken as its base flows: put the span into a condition instead."
            )

    def _condition(self, path: Path, tree: phrases.Condition) -> Iterator[AgreementFinding]:
        match tree:
            case phrases.Joined(_, of):
                for each in of:
                    yield from self._condition(path, each)
            case phrases.Not(of):
                yield from self._condition(path, of)
            case phrases.Happened(event):
                yield from self._known.missing(path, event, "event")
            case phrases.Recouped(claim):
                yield from self._known.missing(path, claim, "claim")
            case phrases.Compared(left, right):
                left_unit, right_unit = self._unit(left), self._unit(right)
                yield from self._sum(path, left)
                yield from self._sum(path, right)
                if {left_unit, right_unit} == {_MONEY, _NUMBER}:
                    yield AgreementFinding(
                        path, "unlike", "it compares a sum of money with a count: name two of one kind."
                    )

    def _money(self, path: Path, tree: phrases.Sum) -> Iterator[AgreementFinding]:
        yield from self._sum(path, tree)
        if self._unit(tree) == _NUMBER:
            yield AgreementFinding(
                path, "unlike", 'this is a count: write a sum of money, such as "KRW 500 for each NAME".'
            )

    def _sum(self, path: Path, tree: phrases.Sum) -> Iterator[AgreementFinding]:
        match tree:
            case phrases.Constant(Money() as amount) if amount.currency != self._currency:
                yield self.foreign(path, amount)
            case phrases.Name():
                yield from self._name(path, tree)
            case phrases.Scaled(factor, of):
                if isinstance(factor, Money) and factor.currency != self._currency:
                    yield self.foreign(path, factor)
                if isinstance(factor, Money) and self._unit(of) == _MONEY:
                    yield AgreementFinding(
                        path, "unlike", f"{factor} for each of what? Name a metric, which is counted."
                    )
                yield from self._sum(path, of)
            case phrases.Added(several) | phrases.Best(_, several):
                for each in several:
                    yield from self._sum(path, each)
                if {self._unit(each) for each in several} >= {_MONEY, _NUMBER}:
                    yield AgreementFinding(path, "unlike", "it adds sums of money and counts: keep them apart.")

    def _name(self, path: Path, one: phrases.Name) -> Iterator[AgreementFinding]:
        kinds = ("pool",) if one.left else ("party", "pool", "position", "claim", "metric")
        kind = self._known.kinds.get(one.name)
        if kind not in kinds:
            found = list(self._known.missing(path, one.name, *kinds))
            yield AgreementFinding(path, "unknown-observable", found[0].sentence)
        elif one.this and kind == "claim":
            sentence = f"what is claimed is not counted by the {one.this}: name who has had it, or where it came."
            yield AgreementFinding(path, "claim-this", sentence)

    def _unit(self, tree: phrases.Sum) -> str | None:
        match tree:
            case phrases.Constant(value):
                return _MONEY if isinstance(value, Money) else _NUMBER
            case phrases.Name(name):
                kind = self._known.kinds.get(name)
                return None if kind is None else _NUMBER if kind == "metric" else _MONEY
            case phrases.Scaled(factor, of):
                return _MONEY if isinstance(factor, Money) else self._unit(of)
            case phrases.Added(several) | phrases.Best(_, several):
                return self._unit(several[0])

    def foreign(self, path: Path, amount: Money) -> AgreementFinding:
        """A finding if an amount is in another currency than the waterfall's."""
        sentence = (
            f"{amount} is not in {self._currency}, in which this waterfall is kept: convert it at an agreed rate."
        )
        return AgreementFinding(path, "foreign-currency", sentence)


def _fixed(tree: phrases.Sum) -> Fraction:
    """The value of a sum without names."""
    match tree:
        case phrases.Constant(value):
            return Fraction(value.minor) if isinstance(value, Money) else value
        case phrases.Scaled(factor, of):
            return (Fraction(factor.minor) if isinstance(factor, Money) else factor) * _fixed(of)
        case phrases.Added(several):
            return sum((_fixed(each) for each in several), Fraction(0))
        case phrases.Best(greater, several):
            return (max if greater else min)(_fixed(each) for each in several)
    return Fraction(0)
