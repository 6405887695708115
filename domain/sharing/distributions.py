"""Distributions: a period's waterfall result is computed, answered by the parties, posted, and paid out.

Everything is cumulative. A posting owes the entitlement to date less what was posted before. So the next distribution
corrects a late or wrong fact, and nothing that was posted is ever changed.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from domain.commands import ApproveDistribution, ObjectToDistribution, ResolveObjection, require
from domain.errors import BadInput, IllegalTransition, NotFound, Refused
from domain.events import (
    DistributionApproved,
    DistributionComputed,
    DistributionObjected,
    EntitlementsPosted,
    Event,
    ObjectionResolved,
    PartyAmount,
    Payout,
    PayoutsOrdered,
    ReserveAmount,
)
from domain.identity import Person
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class Objection:
    """Positions that a party disputes, why, and by which documents (id → SHA-256)."""

    by: str
    positions: tuple[str, ...]
    reason: str
    documents: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExchangedShare:
    """A payout that was ordered for a party, `owed` in the waterfall's currency, `paid` in that of its account."""

    payment: str
    party: str
    owed: Money
    paid: Money


@dataclass(frozen=True, slots=True)
class Distribution:
    """One period's distribution: `status` is computed, posted or ordered.

    `shares` maps (party, position) to exact minor units to date.

    `posted` is the change that this period's posting made, `ordered` what was paid out because of it, and `kept` what
    became a party's own without a payment; all are by party. `reserves` is what positions hold to date, `reserved` the
    change of it that this period's posting made; both are by position.
    """

    period: str
    until: date
    revision: int
    status: str
    result: str
    engine: str
    version: int
    answer_by: date
    pay_on: date
    shares: Mapping[tuple[str, str], Fraction]
    to_date: Mapping[str, Money]
    approvals: Mapping[str, str] = field(default_factory=dict)
    objections: Mapping[str, Objection] = field(default_factory=dict)
    posted: Mapping[str, Money] = field(default_factory=dict)
    ordered: Mapping[str, Money] = field(default_factory=dict)
    payouts: int = 0
    reserves: Mapping[str, Money] = field(default_factory=dict)
    reserved: Mapping[str, Money] = field(default_factory=dict)
    kept: Mapping[str, Money] = field(default_factory=dict)
    exchanged: tuple[ExchangedShare, ...] = ()
    """What of `ordered` is paid in another currency."""

    @property
    def parties(self) -> frozenset[str]:
        """The parties that it concerns."""
        return frozenset(self.to_date) | {party for party, _ in self.shares}

    @property
    def silent(self) -> frozenset[str]:
        """The parties that have not answered."""
        return self.parties - self.approvals.keys() - self.objections.keys()

    @property
    def is_posted(self) -> bool:
        """Whether its entitlements are owed."""
        return self.status != "computed"


Distributions = MutableMapping[str, Distribution]
"""By period name. Sort by `until`."""


def the_distribution(distributions: Distributions, period: str) -> Distribution:
    """Look up the distribution of a period.

    Raises:
        NotFound: it has not been computed.
    """
    try:
        return distributions[period]
    except KeyError:
        known = ", ".join(sorted(distributions)) or "none yet"
        raise NotFound(f"There is no distribution {period}: there is {known}.", period=period) from None


def compute(distributions: Distributions, computed: DistributionComputed) -> list[Event]:
    """Record a run of the waterfall for a period. No events if the result is the same as before.

    Raises:
        IllegalTransition: the period, or a later one, has been posted; the next period makes it good.
        Refused: the period is known by another name, such as 2027 for 2027-Q4.
    """
    same = [one.period for one in distributions.values() if one.until == computed.until]
    if same and computed.period not in same:
        raise Refused(f"The period up to {computed.until} is distributed as {same[0]}: use that name.")
    last = max((one.until for one in distributions.values() if one.is_posted), default=None)
    if last is not None and computed.until <= last:
        raise IllegalTransition(f"The distribution up to {last} is posted: the next period corrects what arrived late.")
    known = distributions.get(computed.period)
    if known is not None and (known.result, known.version, known.engine) == (
        computed.result,
        computed.version,
        computed.engine,
    ):
        return []
    return [computed.model_copy(update={"revision": known.revision + 1 if known else 1})]


