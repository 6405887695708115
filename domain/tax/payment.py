"""What is known of a payment when its tax is decided: the payee's status, the amount, the days, and rates."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from domain.errors import BadInput
from domain.tax.kinds import IncomeKind, PayeeKind
from domain.tax.rules import Country, Percent, RuleId
from domain.values.currency import exponent
from domain.values.money import Exact, Money
from domain.values.record import Day, Record


class FormOnFile(Record):
    """The form for the payment that is on file: when the payer received it, and when the tax office did.

    A form counts as complete: with what has to be attached, but for what it `lacks`.
    """

    received_on: Day | None = None
    filed_on: Day | None = None
    lacks: tuple[RuleId, ...] = ()


class ResidenceCertificate(Record):
    """The days for which a tax office has certified the payee's residence."""

    first_day: Day
    last_day: Day

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError("a certificate of residence ends before it begins")
        return self


class PayeeStatus(Record):
    """Who is paid, as far as tax depends on it. None is what nobody has said.

    `share_held` is the part of the payer that the payee holds, in per cent, since `held_since`. `days_in_country` are
    the days of the year in the payer's country; `base_in_country` is an establishment or fixed base there.
    """

    country: Country
    kind: PayeeKind
    form: FormOnFile | None = None
    certificate: ResidenceCertificate | None = None
    beneficial_owner: bool | None = None
    share_held: Percent | None = None
    held_since: Day | None = None
    days_in_country: Annotated[int, Field(ge=0, le=366)] | None = None
    base_in_country: bool = False


class TaxRate(Record):
    """A rate of exchange with its origin: units of `quote` for one `base`."""

    base: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    quote: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    rate: Annotated[Exact, Field(gt=Decimal(0))]
    kind: Literal["ttb", "actual", "basic"] | None = None
    on: Day | None = None
    source: Annotated[str, StringConstraints(max_length=100)] = ""

    def __str__(self) -> str:
        about = ", ".join(str(each) for each in (self.kind and self.kind.upper(), self.source, self.on) if each)
        return f"{self.base}/{self.quote} {self.rate}" + (f" ({about})" if about else "")


class TaxedPayment(Record):
    """One line of a payment to one payee.

    `amount` is gross, without value added tax that the invoice shows apart. With `net`, it is what the payee must have
    after tax. `due_on` is the contract's due date, which may choose the exchange rate. `year_to_date` is what the payer
    has paid to the payee in the year before, for income of this kind, over all productions; `withheld_to_date` the tax
    on it. `exchange_programme`: an artist performs under a programme of cultural exchange of the two governments.
    """

    payee: PayeeStatus
    income: IncomeKind
    amount: Money
    net: bool = False
    paid_on: Day
    due_on: Day | None = None
    earned_on: Day | None = None
    paid_abroad: bool = False
    exchange_programme: bool = False
    rates: tuple[TaxRate, ...] = ()
    year_to_date: Money | None = None
    withheld_to_date: Money | None = None

    @model_validator(mode="after")
    def _is_positive(self) -> Self:
        for amount in (self.amount, self.year_to_date, self.withheld_to_date):
            if amount is not None and amount.minor < 0:
                raise BadInput(f"{amount} is negative: a returned payment is corrected by reversing its tax.")
        return self

    def rate_between(self, held: str, wanted: str) -> TaxRate | None:
        """The rate that connects two currencies, in either direction."""
        return next((rate for rate in self.rates if {rate.base, rate.quote} == {held, wanted}), None)

    def worth(self, amount: Money, currency: str) -> Fraction | None:
        """An amount in minor units of a currency, exact. None if no rate connects the two."""
        if amount.currency == currency:
            return Fraction(amount.minor)
        rate = self.rate_between(amount.currency, currency)
        if rate is None:
            return None
        factor = Fraction(rate.rate) if rate.base == amount.currency else 1 / Fraction(rate.rate)
        scale = Fraction(10 ** exponent(currency), 10 ** exponent(amount.currency))
        return amount.minor * factor * scale
