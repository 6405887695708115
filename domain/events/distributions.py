"""Events of distributions: computed, answered, posted, and paid out, period by period."""

from datetime import date
from typing import Literal

from pydantic import Field

from domain.values.money import Exact, Money
from domain.values.record import Record, Sha256


class Share(Record):
    """What a position has given a party to date, as an exact fraction of minor units such as `12345/7`."""

    party: str
    position: str
    entitlement: str


class PartyAmount(Record):
    """An amount of one party."""

    party: str
    amount: Money


class ReserveAmount(Record):
    """What a position holds in reserve."""

    position: str
    amount: Money


class DistributionComputed(Record):
    """The waterfall was run to the end of a period. A later `revision` voids the answers to the earlier.

    `to_date` is each party's entitlement since the beginning, rounded so that the sum is kept. `reserves` is what
    positions hold at the end of the period. `result` is the hash of everything that the run found, by `engine` under
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
    """One person disputes positions for their party. Only what these give that party is held.

    `documents` are what they bring for it: id → SHA-256.
    """

    type: Literal["distribution-objected"] = "distribution-objected"
    period: str
    revision: int
    party: str
    by: str
    positions: tuple[str, ...]
    reason: str
    documents: dict[str, Sha256] = Field(default_factory=dict)


class ObjectionResolved(Record):
    """A party's objection is over: what was held for it can be paid."""

    type: Literal["objection-resolved"] = "objection-resolved"
    period: str
    party: str
    by: str
    reason: str


class EntitlementsPosted(Record):
    """The change of each party's entitlement since the last posting is owed from now on. It may be negative.

    `reserves` is the change of each position's reserve since the last posting. What a reserve releases enters a pool
    again, and so is among the entitlements.
    """

    type: Literal["entitlements-posted"] = "entitlements-posted"
    period: str
    changes: tuple[PartyAmount, ...]
    reserves: tuple[ReserveAmount, ...] = ()


class PayoutExchange(Record):
    """How a payout goes to an account in another currency: `amount` is what is paid, by the rule of the agreement.

    `rate` is units of the waterfall's currency for one unit of the amount's, from `source` as of `fixing_on`.
    `contract_value` is the amount at the contract's rate, against which gains and losses are measured.
    """

    amount: Money
    contract_value: Money
    rate: Exact
    source: str
    fixing_on: date


class Payout(Record):
    """A payment that settles part of what a party is owed: `amount`, in the waterfall's currency."""

    party: str
    payment: str
    amount: Money
    exchange: PayoutExchange | None = None


class PayoutsOrdered(Record):
    """Payouts became payments of the schedule.

    `carried` waits for a later period: too little to be paid out, left of a multiple, or overpaid. `held` is disputed.
    `kept` is the share of the paying account's owner, who has the money already; it is negative where an earlier share
    shrank.
    """

    type: Literal["payouts-ordered"] = "payouts-ordered"
    period: str
    payouts: tuple[Payout, ...]
    carried: tuple[PartyAmount, ...]
    held: tuple[PartyAmount, ...]
    kept: tuple[PartyAmount, ...] = ()


class IssuedStatement(Record):
    """A party's statement. `sha256` names its stored canonical JSON."""

    party: str
    sha256: Sha256


class StatementsIssued(Record):
    """The parties of a distribution got their statements, which are never edited."""

    type: Literal["statements-issued"] = "statements-issued"
    period: str
    statements: tuple[IssuedStatement, ...]


class StatementFetched(Record):
    """Somebody got a party's statement as a file, for their own party (`reader`).

    `document` names the statement as it was issued, `sha256` the file. JSON has no `language`.
    """

    type: Literal["statement-fetched"] = "statement-fetched"
    period: str
    party: str
    document: Sha256
    form: Literal["pdf", "xlsx", "json"]
    language: Literal["en", "ko", "ja", ""]
    sha256: Sha256
    by: str
    reader: str


DistributionEvent = (
    DistributionComputed
    | DistributionApproved
    | DistributionObjected
    | ObjectionResolved
    | EntitlementsPosted
    | PayoutsOrdered
    | StatementsIssued
    | StatementFetched
)
"""Every event of this module."""
