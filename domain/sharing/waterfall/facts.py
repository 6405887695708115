"""What has happened: receipts, grouped as a run needs them, and everything else in date order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import reduce
from itertools import groupby

from domain.sharing.waterfall.network import BranchKind


class FactKind(StrEnum):
    """What a fact is. Costs, advances and metrics add up; `opening` is a balance taken over; `payment` was paid."""

    COST = "cost"
    ADVANCE = "advance"
    METRIC = "metric"
    OPENING = "opening"
    PAYMENT = "payment"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class WaterfallFact:
    """Anything but a receipt. `amount` is in minor units, or a count for a metric; `where` names file and line."""

    kind: FactKind
    on: date
    name: str
    amount: Fraction
    where: str = ""


Counts = tuple[tuple[str, Fraction], ...]
"""How much of which metric, by name."""


def added(one: Counts, other: Counts) -> Counts:
    """Both together."""
    if not one or not other:
        return one or other
    sums = dict(one)
    for name, count in other:
        sums[name] = sums.get(name, Fraction(0)) + count
    return tuple(sorted(sums.items()))


def part_of(counts: Counts, amount: Fraction | int, whole: Fraction | int) -> Counts:
    """What of counts belongs to an amount of the whole."""
    return tuple((name, count * amount / whole) for name, count in counts)


@dataclass(frozen=True, slots=True)
class ReceiptGroup:
    """One or many receipts of a kind on one day, in minor units of the waterfall's currency.

    `counts` has the metrics that are counted as the amount comes in, such as the admissions that it was paid for.
    """

    on: date
    kind: BranchKind
    amount: Fraction | int
    id: str = ""
    counts: Counts = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a run is given. `where` says for each kind of receipt where it stands first, for messages."""

    receipts: tuple[ReceiptGroup, ...] = ()
    others: tuple[WaterfallFact, ...] = ()
    where: Mapping[BranchKind, str] = field(default_factory=dict)

    def until(self, day: date) -> "Facts":
        """The facts up to and with a day."""
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
    """In date order and, within a day, by kind: so nothing depends on the order in which a day's rows were written.

    What a day takes back (returns, reversals) is taken from the receipts of its kind on that day, then from what comes
    next of its kind; what nothing follows stays negative. Where nothing is left of a day's money, a receipt of nothing
    has what is left of its counts.
    """
    waiting: dict[BranchKind, ReceiptGroup] = {}
    found: list[ReceiptGroup] = []
    rows = sorted(receipts, key=lambda each: (each.on, each.kind.fields))
    for (_, kind), group in groupby(rows, key=lambda each: (each.on, each.kind)):
        day = list(group)
        if kind in waiting:
            day.append(waiting.pop(kind))
        if any(each.amount < 0 for each in day):
            day = _netted(day)
        if day and day[0].amount < 0:
            waiting[kind] = day[0]
        else:
            found += [each for each in day if each.amount or each.counts]
    last = max((each.on for each in found), default=date.min)
    return found + [replace(rest, on=max(last, rest.on)) for rest in waiting.values()]


def _netted(day: Sequence[ReceiptGroup]) -> list[ReceiptGroup]:
    """The receipts of a day and kind less what was taken back, the first ones first; one if nothing or less is left."""
    total = sum(each.amount for each in day)
    counts = reduce(added, (each.counts for each in day))
    if total <= 0:
        return [replace(day[0], amount=total, counts=counts)]
    back = -sum(each.amount for each in day if each.amount < 0)
    left = []
    for each in day:
        cut = min(back, max(each.amount, 0))
        back -= cut
        rest = max(each.amount, 0) - cut
        if rest:
            left.append(replace(each, amount=rest, counts=part_of(counts, rest, total)))
    return left
