"""Every receipt enters one pool, and every position takes from some receipt."""

from collections.abc import Iterator

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.waterfall.names import HERE, Vocabulary, recipients
from domain.agreement.checks.waterfall.receipt_words import receipt_words
from domain.sharing.waterfall.model import Match, Pool, Waterfall
from domain.sharing.waterfall.network import FIELDS, selector
from domain.sharing.waterfall.words import WordSet


def entries(section: Waterfall, _: Vocabulary) -> Iterator[AgreementFinding]:
    """Pools that receive the same, empty matches, and positions that match no receipt."""
    receiving = [(n, pool) for n, pool in enumerate(section.pools) if pool.receives is not None]
    if not receiving:
        yield AgreementFinding(
            (*HERE, "pools"), "no-entry", "no pool receives anything: add `receives: everything` to one."
        )
    for word in ("everything", "everything else"):
        those = [n for n, pool in receiving if pool.receives == word]
        for n in those[1:]:
            sentence = f"another pool receives {word} already: every receipt enters one pool."
            yield AgreementFinding((*HERE, "pools", n, "receives"), "two-entries", sentence)
    everything = [n for n, pool in receiving if pool.receives == "everything"]
    if everything and len(receiving) > 1:
        sentence = 'other pools receive something too: write "everything else".'
        yield AgreementFinding((*HERE, "pools", everything[0], "receives"), "two-entries", sentence)
    unclear = list(receipt_words(section))
    yield from unclear
    if unclear:
        return  # nobody knows which receipts they mean
    yield from _overlaps(section, receiving)
    fed = {name for pool in section.pools for name in _fed_by(pool)}
    for n, pool in enumerate(section.pools):
        yield from _idle(section, (*HERE, "pools", n), pool, fed=pool.id in fed)


def _fed_by(pool: Pool) -> Iterator[str]:
    for to in (pool.residue, *(position.to for position in pool.positions)):
        yield from (name for _, name, _ in recipients((), to) if to is not None) if to is not None else ()
    yield from (position.held_for.then for position in pool.positions if position.held_for is not None)


def _matches(pool: Pool) -> tuple[Match, ...]:
    if isinstance(pool.receives, Match):
        return (pool.receives,)
    return pool.receives if isinstance(pool.receives, tuple) else ()


def _overlaps(section: Waterfall, receiving: list[tuple[int, Pool]]) -> Iterator[AgreementFinding]:
    entering = [[_conditions(section, match) for match in _matches(pool)] for _, pool in receiving]
    for m, (n, _) in enumerate(receiving):
        path = (*HERE, "pools", n, "receives")
        if not all(entering[m]):
            yield AgreementFinding(
                path, "empty-match", "this says nothing about receipts: write everything, or name a field."
            )
            continue
        for before in range(m):
            if any(_overlap(one, other) for one in entering[before] for other in entering[m]):
                sentence = f"{receiving[before][1].id!r} receives some of that already: every receipt enters one pool."
                yield AgreementFinding(path, "two-entries", sentence)
                break


Conditions = dict[str, WordSet]
"""The words that a match requires, by field."""


def _conditions(section: Waterfall, match: Match) -> Conditions:
    found = zip(FIELDS, selector(match, section.words), strict=True)
    return {name: words for name, words in found if words is not None}


def _disjoint(one: Conditions, other: Conditions) -> bool:
    """Whether no receipt matches both."""
    return any(not one[name] & other[name] for name in one.keys() & other.keys())


def _within(one: Conditions, other: Conditions) -> bool:
    """Whether every receipt that matches one also matches the other."""
    return all(name in one and one[name].within(words) for name, words in other.items())


def _overlap(one: Conditions, other: Conditions) -> bool:
    """Whether some receipt must match both: one is within the other, or both use the same fields."""
    if not one or not other or _disjoint(one, other):
        return False
    return _within(one, other) or _within(other, one) or one.keys() == other.keys()


def _idle(section: Waterfall, path: Path, pool: Pool, *, fed: bool) -> Iterator[AgreementFinding]:
    entering = [] if fed else [_conditions(section, match) for match in _matches(pool)]
    for m, position in enumerate(pool.positions):
        if position.only is None:
            continue
        only = _conditions(section, position.only)
        dead = position.excluding is not None and _within(only, _conditions(section, position.excluding))
        if dead or (entering and all(_disjoint(only, match) for match in entering)):
            sentence = f"no receipt concerns position {position.id!r}: correct `only`."
            yield AgreementFinding((*path, "positions", m, "only"), "never", sentence)
