"""What was declared, as it stands: credit notes take back earlier costs, and fixed claims keep their first day."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from domain.sharing.waterfall.claims import ClaimBook
from domain.sharing.waterfall.facts import FactKind, Facts, WaterfallFact
from domain.sharing.waterfall.linear import ZERO, value
from domain.sharing.waterfall.model import Claim, Waterfall
from domain.sharing.waterfall.network import Network
from domain.sharing.waterfall.outcome import State

Declared = tuple[FactKind, str]
"""The kind and the name of costs or advances."""


def taken_back(facts: Facts, sections: Iterable[Waterfall]) -> Facts:
    """The facts, with negative costs and advances taken from what was declared before under their name, last first.

    What was taken back counts as never declared. A rest stays negative, for what is declared later. A negative amount
    of a claim that bears interest counts from its own day instead, since the interest ran until then.
    """
    dated = {name for section in sections for name in _bearing_interest(section)}
    found: list[WaterfallFact] = []
    for fact in sorted(facts.others, key=lambda each: each.on):
        takes_back = fact.kind in {FactKind.COST, FactKind.ADVANCE} and fact.amount < 0
        if not takes_back or (fact.kind, fact.name) in dated:
            found.append(fact)
        elif (rest := _cut(found, fact)).amount:
            found.append(rest)
    return replace(facts, others=tuple(found))


def _cut(found: list[WaterfallFact], credit: WaterfallFact) -> WaterfallFact:
    """Reduce earlier facts of the same name by a credit. Returns its rest."""
    rest = credit.amount
    for n in range(len(found) - 1, -1, -1):
        one = found[n]
        if (one.kind, one.name) == (credit.kind, credit.name) and one.amount > 0 and rest < 0:
            cut = min(one.amount, -rest)
            found[n] = replace(one, amount=one.amount - cut)
            rest += cut
    return replace(credit, amount=rest)


def _bearing_interest(section: Waterfall) -> Iterable[Declared]:
    """Everything declared of claims that bear interest, or whose outstanding amount another claim's interest uses."""
    interests = [(claim.id, claim.interest) for claim in section.claims if claim.interest is not None]
    bearing = {own for own, _ in interests} | {interest.on for _, interest in interests}
    for claim in section.claims:
        if claim.id in bearing:
            yield from ((FactKind.COST, name) for name in claim.costs or ())
            yield from ((FactKind.ADVANCE, name) for name in claim.advance or ())


def dated_claims(section: Waterfall, earlier: Sequence[tuple[Waterfall, date]]) -> Waterfall:
    """The section whose fixed claims without a day count from the first version that has them.

    `earlier` has all versions with the days on which they took effect, oldest first.
    """
    first: dict[str, date] = {}
    for one, effective_on in earlier:
        for claim in one.claims:
            if claim.amount is not None:
                first.setdefault(claim.id, effective_on)

    def dated(claim: Claim) -> Claim:
        """The claim with its day."""
        open_ = claim.amount is not None and claim.on is None and claim.id in first
        return claim.model_copy(update={"on": first[claim.id]}) if open_ else claim

    return section.model_copy(update={"claims": tuple(dated(claim) for claim in section.claims)})


def owed_back(network: Network, claims: ClaimBook, state: State) -> dict[str, Fraction]:
    """What was recouped of each claim beyond what it is by now. Zeros are left out.

    A claim that is reduced by a sum (`paid_by`) is left out too: more of that is owed to nobody.
    """
    found = {}
    for name, due in network.dues.items():
        claimed = claims.total(name)
        if due.cap is not None:
            claimed = min(claimed, value(due.cap, state))
        beyond = due.paid.at(state) - max(claimed, ZERO)
        if beyond > 0 and due.claim.paid_by is None:
            found[name] = beyond
    return found
