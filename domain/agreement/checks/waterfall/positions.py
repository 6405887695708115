"""Positions can take what they say: somebody receives it, shares add up, groups know how to share."""

from collections.abc import Iterator
from fractions import Fraction

from domain.agreement.checks.finding import Finding, Path
from domain.agreement.checks.waterfall.names import HERE, Vocabulary
from domain.errors import BadInput
from domain.waterfall import phrases
from domain.waterfall.model import Group, Pool, Position, Recipient, Sharing, Waterfall


def positions(section: Waterfall, known: Vocabulary) -> Iterator[Finding]:
    """What is wrong with positions, pool by pool."""
    for n, pool in enumerate(section.pools):
        path: Path = (*HERE, "pools", n)
        yield from _over(path, pool)
        yield from _starved(path, pool)
        if pool.residue is not None:
            yield from _group((*path, "residue"), pool.residue, limited=False)
        for m, position in enumerate(pool.positions):
            inside = (*path, "positions", m)
            if position.to is None:
                sentence = f"position {position.id!r} is for nobody: name a party, a pool or a group in `to`."
                yield Finding(inside, "no-recipient", sentence)
            else:
                yield from _group((*inside, "to"), position.to, limited=position.recoups is not None)
            yield from _cliff(inside, position, known)


def _read(phrase: str) -> phrases.Share | None:
    try:
        return phrases.share(phrase)
    except BadInput:
        return None  # a finding of its own


def _over(path: Path, pool: Pool) -> Iterator[Finding]:
    """Shares of the pool's inflow that always apply may not pass the whole, unless somebody bears the deficit."""
    if pool.deficit is not None:
        return
    total = Fraction(0)
    for m, position in enumerate(pool.positions):
        share = _read(position.take)
        conditional = position.once or position.until or position.only or position.excluding or position.up_to
        if share is None or conditional or position.recoups or share.base != phrases.Name(pool.id):
            continue
        total += share.rate
        if total > 1:
            sentence = (
                f"the shares of {pool.id!r} come to {total * 100} % with this one: correct it, or name in `deficit` "
                "who bears that."
            )
            yield Finding((*path, "positions", m, "take"), "over-whole", sentence)
            return


def _starved(path: Path, pool: Pool) -> Iterator[Finding]:
    """A position after one that always takes all that remains gets nothing, ever."""
    for m, position in enumerate(pool.positions):
        share = _read(position.take)
        limited = position.up_to or position.recoups or position.once or position.until or position.then
        partial = position.only or position.excluding or isinstance(position.to, Group)
        takes_all = share is not None and share.base is None and share.rate == 1 and share.fixed is None
        if takes_all and not limited and not partial and m + 1 < len(pool.positions):
            sentence = (
                f"nothing remains for this position, since {position.id!r} takes all: change the order or limit it."
            )
            yield Finding((*path, "positions", m + 1), "unreachable", sentence)
            return


def _group(path: Path, to: Recipient, *, limited: bool) -> Iterator[Finding]:
    if not isinstance(to, Group):
        return
    for n, member in enumerate(to.among):
        inside = (*path, "among", n)
        bounded = limited or member.recoups is not None or member.up_to is not None
        if to.share is Sharing.BY_OUTSTANDING and member.recoups is None and member.up_to is None:
            sentence = "who shares by what is outstanding needs a claim: add `recoups` or `up_to`."
            yield Finding(inside, "no-claim", sentence)
        if to.share is Sharing.BY_COMMITMENT and member.weight is None:
            sentence = 'who shares by commitment needs a weight: add `weight`, such as "60".'
            yield Finding(inside, "no-weight", sentence)
        if to.share is not Sharing.BY_COMMITMENT and member.weight is not None:
            sentence = f"a weight means nothing in {to.share}: take it away, or share by_commitment."
            yield Finding((*inside, "weight"), "weight", sentence)
        if member.weight is not None and member.weight.partition("/")[2].strip("0") == "" and "/" in member.weight:
            yield Finding((*inside, "weight"), "weight", "nothing is divided by zero: correct the weight.")
        yield from _group((*inside, "to"), member.to, limited=bounded)
    if to.share is Sharing.BY_COMMITMENT and all(member.weight in {"0", None} for member in to.among):
        yield Finding(path, "weight", "no weight of this group is above zero: correct them.")


def _cliff(path: Path, position: Position, known: Vocabulary) -> Iterator[Finding]:
    if position.change != "cliff":
        return
    shares = [_read(position.take), *(_read(step.take) for step in position.then)]
    if position.borne_by is None:
        sentence = "a cliff makes a difference at once: name who bears it in `borne_by`."
        yield Finding((*path, "change"), "cliff", sentence)
    if any(share is not None and share.base is None for share in shares):
        sentence = 'a cliff counts from the first receipt on: name a pool as the base, not "what remains".'
        yield Finding((*path, "change"), "cliff", sentence)
    if not isinstance(position.to, str) or known.kinds.get(position.to) == "pool":
        yield Finding((*path, "to"), "cliff", "what a cliff changes is settled with one party: name it.")