def approve(distributions: Distributions, period: str, revision: int, person: Person) -> list[Event]:
    """Accept a revision for one's party."""
    distribution = _open(distributions, period, revision)
    require(person, ApproveDistribution, tuple(sorted(distribution.parties)), f"approve distribution {period}")
    if person.party in distribution.approvals:
        return []
    return [DistributionApproved(period=period, revision=revision, party=person.party, by=person.user)]


def object_to(distributions: Distributions, command: ObjectToDistribution, person: Person) -> list[Event]:
    """Dispute some positions of one's party; all of them if none is named."""
    period, revision, positions = command.period, command.revision, command.positions
    distribution = _open(distributions, period, revision)
    require(person, ObjectToDistribution, tuple(sorted(distribution.parties)), f"object to distribution {period}")
    own = sorted(position for party, position in distribution.shares if party == person.party)
    unknown = [position for position in positions if position not in own]
    if unknown:
        raise BadInput(f"{person.party} has no position {unknown[0]!r} in {period}: it has {', '.join(own)}.")
    return [
        DistributionObjected(
            period=period,
            revision=revision,
            party=person.party,
            by=person.user,
            positions=positions or tuple(own),
            reason=command.reason,
            documents=command.documents,
        )
    ]


def resolve(distributions: Distributions, period: str, party: str, reason: str, person: Person) -> list[Event]:
    """End a party's objection. Only that party's own people can."""
    distribution = the_distribution(distributions, period)
    require(person, ResolveObjection, (party,), f"resolve the objection of {party} to {period}")
    if party not in distribution.objections:
        raise IllegalTransition(f"{party} has no open objection to {period}.", period=period)
    return [ObjectionResolved(period=period, party=party, by=person.user, reason=reason)]


def answered(distribution: Distribution, today: date) -> bool:
    """Whether everybody has answered, or the time to answer is over."""
    return not distribution.silent or today > distribution.answer_by


def post(distributions: Distributions, period: str, today: date) -> list[Event]:
    """Post the changes of entitlements. No events before everybody has answered or the time to answer is over.

    Raises:
        Refused: an earlier period must be posted first.
    """
    distribution = the_distribution(distributions, period)
    if distribution.is_posted or not answered(distribution, today):
        return []
    before_it = sorted((one for one in distributions.values() if one.until < distribution.until), key=by_end)
    waiting = [one.period for one in before_it if not one.is_posted]
    if waiting:
        raise Refused(f"Distribution {waiting[0]} comes first: it is not posted yet.", period=period)
    return [_posting(distributions, distribution)]


def if_posted(distributions: Distributions, period: str) -> Distributions:
    """The distributions as they would be if a computed period were posted now, whoever has answered."""
    distribution, after = the_distribution(distributions, period), dict(distributions)
    if not distribution.is_posted:
        apply(after, _posting(distributions, distribution))
    return after


def _posting(distributions: Distributions, distribution: Distribution) -> EntitlementsPosted:
    changes = _changes(posted_to_date(distributions), distribution.to_date)
    reserves = _changes(reserved_to_date(distributions), distribution.reserves)
    return EntitlementsPosted(
        period=distribution.period,
        changes=tuple(PartyAmount(party=party, amount=amount) for party, amount in changes.items()),
        reserves=tuple(ReserveAmount(position=name, amount=amount) for name, amount in reserves.items()),
    )


def _changes(before: Mapping[str, Money], now: Mapping[str, Money]) -> dict[str, Money]:
    """The changes by name between two sets of amounts. Unchanged amounts are left out."""
    changes = {}
    for name in sorted(before.keys() | now.keys()):
        known = before.get(name)
        change = now[name] if name in now else Money.zero(before[name].currency)
        change = change - known if known else change
        if change.minor:
            changes[name] = change
    return changes


def posted_to_date(distributions: Distributions) -> dict[str, Money]:
    """Each party's entitlement by all postings together."""
    return _summed(one.posted for one in distributions.values())


def reserved_to_date(distributions: Distributions) -> dict[str, Money]:
    """Each position's reserve by all postings together."""
    return _summed(one.reserved for one in distributions.values())


