"""Interest on a debt: its rate, its periods, and how it accrues, compounds and is rounded.

The waterfall's loans and the late interest of instalments use it. `domain.calendar.dates` counts the days. Amounts are
minor units, in exact fractions. Two things are rounded, each by a stated rule:

* the interest of a period, where the contract rounds it;
* the interest of a day, to the tenth decimal of a minor unit, where it compounds daily or at the effective rate. The
  effective rate's power, which is no fraction, is computed to 40 decimals before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from domain.calendar.dates import DAY, DayCount, PeriodDayCount, add_months, year_fraction
from domain.values.rounding import Rounding

Periods = Literal["monthly", "quarterly", "half-yearly", "yearly"]
"""The length of interest periods."""

Compounding = Literal["never", "daily", Periods, "effective"]
"""How often unpaid interest is compounded; `effective` is at every moment, the rate being that of a whole year."""

MONTHS_OF: Mapping[str, int] = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}
"""The months of interest periods."""

BY_DAY = frozenset(("daily", "effective"))
"""The ways of compounding by which each day's interest bears interest."""

OF_A_DAY = Rounding(Fraction(1, 10**10))
"""How the interest of a day is rounded that compounds by the day, unless the contract says otherwise."""

_A_YEAR: Mapping[str, int] = {"year": 1, "half-year": 2, "quarter": 4, "month": 12}
_BASES: Mapping[PeriodDayCount, int] = {"actual/365": 365, "actual/360": 360}
_PRECISE = Context(prec=80)
_DECIMALS = 40


def rate_of(written: str, days: PeriodDayCount = "actual/365") -> Fraction:
    """The yearly rate of a text such as "8.5 % a year", "2 % a quarter" or, by a day count over fixed days, "% a day".

    A rate of a shorter period is the year's divided by the number of such periods in it.
    """
    number, _, per = written.partition("%")
    span = per.removeprefix(" a ")
    return Fraction(number.strip()) / 100 * (_BASES[days] if span == "day" else _A_YEAR[span])


def simple(
    amount: Fraction, rate: Fraction, count: DayCount, start: date, end: date, ends_on: date | None = None
) -> Fraction:
    """Interest on an amount from `start` to before `end`. For `ends_on` see `domain.calendar.dates.year_fraction`."""
    return amount * rate * year_fraction(count, start, end, ends_on)


def simple_on_balance(
    owed: Fraction,
    settled: Sequence[tuple[date, Fraction]],
    rates: Sequence[tuple[date, Fraction]],
    count: DayCount,
    until: date,
) -> Fraction:
    """Simple interest before `until` on what was outstanding each day.

    `settled` are amounts that are settled from a day on; negative ones are owed again. `rates` are yearly rates, each
    from a day on. Where several hold, the highest does; before the first day none runs.
    """
    first = min(day for day, _ in rates)
    days = {day for day, _ in (*settled, *rates) if first < day < until}
    interest = Fraction(0)
    for start, end in pairwise(sorted({first, *days, until} if first < until else ())):
        outstanding = owed - sum((amount for day, amount in settled if day <= start), Fraction(0))
        rate = max(rate for day, rate in rates if day <= start)
        interest += simple(max(outstanding, Fraction(0)), rate, count, start, end)
    return interest


@lru_cache(maxsize=1024)
def effective_growth(rate: Fraction, years: Fraction) -> Fraction:
    """(1 + rate) to the power of a part of a year, to 40 decimals; exact for whole years.

    `decimal` computes logarithm and power to 80 digits, alike on every machine.
    """
    if years.denominator == 1:
        return (1 + rate) ** years.numerator
    base = _PRECISE.divide(Decimal((1 + rate).numerator), Decimal((1 + rate).denominator))
    power = _PRECISE.divide(Decimal(years.numerator), Decimal(years.denominator))
    grown = _PRECISE.exp(_PRECISE.multiply(_PRECISE.ln(base), power))
    return Rounding(Fraction(1, 10**_DECIMALS)).of(Fraction(grown))


def compounding_days(since: date, compounds: Compounding, after: date, until: date) -> Iterator[date]:
    """The days after `after`, up to and including `until`, on which interest since `since` is compounded.

    Each is a whole number of periods after `since`, on the same day of the month or on its last day. By the day, it is
    every day after `since`.
    """
    if compounds in BY_DAY:
        day = max(since, after) + DAY
        while day <= until:
            yield day
            day += DAY
    elif compounds != "never":
        yield from period_ends(since, MONTHS_OF[compounds], after, until)


def period_ends(since: date, months: int, after: date, until: date) -> Iterator[date]:
    """The ends of interest periods since `since` that are after `after`, up to and including `until`."""
    n = max((after.year - since.year) * 12 + after.month - since.month - 1, 0) // months + 1
    while (day := add_months(since, n * months)) <= until:
        if day > after:
            yield day
        n += 1


def period_of(since: date, months: int, day: date) -> tuple[date, date]:
    """The first day of the interest period since `since` that a day is in, and the first day after it."""
    n = max((day.year - since.year) * 12 + day.month - since.month - 1, 0) // months
    while add_months(since, (n + 1) * months) <= day:
        n += 1
    return add_months(since, n * months), add_months(since, (n + 1) * months)


@dataclass(slots=True)
class Accrued:
    """The interest of one debt so far, and its payments.

    Payments first reduce the interest up to their day (`running`), then what bears interest. `seen` of the payments are
    counted; `repaid` of these went to the latter. `compounded` is interest that bears interest itself. `of_period` is
    the interest of the current period before it is rounded, and `rounded` what of it is in `interest`.
    """

    interest: Fraction = Fraction(0)
    running: Fraction = Fraction(0)
    compounded: Fraction = Fraction(0)
    seen: Fraction = Fraction(0)
    repaid: Fraction = Fraction(0)
    of_period: Fraction = Fraction(0)
    rounded: Fraction = Fraction(0)

    def bearing(self, principal: Fraction) -> Fraction:
        """What bears interest: the principal and the compounded interest, less what was repaid of both."""
        return max(principal + self.compounded - self.repaid, Fraction(0))

    def count_payments(self, paid: Fraction) -> None:
        """Count payments to date that are not counted yet."""
        fresh, self.seen = paid - self.seen, paid
        for_interest = min(fresh, self.running)
        self.running -= for_interest
        self.repaid += fresh - for_interest

    def grow(self, interest: Fraction, rounding: Rounding | None = None) -> None:
        """Add accrued interest. Of a rounded period, what is owed of it so far is rounded."""
        if rounding is not None:
            self.of_period += interest
            interest = rounding.of(self.of_period) - self.rounded
            self.rounded += interest
        self.interest += interest
        self.running += interest

    def begin_period(self) -> None:
        """Begin an interest period: what was rounded stays so."""
        self.of_period = self.rounded = Fraction(0)

    def compound(self) -> None:
        """Let the running interest bear interest from now on."""
        self.compounded += self.running
        self.running = Fraction(0)
