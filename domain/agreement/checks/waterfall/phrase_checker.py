"""One phrase: it can be read, its names are known, its units are alike, and it can be worked out."""

from collections.abc import Callable, Iterator
from fractions import Fraction

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.waterfall.depends import names_in
from domain.agreement.checks.waterfall.motion import Motion, Worked, worked_out
from domain.agreement.checks.waterfall.names import Vocabulary
from domain.errors import BadInput
from domain.sharing.waterfall import phrases, trees
from domain.sharing.waterfall.model import Waterfall
from domain.sharing.waterfall.tables import StepTable
from domain.values.money import Money

_MONEY, _NUMBER = "money", "number"


class PhraseChecker:
    """Judges the phrases of one waterfall."""

    def __init__(self, section: Waterfall, known: Vocabulary) -> None:
        self._section = section
        self._currency = section.currency
        self._known = known
        self._motion = Motion(section, known)
        self._readers: dict[str, Callable[[str], object]] = {
            "share": phrases.share,
            "sum": phrases.sum_of,
            "measure": phrases.sum_of,
            "condition": phrases.condition,
            "part": phrases.part,
            "rounding": phrases.rounding,
        }

    def phrase(self, path: Path, kind: str, phrase: str) -> Iterator[AgreementFinding]:
        """What is wrong with one phrase of a kind."""
        try:
            tree = self._readers[kind](phrase)
        except BadInput as error:
            yield AgreementFinding(path, "phrase", error.sentence)
            return
        if isinstance(tree, trees.RoundedTo):
            yield from self._rounded_money(path, tree.unit)
        elif isinstance(tree, trees.SharePhrase):
            yield from self._share(path, tree)
        elif isinstance(tree, trees.Sum):
            yield from self._sum(path, tree) if kind == "measure" else self._money(path, tree)
            yield from self._limit(path, tree)
        elif not isinstance(tree, Fraction):
            yield from self._condition(path, tree)  # type: ignore[arg-type]

    def thresholds(self, path: Path, table: StepTable) -> Iterator[AgreementFinding]:
        """Steps in another currency, or of another kind than the sum that a table goes by."""
        try:
            unit = self._unit(phrases.sum_of(table.of))
        except BadInput:
            return  # found as a phrase
        for n, step in enumerate(table.steps):
            code, _, number = step.at.rpartition(" ")
            here = (*path, "steps", n, "at")
            if code and code != self._currency:
                sentence = f"{step.at} is not in {self._currency}, in which this waterfall is kept: convert it."
                yield AgreementFinding(here, "foreign-currency", sentence)
            elif unit not in {None, _MONEY if code else _NUMBER}:
                sentence = f"{step.at!r} is of another kind than {table.of!r}: write {number} of its unit."
                yield AgreementFinding(here, "unlike", sentence)
            elif code and _unreadable(step.at):
                yield AgreementFinding(here, "phrase", _unreadable(step.at))

    def _limit(self, path: Path, tree: trees.Sum) -> Iterator[AgreementFinding]:
        """Limits that leave nothing, and sums that cannot be followed while receipts flow. A charge is of the end."""
        if path[-1] in {"up_to", "cap"} and not list(names_in(tree)) and _fixed(tree) <= 0:
            yield AgreementFinding(path, "not-positive", "this limit leaves nothing to take: write more than nothing.")
        if path[1] == "tables":
            if not self._is_plain(tree):
                sentence = "a table goes by a plain sum: take out what is divided, rounded, counted or in tables."
                yield AgreementFinding(path, "table", sentence)
        elif path[-1] == "paid_by":
            if not self._is_plain(tree):
                sentence = (
                    "what reduces a claim is a plain sum: take out what is divided, rounded, counted or in tables."
                )
                yield AgreementFinding(path, "moving", sentence)
        elif path[1] != "charges":
            yield from self._motion.findings(path, tree)

    def _is_plain(self, tree: trees.Sum) -> bool:
        tables = any(self._known.kinds.get(one.name) == "table" for one in names_in(tree))
        return not tables and not list(worked_out(tree))

    def _rounded_money(self, path: Path, unit: Money | Fraction) -> Iterator[AgreementFinding]:
        if not isinstance(unit, Money):
            sentence = f"{unit} of what? Name the currency: to {self._currency} {unit}."
            yield AgreementFinding(path, "unlike", sentence)
        elif unit.currency != self._currency:
            yield self.foreign(path, unit)

    def _share(self, path: Path, tree: trees.SharePhrase) -> Iterator[AgreementFinding]:
        if tree.rate > 1:
            yield AgreementFinding(path, "over-whole", "a share is at most all of its base: write 100 % or less.")
        if tree.fixed is not None and tree.fixed.currency != self._currency:
            yield self.foreign(path, tree.fixed)
        table = next((one for one in self._section.tables if one.id == tree.table and one.is_share), None)
        if table is not None:
            tree = _first_step(table) or tree
        if isinstance(tree.base, trees.Best):
            yield AgreementFinding(
                path, "base", "a share needs one base: use `up_to` for the greater or the lesser of several."
            )
        elif tree.base is not None:
            yield from self._money(path, tree.base)
            yield from self._base(path, tree.base)

    def _base(self, path: Path, base: trees.Sum) -> Iterator[AgreementFinding]:
        """Findings about a base, which must consist of what flows."""
        names = list(names_in(base))
        still = [one.name for one in names if self._known.kinds.get(one.name) == "claim"]
        if still or not names:
            what = repr(still[0]) if still else "a fixed sum"
            sentence = f"{what} does not flow, so a share of it is nothing: write what remains, and the sum in `up_to`."
            yield AgreementFinding(path, "base", sentence)
        elif not self._is_plain(base):
            sentence = "a share is a fixed part of what flows: put what is divided, rounded or counted into `up_to`."
            yield AgreementFinding(path, "base", sentence)
        elif any(one.this for one in names):
            yield AgreementFinding(
                path, "base", "a share is taken as its base flows: put the span into a condition instead."
            )

    def _condition(self, path: Path, tree: trees.Condition) -> Iterator[AgreementFinding]:
        match tree:
            case trees.Joined(_, of):
                for each in of:
                    yield from self._condition(path, each)
            case trees.Not(of):
                yield from self._condition(path, of)
            case trees.Happened(event):
                yield from self._known.missing(path, event, "event")
            case trees.Recouped(claim):
                yield from self._known.missing(path, claim, "claim")
            case trees.Compared(left, right):
                left_unit, right_unit = self._unit(left), self._unit(right)
                for side in (left, right):
                    yield from self._sum(path, side)
                    if path[1] != "charges":
                        yield from self._motion.findings(path, side)
                if {left_unit, right_unit} == {_MONEY, _NUMBER}:
                    yield AgreementFinding(
                        path, "unlike", "it compares a sum of money with a count: name two of one kind."
                    )

    def _money(self, path: Path, tree: trees.Sum) -> Iterator[AgreementFinding]:
        yield from self._sum(path, tree)
        if self._unit(tree) == _NUMBER:
            yield AgreementFinding(
                path, "unlike", 'this is a count: write a sum of money, such as "KRW 500 for each NAME".'
            )

    def _sum(self, path: Path, tree: trees.Sum) -> Iterator[AgreementFinding]:
        match tree:
            case trees.Constant(Money() as amount) if amount.currency != self._currency:
                yield self.foreign(path, amount)
            case trees.Name():
                yield from self._name(path, tree)
            case trees.Scaled(factor, of):
                yield from self._scaled(path, factor, of)
                yield from self._sum(path, of)
            case trees.Added(several) | trees.Best(_, several):
                for each in several:
                    yield from self._sum(path, each)
                if {self._unit(each) for each in several} >= {_MONEY, _NUMBER}:
                    yield AgreementFinding(path, "unlike", "it adds sums of money and counts: keep them apart.")
            case trees.Full() | trees.Divided() | trees.Multiplied() | trees.Rounded():
                yield from self._worked_out(path, tree)

    def _scaled(self, path: Path, factor: Money | Fraction, of: trees.Sum) -> Iterator[AgreementFinding]:
        if isinstance(factor, Money) and factor.currency != self._currency:
            yield self.foreign(path, factor)
        if isinstance(factor, Money) and self._unit(of) == _MONEY:
            yield AgreementFinding(path, "unlike", f"{factor} for each of what? Name a metric, which is counted.")

    def _worked_out(self, path: Path, tree: Worked) -> Iterator[AgreementFinding]:
        match tree:
            case trees.Full(unit, of) | trees.Rounded(of, trees.RoundedTo(unit)):
                yield from self._sum(path, of)
                yield from self._counted(path, unit, of)
            case trees.Divided():
                yield from self._divided(path, tree)
            case trees.Multiplied(factor, of):
                yield from self._sum(path, factor)
                yield from self._sum(path, of)
                if self._unit(factor) == _MONEY:
                    sentence = (
                        "a sum of money is no part of anything: divide it by another, such as (a / b else 0) of c."
                    )
                    yield AgreementFinding(path, "unlike", sentence)

    def _counted(self, path: Path, unit: Money | Fraction, of: trees.Sum) -> Iterator[AgreementFinding]:
        """A unit of what is counted or rounded: money of money, a number of numbers."""
        if isinstance(unit, Money) and unit.currency != self._currency:
            yield self.foreign(path, unit)
        elif self._unit(of) not in {None, _MONEY if isinstance(unit, Money) else _NUMBER}:
            what = "a count" if isinstance(unit, Money) else "a sum of money"
            yield AgreementFinding(path, "unlike", f"{unit} is no unit of {what}: write one of its kind.")

    def _divided(self, path: Path, tree: trees.Divided) -> Iterator[AgreementFinding]:
        for part in (tree.of, tree.by, *([tree.otherwise] if tree.otherwise is not None else [])):
            yield from self._sum(path, part)
        if list(names_in(tree.by)):
            if tree.otherwise is None:
                sentence = "what it is divided by can be nothing: say what counts then, such as (a / b else 0)."
                yield AgreementFinding(path, "division", sentence)
        elif _fixed(tree.by) == 0:
            yield AgreementFinding(path, "division", "nothing is divided by zero: correct it.")
        if self._unit(tree.by) == _MONEY and self._unit(tree.of) == _NUMBER:
            sentence = "a count is divided by a sum of money: divide sums by sums, or by counts."
            yield AgreementFinding(path, "unlike", sentence)
        if tree.otherwise is not None and {self._unit(tree.otherwise), self._unit(tree)} == {_MONEY, _NUMBER}:
            sentence = (
                "what counts otherwise is of another kind than the quotient: write both in money or both in numbers."
            )
            yield AgreementFinding(path, "unlike", sentence)

    def _name(self, path: Path, one: trees.Name) -> Iterator[AgreementFinding]:
        kinds = ("pool",) if one.left else ("party", "pool", "position", "claim", "metric", "table")
        kind = self._known.kinds.get(one.name)
        if kind not in kinds:
            found = list(self._known.missing(path, one.name, *kinds))
            yield AgreementFinding(path, "unknown-observable", found[0].sentence)
        elif one.this and kind == "table":
            sentence = f"a table is not counted by the {one.this}: write the span into its `of`."
            yield AgreementFinding(path, "claim-this", sentence)
        elif one.this and kind == "claim":
            sentence = f"what is claimed is not counted by the {one.this}: name who has had it, or where it came."
            yield AgreementFinding(path, "claim-this", sentence)

    def _unit(self, tree: trees.Sum) -> str | None:  # noqa: PLR0911 - one answer for each kind of sum
        match tree:
            case trees.Constant(value):
                return _MONEY if isinstance(value, Money) else _NUMBER
            case trees.Name(name):
                kind = self._known.kinds.get(name)
                return None if kind is None else _NUMBER if kind == "metric" else _MONEY
            case trees.Scaled(factor, of):
                return _MONEY if isinstance(factor, Money) else self._unit(of)
            case trees.Added(several) | trees.Best(_, several):
                return self._unit(several[0])
            case trees.Multiplied(_, of) | trees.Rounded(of, _):
                return self._unit(of)
            case trees.Full():
                return _NUMBER
            case trees.Divided(of, by, _):
                return _NUMBER if self._unit(by) == _MONEY else self._unit(of)

    def foreign(self, path: Path, amount: Money) -> AgreementFinding:
        """A finding if an amount is in another currency than the waterfall's."""
        sentence = (
            f"{amount} is not in {self._currency}, in which this waterfall is kept: convert it at an agreed rate."
        )
        return AgreementFinding(path, "foreign-currency", sentence)


