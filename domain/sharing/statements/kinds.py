"""The kind of a position's line, by the agreement's title or, without a hint there, by what it does."""

import re
from collections.abc import Iterable, Mapping

from domain.errors import BadInput
from domain.sharing.statements.model import LineKind
from domain.sharing.waterfall import phrases, trees
from domain.sharing.waterfall.model import (
    Claim,
    Group,
    Member,
    Pool,
    Position,
    Waterfall,
)

_WORDS = (
    (LineKind.DISTRIBUTION_FEE, ("distribution fee", "sales fee", "commission", "배급수수료", "配給手数料")),
    (LineKind.SUCCESS_FEE, ("success fee", "인센티브", "성공보수", "成功報酬")),
    (LineKind.OVERAGE, ("overage", "오버리지", "オーバーエイジ")),
    (LineKind.FEE, ("fee", "수수료", "手数料")),
)
"""Words that participants use for each kind. The first match counts."""
_CLAIM_WORDS = ("guarantee", "mg", "미니멈", "최저보증", "最低保証")


def kind_of(position: Position, pool: Pool, waterfall: Waterfall) -> LineKind:
    """The kind of what a position gives.

    Held amounts are a reserve. A recoupment has the kind of its claim. An unconditional part of everything that enters
    from outside is off the top. Anything else is a share.
    """
    if position.held_for is not None:
        return LineKind.RESERVE
    claims = {claim.id: claim for claim in waterfall.claims}
    recouped = [claims[name] for name in _recouped(position) if name in claims]
    if recouped:
        return _kind_of_claim(recouped[0])
    text = f"{position.id} {position.title}"
    for kind, words in _WORDS:
        if _says(text, words):
            return kind
    return LineKind.OFF_THE_TOP if pool.receives is not None and _of_all(position, pool) else LineKind.SHARE


def _recouped(position: Position) -> Iterable[str]:
    """The claims that a position recoups, its own or those of all members of its group."""
    if position.recoups is not None:
        return (position.recoups,)
    named = [member.recoups for member in members_of(position.to) if isinstance(member.to, str)]
    return [name for name in named if name] if all(named) else ()


def members_of(to: object) -> Iterable[Member]:
    """Every member of a group and its nested groups; none for a plain name."""
    if isinstance(to, Group):
        for member in to.among:
            yield member
            yield from members_of(member.to)


def _kind_of_claim(claim: Claim) -> LineKind:
    if claim.costs is not None:
        return LineKind.EXPENSES
    return LineKind.MINIMUM_GUARANTEE if _says(f"{claim.id} {claim.title}", _CLAIM_WORDS) else LineKind.RECOUPMENT


def _of_all(position: Position, pool: Pool) -> bool:
    """Whether it takes a part of the pool's whole inflow, unconditionally, for one recipient."""
    if position.once or position.until or position.up_to or isinstance(position.to, Group):
        return False
    try:
        return phrases.share(position.take).base == trees.Name(pool.id)
    except BadInput:
        return False


def _says(text: str, words: Iterable[str]) -> bool:
    """Whether a text contains one of some words, as whole words of Latin letters."""
    plain = re.sub(r"[\W_]+", " ", text.lower())
    return any(f" {word} " in f" {plain} " if word.isascii() else word in plain for word in words)


def kinds_of(waterfall: Waterfall) -> Mapping[str, tuple[LineKind, str]]:
    """The kind and the title of every position, by its id."""
    return {
        position.id: (kind_of(position, pool, waterfall), position.title)
        for pool in waterfall.pools
        for position in pool.positions
    }
