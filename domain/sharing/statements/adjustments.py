"""What a party has come to outside the pools: directions to pay, charges, others' views, what was brought forward."""

from collections.abc import Iterator
from fractions import Fraction

from domain.sharing.statements.accounts import Accounts
from domain.sharing.statements.model import LineKind
from domain.sharing.waterfall.linear import ZERO

BROUGHT_FORWARD = "brought-forward"
"""What no line of the version in force explains: openings of the party itself, and versions before."""
OTHERS_DEFINITIONS = "others-definitions"
"""What the party bears because others' contracts define the work otherwise."""


def outside(accounts: Accounts, party: str) -> Iterator[tuple[str, str, LineKind, Fraction]]:
    """Position, title, kind and amount of each, in minor units; negative is taken off. Zeros are among them.

    A reserve that was released is taken off here: its position shows all that was ever set aside, and the pool that it
    was released into shows it again.
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
    """What a position that sets aside has let go of so far."""
    return accounts.result.positions.get(position, ZERO) - accounts.result.held.get(position, ZERO)


def reserved(accounts: Accounts, party: str) -> dict[str, Fraction]:
    """What is set aside for a party at the end of a run, by position."""
    own = accounts.for_(party)
    return {name: own.result.held.get(name, ZERO) for name, owner in own.beneficiaries.items() if owner == party}


def entitled(accounts: Accounts, party: str) -> Fraction:
    """What the party has come to, with what is set aside of it."""
    return accounts.result.parties.get(party, ZERO) + sum(reserved(accounts, party).values(), ZERO)
