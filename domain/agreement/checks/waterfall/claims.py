"""Claims have a source and are recouped by somebody."""

import re
from collections import Counter
from collections.abc import Iterator

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.waterfall.interest import interest
from domain.agreement.checks.waterfall.names import HERE, Vocabulary
from domain.agreement.checks.waterfall.words import written
from domain.sharing.waterfall.claims import can_grow
from domain.sharing.waterfall.model import (
    Claim,
    Group,
    Recipient,
    Sharing,
    Waterfall,
)

_MONTHS = 12


def claims(section: Waterfall, known: Vocabulary) -> Iterator[AgreementFinding]:
    """Empty claims, claims shared by outstanding but recouped elsewhere, and the settlement's months."""
    recouped = Counter(claim for position in section.positions for claim in _recouped(position.to, position.recoups))
    recouped.update(one.recoups for one in section.assignments if one.recoups)
    used = {*recouped, *_spoken_of(section, known)}
    shared = {claim for position in section.positions for claim in _shared(position.to)}
    for n, claim in enumerate(section.claims):
        path: Path = (*HERE, "claims", n)
        if not can_grow(claim):
            sentence = f"claim {claim.id!r} is of nothing: add an amount, costs, an advance, or interest `on` a claim."
            yield AgreementFinding(path, "empty-claim", sentence)
        yield from _figures(path, claim)
        if claim.id not in used:
            sentence = f"nobody recoups claim {claim.id!r} and nothing speaks of it: let a position recoup it."
            yield AgreementFinding(path, "unused-claim", sentence)
        if claim.id in shared and recouped[claim.id] > 1:
            sentence = (
                f"claim {claim.id!r} is shared by outstanding and recouped elsewhere too, so the shares would change "
                "with every unit: recoup it in one place."
            )
            yield AgreementFinding(path, "shared-claim", sentence)
    if section.settlement is not None:
        for n, month in enumerate(section.settlement.months):
            if not 1 <= month <= _MONTHS:
                path = (*HERE, "settlement", "months", n)
                yield AgreementFinding(path, "month", f"{month} is no month: write 1 to 12.")


def _figures(path: Path, claim: Claim) -> Iterator[AgreementFinding]:
    if claim.amount is not None and claim.amount.minor <= 0:
        yield AgreementFinding(
            (*path, "amount"), "not-positive", "a claim is of more than nothing: correct the amount."
        )
    if claim.interest is not None:
        yield from interest((*path, "interest"), claim.id, claim.interest)


def _spoken_of(section: Waterfall, known: Vocabulary) -> Iterator[str]:
    claims_known = {name for name, kind in known.kinds.items() if kind == "claim"}
    for _, _, phrase in written(section):
        yield from claims_known & set(re.findall(r"[A-Za-z0-9-]+", phrase))
    yield from (claim.interest.on for claim in section.claims if claim.interest and claim.interest.on)


def _recouped(to: Recipient | None, own: str | None) -> Iterator[str]:
    if own is not None:
        yield own
    if isinstance(to, Group):
        for member in to.among:
            yield from _recouped(member.to, member.recoups)


def _shared(to: Recipient | None) -> Iterator[str]:
    if isinstance(to, Group):
        for member in to.among:
            if to.share is Sharing.BY_OUTSTANDING and member.recoups is not None:
                yield member.recoups
            yield from _shared(member.to)
