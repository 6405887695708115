"""Distributions of a production's earnings, without their shares."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, between, only, paged
from domain.reads import EVERYTHING, Sight
from domain.values.money import Money

Amounts = Mapping[str, Money]
"""Amounts by party."""


@dataclass(frozen=True, slots=True)
class DistributionRow:
    """A period's distribution; see `domain.sharing.distributions.Distribution`.

    `objections` are the reasons of the parties that dispute it.
    """

    period: str
    until: date
    status: str
    revision: int
    answer_by: date
    pay_on: date
    waiting_for: tuple[str, ...]
    approved_by: tuple[str, ...]
    disputed_by: tuple[str, ...]
    objections: Mapping[str, str]
    posted: Amounts
    ordered: Amounts
    kept: Amounts

    def seen_by(self, sight: Sight) -> Self:
        """Return the distribution with only the parties and amounts that the reader may see."""
        if sight.everything:
            return self

        def own(named: tuple[str, ...]) -> tuple[str, ...]:
            """Return the parties that the reader may see."""
            return tuple(party for party in named if sight.shows(party))

        def amounts(of: Amounts) -> Amounts:
            """Return the amounts that the reader may see."""
            return {party: amount for party, amount in of.items() if sight.shows(party)}

        return replace(
            self,
            waiting_for=own(self.waiting_for),
            approved_by=own(self.approved_by),
            disputed_by=own(self.disputed_by),
            objections={party: reason for party, reason in self.objections.items() if sight.shows(party)},
            posted=amounts(self.posted),
            ordered=amounts(self.ordered),
            kept=amounts(self.kept),
        )


@dataclass(frozen=True, slots=True)
class DistributionFilter:
    """Selects distributions. `since` and `until` are last days of periods."""

    production: str
    status: str | None = None
    since: date | None = None
    until: date | None = None


_TABLE = tables.distribution.c
_ORDER = Order("distributions", (_TABLE.until, _TABLE.period))


def distributions(
    connection: Connection, chosen: DistributionFilter, page: PageRequest = WHOLE, sight: Sight = EVERYTHING
) -> Page[DistributionRow]:
    """Return distributions of a production, oldest period first. A party gets those that concern it."""
    query = sa.select(_TABLE.period, _TABLE.until, _TABLE.status, _TABLE.body).where(
        *only((_TABLE.production, chosen.production), (_TABLE.status, chosen.status)),
        *between(_TABLE.until, chosen.since, chosen.until),
    )
    if not sight.everything:
        share = sa.func.jsonb_array_elements(_TABLE.body["shares"]).column_valued("share")
        takes = sa.select(sa.literal(1)).select_from(share).where(share.op("->>")(0) == sight.party).exists()
        query = query.where(sa.or_(_TABLE.body["to_date"].has_key(sight.party), takes))
    return paged(connection, query, _ORDER, lambda row: _distribution(row).seen_by(sight), page)


def _distribution(row: sa.Row[Any]) -> DistributionRow:
    body = row.body
    parties = {*body["to_date"], *(party for party, _, _ in body["shares"])}
    answered = {*body["approvals"], *body["objections"]}
    return DistributionRow(
        period=row.period,
        until=row.until,
        status=row.status,
        revision=body["revision"],
        answer_by=date.fromisoformat(body["answer_by"]),
        pay_on=date.fromisoformat(body["pay_on"]),
        waiting_for=tuple(sorted(parties - answered)) if row.status == "computed" else (),
        approved_by=tuple(sorted(body["approvals"])),
        disputed_by=tuple(sorted(body["objections"])),
        objections={party: reason for party, (_, _, reason, *_) in sorted(body["objections"].items())},
        posted=_amounts(body["posted"]),
        ordered=_amounts(body["ordered"]),
        kept=_amounts(body.get("kept", {})),
    )


def _amounts(written: Mapping[str, str]) -> Amounts:
    return {party: Money.parse(amount) for party, amount in sorted(written.items())}
