"""Interest in exact fractions: simple over a span, and compound by what an account of interest adds to its principal.

It serves the waterfall's loans and the late interest of instalments. `domain.calendar.dates` counts the days. Money is
in minor units throughout; who has to pay rounds, once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from domain.calendar.dates import DayCount, add_months, year_fraction

Compounding = Literal["never", "monthly", "quarterly", "half-yearly", "yearly"]
"""How often unpaid interest begins to bear interest itself."""

_MONTHS: Mapping[Compounding, int] = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}


def rate_of(written: str) -> Fraction:
    """The rate that is written as in "8.5 % a year"."""
    return Fraction(written.split("%", maxsplit=1)[0].strip()) / 100


def simple(
    amount: Fraction, rate: Fraction, count: DayCount, start: date, end: date, ends_on: date | None = None
) -> Fraction:
    """Interest on an amount from `start` to before `end`; `ends_on` as `domain.calendar.dates.year_fraction` has it."""
    return amount * rate * year_fraction(count, start, end, ends_on)


def compounding_days(since: date, compounds: Compounding, after: date, until: date) -> Iterator[date]:
    """The days after `after`, up to and with `until`, on which interest that runs from `since` is compounded.

    Each is a whole number of periods after `since`, on its day of the month or on the last where that is too short.
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
    """The interest of one debt so far, and what of it was paid.

    Payments count for the interest that ran up to their day (`running`), then for what bears interest: `seen` of them
    are counted, `repaid` of these for the latter. `compounded` is the interest that bears interest itself.
    """

    interest: Fraction = Fraction(0)
    running: Fraction = Fraction(0)
    compounded: Fraction = Fraction(0)
    seen: Fraction = Fraction(0)
    repaid: Fraction = Fraction(0)

    def bearing(self, principal: Fraction) -> Fraction:
        """What bears interest of a principal and of interest that was compounded, less what was repaid of both."""
        return max(principal + self.compounded - self.repaid, Fraction(0))

    def count_payments(self, paid: Fraction) -> None:
        """Count what has been paid to date beyond what is counted already."""
        fresh, self.seen = paid - self.seen, paid
        for_interest = min(fresh, self.running)
        self.running -= for_interest
        self.repaid += fresh - for_interest

    def grow(self, interest: Fraction) -> None:
        """Add interest that has run."""
        self.interest += interest
        self.running += interest

    def compound(self) -> None:
        """Let the interest that is running bear interest from now on."""
        self.compounded += self.running
        self.running = Fraction(0)
