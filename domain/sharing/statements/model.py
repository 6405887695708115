"""The statement as records. Amounts of the waterfall are exact; owed and paid amounts are `Money`."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from domain.schemas import SCHEMAS, Schemas
from domain.sharing.statements.amounts import Amount, Currency
from domain.sharing.statements.particulars import (
    Addressee,
    OrderOfDay,
    PaidIn,
    PastPayout,
    PayeeAccount,
    ReceiptsFrom,
    RestatedSource,
)
from domain.values.currency import exponent
from domain.values.money import Exact, Money
from domain.values.record import (
    Day,
    Key,
    Record,
    Sha256,
)

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$")]
"""The agreement's id of a pool, position or claim."""

Title = str
"""A title in the agreement's own language; empty where the agreement gives none."""


class Figures(Record):
    """A line's amounts before the period, in it, and by its end."""

    opening: Amount
    period: Amount
    to_date: Amount

    @classmethod
    def of(cls, opening: Fraction | int, to_date: Fraction | int) -> "Figures":
        """Make figures from both ends of the period, in major units."""
        return cls(opening=Amount.of(opening), period=Amount.of(to_date - opening), to_date=Amount.of(to_date))

    @classmethod
    def of_minor(cls, opening: Fraction | int, to_date: Fraction | int, currency: str) -> "Figures":
        """Make figures from both ends of the period, in minor units."""
        unit = 10 ** exponent(currency)
        return cls.of(Fraction(opening) / unit, Fraction(to_date) / unit)


class LineKind(StrEnum):
    """What a line is, for a label in every language."""

    OFF_THE_TOP = "off_the_top"
    DISTRIBUTION_FEE = "distribution_fee"
    FEE = "fee"
    EXPENSES = "expenses"
    RECOUPMENT = "recoupment"
    MINIMUM_GUARANTEE = "minimum_guarantee"
    OVERAGE = "overage"
    SUCCESS_FEE = "success_fee"
    SHARE = "share"
    RESERVE = "reserve"
    ASSIGNMENT = "assignment"
    CHARGE = "charge"
    OPENING_BALANCE = "opening_balance"
    PASSED_ON = "passed_on"


class StatementLine(Record):
    """What the party got from one position, or outside the pools (assignment, charge, opening balance)."""

    position: Name
    title: Title = ""
    kind: LineKind
    figures: Figures


class Others(Record):
    """What all others together took from a pool by positions of one kind. No party is named."""

    kind: LineKind
    figures: Figures


class StatementPool(Record):
    """A pool that the party takes from: its inflow, the party's lines, and the others' sums."""

    id: Name
    title: Title = ""
    inflow: Figures
    own: tuple[StatementLine, ...] = Field(min_length=1)
    others: tuple[Others, ...] = ()


class Recoupment(Record):
    """How far a claim of the party is recouped. `percent` has two decimals; None while nothing is claimed."""

    id: Name
    title: Title = ""
    total: Amount
    recouped: Amount
    outstanding: Amount
    percent: Exact | None

    @classmethod
    def of(cls, claim_id: str, title: str, total: Fraction, recouped: Fraction) -> "Recoupment":
        """Make it from the claimed and the recouped amount, in major units."""
        return cls(
            id=claim_id,
            title=title,
            total=Amount.of(total),
            recouped=Amount.of(recouped),
            outstanding=Amount.of(total - recouped),
            percent=percent_of(recouped, total),
        )


def percent_of(part: Fraction, whole: Fraction) -> Decimal | None:
    """A percentage rounded half to even to two decimals; None if the whole is zero."""
    return Decimal(round(part / whole * 10_000)).scaleb(-2) if whole else None


class ReserveRelease(Record):
    """A part of a reserve and the day from which it is released."""

    on: Day
    amount: Money


class Reserve(Record):
    """What is set aside of the party's entitlement: `held` at the end is opening + withheld - released.

    `releases` are the parts of what is held, first come first. Earlier versions have only the day of the first.
    """

    id: Name
    title: Title = ""
    opening: Money
    withheld: Money
    released: Money
    held: Money
    release_on: Day | None = None
    releases: tuple[ReserveRelease, ...] = ()


class Hold(Record):
    """What is not paid because of an open objection to some positions."""

    since: Day
    positions: tuple[Name, ...]
    reason: Annotated[str, StringConstraints(max_length=2000)]
    amount: Money


class Withholding(Record):
    """Tax that is withheld from the payment: `percent` of `base`, for a country."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    title: Title = ""
    base: Money
    percent: Exact
    amount: Money


class FxRuleUsed(StrEnum):
    """Which day's rate converts a receipt in another currency."""

    RECEIPT_DATE = "receipt_date"
    PERIOD_AVERAGE = "period_average"
    PERIOD_END = "period_end"
    BANK = "bank"
    CONTRACT = "contract"


