"""What a party is told of the reported receipts: those that enter a pool from which money can come to it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from domain.payments.payments import Payment, Status
from domain.sharing.distributions import Distributions, exchanged_to_date
from domain.sharing.statements.accounts import Accounts
from domain.sharing.statements.amounts import Amount
from domain.sharing.statements.particulars import CountedMetric, PastPayout, ReceiptsFrom, RestatedSource
from domain.sharing.waterfall.compile import compile_network
from domain.sharing.waterfall.entry import Entries
from domain.sharing.waterfall.network import Network, ReceiptKind, leaves
from domain.values.money import Money

_STOPPED = frozenset({Status.HELD, Status.REJECTED, Status.RETURNED, Status.UNKNOWN})


@dataclass(frozen=True, slots=True)
class ReceiptSum:
    """The receipts to date from one source, of one kind and at one rate: `minor` in their own currency.

    `converted` is in major units of the waterfall's currency. `metrics` are counts by name.
    """

    source: str
    kind: ReceiptKind
    rate: Decimal | None
    minor: int
    converted: Fraction
    count: int
    metrics: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Reported:
    """What sources had reported by the statement before (`earlier`) and by this one, and what they restated between."""

    earlier: tuple[ReceiptSum, ...] = ()
    now: tuple[ReceiptSum, ...] = ()
    restated: tuple[RestatedSource, ...] = ()


class _Line(NamedTuple):
    source: str
    territory: str
    media: str
    currency: str


@dataclass(slots=True)
class _Sum:
    minor: int = 0
    converted: Fraction = field(default_factory=Fraction)
    count: int = 0
    rates: set[Decimal | None] = field(default_factory=set)
    metrics: dict[str, int] = field(default_factory=dict)

    def add(self, one: ReceiptSum, sign: int) -> None:
        """Add, or take away, a sum."""
        self.minor += sign * one.minor
        self.converted += sign * one.converted
        self.count += sign * one.count
        self.rates.add(one.rate)
        for name, count in one.metrics:
            self.metrics[name] = self.metrics.get(name, 0) + sign * count


def receipts_from(reported: Reported, accounts: Accounts, pools: Collection[str]) -> tuple[ReceiptsFrom, ...]:
    """The period's receipts that enter pools from which money can come to `pools`, by source, territory and medium.

    Lines that come to nothing are left out.
    """
    waterfall = accounts.last.waterfall
    seen = upstream(compile_network(waterfall, accounts.last.parties), pools)
    entries = Entries(waterfall, {})
    sums: dict[_Line, _Sum] = {}
    changed = _changed(reported)
    for sign, one in changed:
        if entries.pool_of(one.kind) in seen:
            currency, _, territory, media, _ = one.kind.fields
            sums.setdefault(_Line(one.source, territory, media, currency), _Sum()).add(one, sign)
    return tuple(
        ReceiptsFrom(
            source=line.source,
            territory=line.territory,
            media=line.media,
            amount=Money(total.minor, line.currency),
            rate=total.rates.pop() if len(total.rates) == 1 else None,
            converted=Amount.of(total.converted),
            count=total.count,
            metrics=tuple(CountedMetric(name=name, count=count) for name, count in sorted(total.metrics.items())),
        )
        for line, total in sorted(sums.items())
        if total.minor or total.count or total.converted
    )


def _changed(reported: Reported) -> Iterator[tuple[int, ReceiptSum]]:
    """What was added (1) and taken away (-1) between the two sets of sums. Equal ones are neither."""
    earlier, now = set(reported.earlier), set(reported.now)
    yield from ((1, one) for one in reported.now if one not in earlier)
    yield from ((-1, one) for one in reported.earlier if one not in now)


def upstream(network: Network, pools: Collection[str]) -> set[str]:
    """The pools from which money can come to some pools, and these themselves."""
    found = set(pools)
    for basin in reversed(network.basins):
        nodes = [basin.residue, *(place.recipient for place in basin.places)]
        ends = {leaf.to for node in nodes for leaf in leaves(node) if leaf.is_pool}
        ends |= {place.held.then for place in basin.places if place.held is not None}
        if ends & found:
            found.add(basin.id)
    return found


def past_payouts(known: Distributions, payments: Iterable[Payment], party: str) -> tuple[PastPayout, ...]:
    """The payouts of a party so far, oldest first, each with where it stands."""
    owed: Mapping[str, Money] = {share.payment: share.owed for share in exchanged_to_date(known)}
    own = [one for one in payments if one.payee_party == party and one.status is not Status.CANCELLED]
    return tuple(
        PastPayout(
            amount=payment.amount,
            owed=owed.get(payment.id, payment.amount),
            due_on=payment.due_on,
            status=_standing(payment.status),
        )
        for payment in sorted(own, key=lambda one: (len(one.id), one.id))
    )


def _standing(status: Status) -> Literal["paid", "scheduled", "stopped"]:
    if status is Status.SETTLED:
        return "paid"
    return "stopped" if status in _STOPPED else "scheduled"
