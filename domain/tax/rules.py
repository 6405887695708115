"""Rules of tax at source as dated data: the tables of a payer's country."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from domain.calendar.overrides import CalendarCode
from domain.tax.kinds import IncomeKind, PayeeKind
from domain.tax.readings import Readings
from domain.values.money import Exact, Money
from domain.values.record import Day, Record

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""A country by its code of ISO 3166."""

Percent = Annotated[Exact, Field(ge=0, le=100)]
"""A rate in per cent, written as text: `"10.21"`."""

RatePercent = Annotated[Exact, Field(ge=0, lt=80)]
"""A rate of tax in per cent. More, with taxes on top, would leave nothing to pay."""

RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")]
"""The name of a rule, which records and sentences carry."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=600)]
MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]

ReadingName = Literal[
    "kr_included_split",
    "kr_base_rate",
    "kr_taiwan_local",
    "kr_trade_2027",
    "threshold_boundary",
    "threshold_excess",
    "kr_reclaim_starts",
]
"""The fields of `Readings`."""


class Gated(Record):
    """Data that counts only under a certain reading; all of `readings` must be chosen."""

    readings: dict[ReadingName, str] = Field(default_factory=dict)

    def counts(self, chosen: Readings) -> bool:
        """Whether the data counts under the readings chosen."""
        return all(getattr(chosen, name) == choice for name, choice in self.readings.items())


class TaxForm(Record):
    """A form that a lower rate needs: its names, and by when it must be where."""

    name: Words
    original: Words
    dated: Literal["received", "filed"]
    by: Literal["day_of_payment", "day_before"]
    attached: dict[RuleId, Words] = Field(default_factory=dict)
    declares: tuple[Literal["beneficial_owner"], ...] = ()
    law: Words


class YearThreshold(Record):
    """The year's income of one payee from one payer, over all productions, up to which a rule applies.

    `excess` says what is taxed once it is exceeded: all of the year's income, or the payment that exceeds it.
    """

    amount: Money
    boundary: Literal["below", "not_above"]
    excess: Literal["whole_year", "this_payment"]


class ShareHeld(Record):
    """The share of the paying company that a rule asks for, and for how many months before the payment."""

    percent: Percent
    months: Annotated[int, Field(ge=0, le=60)] = 0


class TaxStep(Record):
    """The rate on the part of the base above an amount."""

    above: Money
    national: RatePercent


class TaxRule(Gated):
    """One rule. It applies if payee, kinds and days fit and its conditions hold; the first of a table that does counts.

    `national` is the rate in per cent, `surtax` whether the country's surtaxes come on top of it. `local` says where
    local tax is: on top, in the rate, or nowhere. `base_percent` of the payment is taxed, and nothing where that is not
    above `free_up_to`; a national tax below `waived_below` is not collected. `unknown` says what was not found out: the
    payment is held then. `doubt` marks law that was not read at its source.
    """

    id: RuleId
    payees: Annotated[tuple[Country, ...], Field(min_length=1)]
    kinds: Annotated[tuple[PayeeKind, ...], Field(min_length=1)]
    income: Annotated[tuple[IncomeKind, ...], Field(min_length=1)]
    first_day: Day
    last_day: Day | None = None
    dated_by: Literal["paid", "earned"] = "paid"
    national: RatePercent
    surtax: bool = False
    local: Literal["on_top", "included", "none"] = "none"
    steps: tuple[TaxStep, ...] = ()
    base_percent: Percent = Decimal(100)
    free_up_to: Money | None = None
    waived_below: Money | None = None
    form: RuleId | None = None
    beneficial_owner: bool = False
    threshold: YearThreshold | None = None
    share_held: ShareHeld | None = None
    no_base: bool = False
    days_below: Annotated[int, Field(ge=1, le=366)] | None = None
    exchange_programme: bool = False
    basis: Words
    law: Words
    unknown: str = ""
    doubt: str = ""
    reason: str = ""

    @property
    def conditional(self) -> bool:
        """Whether anything beside payee, kinds and days decides."""
        asked = (self.form, self.threshold, self.share_held, self.days_below)
        said = self.beneficial_owner or self.no_base or self.exchange_programme
        return said or any(each is not None for each in asked)

    def is_in_force(self, paid_on: date, earned_on: date) -> bool:
        """Whether the rule is in force on the day that counts for it."""
        day = paid_on if self.dated_by == "paid" else earned_on
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError(f"the rule {self.id} ends before it begins")
        if [step.above.minor for step in self.steps] != sorted({step.above.minor for step in self.steps}):
            raise ValueError(f"the steps of the rule {self.id} do not rise")
        return self


class Surtax(Record):
    """Taxes on the national income tax, each in per cent of it, between two days."""

    first_day: Day
    last_day: Day
    parts: dict[RuleId, Percent]
    law: Words


class TaxRounding(Record):
    """Rounding down to a multiple of minor units: of each part, or once of the sum."""

    unit: Annotated[int, Field(ge=1)]
    law: Words


class BaseRateRule(Gated):
    """Which exchange rate makes the base of a payment in another currency: of the day of payment.

    With `due_day_counts`, that of the contract's due date may be taken too.
    """

    kind: Literal["ttb", "actual", "basic"]
    due_day_counts: bool = False
    words: Words
    law: Words


class Remittance(Record):
    """When tax of a month is due: on a day of the next month, or at its end where the money was paid abroad."""

    day: Annotated[int, Field(ge=1, le=28)]
    paid_abroad: Literal["same_day", "month_end"] = "same_day"
    law: Words


class YearlyPaper(Record):
    """A statement to the authority once a year, due in the next year; a day that the month lacks is its last."""

    id: RuleId
    name: Words
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    law: Words


class MonthlyPaper(Record):
    """A statement to the authority for each month, due at the end of the next month."""

    id: RuleId
    name: Words
    law: Words


class TaxCalendar(Record):
    """The days on which an authority is closed: a published calendar, and more days of each year."""

    calendar: CalendarCode
    closed_too: tuple[MonthDay, ...] = ()
    law: Words


class TaxAuthority(Record):
    """Who gets the tax: the national office, and the local one where there is local tax."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,10}$")]
    name: Words
    local: str = ""


