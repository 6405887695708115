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
_PUBLISHED_ON: Mapping[str, Sequence[CalendarCode]] = {"ecb": ("TARGET",)}
"""The publication calendars of known sources by `source_key`, used where a rule names none."""


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
    source: Annotated[str, StringConstraints(min_length=1, max_length=35, strip_whitespace=True)]


Book = Mapping[tuple[str, str], Decimal]
"""One day's rates of one source: (base, quote) to units of `quote` for one `base`."""


def source_key(source: str) -> str:
    """The name by which sources are compared: without blanks and case."""
    return "".join(source.split()).casefold()


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
    known = rule.published_on or _PUBLISHED_ON.get(source_key(rule.source or ""), ())
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


def contradiction(book: Book, rate: Rate) -> str | None:
    """What a rate contradicts among the others of its source and day, as a clause with both figures; None if nothing.

    The same pair must have the same figure. The shortest way from `base` to `quote` through other pairs, each as it is
    or inverted, must come to the rate within what the last digits of all figures leave open.
    """
    pair = f"{rate.source} {rate.base}/{rate.quote} of {rate.on}"
    known = Decimal(1) if rate.base == rate.quote else book.get((rate.base, rate.quote))
    if known is not None:
        return None if known == rate.rate else f"{pair} is known as {known}, not {rate.rate}"
    way = _way(book, rate.base, rate.quote)
    if not way:
        return None
    value, least, most = Fraction(1), Fraction(1), Fraction(1)
    for base, quote in way:
        exact, low, high = _between(book, base, quote)
        value, least, most = value * exact, least * low, most * high
    _, low, high = _between({(rate.base, rate.quote): rate.rate}, rate.base, rate.quote)
    if least <= high and low <= most:
        return None
    used = " and ".join(f"{b}/{q} {figure}" for (b, q), figure in book.items() if {(b, q), (q, b)} & set(way))
    return f"{pair} is {rate.rate}, but {_rounded(value)} by the known {used}"


def _way(book: Book, base: str, quote: str) -> list[tuple[str, str]]:
    """The shortest chain of pairs from one currency to another, each pair published or inverted; empty without one."""
    neighbours: dict[str, list[str]] = {}
    for one, other in book:
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    if base not in neighbours or quote not in neighbours:
        return []
    ways: dict[str, list[tuple[str, str]]] = {base: []}
    reached = [base]
    for code in reached:
        for other in neighbours[code]:
            if other not in ways:
                ways[other] = [*ways[code], (code, other)]
                reached.append(other)
    return ways.get(quote, [])


def _between(book: Book, base: str, quote: str) -> tuple[Fraction, Fraction, Fraction]:
    """A pair's rate, and the least and most that it can be before it was rounded or cut off to its digits."""
    published = (base, quote) in book
    rate = book[base, quote] if published else book[quote, base]
    exact, step = Fraction(rate), Fraction(Decimal(1).scaleb(int(rate.as_tuple().exponent)))
    low, high = max(exact - step, exact / 2), exact + step
    return (exact, low, high) if published else (1 / exact, 1 / high, 1 / low)


def cross(rates: Book, base: str, quote: str) -> Decimal:
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
