"""The facts of a run: grouped receipts, and everything else in date order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import reduce
from itertools import groupby

from domain.sharing.waterfall.network import ReceiptKind


class FactKind(StrEnum):
    """What a fact is. Costs, advances and metrics add up. `opening` is a balance taken over, `payment` was paid."""

    COST = "cost"
    ADVANCE = "advance"
    METRIC = "metric"
    OPENING = "opening"
    PAYMENT = "payment"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class WaterfallFact:
    """Any fact but a receipt. `amount` is in minor units, or a count. `where` names file and line."""

    kind: FactKind
    on: date
    name: str
    amount: Fraction
    where: str = ""


Counts = tuple[tuple[str, Fraction], ...]
"""Counts by metric name."""


def added(one: Counts, other: Counts) -> Counts:
    """The sum of two counts."""
    if not one or not other:
        return one or other
    sums = dict(one)
    for name, count in other:
        sums[name] = sums.get(name, Fraction(0)) + count
    return tuple(sorted(sums.items()))


def part_of(counts: Counts, amount: Fraction | int, whole: Fraction | int) -> Counts:
    """The counts of a part of an amount, in proportion."""
    return tuple((name, count * amount / whole) for name, count in counts)


@dataclass(frozen=True, slots=True)
class ReceiptGroup:
    """One or many receipts of a kind on one day, in minor units of the waterfall's currency.

    `counts` has the metrics that are counted with the amount, such as the admissions that it was paid for.
    """

    on: date
    kind: ReceiptKind
    amount: Fraction | int
    id: str = ""
    counts: Counts = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All input of a run. `where` names the place of the first receipt of each kind, for messages."""

    receipts: tuple[ReceiptGroup, ...] = ()
    others: tuple[WaterfallFact, ...] = ()
    where: Mapping[ReceiptKind, str] = field(default_factory=dict)

    def until(self, day: date) -> "Facts":
        """The facts up to and including a day."""
        return Facts(
            tuple(each for each in self.receipts if each.on <= day),
            tuple(each for each in self.others if each.on <= day),
            self.where,
        )

    def after(self, day: date) -> "Facts":
        """The facts after a day."""
        return Facts(
            tuple(each for each in self.receipts if each.on > day),
            tuple(each for each in self.others if each.on > day),
            self.where,
        )

    def joined(self, other: "Facts") -> "Facts":
        """These facts and others."""
        return Facts(self.receipts + other.receipts, self.others + other.others, {**other.where, **self.where})

    def named(self, kind: FactKind) -> Iterable[WaterfallFact]:
        """The facts of one kind, in order."""
        return (fact for fact in self.others if fact.kind is kind)


def ordered(receipts: Iterable[ReceiptGroup]) -> list[ReceiptGroup]:
    """Sort by date and, within a day, by kind, so the order of a day's rows does not matter.

    Returns and reversals reduce the receipts of their kind on that day, then later receipts of their kind; an uncovered
    rest stays negative. If nothing is left of a day's money, a receipt of zero carries the rest of its counts.
    """
    uncovered: dict[ReceiptKind, ReceiptGroup] = {}
    found: list[ReceiptGroup] = []
    rows = sorted(receipts, key=lambda each: (each.on, each.kind.fields))
    for (_, kind), group in groupby(rows, key=lambda each: (each.on, each.kind)):
        day = list(group)
        if kind in uncovered:
            day.append(uncovered.pop(kind))
        if any(each.amount < 0 for each in day):
            day = _netted(day)
        if day and day[0].amount < 0:
            uncovered[kind] = day[0]
        else:
            found += [each for each in day if each.amount or each.counts]
    last = max((each.on for each in found), default=date.min)
    return found + [replace(rest, on=max(last, rest.on)) for rest in uncovered.values()]


def _netted(day: Sequence[ReceiptGroup]) -> list[ReceiptGroup]:
    """The receipts of a day and kind less returns, the first ones first; one receipt if nothing or less is left."""
    total = sum(each.amount for each in day)
    counts = reduce(added, (each.counts for each in day))
    if total <= 0:
        return [replace(day[0], amount=total, counts=counts)]
    returned = -sum(each.amount for each in day if each.amount < 0)
    left = []
    for each in day:
        cut = min(returned, max(each.amount, 0))
        returned -= cut
        rest = max(each.amount, 0) - cut
        if rest:
            left.append(replace(each, amount=rest, counts=part_of(counts, rest, total)))
    return left