class TaxTable(Record):
    """Everything that a payer in one country needs. `version` names the state of the table."""

    country: Country
    name: Words
    version: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(\.[0-9]+)?$")]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    authority: TaxAuthority
    calendar: TaxCalendar
    remittance: Remittance
    monthly: tuple[MonthlyPaper, ...] = ()
    yearly: tuple[YearlyPaper, ...] = ()
    reclaim_years: Annotated[int, Field(ge=1, le=10)]
    rounding: TaxRounding
    local_percent: Percent
    surtaxes: tuple[Surtax, ...] = ()
    base_rates: Annotated[tuple[BaseRateRule, ...], Field(min_length=1)]
    forms: dict[RuleId, TaxForm] = Field(default_factory=dict)
    payee_terms: dict[PayeeKind, Words]
    income_terms: dict[IncomeKind, Words]
    rules: tuple[TaxRule, ...]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        ids = [rule.id for rule in self.rules]
        if twice := {name for name in ids if ids.count(name) > 1}:
            raise ValueError(f"rules of one name: {', '.join(sorted(twice))}")
        if unknown := {rule.form for rule in self.rules if rule.form is not None} - set(self.forms):
            raise ValueError(f"rules name forms that the table lacks: {', '.join(sorted(unknown))}")
        return self

    def surtax_on(self, day: date) -> Surtax | None:
        """The surtaxes of a day, if there are any."""
        return next((one for one in self.surtaxes if one.first_day <= day <= one.last_day), None)

    def base_rate(self, readings: Readings) -> BaseRateRule:
        """The rule of the base's exchange rate under the readings chosen."""
        return next(one for one in self.base_rates if one.counts(readings))