class FxUsed(Record):
    """A rate that converted receipts of the period: units of `quote` for one `base`, of a day or an average."""

    base: Currency
    quote: Currency
    rule: FxRuleUsed
    source: Annotated[str, StringConstraints(max_length=100)]
    on: Day | None
    rate: Exact


class StatementSettlement(Record):
    """From the entitlement to the payment.

    exact + rounding = entitlement; entitlement - paid_before - reserved - held = payable; payable - carried_forward -
    withheld = due. `carried_forward` is below the `minimum` or negative. `paid` is the part of `due` that was paid when
    the statement was made.
    """

    exact: Amount
    rounding: Amount
    entitlement: Money
    paid_before: Money
    reserved: Money
    held: Money
    payable: Money
    minimum: Money | None = None
    carried_forward: Money
    withheld: Money
    due: Money
    pay_on: Day | None = None
    paid: Money

    @classmethod
    def of(
        cls,
        exact: Fraction,
        entitlement: Money,
        *,
        paid_before: Money,
        reserved: Money,
        held: Money,
        minimum: Money | None,
        withheld: Money,
        paid: Money,
        pay_on: Day | None,
    ) -> "StatementSettlement":
        """Make it from the exact entitlement in major units, the rounded one, and the deductions.

        Raises:
            BadInput: two currencies.
        """
        payable = entitlement - paid_before - reserved - held
        nothing = Money.zero(payable.currency)
        carried_forward = payable if payable < (minimum or nothing) else nothing
        return cls(
            exact=Amount.of(exact),
            rounding=Amount.of(Fraction(entitlement.decimal) - exact),
            entitlement=entitlement,
            paid_before=paid_before,
            reserved=reserved,
            held=held,
            payable=payable,
            minimum=minimum,
            carried_forward=carried_forward,
            withheld=withheld,
            due=payable - carried_forward - withheld,
            pay_on=pay_on,
            paid=paid,
        )


class CarryReason(StrEnum):
    """Why an amount waits for a later period."""

    BELOW_MINIMUM = "below_minimum"
    LEFT_OF_MULTIPLE = "left_of_multiple"
    LESS_THAN_A_UNIT = "less_than_a_unit"
    """It comes to nothing in the currency of the party's account."""
    OVERPAID = "overpaid"


class Carried(Record):
    """What was open from earlier periods, and what goes on to the next: opening + earned - held - due = closing.

    `earned` was posted since. Payouts are multiples of `multiple`. `reason` is None if nothing goes on.
    """

    opening: Money
    earned: Money
    held: Money
    due: Money
    closing: Money
    multiple: Money | None = None
    reason: CarryReason | None = None


def _in_utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


class Signature(Record):
    """What the figures rest on: the journal up to one event, engine, agreement version, and both times."""

    stream: Annotated[str, StringConstraints(max_length=100)]
    seq: int = Field(ge=1)
    head: Sha256
    engine: Annotated[str, StringConstraints(max_length=40)]
    agreement_version: int = Field(ge=1)
    as_of: Day
    known_at: Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Period(Record):
    """The days that a statement covers, both included. `id` is such as `2027-Q1`."""

    id: Key
    first: Day
    last: Day


class Statement(Record):
    """What one party is told about one period of one production, in the waterfall's currency.

    Statements of the first version have no `issuer`, nor what follows it; those of the second have nothing `carried`,
    nor `orders`. A draft has no date of issue. `titles` are those of pools, positions and claims by language, by their
    ids.
    """

    production: Key
    production_title: Title
    party: Key
    party_name: Annotated[str, StringConstraints(max_length=140)]
    period: Period
    currency: Currency
    pools: tuple[StatementPool, ...] = ()
    adjustments: tuple[StatementLine, ...] = ()
    recoupments: tuple[Recoupment, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    holds: tuple[Hold, ...] = ()
    withholdings: tuple[Withholding, ...] = ()
    fx: tuple[FxUsed, ...] = ()
    settlement: StatementSettlement
    signature: Signature
    issuer: Addressee | None = None
    addressee: Addressee | None = None
    account: PayeeAccount | None = None
    issued_on: Day | None = None
    time_zone: str = "UTC"
    payouts: tuple[PastPayout, ...] = ()
    receipts: tuple[ReceiptsFrom, ...] = ()
    restated: tuple[RestatedSource, ...] = ()
    paid_in: PaidIn | None = None
    titles: dict[str, dict[str, str]] = Field(default_factory=dict)
    carried: Carried | None = None
    orders: tuple[OrderOfDay, ...] = ()

    @property
    def reference(self) -> str:
        """The statement's reference, such as `DRAMA1/2027-Q1/HAN`."""
        return f"{self.production}/{self.period.id}/{self.party}"


def read_statement(stored: bytes, schemas: Schemas = SCHEMAS) -> Statement:
    """The statement of a stored document, in whichever schema version it was written.

    Raises:
        ValueError: the document is no statement, or of a version that this release does not know.
    """
    return Statement.model_validate_json(schemas.todays(Statement.__name__, stored))
