"""The gross amount of an agreed net one, by search: tax is a step function and has no inverse by division."""

from collections.abc import Callable
from fractions import Fraction


def largest_gross(
    net: int, withheld: Callable[[int], int], exact: Callable[[int], Fraction], slack: int, added: Callable[[int], int]
) -> int | None:
    """The largest gross amount, in minor units, that leaves exactly `net`. None if none does.

    `withheld` is the tax on a gross amount; `exact` never less than it, never falling, and less than the amount, and
    `withheld` is below it by at most `slack` unless a small amount is free. `added` is paid on top of the gross amount
    and rounded down, such as value added tax; it never falls.
    """

    def bound(gross: int) -> Fraction:
        """The least that a gross amount can leave."""
        return gross - exact(gross) + added(gross)

    low, high = 0, max(net, 1)
    while bound(high) <= net:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if bound(middle) <= net else (low, middle)
    gross = low
    while gross >= 0 and bound(gross) >= net - slack:
        if gross - withheld(gross) + added(gross) == net:
            return gross
        gross -= 1
    return _free_gross(net, withheld, added)


def _free_gross(net: int, withheld: Callable[[int], int], added: Callable[[int], int]) -> int | None:
    """The largest gross amount that is free of tax and leaves `net`."""
    low, high = 0, net
    while high > low:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle + added(middle) <= net else (low, middle - 1)
    return low if low - withheld(low) + added(low) == net else None
