"""A complete run: versions, views, opening balances, and the result."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial

from domain.calendar.dates import DAY, month_end, month_end_after
from domain.errors import BadInput, Broken, CannotShare
from domain.sharing.waterfall.compile import compile_network
from domain.sharing.waterfall.counted import check_counts
from domain.sharing.waterfall.declared import dated_claims, owed_back, taken_back
from domain.sharing.waterfall.engine import Engine
from domain.sharing.waterfall.entry import Entries
from domain.sharing.waterfall.facts import FactKind, Facts
from domain.sharing.waterfall.linear import ZERO, now, value
from domain.sharing.waterfall.model import Settlement, View, Waterfall
from domain.sharing.waterfall.network import Network, leaves, variables
from domain.sharing.waterfall.openings import check_openings
from domain.sharing.waterfall.order import ranks, unordered
from domain.sharing.waterfall.outcome import RunOutcome, Slice
from domain.sharing.waterfall.result import (
    ClaimStatus,
    Conservation,
    Result,
    entitlements,
    held_of,
    of_kind,
    payables,
    short_of,
)
from domain.sharing.waterfall.rules import Rules
from domain.sharing.waterfall.views import as_seen


@dataclass(frozen=True, slots=True)
class WaterfallVersion:
    """A version of the waterfall with its parties and effective date."""

    waterfall: Waterfall
    parties: tuple[str, ...]
    effective_on: date


def run(
    versions: Sequence[WaterfallVersion],
    facts: Facts,
    as_of: date,
    view: str | None = None,
    trace: Callable[[Slice], None] | None = None,
    rules: Rules = Rules.FOURTH,
) -> Result:
    """Run facts through the versions of an agreement. The last version is in force.

    A retroactive version replaces those before it. A prospective one continues from their state. `view` runs the whole
    work as that participant's contract defines it.

    Raises:
        BadInput: there is no such view.
        CannotShare: facts do not fit the waterfall; an opening balance, or a term that these facts need, is missing;
            terms contradict each other.
        Broken: receipts are not fully accounted for.
    """
    chain = in_force(versions, rules)
    chosen = [each if view is None else replace(each, waterfall=_seen_by(each.waterfall, view)) for each in chain]
    last = chosen[-1]
    _check_names(chain, facts)
    facts = _checked(chosen, facts, as_of, rules)
    outcome, network = _outcome(chosen, facts, as_of, rules, trace)
    exact = entitlements(network, outcome.state)
    before = dict(exact)
    differences: dict[str, Fraction] = {}
    for own in last.waterfall.views:
        seen = [replace(each, waterfall=_seen_by(each.waterfall, own.of)) for each in chain]
        own_view = _entitled(own.of, seen, facts, as_of, rules)
        differences[own.of] = own_view - entitlements(network, outcome.state)[own.of]
        exact[own.of] += differences[own.of]
        exact[own.borne_by] -= differences[own.of]
    charges = _charged(network, outcome, exact)
    return _result(last, network, outcome, facts, as_of, exact, differences, charges, before)


def entitled_by_day(
    versions: Sequence[WaterfallVersion], facts: Facts, days: Sequence[date], rules: Rules = Rules.FOURTH
) -> dict[date, dict[str, Fraction]]:
    """Every party's entitlement on each of some days, from the facts known on the last one, in one pass over them.

    Raises:
        BadInput, CannotShare, Broken: as `run`.
    """
    final = run(versions, facts, max(days), rules=rules)
    chain = in_force(versions, rules)
    facts = _checked(chain, facts, max(days), rules)
    found: dict[date, dict[str, Fraction]] = {day: dict.fromkeys(chain[-1].parties, ZERO) for day in days}
    plain: dict[date, dict[str, Fraction]] = {}

    def count(day: date, network: Network, outcome: RunOutcome) -> None:
        """Record everybody's entitlement at the end of a day, charges between parties included."""
        plain[day] = entitlements(network, outcome.state)
        found[day] |= plain[day]
        _charged(network, outcome, found[day])

    _outcome(chain, facts, max(days), rules, None, dict.fromkeys(days, count))
    for own in chain[-1].waterfall.views:

        def differ(day: date, network: Network, outcome: RunOutcome, own: View = own) -> None:
            """Add the difference that a view makes to its owner, and charge it to the bearer."""
            difference = entitlements(network, outcome.state)[own.of] - plain[day][own.of]
            found[day][own.of] += difference
            found[day][own.borne_by] -= difference

        seen = [replace(each, waterfall=_seen_by(each.waterfall, own.of)) for each in chain]
        _outcome(seen, facts, max(days), rules, None, dict.fromkeys(days, differ))
    if found[max(days)] != final.parties:
        raise Broken("A run watched by the day ends with other entitlements than a run does.")
    return found