def ordered_to_date(distributions: Distributions) -> dict[str, Money]:
    """The payouts ordered for each party by all distributions together."""
    return _summed(one.ordered for one in distributions.values())


def kept_to_date(distributions: Distributions) -> dict[str, Money]:
    """What became each party's own without a payment."""
    return _summed(one.kept for one in distributions.values())


def ended_to_date(distributions: Distributions) -> dict[str, Money]:
    """What was ordered or kept to date, by party: the entitlements that need no further order."""
    return _summed([ordered_to_date(distributions), kept_to_date(distributions)])


def _summed(parts: Iterable[Mapping[str, Money]]) -> dict[str, Money]:
    sums: dict[str, Money] = {}
    for part in parts:
        for party, amount in part.items():
            sums[party] = sums[party] + amount if party in sums else amount
    return sums


def exchanged_to_date(distributions: Distributions) -> list[ExchangedShare]:
    """What was ordered in other currencies than the waterfall's by all distributions together."""
    return [share for one in distributions.values() for share in one.exchanged]


def _exchanged(payouts: Iterable[Payout]) -> Iterable[ExchangedShare]:
    return (ExchangedShare(one.payment, one.party, one.amount, one.exchange.amount) for one in payouts if one.exchange)


def posted_before(distributions: Distributions, distribution: Distribution) -> Distribution | None:
    """The last posted distribution of an earlier period, None if there is none."""
    earlier = [one for one in distributions.values() if one.is_posted and one.until < distribution.until]
    return max(earlier, key=by_end, default=None)


def by_end(distribution: Distribution) -> date:
    """The last day of its period, by which distributions are in order."""
    return distribution.until


def _open(distributions: Distributions, period: str, revision: int) -> Distribution:
    distribution = the_distribution(distributions, period)
    if distribution.status != "computed":
        raise IllegalTransition(f"Distribution {period} is {distribution.status}: the time for answers is over.")
    if distribution.revision != revision:
        raise Refused(f"Distribution {period} was computed anew (revision {distribution.revision}): look at it again.")
    return distribution


def apply(distributions: Distributions, event: Event) -> None:
    """Update the distribution that an event is about."""
    match event:
        case DistributionComputed():
            distributions[event.period] = Distribution(
                period=event.period,
                until=event.until,
                revision=event.revision,
                status="computed",
                result=event.result,
                engine=event.engine,
                version=event.version,
                answer_by=event.answer_by,
                pay_on=event.pay_on,
                shares={(share.party, share.position): Fraction(share.entitlement) for share in event.shares},
                to_date={one.party: one.amount for one in event.to_date},
                reserves={one.position: one.amount for one in event.reserves},
            )
        case DistributionApproved():
            known = distributions[event.period]
            approvals = {**known.approvals, event.party: event.by}
            objections = {party: one for party, one in known.objections.items() if party != event.party}
            distributions[event.period] = replace(known, approvals=approvals, objections=objections)
        case DistributionObjected():
            known = distributions[event.period]
            objection = Objection(event.by, event.positions, event.reason, event.documents)
            approvals = {party: by for party, by in known.approvals.items() if party != event.party}
            objections = {**known.objections, event.party: objection}
            distributions[event.period] = replace(known, approvals=approvals, objections=objections)
        case ObjectionResolved():
            known = distributions[event.period]
            left = {party: one for party, one in known.objections.items() if party != event.party}
            distributions[event.period] = replace(known, objections=left)
        case EntitlementsPosted():
            distributions[event.period] = replace(
                distributions[event.period],
                status="posted",
                posted={one.party: one.amount for one in event.changes},
                reserved={one.position: one.amount for one in event.reserves},
            )
        case PayoutsOrdered():
            known = distributions[event.period]
            more = {one.party: one.amount for one in event.payouts}
            distributions[event.period] = replace(
                known,
                status="ordered",
                ordered=_summed([known.ordered, more]),
                kept=_summed([known.kept, {one.party: one.amount for one in event.kept}]),
                payouts=known.payouts + len(event.payouts),
                exchanged=(*known.exchanged, *_exchanged(event.payouts)),
            )
        case _:
            return
