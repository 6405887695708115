"""What kind of line a position makes: by the agreement's own words, and where they do not say, by what it does."""

import re
from collections.abc import Iterable, Mapping

from domain.errors import BadInput
from domain.sharing.statements.model import LineKind
from domain.sharing.waterfall import phrases
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
"""What participants call them; the first that fits counts."""
_CLAIM_WORDS = ("guarantee", "mg", "미니멈", "최저보증", "最低保証")


def kind_of(position: Position, pool: Pool, waterfall: Waterfall) -> LineKind:
    """The kind of what a position gives.

    What is held is a reserve and what is recouped is what its claim is. Of the rest, an unconditional part of
    everything that enters from outside is taken off the top, and whatever is left to say is a share.
    """
    if position.held_for is not None:
        return LineKind.RESERVE
    claims = {claim.id: claim for claim in waterfall.claims}
    recouped = [claims[name] for name in _recouped(position) if name in claims]
    if recouped:
        return _kind_of_claim(recouped[0])
    said = f"{position.id} {position.title}"
    for kind, words in _WORDS:
        if _says(said, words):
            return kind
    return LineKind.OFF_THE_TOP if pool.receives is not None and _of_all(position, pool) else LineKind.SHARE


def _recouped(position: Position) -> Iterable[str]:
    """The claims that a position recoups, its own or those of all members of its group."""
    if position.recoups is not None:
        return (position.recoups,)
    named = [member.recoups for member in members_of(position.to) if isinstance(member.to, str)]
    return [name for name in named if name] if all(named) else ()


def members_of(to: object) -> Iterable[Member]:
    """Every member of a group and of the groups in it; none of a plain name."""
    if isinstance(to, Group):
        for member in to.among:
            yield member
            yield from members_of(member.to)


def _kind_of_claim(claim: Claim) -> LineKind:
    if claim.costs is not None:
        return LineKind.EXPENSES
    return LineKind.MINIMUM_GUARANTEE if _says(f"{claim.id} {claim.title}", _CLAIM_WORDS) else LineKind.RECOUPMENT


def _of_all(position: Position, pool: Pool) -> bool:
    """Whether it takes a part of the pool's whole inflow, whatever happens, for one recipient."""
    if position.once or position.until or position.up_to or isinstance(position.to, Group):
        return False
    try:
        return phrases.share(position.take).base == phrases.Name(pool.id)
    except BadInput:
        return False


def _says(text: str, words: Iterable[str]) -> bool:
    """Whether a text has one of some words: whole ones of Latin letters, whatever stands between them."""
    plain = re.sub(r"[\W_]+", " ", text.lower())
    return any(f" {word} " in f" {plain} " if word.isascii() else word in plain for word in words)


def kinds_of(waterfall: Waterfall) -> Mapping[str, tuple[LineKind, str]]:
    """The kind and the title of every position, by its id."""
    return {
        position.id: (kind_of(position, pool, waterfall), position.title)
        for pool in waterfall.pools
        for position in pool.positions
    }