def in_force(versions: Sequence[WaterfallVersion], rules: Rules = Rules.FOURTH) -> list[WaterfallVersion]:
    """The versions that a run goes through, oldest first. The last one is in force."""
    chain: list[WaterfallVersion] = []
    for version in versions:
        chain = [*chain, version] if version.waterfall.applies == "prospectively" else [version]
    if rules < Rules.FIFTH:
        return chain
    earlier = [(each.waterfall, each.effective_on) for each in versions]
    return [replace(each, waterfall=dated_claims(each.waterfall, earlier)) for each in chain]


def _checked(chain: Sequence[WaterfallVersion], facts: Facts, as_of: date, rules: Rules) -> Facts:
    """The facts as a run takes them, checked against what its result depends on."""
    if rules < Rules.FIFTH:
        for each in chain:
            _check_openings(each, facts)
        return facts
    other = next((each for each in chain if each.waterfall.currency != chain[-1].waterfall.currency), None)
    if other is not None:
        raise CannotShare(
            f"The waterfall shares in {chain[-1].waterfall.currency}, and goes on from what was shared in "
            f"{other.waterfall.currency}: leave its currency, or begin a new production."
        )
    facts = taken_back(facts.until(as_of), [each.waterfall for each in chain])
    check_counts([each.waterfall for each in chain], facts)
    for each in chain:
        check_openings(each.waterfall, each.parties, facts)
    return facts


def _seen_by(waterfall: Waterfall, party: str) -> Waterfall:
    for view in waterfall.views:
        if view.of == party:
            return as_seen(waterfall, view)
    known = ", ".join(view.of for view in waterfall.views) or "nobody"
    raise BadInput(f"{party!r} has no view of its own in this agreement: {known} has.")


def _entitled(party: str, chain: Sequence[WaterfallVersion], facts: Facts, as_of: date, rules: Rules) -> Fraction:
    outcome, network = _outcome(chain, facts, as_of, rules, None)
    return entitlements(network, outcome.state)[party]


def _outcome(
    chain: Sequence[WaterfallVersion],
    facts: Facts,
    as_of: date,
    rules: Rules,
    trace: Callable[[Slice], None] | None,
    watched: Mapping[date, Callable[[date, Network, RunOutcome], None]] | None = None,
) -> tuple[RunOutcome, Network]:
    outcome: RunOutcome | None = None
    network = compile_network(chain[0].waterfall, chain[0].parties)
    for n, version in enumerate(chain):
        network = compile_network(version.waterfall, version.parties)
        later = [each.effective_on for each in chain[n + 1 :]]
        until = min([as_of, *(day - DAY for day in later)])
        rest = facts if n == 0 else facts.after(version.effective_on - DAY)
        if n and version.effective_on > as_of:
            break
        entries = Entries(version.waterfall, facts.where)
        known = len(outcome.orders) if outcome else 0
        term = ranks(version.waterfall)
        shown = {
            day: partial(show, day, network)
            for day, show in (watched or {}).items()
            if not n or day >= version.effective_on
        }
        outcome = Engine(network, entries, outcome, trace, rules, term).run(rest, version.effective_on, until, shown)
        if term is None:
            for mattered in outcome.orders[known:]:
                raise unordered(mattered, version.waterfall.currency, facts.where)
    if outcome is None:
        raise BadInput("There is no version of a waterfall to run.")
    return outcome, network


def _check_names(chain: Sequence[WaterfallVersion], facts: Facts) -> None:
    """Check that every fact's name exists in the agreement."""
    known: dict[FactKind, set[str]] = {kind: set() for kind in FactKind}
    for version in chain:
        section = version.waterfall
        claims = {claim.id for claim in section.claims}
        known[FactKind.COST] |= {name for claim in section.claims for name in claim.costs or ()}
        known[FactKind.ADVANCE] |= {name for claim in section.claims for name in claim.advance or ()}
        known[FactKind.METRIC] |= set(section.metrics)
        known[FactKind.PAYMENT] |= set(version.parties)
        known[FactKind.DATE] |= {section.settlement.after} if section.settlement else set()
        known[FactKind.OPENING] |= {pool.id for pool in section.pools} | claims | set(version.parties)
        known[FactKind.OPENING] |= {one.id for one in section.positions} | {one.id for one in section.assignments}
    for receipt in facts.receipts:
        for metric, _ in receipt.counts:
            if metric not in known[FactKind.METRIC]:
                place = f"{facts.where[receipt.kind]}: counts: " if receipt.kind in facts.where else ""
                names = ", ".join(sorted(known[FactKind.METRIC])) or "none"
                raise CannotShare(f"{place}the waterfall knows no metric {metric!r}: it knows {names}.")
    for fact in facts.others:
        name = fact.name.partition(".")[0] if fact.kind is FactKind.OPENING else fact.name
        if name not in known[fact.kind]:
            place = f"{fact.where}: name: " if fact.where else ""
            names = ", ".join(sorted(known[fact.kind])) or "none"
            raise CannotShare(f"{place}the waterfall knows no {fact.kind} {fact.name!r}: it knows {names}.")


