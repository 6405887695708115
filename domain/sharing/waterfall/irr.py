"""The internal rate of return of dated flows: annual, effective, days over 365, in exact decimals."""

from collections.abc import Mapping
from datetime import date
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import Final

PLACES: Final = 12
"""Decimal places of a rate: 0.08 is 8 % a year. The rate is correct to half a unit of the last place."""
LEAST, MOST = Decimal("1e-6"), Decimal("1e6")
"""The bounds of one unit's growth in a year: a loss of 99.9999 %, or a million times."""
_DIGITS: Final = 50
_STEP = Decimal("1.2")
_NARROW = Decimal(10) ** -(PLACES + 2)


def irr(flows: Mapping[date, Fraction]) -> Decimal | None:
    """The rate at which the flows (out negative, in positive) have a present value of zero.

    Of several rates, the one nearest to zero. None if all flows have one sign, or the rate is outside `LEAST` and
    `MOST`.
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
        rises = _present_value(dated, high) > 0
        while high - low > _NARROW:
            middle = (low + high) / 2
            worth = _present_value(dated, middle)
            if not worth:
                low = high = middle
            elif (worth > 0) == rises:
                high = middle
            else:
                low = middle
        return round((low + high) / 2 - 1, PLACES) + 0  # no minus before a zero


def _present_value(dated: list[tuple[int, Decimal]], growth: Decimal) -> Decimal:
    """The present value of flows if one unit becomes `growth` within a year."""
    daily = growth ** (Decimal(-1) / 365)
    return sum((amount * daily**days for days, amount in dated), Decimal(0))


def _bracket(dated: list[tuple[int, Decimal]]) -> tuple[Decimal, Decimal] | None:
    """Two growth factors between which the present value changes its sign, searched outwards from 1."""
    up = down = Decimal(1)
    above = below = start = _present_value(dated, up)
    if not start:
        return up, down
    while up < MOST or down > LEAST:
        higher, lower = min(up * _STEP, MOST), max(down / _STEP, LEAST)
        higher_worth, lower_worth = _present_value(dated, higher), _present_value(dated, lower)
        if above * higher_worth <= 0:
            return up, higher
        if below * lower_worth <= 0:
            return lower, down
        up, above, down, below = higher, higher_worth, lower, lower_worth
    return None
