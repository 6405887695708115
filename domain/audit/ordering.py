"""Whether what a run of a workflow saw can have been seen in the order that its history tells.

The journal goes on while a run asks and is answered. A command is recorded after it was first asked for, and before the
end of the last activity that asks for it; a view is read before its activity ends, and after whatever ended before that
activity was asked for. A command that is repeated has the record of the original: where the run only repeats what an
earlier run of its workflow had recorded, or found nothing to do in what a later one recorded, its asking says nothing
of the order. So each history is explained by a stretch of the journal that is its own: from an event on, up to another.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FOR_EVER = 1 << 62
EVERYWHERE = ((0, FOR_EVER),)

Span = tuple[int, int]
"""Journal positions, the first included and the last not."""


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity as a history tells it, by the numbers of the history's events; `ended` is 0 for one without answer.

    `command` names what it carries out, `record` are the first and last events on record of that. `done` says that it
    was carried out, `held` where in the journal the view that it answered with was right.
    """

    asked: int
    ended: int
    command: str | None = None
    record: tuple[int, int] | None = None
    done: bool = True
    held: Sequence[Span] = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Misfit:
    """An activity whose view did not hold at any moment at which it can have been read: `low` to `high`."""

    activity: Activity
    low: int
    high: int


def misfits(activities: Sequence[Activity]) -> list[Misfit]:
    """What no stretch of the journal explains; as seen by a run that recorded all that it asks for.

    `activities` are in the order in which they were asked for.
    """
    by_itself = list(_misfits(activities, 0, FOR_EVER))
    if not by_itself or any(_explains(activities, *own) for own in _stretches(activities)):
        return []
    return by_itself


def _stretches(activities: Sequence[Activity]) -> Iterator[Span]:
    """From where to where the journal can have gone on while the run did: its borders are those of commands."""
    records = {each.record for each in activities if each.record is not None}
    for since in (0, *sorted(last for _, last in records)):
        for until in (FOR_EVER, *sorted((first - 1 for first, _ in records if first > since), reverse=True)):
            yield since, until


def _explains(activities: Sequence[Activity], since: int, until: int) -> bool:
    return next(_misfits(activities, since, until), None) is None


def _misfits(activities: Sequence[Activity], since: int, until: int) -> Iterator[Misfit]:
    """What does not fit if the run went on from `since` to `until`: what was recorded outside is by other runs."""
    first, last = _askings(activities)
    bounds = _bounds(activities, first, since, until)
    asked = [at for at, _ in bounds]
    floors: list[tuple[int, int]] = [(0, since)]
    for each in sorted((each for each in activities if each.ended), key=lambda each: each.ended):
        low = floors[bisect_right(floors, (each.asked, FOR_EVER)) - 1][1]
        if each.done and each.record is not None and each.record[1] <= until and last.get(each.command) is each:
            low = max(low, each.record[1])
        later = bisect_right(asked, each.ended)
        high = min(until, bounds[later][1] if later < len(bounds) else FOR_EVER)
        seen = next((max(start, low) for start, end in each.held if start <= high and end > low), None)
        if seen is None or low > high:
            yield Misfit(each, low, high)
        if each.done:
            floors.append((each.ended, max(floors[-1][1], low, seen or 0)))


def _askings(activities: Sequence[Activity]) -> tuple[dict[str | None, int], dict[str | None, Activity | None]]:
    """When each command was first asked for, and the activity at whose end it is surely on record.

    That is the last that asks for it, for one before may have found nothing to do; none where two were under way.
    """
    first: dict[str | None, int] = {}
    last: dict[str | None, Activity | None] = {}
    for each in activities:
        before = last.get(each.command)
        alone = each.command not in first or (before is not None and 0 < before.ended < each.asked)
        first.setdefault(each.command, each.asked)
        last[each.command] = each if alone else None
    return first, last


def _bounds(
    activities: Sequence[Activity], first: dict[str | None, int], since: int, until: int
) -> list[tuple[int, int]]:
    """When commands were first asked for, each with how far the journal can have been at most before that."""
    bounds: list[tuple[int, int]] = []
    for each in sorted(activities, key=lambda each: first[each.command], reverse=True):
        if each.record is not None and each.record[1] > since and each.record[0] <= until:
            bounds.append((first[each.command], min(each.record[0] - 1, bounds[-1][1] if bounds else FOR_EVER)))
    return bounds[::-1]
