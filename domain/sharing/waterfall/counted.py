"""Counts that come as facts of their own: what may depend on them.

Which receipt such a count belongs to is unknown. So a share or a limit by a count needs counts that come with receipts,
in a column of the metric's name. A condition holds from the day of the count on. A charge is cumulative, and depends on
no day.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from domain.errors import CannotShare
from domain.sharing.waterfall import phrases, trees
from domain.sharing.waterfall.compile import members
from domain.sharing.waterfall.facts import FactKind, Facts
from domain.sharing.waterfall.model import Assignment, Group, Position, Waterfall


def check_counts(sections: Iterable[Waterfall], facts: Facts) -> None:
    """Check that no share and no limit is by a count that comes without receipts.

    Counts up to the day on which the waterfall took over are opening balances.

    Raises:
        CannotShare: one is.
    """
    for section in sections:
        using = dict(reversed([(metric, owner) for owner, metric in _counting(section)]))
        opened = section.takes_over_on or date.min
        for fact in facts.named(FactKind.METRIC):
            if fact.name in using and fact.amount and fact.on > opened:
                place = f"{fact.where}: " if fact.where else ""
                raise CannotShare(
                    f"{place}{fact.name}: {using[fact.name]} takes by this count, and a count of its own belongs to no "
                    f"receipt, so the day of the count ({fact.on}) would decide who gets what: give it with the "
                    f"receipts, in a column {fact.name!r}, or let the agreement owe the sum under `charges`."
                )


def _counting(section: Waterfall) -> Iterator[tuple[str, str]]:
    """Every position, assignment or claim that is limited or shares by a metric, with the metric."""
    owners: tuple[Position | Assignment, ...] = (*section.positions, *section.assignments)
    for one in owners:
        for tree in _sums(one):
            yield from ((one.id, metric) for metric in _metrics(section, tree))
    for claim in section.claims:
        if claim.cap is not None:
            yield from ((claim.id, metric) for metric in _metrics(section, phrases.sum_of(claim.cap)))


def _metrics(section: Waterfall, tree: Any) -> Iterator[str]:
    """The metrics in a phrase's tree, those that its tables go by included."""
    by = {table.id: phrases.sum_of(table.of) for table in section.tables}
    for name in names_in(tree):
        if name in by:
            yield from _metrics(section, by[name])
        elif name in section.metrics:
            yield name


def _sums(one: Position | Assignment) -> Iterator[Any]:
    steps = one.then if isinstance(one, Position) else ()
    yield from (phrases.share(take) for take in (one.take, *(step.take for step in steps)))
    limits = [one.up_to]
    if isinstance(one, Position) and isinstance(one.to, Group):
        limits += [member.up_to for _, member in members(one.id, one.to)]
    yield from (phrases.sum_of(limit) for limit in limits if limit is not None)


def names_in(tree: Any) -> Iterator[str]:
    """Every name in a phrase's tree."""
    if isinstance(tree, trees.Name):
        yield tree.name
    elif isinstance(tree, tuple):
        for each in tree:
            yield from names_in(each)
    elif is_dataclass(tree):
        for each in fields(tree):
            yield from names_in(getattr(tree, each.name))
