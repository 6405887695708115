"""How sums move while receipts flow: what limits and conditions may divide, round and count."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.waterfall.depends import names_in
from domain.agreement.checks.waterfall.names import Vocabulary
from domain.errors import BadInput
from domain.sharing.waterfall import phrases, trees
from domain.sharing.waterfall.model import Waterfall
from domain.values.money import Money

_STILL, _GROWS, _MOVES = "still", "grows", "moves"

Worked = trees.Full | trees.Divided | trees.Multiplied | trees.Rounded
"""Sums that are worked out, since they are no lines."""


def worked_out(tree: trees.Sum) -> Iterator[Worked]:
    """Every part of a sum that is no line, the inner ones first."""
    match tree:
        case trees.Added(several) | trees.Best(_, several):
            for each in several:
                yield from worked_out(each)
        case trees.Scaled(_, of):
            yield from worked_out(of)
        case trees.Full(_, of) | trees.Rounded(of, _):
            yield from worked_out(of)
            yield tree
        case trees.Divided(of, by, otherwise):
            for part in (of, by, *([otherwise] if otherwise is not None else [])):
                yield from worked_out(part)
            if list(names_in(by)):
                yield tree
        case trees.Multiplied(factor, of):
            yield from worked_out(factor)
            yield from worked_out(of)
            if list(names_in(factor)) and list(names_in(of)):
                yield tree


@dataclass(frozen=True, slots=True)
class Motion:
    """Judges sums of one waterfall."""

    section: Waterfall
    known: Vocabulary

    def findings(self, path: Path, tree: trees.Sum) -> Iterator[AgreementFinding]:
        """Parts that would change within a receipt in other ways than by steps upwards."""
        for part in worked_out(tree):
            yield from self._part(path, part)
        for one in names_in(tree):
            table = self._table(one.name)
            if table is None:
                continue
            moving = self.of(table)
            if self._shares(one.name) and moving != _STILL:
                sentence = f"{one.name!r} is a table of shares: write `take: by {one.name}`, or use it in a charge."
                yield AgreementFinding(path, "moving", sentence)
            elif moving == _MOVES:
                yield self._falls(path, f"table {one.name!r}")

    def _part(self, path: Path, part: Worked) -> Iterator[AgreementFinding]:
        if isinstance(part, trees.Divided | trees.Multiplied):
            if self.of(part) != _STILL:
                sentence = (
                    "receipts move what is divided or multiplied here, so no limit or condition can follow it: write "
                    'it without (such as "a reaches 50 % of b"), or in the amount of a charge.'
                )
                yield AgreementFinding(path, "moving", sentence)
        elif self.of(part.of) == _MOVES:
            yield self._falls(path, "what is rounded or counted here")

    def _falls(self, path: Path, what: str) -> AgreementFinding:
        sentence = f"{what} may fall while receipts flow: name sums that only grow, or use it in a charge."
        return AgreementFinding(path, "moving", sentence)

    def of(self, tree: trees.Sum) -> str:  # noqa: PLR0911 - one answer for each kind of sum
        """Whether a sum stands still while receipts flow, only grows, or moves otherwise."""
        match tree:
            case trees.Constant():
                return _STILL
            case trees.Name():
                return self._name(tree)
            case trees.Scaled(factor, of):
                inner = self.of(of)
                falls = not isinstance(factor, Money) and factor < 0
                return _MOVES if falls and inner == _GROWS else inner
            case trees.Added(several):
                return self._joined(several)
            case trees.Best(_, several):
                return _STILL if self._joined(several) == _STILL else _MOVES
            case trees.Full(_, of) | trees.Rounded(of, _):
                return self.of(of)
            case trees.Divided(of, by, otherwise):
                parts = (of, by, otherwise) if otherwise is not None else (of, by)
                return _STILL if self._joined(parts) == _STILL else _MOVES
            case trees.Multiplied(factor, of):
                return _STILL if self._joined((factor, of)) == _STILL else _MOVES

    def _joined(self, several: tuple[trees.Sum, ...]) -> str:
        found = {self.of(each) for each in several}
        return next(one for one in (_MOVES, _GROWS, _STILL) if one in found)

    def _name(self, one: trees.Name) -> str:
        table = self._table(one.name)
        if table is not None:
            return self.of(table)
        if self.known.kinds.get(one.name) == "claim":
            caps = (_read(claim.cap) for claim in self.section.claims if claim.id == one.name)
            return _MOVES if any(cap is not None and list(names_in(cap)) for cap in caps) else _STILL
        return _MOVES if one.name in self._falling() else _GROWS

    def _falling(self) -> Iterator[str]:
        """Who may lose what it had: who bears deficits or cliffs, and what a cliff settles."""
        yield from (pool.deficit for pool in self.section.pools if pool.deficit is not None)
        for position in self.section.positions:
            if position.change == "cliff":
                yield position.id
                yield from (name for name in (position.borne_by, position.to) if isinstance(name, str))

    def _table(self, name: str) -> trees.Sum | None:
        found = next((table for table in self.section.tables if table.id == name), None)
        return _read(found.of) if found is not None else None

    def _shares(self, name: str) -> bool:
        return any(table.is_share for table in self.section.tables if table.id == name)


def _read(phrase: str | None) -> trees.Sum | None:
    try:
        return phrases.sum_of(phrase) if phrase is not None else None
    except BadInput:
        return None  # reported elsewhere
