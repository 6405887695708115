"""The `waterfall:` section of an agreement as records. `phrases` parses its phrases, `checks` validates it.

Each receipt enters the one pool that receives it. A pool's positions take from it in the written order. The rest goes
to its residue. A claim is what somebody gets back (an advance, costs, a loan); positions recoup it.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from domain.calendar.dates import PeriodDayCount, Span
from domain.calendar.interest import MONTHS_OF, Compounding, Periods
from domain.sharing.waterfall.tables import StepTable
from domain.sharing.waterfall.titles import Name, Titled
from domain.sharing.waterfall.words import ReceiptWords, Words
from domain.values.money import Money
from domain.values.record import Day, Record

Phrase = Annotated[str, StringConstraints(max_length=400)]
"""A share, a sum or a condition in words. See `domain.sharing.waterfall.phrases`."""


class Match(Record):
    """Selects receipts: every given field must match one of its values, or a word of a group that it names."""

    currency: Words | None = None
    payer: Words | None = None
    territory: Words | None = None
    media: Words | None = None
    window: Words | None = None


class Sharing(StrEnum):
    """How a group shares an amount."""

    BY_COMMITMENT = "by_commitment"
    BY_OUTSTANDING = "by_outstanding"
    EQUAL = "equal_until_filled"
    IN_ORDER = "in_order"


class Member(Record):
    """A member of a group: a party, a pool or a group. Only `by_commitment` uses `weight`."""

    to: "Recipient"
    weight: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}([.][0-9]{1,15})?(/[0-9]{1,15})?$")] | None = None
    recoups: Name | None = None
    up_to: Phrase | None = None


class Group(Record):
    """Several members that share an amount.

    `unused` says where a full member's part goes: to the other members, or back to the pool (`by_commitment` only).
    """

    share: Sharing
    among: tuple[Member, ...] = Field(min_length=1)
    unused: Literal["others", "pool"] = "others"


def _recipient_kind(written: Any) -> str:
    return "name" if isinstance(written, str) else "group"


Recipient = Annotated[Annotated[Name, Tag("name")] | Annotated[Group, Tag("group")], Discriminator(_recipient_kind)]
"""A party or a pool by name, or a group."""

Member.model_rebuild()


class RateStep(Record):
    """Once `once` holds, the position takes `take` instead. The last step whose condition holds counts."""

    once: Phrase
    take: Phrase


class Held(Record):
    """A position's amount is set aside. After `periods` whole periods it enters the pool `then`."""

    periods: int = Field(ge=1, le=400)
    of: Span = "quarter"
    then: Name


class Position(Titled):
    """Takes a share of its pool for its recipient, while its conditions hold and up to its limits.

    With `cliff`, a step applies from the first receipt on. The difference is credited at once and charged to the party
    `borne_by`.
    """

    to: Recipient | None = None
    take: Phrase = "what remains"
    then: tuple[RateStep, ...] = ()
    change: Literal["marginal", "cliff"] = "marginal"
    borne_by: Name | None = None
    recoups: Name | None = None
    up_to: Phrase | None = None
    once: Phrase | None = None
    until: Phrase | None = None
    only: Match | None = None
    excluding: Match | None = None
    held_for: Held | None = None


def _receives_kind(written: Any) -> str:
    if isinstance(written, str):
        return "word"
    return "list" if isinstance(written, list | tuple) else "match"


Receives = Annotated[
    Annotated[Literal["everything", "everything else"], Tag("word")]
    | Annotated[Match, Tag("match")]
    | Annotated[tuple[Match, ...], Tag("list")],
    Discriminator(_receives_kind),
]
"""What enters a pool from outside. `everything else` is what no other pool receives."""


class Pool(Titled):
    """Money that is shared by one list of positions.

    A share of a named sum may be more than the pool has left. It then takes what is left; or, with `deficit`, it is
    credited in full and the party `deficit` is charged the rest at once, for good: later receipts do not pay it back.
    """

    receives: Receives | None = None
    positions: tuple[Position, ...] = ()
    residue: Recipient | None = None
    deficit: Name | None = None


InterestRate = Annotated[
    str, StringConstraints(pattern=r"^[0-9]+([.][0-9]+)? ?% a (year|half-year|quarter|month|day)$", max_length=60)
]
"""A rate, such as "8 % a year"."""


class RateChange(Record):
    """From the day `since` on, the rate is `rate`."""

    since: Day
    rate: InterestRate


class Interest(Record):
    """Interest on what is outstanding of the claim itself, or of the claim `on`.

    `rate` is such as "8 % a year", "1 % a month" or "0.02 % a day", and `then` are its changes. `days` is the day
    count. Unpaid interest is compounded on each date of `compounds`, counted from the claim's first day: `daily`, or
    with `effective` at every moment, by (1 + rate) to the power of the part of a year. Interest runs from the first
    day, or the later day `since`, to `until`. `rounded`, such as "down to KRW 1", rounds the interest of each of the
    `periods`, also of one that has only begun; these are those of `compounds` unless they are given.
    """

    rate: InterestRate
    then: tuple[RateChange, ...] = ()
    days: PeriodDayCount = "actual/365"
    compounds: Compounding = "never"
    periods: Periods | None = None
    rounded: Phrase | None = None
    on: Name | None = None
    since: Day | None = None
    until: Day | None = None

    @property
    def months(self) -> int | None:
        """The months of an interest period; None where it has none."""
        return MONTHS_OF.get(self.periods or self.compounds)