def _check_openings(version: WaterfallVersion, facts: Facts) -> None:
    """Check that a waterfall taken over mid-life has an opening balance of every pool and position.

    It also needs one of every party whose income a condition or a limit uses.
    """
    section = version.waterfall
    if section.takes_over_on is None:
        return
    given = {fact.name.partition(".")[0] for fact in facts.named(FactKind.OPENING)}
    required = [pool.id for pool in section.pools] + [one.id for one in section.positions]
    used = variables(compile_network(section, version.parties))
    required += [party for party in version.parties if f"to:{party}" in used]
    missing = [name for name in required if name not in given]
    if missing:
        raise BadInput(
            f"The waterfall took over on {version.waterfall.takes_over_on} and has no opening balance of "
            f"{', '.join(missing)}: give each as a fact of kind opening, 0 where there is none."
        )


def _charged(network: Network, outcome: RunOutcome, exact: dict[str, Fraction]) -> dict[str, Fraction]:
    charges = {}
    for name, (of, to, curve, guard) in network.charges.items():
        amount = max(value(curve, outcome.state), ZERO) if now(guard, outcome.state) else ZERO
        charges[name] = amount
        exact[of] -= amount
        exact[to] += amount
    return charges


def _result(
    last: WaterfallVersion,
    network: Network,
    outcome: RunOutcome,
    facts: Facts,
    as_of: date,
    exact: dict[str, Fraction],
    views: dict[str, Fraction],
    charges: dict[str, Fraction],
    before_charges: dict[str, Fraction],
) -> Result:
    state, pools = outcome.state, [basin.id for basin in network.basins]
    places = [place for basin in network.basins for place in basin.places]
    ends = [leaf for place in places for leaf in leaves(place.recipient)]
    ends += [leaf for basin in network.basins for leaf in leaves(basin.residue)]
    held = held_of(outcome)
    allocated = sum(exact.values(), ZERO) - outcome.opened
    balance = Conservation(
        last.waterfall.currency, outcome.received, allocated, sum(held.values(), ZERO), outcome.refunds
    )
    if balance.difference:
        raise Broken(f"Receipts are {outcome.received} and {allocated} is allocated: the waterfall lost the rest.")
    facts = facts.until(as_of)
    planned = outcome.reserves.planned(as_of, state)
    return Result(
        currency=last.waterfall.currency,
        as_of=as_of,
        parties=exact,
        positions=of_kind(state, "took", (place.id for place in places)),
        recipients={leaf.key.removeprefix("leaf:"): state.get(leaf.key, ZERO) for leaf in ends},
        inflow=of_kind(state, "in", pools),
        residue=of_kind(state, "left", pools),
        deficits={name: state[f"deficit:{name}"] for name in pools if f"deficit:{name}" in state},
        held=held,
        claims={
            name: ClaimStatus(outcome.claims.total(name), due.paid.at(state), outcome.claims.outstanding(name, state))
            for name, due in network.dues.items()
        },
        events={name: now(guard, state) for name, guard in network.events.items()},
        charges=charges,
        views=views,
        crossings=tuple(outcome.crossings),
        payable=payables(last.waterfall, exact, facts),
        conservation=balance,
        calendar=settlement_days(last.waterfall.settlement, facts, as_of),
        cliffs={place.id: state[f"charged:{place.id}"] for place in places if f"charged:{place.id}" in state},
        releases={name: min(days) for name, days in planned.items()},
        before_charges=before_charges,
        opened=outcome.opened,
        owed_back=owed_back(network, outcome.claims, state),
        short=short_of(state),
        waiting=outcome.returns,
        orders=tuple(outcome.orders),
        counted=tuple(outcome.counted),
        planned=planned,
    )


def settlement_days(settlement: Settlement | None, facts: Facts, as_of: date) -> tuple[tuple[date, date], ...]:
    """The settlement and payment dates: the first, those up to `as_of`, and the one after."""
    if settlement is None:
        return ()
    starts = [fact.on for fact in facts.named(FactKind.DATE) if fact.name == settlement.after]
    if not starts:
        return ()
    first = min(starts) + timedelta(days=settlement.first_days)
    days = [first]
    month = date(first.year, first.month, 1)
    while settlement.months and (len(days) == 1 or days[-1] <= as_of):
        end = month_end(month)
        if end.month in settlement.months and end > first:
            days.append(end)
        month = end + DAY
    return tuple((day, month_end_after(day, settlement.paid_after_months)) for day in days)
