"""Pairs the tellings of one report with earlier ones, in time that grows with their number."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import NamedTuple

from domain.bank.tellings import OF_THE_ORDER, BookingTelling, Likeness, Report, continues, in_common, likeness, repeats
from domain.values.money import Money


def paired(
    new: Iterable[BookingTelling], old: Iterable[BookingTelling]
) -> Iterator[tuple[BookingTelling, BookingTelling, bool]]:
    """Pair new with earlier tellings of the same day and amount. True if a pair is certain."""
    waiting: dict[tuple[date | None, Money], list[BookingTelling]] = defaultdict(list)
    for one in new:
        waiting[one.booked_on, one.amount].append(one)
    earlier: dict[tuple[date | None, Money], list[BookingTelling]] = defaultdict(list)
    for one in old:
        earlier[one.booked_on, one.amount].append(one)
    for (day, amount), told in waiting.items():
        candidates = earlier.get((day, amount), [])
        undated = earlier.get((None, amount), [])
        if candidates or undated:
            found = list(_of_one_amount(told, candidates + undated))
            used = {earlier_one for _, earlier_one, certain in found if certain}
            earlier[None, amount] = [one for one in undated if one not in used]
            yield from found


def _of_one_amount(
    new: list[BookingTelling], old: list[BookingTelling]
) -> Iterator[tuple[BookingTelling, BookingTelling, bool]]:
    """Pair tellings of one day and amount, those that agree in most references first."""
    free = dict.fromkeys(old)
    rest = dict.fromkeys(new)
    for _, ones, candidates in sorted(_sharing(new, old), key=lambda edge: -edge[0]):
        waiting, there = [one for one in ones if one in rest], [one for one in candidates if one in free]
        for one, earlier in _by_text(waiting, there):
            del rest[one], free[earlier]
            yield one, earlier, True
    waiting = list(rest)
    unpaired = _Unpaired(free, waiting[0].reports if waiting else set())
    for wanted in (Likeness.SUPPORTED, Likeness.UNCONTRADICTED, Likeness.DOUBTFUL):
        for one in waiting:
            match = next((each for each in unpaired.like(one) if likeness(one, each) is wanted), None)
            if match is not None:
                del rest[one]
                if wanted is not Likeness.DOUBTFUL:
                    unpaired.remove(match)
                yield one, match, wanted is not Likeness.DOUBTFUL
        waiting = list(rest)


Parties = frozenset[str]


class _Kind(NamedTuple):
    """What decides how an earlier telling compares, if it shares no reference: not whose it is, nor what it says."""

    references: frozenset[str]
    repeated: bool
    dated: bool
    has_text: bool


class _Unpaired:
    """Earlier tellings that are not paired yet. Of those that compare alike, one stands for all.

    `reports` are the new telling's: all that are compared at once have the same.
    """

    def __init__(self, told: Iterable[BookingTelling], reports: set[Report]) -> None:
        self._by_kind: dict[_Kind, dict[Parties, dict[BookingTelling, None]]] = defaultdict(lambda: defaultdict(dict))
        self._by_text: dict[str, dict[tuple[_Kind, Parties], dict[BookingTelling, None]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        self._kinds: dict[BookingTelling, _Kind] = {}
        for one in told:
            if any(continues(report, one.reports) for report in reports):
                continue
            repeated = all(repeats(report, one.reports) for report in reports)
            kind = _Kind(frozenset(one.references), repeated, one.booked_on is not None, bool(one.texts))
            self._kinds[one] = kind
            for alike in self._groups(one):
                alike[one] = None

    def _groups(self, told: BookingTelling) -> Iterator[dict[BookingTelling, None]]:
        kind, parties = self._kinds[told], frozenset(told.parties)
        yield self._by_kind[kind][parties]
        for text in told.texts:
            yield self._by_text[text][kind, parties]

    def remove(self, told: BookingTelling) -> None:
        """Take one out: it is paired."""
        for alike in self._groups(told):
            del alike[told]
        if not self._by_kind[self._kinds[told]][frozenset(told.parties)]:
            del self._by_kind[self._kinds[told]][frozenset(told.parties)]

    def like(self, one: BookingTelling) -> Iterator[BookingTelling]:
        """Yield one of the same text for each kind and party, then of each kind one of the same party, none, another.

        None of them carries a kind of reference of the order that the new one carries: it would differ there.
        """
        of_the_order = one.references.keys() & OF_THE_ORDER
        for text in one.texts & self._by_text.keys():
            for (kind, _), told in self._by_text[text].items():
                if of_the_order.isdisjoint(kind.references):
                    yield from islice(told, 1)
        for kind, by_parties in self._by_kind.items():
            if of_the_order.isdisjoint(kind.references):
                yield from _of_each_party(frozenset(one.parties), by_parties)


def _of_each_party(ours: Parties, told: Mapping[Parties, Mapping[BookingTelling, None]]) -> Iterator[BookingTelling]:
    """Yield one telling of the same parties, one that names none, and one of others."""
    named = dict.fromkeys((ours, frozenset[str]()))
    for parties in named:
        yield from islice(told.get(parties, ()), 1)
    others = next((each for parties, each in told.items() if parties not in named), {})
    yield from islice(others, 1)


def _sharing(
    new: Iterable[BookingTelling], old: Iterable[BookingTelling]
) -> Iterator[tuple[int, list[BookingTelling], list[BookingTelling]]]:
    """Groups of tellings that share a reference, with the number of kinds in which they agree.

    Tellings that say the same, but for their text, are one group. A reference of the bank leads only to those that
    carry no kind of reference of the order that the new ones carry: they are found by that one, or differ in it.
    """
    index: dict[tuple[str, str], dict[frozenset[str], list[list[BookingTelling]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for earlier in _alike(old):
        kinds = frozenset(earlier[0].references.keys() & OF_THE_ORDER)
        for mark in _marks(earlier[0]):
            index[mark][kinds].append(earlier)
    for ones in _alike(new):
        of_the_order = ones[0].references.keys() & OF_THE_ORDER
        seen: set[int] = set()
        for mark in _marks(ones[0]):
            for kinds, groups in index.get(mark, {}).items():
                if mark[0] not in OF_THE_ORDER and not of_the_order.isdisjoint(kinds):
                    continue
                for earlier in groups:
                    common = in_common(ones[0], earlier[0])
                    if common and id(earlier) not in seen:
                        seen.add(id(earlier))
                        yield len(common), ones, earlier


def _by_text(
    new: Iterable[BookingTelling], old: Iterable[BookingTelling]
) -> Iterator[tuple[BookingTelling, BookingTelling]]:
    """Pair members of two groups that are alike: those of one text first.

    Of the others it counts only whether they have a text, so one of each kind stands for all.
    """
    told: dict[str, list[BookingTelling]] = defaultdict(list)
    free = dict.fromkeys(old)
    for earlier in free:
        for text in earlier.texts:
            told[text].append(earlier)
    rest = []
    for one in new:
        found = next(filter(None, (_last(told[text], free) for text in one.texts if text in told)), None)
        if found is not None and likeness(one, found) is Likeness.SUPPORTED:
            del free[found]
            yield one, found
        else:
            rest.append(one)
    with_text, without = [one for one in free if one.texts], [one for one in free if not one.texts]
    for one in rest:
        for others in (with_text, without):
            if others and likeness(one, others[-1]) is Likeness.SUPPORTED:
                yield one, others.pop()
                break


def _last(told: list[BookingTelling], free: Mapping[BookingTelling, None]) -> BookingTelling | None:
    """The last one that is free. Those after it are dropped."""
    while told and told[-1] not in free:
        told.pop()
    return told[-1] if told else None


def _marks(one: BookingTelling) -> Iterator[tuple[str, str]]:
    return ((kind, value) for kind, values in one.references.items() for value in values)


def _alike(told: Iterable[BookingTelling]) -> Iterable[list[BookingTelling]]:
    """Tellings by what they say: the members of a group can only be told apart by their text."""
    groups: dict[tuple[object, ...], list[BookingTelling]] = defaultdict(list)
    for one in told:
        references = frozenset((kind, frozenset(values)) for kind, values in one.references.items())
        groups[references, frozenset(one.parties), frozenset(one.reports)].append(one)
    return groups.values()
