"""Terms of the agreement for what changes, is late or is cancelled, and the controls of payments."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from domain.calendar.dates import DayCount
from domain.values.money import Exact, Money
from domain.values.record import Key, Record
from domain.values.rounding import Direction


class AfterDelivery(Record):
    """Interest that runs from a number of days after the milestone's work was handed in, whatever the due date.

    Laws that protect suppliers count so. On a day for which the due date's rate holds too, the higher one counts.
    """

    days: int = Field(ge=0, le=365)
    annual_percent: Exact


class LateInterest(Record):
    """Simple interest on late payments after the grace period: `annual_percent`, by the day count `days`.

    It is on what is outstanding each day, and rounded once to minor units. It is claimed by hand, or by rule as soon as
    a late instalment is paid in full.
    """

    annual_percent: Exact
    grace_days: int = Field(default=0, ge=0, le=365)
    days: DayCount = "actual/365"
    rounded: Direction = "half"
    after_delivery: AfterDelivery | None = None
    claimed: Literal["by_hand", "when_paid"] = "by_hand"


class WriteOffLimits(Record):
    """How much of a receipt is written off by the rule, and by one person; each amount is for its currency.

    By the rule, what is left of a receipt is written off when money comes for it. Without an amount of a currency
    nothing is, and every write-off takes two people.
    """

    by_rule: tuple[Money, ...] = ()
    by_one: tuple[Money, ...] = ()


class IfCancelled(Record):
    """What becomes of an instalment if its milestone is cancelled.

    `kill_fee_percent` of what is not owed yet is paid all the same, and the rest falls away. `claim_back_percent` of
    what was paid is claimed back. Either is due `business_days` after the cancellation.
    """

    kill_fee_percent: Exact = Decimal(0)
    claim_back_percent: Exact = Decimal(0)
    business_days: int = Field(default=30, ge=0, le=250)


class ProvisionalTerms(Record):
    """Whose urgent amendments are in force at once. They end unless everybody approves within `business_days`."""

    parties: tuple[Key, ...] = Field(min_length=1)
    business_days: int = Field(default=5, ge=1, le=60)


class AmendmentTerms(Record):
    """Who must approve a version of the agreement before it is in force, the first one too.

    `parties` are those who sign; without any, every party of the agreement does. A proposal is open for
    `business_days`. `provisional` allows urgent amendments of milestones and schedule.
    """

    parties: tuple[Key, ...] = ()
    business_days: int = Field(default=20, ge=1, le=250)
    provisional: ProvisionalTerms | None = None


class Limit(Record):
    """What one person may release: at most `amount` per payment, per run, per day, or per day to one payee.

    `releaser` limits what one user releases in a day. Only payments in the amount's currency count.
    """

    per: Literal["payment", "run", "day", "payee", "releaser"]
    amount: Money


class PaymentControls(Record):
    """Controls of what is paid. A run above a limit needs the release of a second person.

    A confirmed change of a payee's account is in force `cooling_off_days` after the confirmation.
    """

    cooling_off_days: int = Field(default=5, ge=1, le=60)
    limits: tuple[Limit, ...] = ()