def _first_step(table: StepTable) -> trees.SharePhrase | None:
    try:
        return phrases.share(table.shares[0][1])
    except BadInput:
        return None  # found as a phrase of the table


def _unreadable(amount: str) -> str:
    """What is wrong with an amount; empty if nothing is."""
    try:
        Money.parse(amount)
    except BadInput as error:
        return error.sentence
    return ""


def _fixed(tree: trees.Sum) -> Fraction:  # noqa: PLR0911 - one answer for each kind of sum
    """The value of a sum without names."""
    match tree:
        case trees.Constant(value):
            return Fraction(value.minor) if isinstance(value, Money) else value
        case trees.Scaled(factor, of):
            return (Fraction(factor.minor) if isinstance(factor, Money) else factor) * _fixed(of)
        case trees.Added(several):
            return sum((_fixed(each) for each in several), Fraction(0))
        case trees.Best(greater, several):
            return (max if greater else min)(_fixed(each) for each in several)
        case trees.Rounded(of, to):
            return to.rule.of(_fixed(of))
        case trees.Divided(of, by, otherwise):
            divisor = _fixed(by)
            return _fixed(of) / divisor if divisor else _fixed(otherwise) if otherwise is not None else Fraction(0)
        case trees.Multiplied(factor, of):
            return _fixed(factor) * _fixed(of)
        case trees.Full(unit, of):
            return Fraction(trees.RoundedTo(unit, "down").rule.units(_fixed(of)))
    return Fraction(0)
