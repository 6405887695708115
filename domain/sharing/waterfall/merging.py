"""Receipts in the order in which they are shared, those with the same route on one day as one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from domain.sharing.waterfall.facts import Counts, ReceiptGroup, added, part_of
from domain.sharing.waterfall.network import ReceiptKind

Sort = Callable[[Sequence[ReceiptGroup]], list[ReceiptGroup]]


def merged(
    rows: Sequence[ReceiptGroup], route: Callable[[ReceiptKind], object], sort: Sort, *, singly: bool
) -> list[ReceiptGroup]:
    """Rows in processing order. Unless `singly`, the rows of a day with the same `route` are merged into one.

    Their counts are those of the sum, in proportion to the amounts.
    """
    alike: dict[object, ReceiptKind] = {}
    first = {kind: alike.setdefault(route(kind), kind) for kind in dict.fromkeys(row.kind for row in rows)}
    sums: dict[tuple[date, ReceiptKind], Fraction | int] = {}
    counts: dict[tuple[date, ReceiptKind], Counts] = {}
    for row in rows:
        key = row.on, first[row.kind]
        sums[key] = sums.get(key, 0) + row.amount
        if row.counts:
            counts[key] = added(counts.get(key, ()), row.counts)
    if not singly:
        return sort([ReceiptGroup(*key, amount, counts=counts.get(key, ())) for key, amount in sums.items()])
    keys = [(row.on, first[row.kind]) for row in rows]
    own = [replace(row, kind=kind) for row, (_, kind) in zip(rows, keys, strict=True)]
    parts = [part_of(counts.get(key, ()), row.amount, sums[key]) for row, key in zip(rows, keys, strict=True)]
    places = {id(one): n for n, one in enumerate(own)}
    return [replace(rows[places[id(one)]], counts=parts[places[id(one)]]) for one in sort(own)]
