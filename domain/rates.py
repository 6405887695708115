"""Exchange rates: which day's rate a payment uses, and rates derived from published ones."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from domain.agreement.model import Account, Agreement, CurrencyCode, FxRule, ReceiptFx
from domain.bank.messages import carries_rate
from domain.calendar.calendars import Calendars, Convention
from domain.calendar.dates import month_end_after
from domain.calendar.overrides import CalendarCode, CalendarOverride
from domain.errors import BadInput, NotFound
from domain.values.money import Exact, Money, convert
from domain.values.record import Day, Record

_DIGITS = 10
"""Digits of a derived rate. Bank files take at most 11 digits, 10 of them decimals."""
_PUBLISHED_ON: Mapping[str, Sequence[CalendarCode]] = {"ECB": ("TARGET",)}
"""The publication calendars of known sources, used where a rule names none."""


def _payable(rate: Decimal) -> Decimal:
    if not carries_rate(rate):
        raise ValueError("a bank file cannot carry a rate of so many digits")
    return rate


class Rate(Record):
    """A published rate: units of `quote` for one unit of `base`, as `source` fixed it on a day."""

    on: Day
    base: CurrencyCode
    quote: CurrencyCode
    rate: Annotated[Exact, Field(gt=0), AfterValidator(_payable)]
    source: Annotated[str, StringConstraints(min_length=1, max_length=35)]


def contract_value(agreement: Agreement, amount: Money, held: str) -> Money:
    """Convert an amount to the currency `held` at the contract's rate.

    Raises:
        BadInput: the agreement has no contract rate between the two.
    """
    if amount.currency == held:
        return amount
    try:
        return convert(amount, agreement.fx_rule(amount.currency, held).contract, held)
    except KeyError:
        words = f"The agreement does not say what {amount.currency} is in {held}: add a rule under `fx`."
        raise BadInput(words) from None


def publication_days(
    agreement: Agreement,
    rule: FxRule | ReceiptFx,
    accounts: Iterable[Account],
    overrides: Iterable[CalendarOverride] = (),
) -> Calendars:
    """The days on which a rule's source publishes: the rule's calendars, or those known for the source.

    Without either they are the business days of `accounts`. `overrides` (from settings) win over the agreement's.
    """
    known = rule.published_on or _PUBLISHED_ON.get(rule.source or "", ())
    codes = known or [code for account in accounts for code in account.calendars]
    return Calendars.of(codes, (*agreement.calendar_overrides, *overrides))


def fixing_date(rule: FxRule, payment_on: date, calendars: Calendars) -> date:
    """The day whose reference rate a payment uses; `calendars` are those on which the source publishes.

    A source's own holiday falls back to the last day it published. The rate of `payment_date` is known only when the
    source has published that day, which for the ECB is the afternoon.

    Raises:
        BadInput: the rule pays at the contract rate, which has no fixing.
    """
    match rule.fixing if rule.pay_at == "reference" else None:
        case "payment_date":
            return calendars.adjust(payment_on, Convention.PRECEDING)
        case "previous_business_day":
            return calendars.previous_business_day(payment_on)
        case "previous_month_end":
            return calendars.adjust(month_end_after(payment_on, -1), Convention.PRECEDING)
    raise BadInput(f"{rule.base}/{rule.quote} is paid at the contract rate: there is no fixing to look up.")


def cross(rates: Mapping[tuple[str, str], Decimal], base: str, quote: str) -> Decimal:
    """Units of `quote` for one `base` from one day's rates of one source, keyed by (base, quote).

    A published rate is returned as it is. Otherwise it is inverted, or crossed through one third currency (the first
    by code): computed exactly, then rounded once, half to even, to at most 10 significant digits and 10 decimals.

    Raises:
        NotFound: the rates do not connect the two currencies in one or two steps.
    """
    if (base, quote) in rates:
        return rates[base, quote]
    exact = {pair: Fraction(rate) for pair, rate in rates.items()}
    exact |= {(q, b): 1 / rate for (b, q), rate in exact.items() if (q, b) not in exact}
    if (base, quote) in exact:
        return _rounded(exact[base, quote])
    for middle in sorted({code for pair in exact for code in pair}):
        if (base, middle) in exact and (middle, quote) in exact:
            return _rounded(exact[base, middle] * exact[middle, quote])
    raise NotFound(f"No rate of {base} in {quote}, direct or through another currency: import rates that have both.")


def mean(rates: Sequence[Decimal]) -> Decimal:
    """The arithmetic mean of at least one rate: computed exactly, then rounded once like a crossed rate."""
    return _rounded(sum(map(Fraction, rates), Fraction(0)) / len(rates))


def _rounded(exact: Fraction) -> Decimal:
    digits = Context(prec=_DIGITS, rounding=ROUND_HALF_EVEN)
    rate = digits.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    below_one_digits = Decimal(1).scaleb(-_DIGITS)
    if int(rate.as_tuple().exponent) < -_DIGITS:  # rounds the exact value, so that it is rounded only once
        rate = Decimal(round(exact / Fraction(below_one_digits))) * below_one_digits
    return rate
