"""The order of one day's receipts: by a term of the agreement, and where it matters.

Costs, counts and openings of a day come before its receipts, and released reserves too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import partial
from itertools import islice, permutations

from domain.errors import CannotShare
from domain.sharing.waterfall.facts import ReceiptGroup
from domain.sharing.waterfall.linear import ZERO
from domain.sharing.waterfall.merging import Sort
from domain.sharing.waterfall.model import Waterfall
from domain.sharing.waterfall.network import ReceiptKind, Selector, selector
from domain.sharing.waterfall.outcome import OrderMattered, State
from domain.sharing.waterfall.result import written

_ALL_ORDERS_OF = 3
"""Up to this number of kinds every order is tried. Of more, each kind comes first once, in both directions."""

_FIGURES = ("to:", "took:", "leaf:", "in:", "left:", "deficit:", "held:", "event:")


class OrderUnknown(CannotShare):
    """The order of one day's receipts changes amounts, and the agreement does not say it."""


Ranks = tuple[Selector, ...]
"""Which receipts of a day come first, which second, and so on. Others come last; those of a rank are as written."""


def ranks(waterfall: Waterfall) -> Ranks | None:
    """The ranks of the waterfall's term; None if it has none."""
    term = waterfall.within_a_day
    if term is None:
        return None
    return () if isinstance(term, str) else tuple(selector(match, waterfall.words) for match in term)


def sorting(receipts: Iterable[ReceiptGroup], within_a_day: Ranks | None) -> Sort:
    """Sorts receipts by day and, within a day, by rank, then by the first receipt of each kind as written.

    Without ranks, by kind.
    """
    if within_a_day is None:
        return partial(sorted, key=lambda each: (each.on, each.kind.fields))
    first: dict[tuple[date, ReceiptKind], int] = {}
    for n, one in enumerate(receipts):
        first.setdefault((one.on, one.kind), n)

    def place(one: ReceiptGroup) -> tuple[date, int, int]:
        """The place of a receipt. What was moved from an earlier day comes first among its rank."""
        rank = next((n for n, each in enumerate(within_a_day) if one.kind.fits(each)), len(within_a_day))
        return one.on, rank, first.get((one.on, one.kind), -1)

    return partial(sorted, key=place)


def other_orders(rows: Sequence[ReceiptGroup]) -> Iterator[list[ReceiptGroup]]:
    """Other orders of one day's rows, by kind."""
    kinds = tuple(dict.fromkeys(row.kind for row in rows))
    if len(kinds) <= _ALL_ORDERS_OF:
        orders = islice(permutations(kinds), 1, None)
    else:
        both = (kinds, kinds[::-1])
        orders = islice((one[n:] + one[:n] for one in both for n in range(len(kinds))), 1, None)
    for order in orders:
        yield sorted(rows, key=lambda row: order.index(row.kind))


def compared(rows: Sequence[ReceiptGroup], found: State, others: Sequence[State]) -> OrderMattered | None:
    """How much a day's order matters: by party, the most that another order gives it more or less."""
    amounts: dict[str, Fraction] = {}
    for other in others:
        for name in other.keys() | found.keys():
            change = abs(other.get(name, ZERO) - found.get(name, ZERO))
            if change and name.startswith(_FIGURES):
                amounts[name] = max(change, amounts.get(name, ZERO))
    if not amounts:
        return None
    parties = {name.removeprefix("to:"): one for name, one in amounts.items() if name.startswith("to:")}
    return OrderMattered(rows[0].on, tuple(dict.fromkeys(row.kind for row in rows)), dict(sorted(parties.items())))


def unordered(one: OrderMattered, currency: str, where: Mapping[ReceiptKind, str]) -> OrderUnknown:
    """The error for an order that matters and is nowhere written."""
    names = [f"{kind}{f' ({where[kind]})' if kind in where else ''}" for kind in one.kinds]
    return OrderUnknown(
        f"waterfall.within_a_day: on {one.on} it matters which of {'; '.join(names)} comes first: another order "
        f"changes {changes(one, currency)}. Say the order in the agreement: `within_a_day: statement and row`, or a "
        "list such as `[{territory: KR}, {territory: JP}]`."
    )


def changes(one: OrderMattered, currency: str) -> str:
    """What another order changes, in words."""
    amounts = {party: written(amount, currency)["decimal"] for party, amount in one.amounts.items()}
    by = [f"{party} by up to {currency} {amount}" for party, amount in amounts.items()]
    return ", ".join(by) or "what positions take later"
