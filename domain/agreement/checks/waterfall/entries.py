"""Every receipt enters one pool, and every position takes from some receipt."""

from collections.abc import Iterator

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.waterfall.names import HERE, Vocabulary, recipients
from domain.sharing.waterfall.model import Match, Pool, Waterfall
from domain.sharing.waterfall.network import FIELDS


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
    yield from _overlaps(receiving)
    fed = {name for pool in section.pools for name in _fed_by(pool)}
    for n, pool in enumerate(section.pools):
        yield from _idle((*HERE, "pools", n), pool, fed=pool.id in fed)


def _fed_by(pool: Pool) -> Iterator[str]:
    for to in (pool.residue, *(position.to for position in pool.positions)):
        yield from (name for _, name, _ in recipients((), to) if to is not None) if to is not None else ()
    yield from (position.held_for.then for position in pool.positions if position.held_for is not None)


def _matches(pool: Pool) -> tuple[Match, ...]:
    if isinstance(pool.receives, Match):
        return (pool.receives,)
    return pool.receives if isinstance(pool.receives, tuple) else ()


def _overlaps(receiving: list[tuple[int, Pool]]) -> Iterator[AgreementFinding]:
    for m, (n, pool) in enumerate(receiving):
        path = (*HERE, "pools", n, "receives")
        if any(not _conditions(match) for match in _matches(pool)):
            yield AgreementFinding(
                path, "empty-match", "this says nothing about receipts: write everything, or name a field."
            )
            continue
        for _, before in receiving[:m]:
            both = next(
                ((one, other) for one in _matches(before) for other in _matches(pool) if _overlap(one, other)), None
            )
            if both is not None:
                sentence = f"{before.id!r} receives some of that already: every receipt enters one pool."
                yield AgreementFinding(path, "two-entries", sentence)
                break


def _conditions(match: Match) -> dict[str, frozenset[str]]:
    found = {name: getattr(match, name) for name in FIELDS}
    return {name: frozenset(words) for name, words in found.items() if words is not None}


def _disjoint(one: Match, other: Match) -> bool:
    """Whether no receipt matches both."""
    left, right = _conditions(one), _conditions(other)
    return any(not left[name] & right[name] for name in left.keys() & right.keys())


def _within(one: Match, other: Match) -> bool:
    """Whether every receipt that matches one also matches the other."""
    inner, outer = _conditions(one), _conditions(other)
    return all(name in inner and inner[name] <= words for name, words in outer.items())


def _overlap(one: Match, other: Match) -> bool:
    """Whether some receipt must match both: one is within the other, or both use the same fields."""
    if not _conditions(one) or not _conditions(other) or _disjoint(one, other):
        return False
    return _within(one, other) or _within(other, one) or _conditions(one).keys() == _conditions(other).keys()


def _idle(path: Path, pool: Pool, *, fed: bool) -> Iterator[AgreementFinding]:
    only_these = () if fed else _matches(pool)
    for m, position in enumerate(pool.positions):
        if position.only is None:
            continue
        dead = position.excluding is not None and _within(position.only, position.excluding)
        if dead or (only_these and all(_disjoint(position.only, match) for match in only_these)):
            sentence = f"no receipt concerns position {position.id!r}: correct `only`."
            yield AgreementFinding((*path, "positions", m, "only"), "never", sentence)
