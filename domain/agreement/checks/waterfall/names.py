"""Every name of a waterfall has one meaning, and every reference resolves."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from domain.agreement.checks.finding import (
    AgreementFinding,
    Path,
    currency_findings,
    did_you_mean,
)
from domain.sharing.waterfall.model import Group, Recipient, Waterfall
from domain.sharing.waterfall.tokens import WORDS

HERE: Path = ("waterfall",)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The kind of each name: party, pool, position, claim, metric, event or table. `listed` has their places."""

    kinds: Mapping[str, str]
    listed: tuple[tuple[Path, str, str], ...]

    @classmethod
    def of(cls, section: Waterfall, parties: Iterable[str]) -> "Vocabulary":
        """The names of a waterfall among parties. Of duplicates the first counts."""
        listed: list[tuple[Path, str, str]] = [
            (("parties", n, "id"), party, "party") for n, party in enumerate(parties)
        ]
        listed += [((*HERE, "metrics", n), metric, "metric") for n, metric in enumerate(section.metrics)]
        for kind, field in (("claim", "claims"), ("event", "events"), ("pool", "pools"), ("table", "tables")):
            listed += [((*HERE, field, n, "id"), one.id, kind) for n, one in enumerate(getattr(section, field))]
        for n, pool in enumerate(section.pools):
            places = enumerate(pool.positions)
            listed += [((*HERE, "pools", n, "positions", m, "id"), one.id, "position") for m, one in places]
        listed += [((*HERE, "assignments", n, "id"), one.id, "position") for n, one in enumerate(section.assignments)]
        listed += [((*HERE, "charges", n, "id"), one.id, "charge") for n, one in enumerate(section.charges)]
        kinds: dict[str, str] = {}
        for _, name, kind in listed:
            kinds.setdefault(name, kind)
        return cls(kinds, tuple(listed))

    def missing(self, path: Path, name: str, *kinds: str) -> Iterator[AgreementFinding]:
        """A finding if a name has none of the expected kinds."""
        if self.kinds.get(name) in kinds:
            return
        known = [each for each, kind in self.kinds.items() if kind in kinds]
        what = " or ".join(kinds)
        sentence = f"there is no {what} {name!r}: {did_you_mean(name, known)}"
        yield AgreementFinding(path, f"unknown-{kinds[0]}", sentence)


def names(section: Waterfall, known: Vocabulary) -> Iterator[AgreementFinding]:
    """Duplicate names, reserved words, and references to unknown names."""
    seen: dict[str, str] = {}
    for path, name, kind in known.listed:
        if name in seen:
            sentence = f"{name!r} is a {seen[name]} already: give this {kind} another name."
            yield AgreementFinding(path, "duplicate", sentence)
        if name in WORDS:
            yield AgreementFinding(
                path, "reserved", f"{name!r} is a word of the language: give this {kind} another name."
            )
        seen.setdefault(name, kind)
    yield from currency_findings((*HERE, "currency"), section.currency)
    for path, name, kinds in _references(section):
        yield from known.missing(path, name, *kinds)


def _references(section: Waterfall) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    party, pool, claim = ("party",), ("pool",), ("claim",)
    for n, one in enumerate(section.pools):
        path = (*HERE, "pools", n)
        if one.residue is not None:
            yield from recipients((*path, "residue"), one.residue)
        if one.deficit is not None:
            yield (*path, "deficit"), one.deficit, party
        for m, position in enumerate(one.positions):
            inside = (*path, "positions", m)
            if position.to is not None:
                yield from recipients((*inside, "to"), position.to)
            if position.recoups is not None:
                yield (*inside, "recoups"), position.recoups, claim
            if position.borne_by is not None:
                yield (*inside, "borne_by"), position.borne_by, party
            if position.held_for is not None:
                yield (*inside, "held_for", "then"), position.held_for.then, pool
    yield from _others(section)


def _others(section: Waterfall) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    party = ("party",)
    for n, claim in enumerate(section.claims):
        if claim.interest is not None and claim.interest.on is not None:
            yield (*HERE, "claims", n, "interest", "on"), claim.interest.on, ("claim",)
    for n, one in enumerate(section.assignments):
        yield (*HERE, "assignments", n, "of"), one.of, party
        yield (*HERE, "assignments", n, "to"), one.to, party
        if one.recoups is not None:
            yield (*HERE, "assignments", n, "recoups"), one.recoups, ("claim",)
    for n, charge in enumerate(section.charges):
        yield (*HERE, "charges", n, "of"), charge.of, party
        yield (*HERE, "charges", n, "to"), charge.to, party
    for n, view in enumerate(section.views):
        yield (*HERE, "views", n, "of"), view.of, party
        yield (*HERE, "views", n, "borne_by"), view.borne_by, party
        for m, change in enumerate(view.changes):
            yield (*HERE, "views", n, "changes", m, "id"), change.id, ("position", "claim")
    for n, rule in enumerate(section.minimum_payouts):
        yield (*HERE, "minimum_payouts", n, "to"), rule.to, party


def recipients(path: Path, to: Recipient) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """Every recipient in a field, with the kinds that are allowed."""
    if not isinstance(to, Group):
        yield path, to, ("party", "pool")
        return
    for n, member in enumerate(to.among):
        inside = (*path, "among", n)
        yield from recipients((*inside, "to"), member.to)
        if member.recoups is not None:
            yield (*inside, "recoups"), member.recoups, ("claim",)
