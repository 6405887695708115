"""The internal rate of return of dated flows: annual, effective, days over 365, in decimals (no library does it so)."""

from collections.abc import Mapping
from datetime import date
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import Final

PLACES: Final = 12
"""Decimal places of a rate: 0.08 is 8 % a year, and the rate is right to half a unit of the last place."""
LEAST, MOST = Decimal("1e-6"), Decimal("1e6")
"""What one unit may become within a year. Beyond (-99.9999 %, a million times) a rate says nothing any more."""
_DIGITS: Final = 50
_STEP = Decimal("1.2")
_NARROW = Decimal(10) ** -(PLACES + 2)


def irr(flows: Mapping[date, Fraction]) -> Decimal | None:
    """The rate at which flows (out below zero, in above) are worth nothing on the first day.

    Of several, it is the one nearest to zero. None where there is none: all flows have one sign, or the rate is beyond
    what `LEAST` and `MOST` allow.
    """
    days = sorted(day for day, amount in flows.items() if amount)
    signs = {flows[day] > 0 for day in days}
    if len(signs) < 2:  # noqa: PLR2004 - out and in
        return None
    with localcontext(Context(prec=_DIGITS)):
        dated = [
            ((day - days[0]).days, Decimal(flows[day].numerator) / Decimal(flows[day].denominator)) for day in days
        ]
        bracket = _bracket(dated)
        if bracket is None:
            return None
        low, high = bracket
        rises = _worth(dated, high) > 0
        while high - low > _NARROW:
            middle = (low + high) / 2
            worth = _worth(dated, middle)
            if not worth:
                low = high = middle
            elif (worth > 0) == rises:
                high = middle
            else:
                low = middle
        return round((low + high) / 2 - 1, PLACES) + 0  # no minus before a zero


def _worth(dated: list[tuple[int, Decimal]], growth: Decimal) -> Decimal:
    """What flows are worth on the first day where one unit becomes `growth` within a year."""
    daily = growth ** (Decimal(-1) / 365)
    return sum((amount * daily**days for days, amount in dated), Decimal(0))


def _bracket(dated: list[tuple[int, Decimal]]) -> tuple[Decimal, Decimal] | None:
    """Two growths between which the worth changes its sign, looked for from no growth at all outwards."""
    up = down = Decimal(1)
    above = below = start = _worth(dated, up)
    if not start:
        return up, down
    while up < MOST or down > LEAST:
        higher, lower = min(up * _STEP, MOST), max(down / _STEP, LEAST)
        higher_worth, lower_worth = _worth(dated, higher), _worth(dated, lower)
        if above * higher_worth <= 0:
            return up, higher
        if below * lower_worth <= 0:
            return lower, down
        up, above, down, below = higher, higher_worth, lower, lower_worth
    return None