class Claim(Titled):
    """An amount to recoup: a fixed amount, or declared costs or advances by their names in the facts.

    The claim is (principal + `overhead` of it) x `multiple` + interest, at most `cap`. It is reduced by what the
    positions that recoup it have taken, or by `paid_by` where that is given. A fixed amount counts from the day `on`,
    or without one from the day on which the agreement's version takes effect.
    """

    amount: Money | None = None
    on: Day | None = None
    costs: Words | None = None
    advance: Words | None = None
    overhead: Phrase | None = None
    multiple: Phrase | None = None
    cap: Phrase | None = None
    interest: Interest | None = None
    paid_by: Phrase | None = None


class EventTerm(Titled):
    """A named condition, which other conditions may use and every run reports.

    It holds while it is true or, with `stays`, for ever from the first time on.
    """

    when: Phrase
    stays: bool = False


class Assignment(Record):
    """A direction to pay: `take` of the entitlement of `of` goes to `to` instead."""

    id: Name
    of: Name
    to: Name
    take: Phrase = "what remains"
    recoups: Name | None = None
    up_to: Phrase | None = None
    once: Phrase | None = None
    until: Phrase | None = None


class Charge(Titled):
    """A cumulative sum that `of` owes `to` outside the pools, such as a bonus. Zero while `once` does not hold."""

    of: Name
    to: Name
    amount: Phrase
    once: Phrase | None = None


class Change(Record):
    """What one participant's contract changes of a position or a claim (by `id`)."""

    id: Name
    take: Phrase | None = None
    then: tuple[RateStep, ...] | None = None
    up_to: Phrase | None = None
    once: Phrase | None = None
    until: Phrase | None = None
    amount: Money | None = None
    costs: Words | None = None
    cap: Phrase | None = None
    overhead: Phrase | None = None
    multiple: Phrase | None = None
    interest: Interest | None = None
    leave_out: bool = False


class View(Record):
    """The work as the contract of `of` defines it. The difference is charged to `borne_by`."""

    of: Name
    borne_by: Name
    changes: tuple[Change, ...] = Field(min_length=1)


class Settlement(Record):
    """When accounts are rendered and paid.

    The first settlement is `first_days` after the date `after` in the facts. The others are at the ends of `months`.
    Each is paid by the end of the month that is `paid_after_months` later.
    """

    after: Name
    first_days: int = Field(ge=0, le=1000)
    months: tuple[int, ...] = (3, 6, 9, 12)
    paid_after_months: int = Field(default=1, ge=0, le=24)


def _order_kind(written: Any) -> str:
    return "word" if isinstance(written, str) else "list"


DayOrder = Annotated[
    Annotated[Literal["statement and row"], Tag("word")]
    | Annotated[tuple[Match, ...], Field(min_length=1), Tag("list")],
    Discriminator(_order_kind),
]
"""The order of one day's receipts: as written, or those of the first match first and those of none last."""


class Minimum(Record):
    """A payout to `to` below `amount` is carried forward."""

    to: Name
    amount: Money


class Waterfall(Record):
    """How the work's earnings are shared, in one currency.

    `within_a_day` is the order of one day's receipts, needed where it changes anybody's amount: "statement and row", or
    a list of which the receipts of the first come first. Receipts of the same rank follow each other as written.

    Payouts are whole multiples of `payouts_in_multiples_of`, such as KRW 10; what is left is carried forward.

    The parties of a distribution have `answer_within_business_days`, on their calendars, to approve it or to object.
    """

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    takes_over_on: Day | None = None
    applies: Literal["retroactively", "prospectively"] = "retroactively"
    within_a_day: DayOrder | None = None
    metrics: tuple[Name, ...] = ()
    words: ReceiptWords | None = None
    tables: tuple[StepTable, ...] = ()
    claims: tuple[Claim, ...] = ()
    events: tuple[EventTerm, ...] = ()
    pools: tuple[Pool, ...] = Field(min_length=1)
    assignments: tuple[Assignment, ...] = ()
    charges: tuple[Charge, ...] = ()
    views: tuple[View, ...] = ()
    settlement: Settlement | None = None
    minimum_payouts: tuple[Minimum, ...] = ()
    payouts_in_multiples_of: Money | None = None
    answer_within_business_days: int = Field(default=10, ge=1, le=250)

    @property
    def positions(self) -> tuple[Position, ...]:
        """Every position, pool by pool in the order written."""
        return tuple(position for pool in self.pools for position in pool.positions)
