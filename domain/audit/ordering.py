"""Checks that the views a workflow run saw are possible in the order of its history.

The journal grows while a run requests activities. Two rules bound when things happened. A command is recorded after its
first request, and before the end of the last activity that requests it. A view is read before its activity ends, and
after whatever ended before that activity was requested.

A repeated command has the record of the original. A run that only repeats what an earlier run recorded, or does nothing
because a later one recorded it, says nothing about the order. So each history is checked against a window of the
journal, from one event to another.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FOR_EVER = 1 << 62
EVERYWHERE = ((0, FOR_EVER),)

Span = tuple[int, int]
"""A half-open range of journal positions."""


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity of a history, by the numbers of the history's events. `ended` is 0 without a result.

    `command` is the command that it carries out, and `record` the first and last event of that. `done` says whether it
    was carried out. `held` are the journal positions at which the returned view was right.
    """

    requested: int
    ended: int
    command: str | None = None
    record: tuple[int, int] | None = None
    done: bool = True
    held: Sequence[Span] = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Misfit:
    """An activity whose view was not right anywhere in its window `low` to `high`."""

    activity: Activity
    low: int
    high: int


def misfits(activities: Sequence[Activity]) -> list[Misfit]:
    """Activities that no window of the journal explains, as seen by a run that recorded all its commands.

    `activities` are in the order of their requests.
    """
    by_itself = list(_misfits(activities, 0, FOR_EVER))
    if not by_itself or any(_explains(activities, *own) for own in _windows(activities)):
        return []
    return by_itself


def _windows(activities: Sequence[Activity]) -> Iterator[Span]:
    """The possible windows of the journal during a run. They begin and end at commands' events."""
    records = {each.record for each in activities if each.record is not None}
    for since in (0, *sorted(last for _, last in records)):
        for until in (FOR_EVER, *sorted((first - 1 for first, _ in records if first > since), reverse=True)):
            yield since, until


def _explains(activities: Sequence[Activity], since: int, until: int) -> bool:
    return next(_misfits(activities, since, until), None) is None


def _misfits(activities: Sequence[Activity], since: int, until: int) -> Iterator[Misfit]:
    """Misfits if the run lasted from `since` to `until`. What was recorded outside belongs to other runs."""
    first, last = _requests(activities)
    bounds = _bounds(activities, first, since, until)
    requested = [at for at, _ in bounds]
    lower_bounds: list[tuple[int, int]] = [(0, since)]
    for each in sorted((each for each in activities if each.ended), key=lambda each: each.ended):
        low = lower_bounds[bisect_right(lower_bounds, (each.requested, FOR_EVER)) - 1][1]
        if each.done and each.record is not None and each.record[1] <= until and last.get(each.command) is each:
            low = max(low, each.record[1])
        later = bisect_right(requested, each.ended)
        high = min(until, bounds[later][1] if later < len(bounds) else FOR_EVER)
        seen = next((max(start, low) for start, end in each.held if start <= high and end > low), None)
        if seen is None or low > high:
            yield Misfit(each, low, high)
        if each.done:
            lower_bounds.append((each.ended, max(lower_bounds[-1][1], low, seen or 0)))


def _requests(activities: Sequence[Activity]) -> tuple[dict[str | None, int], dict[str | None, Activity | None]]:
    """When each command was first requested, and the activity whose end proves that it is recorded.

    That is the last activity that requests it; none if two of them overlap.
    """
    first: dict[str | None, int] = {}
    last: dict[str | None, Activity | None] = {}
    for each in activities:
        before = last.get(each.command)
        alone = each.command not in first or (before is not None and 0 < before.ended < each.requested)
        first.setdefault(each.command, each.requested)
        last[each.command] = each if alone else None
    return first, last


def _bounds(
    activities: Sequence[Activity], first: dict[str | None, int], since: int, until: int
) -> list[tuple[int, int]]:
    """The first request of each command, with the highest journal position possible before it."""
    bounds: list[tuple[int, int]] = []
    for each in sorted(activities, key=lambda each: first[each.command], reverse=True):
        if each.record is not None and each.record[1] > since and each.record[0] <= until:
            bounds.append((first[each.command], min(each.record[0] - 1, bounds[-1][1] if bounds else FOR_EVER)))
    return bounds[::-1]
