"""The result of a run: exact entitlements by party and position, pools, thresholds, and payable amounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from domain.sharing.waterfall.facts import FactKind, Facts, ReceiptGroup
from domain.sharing.waterfall.linear import ZERO
from domain.sharing.waterfall.model import Waterfall
from domain.sharing.waterfall.network import Network
from domain.sharing.waterfall.outcome import CountMattered, Crossing, OrderMattered, RunOutcome, State
from domain.values.currency import exponent
from domain.values.money import Money, allocate


@dataclass(frozen=True, slots=True)
class Payable:
    """What a party is due: entitlement in minor units, less what was paid, and what waits for a minimum.

    `residual` is the minor unit that rounding gave the party. A negative `due` is owed back.
    """

    entitled: Money
    residual: int
    paid: Money
    due: Money
    carried_forward: Money


@dataclass(frozen=True, slots=True)
class Conservation:
    """Receipts equal allocations, reserves and uncovered refunds: a `difference` other than zero is an error."""

    currency: str
    received: Fraction
    allocated: Fraction
    held: Fraction
    refunds: Fraction

    @property
    def difference(self) -> Fraction:
        """What is missing."""
        return self.received + self.refunds - self.allocated - self.held - self.refunds


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """A claim to date: the whole, the recouped and the outstanding amount, in minor units."""

    total: Fraction
    recouped: Fraction
    outstanding: Fraction


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a run, in exact minor units. `views` are the differences that participants' views make.

    `cliffs` are differences that a cliff's step made at once, given to its recipient and charged to its bearer.
    `releases` are the next release days of reserves, `planned` the parts that each releases by day. `before_charges` is
    what the pools alone give each party. `opened` is what parties had before the take-over, which no receipt of this
    run brought. `owed_back` is what was recouped of claims beyond what they are by now. `short` is what positions
    earned and did not take, because it was not there. `waiting` are refunds that no receipt of their kind covers yet.
    `orders` and `counted` say where the order of one day's receipts, and the day of a count, decided.
    """

    currency: str
    as_of: date
    parties: Mapping[str, Fraction]
    positions: Mapping[str, Fraction]
    recipients: Mapping[str, Fraction]
    inflow: Mapping[str, Fraction]
    residue: Mapping[str, Fraction]
    deficits: Mapping[str, Fraction]
    held: Mapping[str, Fraction]
    claims: Mapping[str, ClaimStatus]
    events: Mapping[str, bool]
    charges: Mapping[str, Fraction]
    views: Mapping[str, Fraction]
    crossings: tuple[Crossing, ...]
    payable: Mapping[str, Payable]
    conservation: Conservation
    calendar: tuple[tuple[date, date], ...] = ()
    cliffs: Mapping[str, Fraction] = field(default_factory=dict)
    releases: Mapping[str, date] = field(default_factory=dict)
    before_charges: Mapping[str, Fraction] = field(default_factory=dict)
    opened: Fraction = ZERO
    owed_back: Mapping[str, Fraction] = field(default_factory=dict)
    short: Mapping[str, Fraction] = field(default_factory=dict)
    waiting: tuple[ReceiptGroup, ...] = ()
    orders: tuple[OrderMattered, ...] = ()
    counted: tuple[CountMattered, ...] = ()
    planned: Mapping[str, Mapping[date, Fraction]] = field(default_factory=dict)


def entitlements(network: Network, state: State) -> dict[str, Fraction]:
    """Every party's entitlement, in the order of the agreement."""
    return {party: state.get(f"to:{party}", ZERO) for party in network.parties}


def held_of(outcome: RunOutcome) -> dict[str, Fraction]:
    """What positions hold in reserve."""
    names = (name.removeprefix("held:") for name in outcome.state if name.startswith("held:"))
    return {name: outcome.reserves.held(name, outcome.state) for name in names}


def short_of(state: State) -> dict[str, Fraction]:
    """What positions earned by their shares and did not take, because it was not there."""
    short = {name.removeprefix("short:"): amount for name, amount in state.items() if name.startswith("short:")}
    return {name: amount for name, amount in short.items() if amount > 0}


def of_kind(state: State, kind: str, names: Iterable[str]) -> dict[str, Fraction]:
    """Variables of one kind."""
    return {name: state.get(f"{kind}:{name}", ZERO) for name in names}


def payables(waterfall: Waterfall, exact: Mapping[str, Fraction], facts: Facts) -> dict[str, Payable]:
    """Entitlements in minor units that add up: each is rounded down, the units left go by largest remainder."""
    currency = waterfall.currency
    floors = {party: amount.__floor__() for party, amount in exact.items()}
    parts = [exact[party] - floors[party] for party in exact]
    left = int(sum(parts, ZERO))
    given = [share.minor for share in allocate(Money(left, currency), parts)] if left else [0] * len(parts)
    minimum = {rule.to: rule.amount.minor for rule in waterfall.minimum_payouts}
    found = {}
    for (party, floor), unit in zip(floors.items(), given, strict=True):
        paid = int(sum((fact.amount for fact in facts.named(FactKind.PAYMENT) if fact.name == party), ZERO))
        open_ = floor + unit - paid
        carried = open_ if 0 < open_ < minimum.get(party, 0) else 0
        amounts = (Money(each, currency) for each in (floor + unit, paid, open_ - carried, carried))
        entitled, was_paid, due, forward = amounts
        found[party] = Payable(entitled, unit, was_paid, due, forward)
    return found


def written(amount: Fraction, currency: str) -> dict[str, str]:
    """Minor units as an exact rational and as a decimal of major units with at most 12 places."""
    major = amount / 10 ** exponent(currency)
    places = 10**12
    rounded = Decimal(round(major * places)).scaleb(-12)
    return {"exact": str(major), "decimal": f"{rounded.normalize():f}"}
