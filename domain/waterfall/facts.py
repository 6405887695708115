"""What has happened: receipts, grouped as a run needs them, and everything else in date order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from domain.waterfall.network import Kind


class FactKind(StrEnum):
    """What a fact is. Costs, advances and metrics add up; `opening` is a balance taken over; `payment` was paid."""

    COST = "cost"
    ADVANCE = "advance"
    METRIC = "metric"
    OPENING = "opening"
    PAYMENT = "payment"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Fact:
    """Anything but a receipt. `amount` is in minor units, or a count for a metric; `where` names file and line."""

    kind: FactKind
    on: date
    name: str
    amount: Fraction
    where: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One or many receipts of a kind on one day, in minor units of the waterfall's currency."""

    on: date
    kind: Kind
    amount: Fraction | int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a run is given. `where` says for each kind of receipt where it stands first, for messages."""

    receipts: tuple[Receipt, ...] = ()
    others: tuple[Fact, ...] = ()
    where: Mapping[Kind, str] = field(default_factory=dict)

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

    def named(self, kind: FactKind) -> Iterable[Fact]:
        """The facts of one kind, in order."""
        return (fact for fact in self.others if fact.kind is kind)


def ordered(receipts: Iterable[Receipt]) -> list[Receipt]:
    """In date order and, within a day, by kind: so nothing depends on the order in which a day's rows were written.

    A negative sum of a day (returns) is taken from what comes next of its kind; what nothing follows stays negative.
    """
    waiting: dict[Kind, Fraction | int] = {}
    found = []
    for receipt in sorted(receipts, key=lambda each: (each.on, each.kind.fields)):
        amount = receipt.amount + waiting.pop(receipt.kind, 0)
        if amount < 0:
            waiting[receipt.kind] = amount
        elif amount:
            found.append(Receipt(receipt.on, receipt.kind, amount, receipt.id))
    last = max((each.on for each in found), default=date.min)
    return found + [Receipt(last, kind, amount) for kind, amount in waiting.items()]
