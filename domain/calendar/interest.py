"""Interest in exact fractions: simple interest over a span, and compound interest on an account.

The waterfall's loans and the late interest of instalments use it. `domain.calendar.dates` counts the days. Amounts are
minor units. The payer rounds, once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from domain.calendar.dates import DayCount, add_months, year_fraction

Compounding = Literal["never", "monthly", "quarterly", "half-yearly", "yearly"]
"""How often unpaid interest is compounded."""

_MONTHS: Mapping[Compounding, int] = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}


def rate_of(written: str) -> Fraction:
    """The rate of a text such as "8.5 % a year"."""
    return Fraction(written.split("%", maxsplit=1)[0].strip()) / 100


def simple(
    amount: Fraction, rate: Fraction, count: DayCount, start: date, end: date, ends_on: date | None = None
) -> Fraction:
    """Interest on an amount from `start` to before `end`. For `ends_on` see `domain.calendar.dates.year_fraction`."""
    return amount * rate * year_fraction(count, start, end, ends_on)


def compounding_days(since: date, compounds: Compounding, after: date, until: date) -> Iterator[date]:
    """The days after `after`, up to and including `until`, on which interest since `since` is compounded.

    Each is a whole number of periods after `since`, on the same day of the month or on its last day.
    """
    if compounds == "never":
        return
    n = 1
    while (day := add_months(since, n * _MONTHS[compounds])) <= until:
        if day > after:
            yield day
        n += 1


@dataclass(slots=True)
class Accrued:
    """The interest of one debt so far, and its payments.

    Payments first reduce the interest up to their day (`running`), then what bears interest. `seen` of the payments are
    counted; `repaid` of these went to the latter. `compounded` is interest that bears interest itself.
    """

    interest: Fraction = Fraction(0)
    running: Fraction = Fraction(0)
    compounded: Fraction = Fraction(0)
    seen: Fraction = Fraction(0)
    repaid: Fraction = Fraction(0)

    def bearing(self, principal: Fraction) -> Fraction:
        """What bears interest: the principal and the compounded interest, less what was repaid of both."""
        return max(principal + self.compounded - self.repaid, Fraction(0))

    def count_payments(self, paid: Fraction) -> None:
        """Count payments to date that are not counted yet."""
        fresh, self.seen = paid - self.seen, paid
        for_interest = min(fresh, self.running)
        self.running -= for_interest
        self.repaid += fresh - for_interest

    def grow(self, interest: Fraction) -> None:
        """Add accrued interest."""
        self.interest += interest
        self.running += interest

    def compound(self) -> None:
        """Let the running interest bear interest from now on."""
        self.compounded += self.running
        self.running = Fraction(0)
