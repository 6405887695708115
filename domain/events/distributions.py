"""What a work's earnings are worth to each participant, period by period: computed, answered, posted, paid out."""

from datetime import date
from typing import Literal

from domain.values.money import Money
from domain.values.record import Record, Sha256


class Share(Record):
    """What a position has given a party to date: an exact fraction of minor units, such as `12345/7`."""

    party: str
    position: str
    entitlement: str


class PartyAmount(Record):
    """An amount of one party's."""

    party: str
    amount: Money


class ReserveAmount(Record):
    """What a position holds in reserve."""

    position: str
    amount: Money


class DistributionComputed(Record):
    """The waterfall was run to the end of a period. A later `revision` voids the answers given to the one before.

    `to_date` is each party's entitlement since the beginning, rounded so that together they lose nothing; `reserves`
    is what positions hold at the end of the period; `result` is the hash of all that the run found, by `engine` under
    the agreement's `version`.
    """

    type: Literal["distribution-computed"] = "distribution-computed"
    period: str
    revision: int
    until: date
    engine: str
    version: int
    result: Sha256
    shares: tuple[Share, ...]
    to_date: tuple[PartyAmount, ...]
    answer_by: date
    pay_on: date
    reserves: tuple[ReserveAmount, ...] = ()


class DistributionApproved(Record):
    """One person accepted a revision for their party."""

    type: Literal["distribution-approved"] = "distribution-approved"
    period: str
    revision: int
    party: str
    by: str


class DistributionObjected(Record):
    """One person disputes positions for their party: what these give that party is held, nothing else is."""

    type: Literal["distribution-objected"] = "distribution-objected"
    period: str
    revision: int
    party: str
    by: str
    positions: tuple[str, ...]
    reason: str


class ObjectionResolved(Record):
    """A party's objection is over: what was held for it can be paid."""

    type: Literal["objection-resolved"] = "objection-resolved"
    period: str
    party: str
    by: str
    reason: str


class EntitlementsPosted(Record):
    """What each party's entitlement has changed by since the last posting is owed from here on; may be negative.

    `reserves` is what each position holds more than by the posting before, or less: what it lets go is in a pool
    again, and so among the entitlements.
    """

    type: Literal["entitlements-posted"] = "entitlements-posted"
    period: str
    changes: tuple[PartyAmount, ...]
    reserves: tuple[ReserveAmount, ...] = ()


class Payout(Record):
    """A payment that settles some of what a party is owed."""

    party: str
    payment: str
    amount: Money


class PayoutsOrdered(Record):
    """Payouts became payments of the schedule.

    `carried` is what waits: too little to be paid out, or more paid than due; `held` is what is disputed. `kept` is the
    share of who owns the paying account: it has the money already, so that this is no longer owed; negative where an
    earlier share shrank.
    """

    type: Literal["payouts-ordered"] = "payouts-ordered"
    period: str
    payouts: tuple[Payout, ...]
    carried: tuple[PartyAmount, ...]
    held: tuple[PartyAmount, ...]
    kept: tuple[PartyAmount, ...] = ()


class IssuedStatement(Record):
    """A party's statement: the SHA-256 under which its canonical JSON is kept."""

    party: str
    sha256: Sha256


class StatementsIssued(Record):
    """Everybody whom a period's distribution concerns was told what they have come to, in documents that stay."""

    type: Literal["statements-issued"] = "statements-issued"
    period: str
    statements: tuple[IssuedStatement, ...]
