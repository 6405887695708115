"""Distributions for people: a recorded one with every share, and a preview that is not recorded."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from activities.distributions import DistributionActivities
from activities.views import DistributionRef, ProductionRef
from adapters.command_handler import CommandHandler
from adapters.db.facts import facts_of, kind_totals
from adapters.db.queries.agreement import the_production
from adapters.db.queries.facts import ImportFilter, imported
from adapters.db.records import Records
from adapters.sharing.entitlements import versions_by
from app.bootstrap import handler_on
from app.permissions import sight_of
from app.reads import reading
from domain.calendar.dates import period_end
from domain.errors import NotFound
from domain.events import StatementKind
from domain.reads import EVERYTHING, Resource, Sight
from domain.sharing.distributions import Distribution, apply, the_distribution
from domain.sharing.waterfall.result import written
from domain.sharing.waterfall.unplaced import unplaced
from domain.values.money import Money

Row = dict[str, Any]


def shown_of(data: Path | None, production: str, period: str, user: str) -> tuple[Row, list[Row]]:
    """Return what a user may see of one distribution on the stack of a data folder; see `shown`.

    Who sees all of it also sees what keeps it from being paid out, and what to know besides.

    Raises:
        NotFound: there is no such production, or no such distribution that the user may see.
        WrongRole: the user may read nothing of it.
    """
    with handler_on(data) as handler, handler.store.reading() as records:
        the_production(records.connection, production)
        sight = sight_of(handler, records, production, user)(Resource.DISTRIBUTIONS)
        head, lines = shown(records, production, period, sight)
        if sight.everything:
            ref = DistributionRef(production=production, period=period)
            activities = DistributionActivities(handler, facts_of)
            head |= {"trouble": list(activities.hindrances(ref)), "remarks": list(activities.remarks(ref))}
        return head, lines


def shown(records: Records, production: str, period: str, sight: Sight = EVERYTHING) -> tuple[Row, list[Row]]:
    """Return what a reader sees of one distribution, and a line for each party and position.

    Raises:
        NotFound: it has not been computed, or has nothing of the reader's.
    """
    known = records.state(production, distributions=True).distributions
    return _whole(_seen_by(sight, the_distribution(known, period)))


def _seen_by(sight: Sight, one: Distribution) -> Distribution:
    """Return a distribution with only the parties, positions and amounts that the reader may see."""
    if sight.everything:
        return one
    shares = {place: exact for place, exact in one.shares.items() if sight.shows(place[0])}
    if not shares and sight.party not in one.to_date:
        raise NotFound(f"The distribution {one.period} has nothing of {sight.party}.", period=one.period)
    held = {position for _, position in shares}
    own: dict[str, Any] = {
        name: {party: value for party, value in getattr(one, name).items() if sight.shows(party)}
        for name in ("to_date", "approvals", "objections", "posted", "ordered", "kept")
    }
    reserves = {position: amount for position, amount in one.reserves.items() if position in held}
    return replace(one, shares=shares, reserves=reserves, **own)


def preview_of(data: Path | None, production: str, period: str, user: str) -> tuple[Row, list[Row]]:
    """Compute a distribution on the stack of a data folder without recording it, as far as a user may see it.

    `unplaced` tells of receipts that enter a pool for want of a word. It, `trouble` and `remarks` are for who sees all.

    Raises:
        NotFound: there is no such production, or nothing in it for the user.
        WrongRole: the user may read nothing of it.
    """
    with handler_on(data) as handler:
        with handler.store.reading() as records:
            the_production(records.connection, production)
            sight = sight_of(handler, records, production, user)(Resource.DISTRIBUTIONS)
        head, lines = preview(DistributionActivities(handler, facts_of), production, period, sight)
        return (head | {"unplaced": unplaced_of(handler, production, period)} if sight.everything else head), lines


def stuck_of(data: Path | None, production: str, user: str) -> list[Row]:
    """Return the periods that are due and cannot be computed, each with `trouble`, for who sees all distributions.

    None is due before a day is on record from which the settlement calendar counts.
    """
    with reading(data) as connection:
        if not imported(connection, ImportFilter(production, StatementKind.DATE)).items:
            return []
    with handler_on(data) as handler:
        with handler.store.reading() as records:
            if not sight_of(handler, records, production, user)(Resource.DISTRIBUTIONS).everything:
                return []
        found = DistributionActivities(handler, facts_of).stuck(ProductionRef(production=production))
    return [
        {"period": period, "until": period_end(period).isoformat(), "status": "stuck", "trouble": why}
        for period, why in found.items()
    ]


def unplaced_of(handler: CommandHandler, production: str, period: str) -> list[str]:
    """Return which receipts enter a pool because a field is empty, or nearly says what the agreement does."""
    until = period_end(period)
    with handler.store.reading() as records:
        versions = versions_by(handler, records, production, until)
        return unplaced(versions[-1][1].waterfall, kind_totals(records, production, until)) if versions else []


def preview(
    activities: DistributionActivities, production: str, period: str, sight: Sight = EVERYTHING
) -> tuple[Row, list[Row]]:
    """Compute a distribution with the given activities, without recording it."""
    found: dict[str, Distribution] = {}
    preview = activities.preview(DistributionRef(production=production, period=period))
    apply(found, preview.computed)
    head, lines = _whole(_seen_by(sight, found[period]))
    head |= {"status": "preview", "revision": None, "waiting_for": []}
    if sight.everything:
        head |= {"trouble": list(preview.trouble), "remarks": list(preview.remarks)}
    return head, lines


def _head(one: Distribution) -> Row:
    return {
        "period": one.period,
        "until": one.until.isoformat(),
        "status": one.status,
        "revision": one.revision,
        "answer_by": one.answer_by.isoformat(),
        "pay_on": one.pay_on.isoformat(),
        "waiting_for": [] if one.is_posted else sorted(one.silent),
        "approved_by": sorted(one.approvals),
        "disputed_by": sorted(one.objections),
        "posted": _amounts(one.posted),
        "ordered": _amounts(one.ordered),
        "kept": _amounts(one.kept),
    }


def _whole(one: Distribution) -> tuple[Row, list[Row]]:
    objections = {
        party: f"{', '.join(objection.positions)}: {objection.reason}"
        + "".join(f" [{name} {digest[:12]}…]" for name, digest in sorted(objection.documents.items()))
        for party, objection in one.objections.items()
    }
    head = _head(one) | {
        "to_date": _amounts(one.to_date),
        "reserves": _amounts(one.reserves),
        "objections": objections,
        "agreement_version": one.version,
        "engine": one.engine,
        "result": one.result,
    }
    currency = next((amount.currency for amount in one.to_date.values()), "")
    lines = [
        {"party": party, "position": position, "currency": currency, **_share(exact, currency)}
        for (party, position), exact in one.shares.items()
    ]
    return head, lines


def _share(exact: Fraction, currency: str) -> dict[str, str]:
    """Return a position's amount to date, in major units."""
    amount = written(exact, currency)
    return {"to_date": amount["decimal"], "exact": amount["exact"]}


def _amounts(amounts: Mapping[str, Money]) -> dict[str, str]:
    return {party: str(amount) for party, amount in sorted(amounts.items())}
