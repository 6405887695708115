"""What a party has outside the pools: assignments, charges, others' views, amounts brought forward."""

from collections.abc import Iterator
from fractions import Fraction

from domain.sharing.statements.accounts import Accounts
from domain.sharing.statements.model import LineKind
from domain.sharing.waterfall.linear import ZERO

BROUGHT_FORWARD = "brought-forward"
"""What no line of the version in force explains: the party's openings, and earlier versions."""
OTHERS_DEFINITIONS = "others-definitions"
"""What the party bears because of other participants' views."""


def outside(accounts: Accounts, party: str) -> Iterator[tuple[str, str, LineKind, Fraction]]:
    """Position, title, kind and amount of each, in minor units. Negative amounts are deducted; zeros are included.

    A released reserve is deducted here: its position shows everything ever set aside, and the pool that it was released
    into shows it again.
    """
    waterfall, result, own = accounts.last.waterfall, accounts.result, accounts.for_(party)
    for assignment in waterfall.assignments:
        took = own.result.positions.get(assignment.id, ZERO)
        if (sign := (assignment.to == party) - (assignment.of == party)) != 0:
            yield assignment.id, "", LineKind.ASSIGNMENT, sign * took
    for charge in waterfall.charges:
        if (sign := (charge.to == party) - (charge.of == party)) != 0:
            yield charge.id, charge.title, LineKind.CHARGE, sign * result.charges.get(charge.id, ZERO)
    borne = [result.views.get(view.of, ZERO) for view in waterfall.views if view.borne_by == party]
    yield OTHERS_DEFINITIONS, "", LineKind.CHARGE, -sum(borne, ZERO)
    titles = own.names()
    for position, owner in own.beneficiaries.items():
        if owner == party:
            yield position, titles[position][1], LineKind.RESERVE, -released(own, position)


def released(accounts: Accounts, position: str) -> Fraction:
    """What a position has released so far of what it set aside."""
    return accounts.result.positions.get(position, ZERO) - accounts.result.held.get(position, ZERO)


def reserved(accounts: Accounts, party: str) -> dict[str, Fraction]:
    """What is set aside for a party at the end of a run, by position."""
    own = accounts.for_(party)
    return {name: own.result.held.get(name, ZERO) for name, owner in own.beneficiaries.items() if owner == party}


def entitled(accounts: Accounts, party: str) -> Fraction:
    """The party's entitlement, including what is set aside for it."""
    return accounts.result.parties.get(party, ZERO) + sum(reserved(accounts, party).values(), ZERO)
