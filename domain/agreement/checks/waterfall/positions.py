"""Positions can take what they say: they have a recipient, shares add up, groups can share."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.waterfall.depends import names_in
from domain.agreement.checks.waterfall.names import HERE, Vocabulary
from domain.errors import BadInput
from domain.sharing.waterfall import phrases, trees
from domain.sharing.waterfall.model import (
    Group,
    Member,
    Pool,
    Position,
    Recipient,
    Sharing,
    Waterfall,
)
from domain.sharing.waterfall.tables import StepTable

Tables = Mapping[str, StepTable]
"""The tables of a waterfall by name."""


def positions(section: Waterfall, known: Vocabulary) -> Iterator[AgreementFinding]:
    """Findings about positions, pool by pool."""
    assigned = {one.of for one in section.assignments}
    tables = {table.id: table for table in section.tables}
    for n, pool in enumerate(section.pools):
        path: Path = (*HERE, "pools", n)
        yield from _over(path, pool, tables)
        yield from _never_reached(path, pool, tables)
        if pool.residue is not None:
            yield from _group((*path, "residue"), pool.residue, limited=False)
        for m, position in enumerate(pool.positions):
            inside = (*path, "positions", m)
            if position.to is None:
                sentence = f"position {position.id!r} is for nobody: name a party, a pool or a group in `to`."
                yield AgreementFinding(inside, "no-recipient", sentence)
            else:
                yield from _group((*inside, "to"), position.to, limited=position.recoups is not None)
            yield from _cliff(inside, position, known, tables)
            yield from _order(
                inside, pool, m, {name: kind for name, kind in known.kinds.items() if name not in assigned}, tables
            )


def _read(phrase: str, tables: Tables) -> trees.SharePhrase | None:
    """A share; by a table, the share of its first step."""
    try:
        share = phrases.share(phrase)
        if share.table is None:
            return share
        return phrases.share(tables[share.table].shares[0][1]) if share.table in tables else None
    except BadInput:
        return None  # reported elsewhere


def _over(path: Path, pool: Pool, tables: Tables) -> Iterator[AgreementFinding]:
    """Unconditional shares of the inflow that exceed the whole, unless somebody bears the deficit."""
    if pool.deficit is not None:
        return
    total = Fraction(0)
    for m, position in enumerate(pool.positions):
        share = _read(position.take, tables)
        conditional = position.once or position.until or position.only or position.excluding or position.up_to
        if share is None or conditional or position.recoups or share.base != trees.Name(pool.id) or share.rate > 1:
            continue
        total += share.rate
        if total > 1:
            sentence = (
                f"the shares of {pool.id!r} come to {total * 100} % with this one: correct it, or name in `deficit` "
                "who bears that."
            )
            yield AgreementFinding((*path, "positions", m, "take"), "over-whole", sentence)
            return


def _never_reached(path: Path, pool: Pool, tables: Tables) -> Iterator[AgreementFinding]:
    """Positions after one that always takes everything that remains."""
    for m, position in enumerate(pool.positions):
        share = _read(position.take, tables)
        limited = position.up_to or position.recoups or position.once or position.until or position.then
        partial = position.only or position.excluding
        takes_all = share is not None and share == phrases.share("what remains")
        takes_all = takes_all and position.to is not None and _unlimited(position.to)
        if takes_all and not limited and not partial and m + 1 < len(pool.positions):
            sentence = (
                f"nothing remains for this position, since {position.id!r} takes all: change the order or limit it."
            )
            yield AgreementFinding((*path, "positions", m + 1), "unreachable", sentence)
            return


def _order(path: Path, pool: Pool, at: int, kinds: Mapping[str, str], tables: Tables) -> Iterator[AgreementFinding]:
    """Bases that are unknown when the position takes: a later position, or a party's final income."""
    later = {position.id for position in pool.positions[at:]}
    written = [("take",), *(("then", n, "take") for n in range(len(pool.positions[at].then)))]
    phrases_ = [pool.positions[at].take, *(step.take for step in pool.positions[at].then)]
    for field, phrase in zip(written, phrases_, strict=True):
        share = _read(phrase, tables)
        for one in names_in(share.base) if share is not None and share.base is not None else ():
            sentence = ""
            if one.name in later:
                sentence = f"{one.name!r} takes no sooner than this position: name a pool, or a position before it."
            elif one.left and one.name == pool.id:
                sentence = f'what {pool.id!r} has left is known only in the end: write "what remains".'
            elif kinds.get(one.name) == "party":
                sentence = f"what {one.name!r} gets in all is known only in the end: name the pool or the position."
            if sentence:
                yield AgreementFinding((*path, *field), "base", sentence)


def _unlimited(to: Recipient) -> bool:
    """Whether a recipient takes any amount."""
    if not isinstance(to, Group):
        return True
    free = [member.recoups is None and member.up_to is None and _unlimited(member.to) for member in to.among]
    return all(free) if to.unused == "pool" or to.share is Sharing.BY_OUTSTANDING else any(free)


def _group(path: Path, to: Recipient, *, limited: bool) -> Iterator[AgreementFinding]:
    if not isinstance(to, Group):
        return
    for n, member in enumerate(to.among):
        inside = (*path, "among", n)
        bounded = limited or _bounded(member)
        if to.share is Sharing.BY_OUTSTANDING and member.recoups is None and member.up_to is None:
            sentence = "who shares by what is outstanding needs a claim: add `recoups` or `up_to`."
            yield AgreementFinding(inside, "no-claim", sentence)
        if to.share is Sharing.BY_COMMITMENT and member.weight is None:
            sentence = 'who shares by commitment needs a weight: add `weight`, such as "60".'
            yield AgreementFinding(inside, "no-weight", sentence)
        if to.share is not Sharing.BY_COMMITMENT and member.weight is not None:
            sentence = f"a weight means nothing in {to.share}: take it away, or share by_commitment."
            yield AgreementFinding((*inside, "weight"), "weight", sentence)
        if member.weight is not None and member.weight.partition("/")[2].strip("0") == "" and "/" in member.weight:
            yield AgreementFinding((*inside, "weight"), "weight", "nothing is divided by zero: correct the weight.")
        yield from _group((*inside, "to"), member.to, limited=bounded)
        if to.share is Sharing.IN_ORDER and n and _unlimited(to.among[n - 1].to) and not _bounded(to.among[n - 1]):
            sentence = "nothing remains for this one, since the one before takes all: change the order or limit it."
            yield AgreementFinding(inside, "unreachable", sentence)
    if to.share is Sharing.BY_COMMITMENT and not any(
        (member.weight or "0").partition("/")[0].strip("0.") for member in to.among
    ):
        yield AgreementFinding(path, "weight", "no weight of this group is above zero: correct them.")


def _bounded(member: Member) -> bool:
    return member.recoups is not None or member.up_to is not None


def _cliff(path: Path, position: Position, known: Vocabulary, tables: Tables) -> Iterator[AgreementFinding]:
    if position.change != "cliff":
        return
    shares = [_read(position.take, tables), *(_read(step.take, tables) for step in position.then)]
    if position.borne_by is None:
        sentence = "a cliff makes a difference at once: name who bears it in `borne_by`."
        yield AgreementFinding((*path, "change"), "cliff", sentence)
    if any(share is not None and share.base is None for share in shares):
        sentence = 'a cliff counts from the first receipt on: name a pool as the base, not "what remains".'
        yield AgreementFinding((*path, "change"), "cliff", sentence)
    if not isinstance(position.to, str) or known.kinds.get(position.to) == "pool":
        yield AgreementFinding((*path, "to"), "cliff", "what a cliff changes is settled with one party: name it.")
