"""Which bookings of a report are known from earlier ones.

A booking is told several times: in a notification, in intraday reports, in the statement of its day, and again in a
file that the bank repeats. Its reference does not identify it, because banks share references between bookings and
number them anew. Two tellings are of one booking if all of this holds:

1. They are of one account, booking day, direction and amount.
2. They come from different reports. Within one report, or the pages of a statement, every line is a booking of its
   own. So if two bookings share every reference, a report that tells two of them tells one more than an earlier report
   that told one.
3. They contradict each other in no reference that both carry. NtryRef counts only within its report and is not
   compared. A bank may give a booking another reference of its own in its statement than in its notification. This is
   no contradiction if a reference of the order or the text agrees, because the statement tells every booking once.
4. Something supports it. Reports of different kinds repeat each other, as a statement does notifications, so between
   them the absence of a contradiction is enough. Between two reports of one kind a reference or the text must agree,
   and neither the text nor the other party's name may contradict: otherwise two payers who send one amount on one day
   would become one.

What is neither supported nor contradicted is doubtful, and so is a booking that differs from an earlier one only in
the bank's own reference and agrees in nothing else, if its report repeats the earlier one's. It is booked, in suspense,
and a person is told which earlier booking it may be. Booking it twice shows in the balance; dropping it would not.

An entry with details is its details. First whole entries are compared, by all references within them, so that a sum
without details is found to be the details told before, and the reverse. What is left is compared line by line, because
a bank may notify payments one by one and state them as one entry.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

from msgspec import Struct

from domain.bank.lines import Line
from domain.bank.reports import ReportKind
from domain.values.money import Money, total

_OF_THE_ORDER = frozenset({"end_to_end", "instruction", "transaction", "uetr"})
_OF_THE_WHOLE_ORDER = frozenset({"message", "payment_information"})
"""References that the payments of an order share. They can agree, but differ in nothing that identifies a booking."""
_OF_A_DETAIL = {"servicer": "servicer of a detail", "clearing": "clearing of a detail"}
"""References of the bank, and what they are called in an entry of several details: the entry has its own."""
_OF_THE_BANK = frozenset({*_OF_A_DETAIL, *_OF_A_DETAIL.values()})
_COMPARED = _OF_THE_ORDER | _OF_THE_WHOLE_ORDER | _OF_THE_BANK
_NO_REFERENCE = frozenset({"NONREF", "NOREF", "NONE", "NOTPROVIDED", "N/A", "-"})
"""What banks write where there is no reference. A reference of zeros only is none either."""

Report = tuple[ReportKind | None, str]
"""A report by its kind and its name."""
_PAGE = re.compile(r"(?P<number>.+) page (?P<page>\d+) \(.*\)", re.DOTALL)


def report_name(report: str, number: str | None, page: int | None) -> str:
    """How a report is told from others of its kind: by its id; a page also by the number that its pages share."""
    return report if page is None else f"{number or report} page {page} ({report})"


class KnownBooking(Struct, frozen=True):
    """A booking as an earlier report told it. `file` is the SHA-256 of its file, `entry_amount` that of its entry.

    If it was known then, `fate` is "known" and `about` is the movement, or entry, that it told again. If it only may
    be known, it is in suspense and `about` is that movement. `kind` and `booked_on` are None in records of release
    0.1.0, which did not keep them for every booking. `claim` is what was settled of a receipt, and `contract_value`
    what the budget expected that to be.
    """

    movement: str
    entry: str
    kind: ReportKind | None
    report: str
    file: str
    booked_on: date | None
    value_on: date | None
    amount: Money
    references: Mapping[str, str]
    entry_references: Mapping[str, str]
    counterparty: str | None
    remittance: str | None
    fate: str
    about: str
    entry_amount: Money
    claim: Money | None = None
    contract_value: Money | None = None

    @property
    def bank_reference(self) -> str:
        """The bank's own reference, for people. Empty if it gave none."""
        return self.references.get("servicer") or self.entry_references.get("servicer") or ""


class Recognised(Struct, frozen=True):
    """What a line tells again: an earlier movement, or an earlier entry as a whole. Not `certain` if it only may be."""

    earlier: str
    certain: bool


class _Likeness(IntEnum):
    """How two tellings of one amount on one day compare."""

    DIFFERENT = 0
    DOUBTFUL = 1
    UNCONTRADICTED = 2
    SUPPORTED = 3


@dataclass(eq=False)
class _Told:
    """Lines that are compared as one booking, with all that was told of it. `lines` are movements."""

    id: str
    lines: tuple[str, ...]
    booked_on: date | None
    amount: Money
    reports: set[Report]
    references: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    parties: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)

    def add(self, references: Mapping[str, str], party: str | None = None, text: str | None = None) -> None:
        """Add what one telling says. `party` is the other one's name."""
        for kind, value in references.items():
            if kind in _COMPARED and value.upper() not in _NO_REFERENCE and value.strip("0"):
                self.references[kind].add(value)
        for said, values in ((party, self.parties), (text, self.texts)):
            if said:
                values.add(" ".join(said.split()))


def recognise(
    kind: ReportKind, report: str, lines: Sequence[Line], known: Sequence[KnownBooking]
) -> dict[str, Recognised]:
    """The lines of one report that were told before, or may have been, by movement.

    `report` names the report, and its page if it has several. `known` holds at least the earlier bookings of the
    account on the days of the lines.
    """
    new = {line.movement: _line(line, (kind, report)) for line in lines}
    old = _earlier_lines(known)
    new_entries = _by_entry(new, {line.movement: (line.entry, line.entry_references) for line in lines})
    old_entries = _by_entry(old, {one.movement: (one.entry, one.entry_references) for one in known})
    _add_repeated_entries(old_entries, known)
    found: dict[str, Recognised] = {}
    matched: set[str] = set()
    for told, earlier, certain in _pairs(new_entries.values(), old_entries.values()):
        found |= _within([new[name] for name in told.lines], earlier, old, certain=certain)
        matched |= set(earlier.lines) if certain else set()
    rest = [one for name, one in new.items() if name not in found or not found[name].certain]
    for told, earlier, certain in _pairs(rest, [one for name, one in old.items() if name not in matched]):
        if certain or told.id not in found:
            found[told.id] = Recognised(earlier.id, certain)
    return found


def _line(line: Line, report: Report) -> _Told:
    told = _Told(line.movement, (line.movement,), line.booked_on, line.amount, {report})
    told.add(line.references, line.counterparty, line.remittance)
    return told


def _earlier_lines(known: Sequence[KnownBooking]) -> dict[str, _Told]:
    """The bookings that were told first, each with what later reports told of it."""
    found = {
        one.movement: _Told(one.movement, (one.movement,), one.booked_on, one.amount, set())
        for one in known
        if one.fate != "known"
    }
    for one in known:
        told = found.get(one.about if one.fate == "known" else one.movement)
        if told is not None:
            told.reports.add((one.kind, one.report))
            told.add(one.references, one.counterparty, one.remittance)
    return found


def _by_entry(lines: Mapping[str, _Told], entries: Mapping[str, tuple[str, Mapping[str, str]]]) -> dict[str, _Told]:
    """Lines as their entries: the sum, with the references of the entry and of all its lines."""
    within: dict[str, list[str]] = defaultdict(list)
    for movement in lines:
        within[entries[movement][0]].append(movement)
    found = {}
    for entry, movements in within.items():
        parts = [lines[name] for name in movements]
        whole = total((part.amount for part in parts), parts[0].amount.currency)
        told = _Told(entry, tuple(movements), parts[0].booked_on, whole, set())
        for part in parts:
            told.reports |= part.reports
            told.parties |= part.parties
            told.texts |= part.texts
            for kind, values in part.references.items():
                told.references[_OF_A_DETAIL.get(kind, kind) if len(parts) > 1 else kind] |= values
        told.add(entries[movements[0]][1])
        found[entry] = told
    return found


def _add_repeated_entries(entries: Mapping[str, _Told], known: Iterable[KnownBooking]) -> None:
    """Add what was told again of whole entries."""
    for one in known:
        told = entries.get(one.about) if one.fate == "known" else None
        if told is not None:
            told.reports.add((one.kind, one.report))
            told.add({**one.references, **one.entry_references}, one.counterparty, one.remittance)


def _within(lines: list[_Told], earlier: _Told, old: Mapping[str, _Told], *, certain: bool) -> dict[str, Recognised]:
    """The lines of an entry that was told before: each is the earlier line that it pairs with, or else the entry."""
    parts = [old[name] for name in earlier.lines]
    if Counter(line.amount for line in lines) == Counter(part.amount for part in parts):
        pairs = {line.id: Recognised(part.id, certain) for line, part, _ in _pairs(lines, parts)}
        if len(pairs) == len(lines):
            return pairs
    return {line.id: Recognised(earlier.id, certain) for line in lines}


def _pairs(new: Iterable[_Told], old: Iterable[_Told]) -> Iterator[tuple[_Told, _Told, bool]]:
    """Pair new with earlier tellings of the same day and amount. True if a pair is certain."""
    waiting: dict[tuple[date | None, Money], list[_Told]] = defaultdict(list)
    for one in new:
        waiting[one.booked_on, one.amount].append(one)
    earlier: dict[tuple[date | None, Money], list[_Told]] = defaultdict(list)
    for one in old:
        earlier[one.booked_on, one.amount].append(one)
    for (day, amount), told in waiting.items():
        candidates = earlier.get((day, amount), [])
        undated = earlier.get((None, amount), [])
        if candidates or undated:
            pairs = list(_of_one_amount(told, candidates + undated))
            used = {earlier_one for _, earlier_one, certain in pairs if certain}
            earlier[None, amount] = [one for one in undated if one not in used]
            yield from pairs


def _of_one_amount(new: list[_Told], old: list[_Told]) -> Iterator[tuple[_Told, _Told, bool]]:
    """Pair tellings of one day and amount, those that agree in most references first."""
    free = dict.fromkeys(old)
    rest = dict.fromkeys(new)
    for _, ones, candidates in sorted(_sharing(new, old), key=lambda edge: -edge[0]):
        waiting, there = [one for one in ones if one in rest], [one for one in candidates if one in free]
        for one, earlier in _by_text(waiting, there):
            del rest[one], free[earlier]
            yield one, earlier, True
    by_kinds: dict[frozenset[str], dict[_Told, None]] = defaultdict(dict)
    for earlier in free:
        by_kinds[frozenset(earlier.references)][earlier] = None
    for wanted in (_Likeness.SUPPORTED, _Likeness.UNCONTRADICTED, _Likeness.DOUBTFUL):
        for one in list(rest):
            match = next((each for each in _comparable(one, by_kinds) if _likeness(one, each) is wanted), None)
            if match is not None:
                del rest[one]
                if wanted is not _Likeness.DOUBTFUL:
                    del by_kinds[frozenset(match.references)][match]
                yield one, match, wanted is not _Likeness.DOUBTFUL


def _sharing(new: Iterable[_Told], old: Iterable[_Told]) -> Iterator[tuple[int, list[_Told], list[_Told]]]:
    """Groups of tellings that share a reference, with the number of kinds in which they agree.

    Tellings that say the same, but for their text, are one group. A reference of the bank leads only to those that
    carry no kind of reference of the order that the new ones carry: they are found by that one, or differ in it.
    """
    index: dict[tuple[str, str], dict[frozenset[str], list[list[_Told]]]] = defaultdict(lambda: defaultdict(list))
    for earlier in _alike(old):
        kinds = frozenset(earlier[0].references.keys() & _OF_THE_ORDER)
        for mark in _marks(earlier[0]):
            index[mark][kinds].append(earlier)
    for ones in _alike(new):
        of_the_order = ones[0].references.keys() & _OF_THE_ORDER
        seen: set[int] = set()
        for mark in _marks(ones[0]):
            for kinds, groups in index.get(mark, {}).items():
                if mark[0] not in _OF_THE_ORDER and not of_the_order.isdisjoint(kinds):
                    continue
                for earlier in groups:
                    agreeing = _agreeing(ones[0], earlier[0])
                    if agreeing and id(earlier) not in seen:
                        seen.add(id(earlier))
                        yield len(agreeing), ones, earlier


def _by_text(new: Iterable[_Told], old: Iterable[_Told]) -> Iterator[tuple[_Told, _Told]]:
    """Pair members of two groups that are alike: those of one text first.

    Of the others it counts only whether they have a text, so one of each kind stands for all.
    """
    told: dict[str, list[_Told]] = defaultdict(list)
    free = dict.fromkeys(old)
    for earlier in free:
        for text in earlier.texts:
            told[text].append(earlier)
    rest = []
    for one in new:
        found = next(filter(None, (_last(told[text], free) for text in one.texts if text in told)), None)
        if found is not None and _likeness(one, found) is _Likeness.SUPPORTED:
            del free[found]
            yield one, found
        else:
            rest.append(one)
    with_text, without = [one for one in free if one.texts], [one for one in free if not one.texts]
    for one in rest:
        for others in (with_text, without):
            if others and _likeness(one, others[-1]) is _Likeness.SUPPORTED:
                yield one, others.pop()
                break


def _last(told: list[_Told], free: Mapping[_Told, None]) -> _Told | None:
    """The last one that is free. Those after it are dropped."""
    while told and told[-1] not in free:
        told.pop()
    return told[-1] if told else None


def _marks(one: _Told) -> Iterator[tuple[str, str]]:
    return ((kind, value) for kind, values in one.references.items() for value in values)


def _alike(told: Iterable[_Told]) -> Iterable[list[_Told]]:
    """Tellings by what they say: the members of a group can only be told apart by their text."""
    groups: dict[tuple[object, ...], list[_Told]] = defaultdict(list)
    for one in told:
        references = frozenset((kind, frozenset(values)) for kind, values in one.references.items())
        groups[references, frozenset(one.parties), frozenset(one.reports)].append(one)
    return groups.values()


def _comparable(one: _Told, by_kinds: Mapping[frozenset[str], Iterable[_Told]]) -> Iterator[_Told]:
    """Earlier tellings that carry no kind of reference of the order that the new one carries: others differ there."""
    of_the_order = one.references.keys() & _OF_THE_ORDER
    for kinds, told in by_kinds.items():
        if of_the_order.isdisjoint(kinds):
            yield from told


def _agreeing(one: _Told, earlier: _Told) -> set[str]:
    """The kinds of reference in which two tellings agree.

    Entries have the references of all their details. They are of other details if each names an order that the other
    does not.
    """
    shared = one.references.keys() & earlier.references.keys()
    return {kind for kind in shared if _agree(kind, one.references[kind], earlier.references[kind])}


def _agree(kind: str, ours: set[str], theirs: set[str]) -> bool:
    return ours <= theirs or theirs <= ours or (kind not in _OF_THE_ORDER and not ours.isdisjoint(theirs))


def _likeness(one: _Told, earlier: _Told) -> _Likeness:
    """Compare a new telling with all that was told of an earlier booking; the module says by which rules."""
    if any(_continues(report, earlier.reports) for report in one.reports):
        return _Likeness.DIFFERENT
    agreeing = _agreeing(one, earlier)
    differing = (one.references.keys() & earlier.references.keys()) - agreeing - _OF_THE_WHOLE_ORDER
    same_text = not one.texts.isdisjoint(earlier.texts)
    if all(_repeats(report, earlier.reports) for report in one.reports):
        return _repeated(agreeing, differing, same_text=same_text, dated=earlier.booked_on is not None)
    if differing or _contradict(one.parties, earlier.parties) or _contradict(one.texts, earlier.texts):
        return _Likeness.DIFFERENT
    if agreeing or same_text:
        return _Likeness.SUPPORTED
    return _Likeness.DIFFERENT if earlier.booked_on is None else _Likeness.DOUBTFUL


def _repeated(agreeing: set[str], differing: set[str], *, same_text: bool, dated: bool) -> _Likeness:
    """Compare a telling with an earlier one of a report that it repeats."""
    if not differing <= _OF_THE_BANK:
        return _Likeness.DIFFERENT
    if differing:
        return _Likeness.SUPPORTED if agreeing - _OF_THE_BANK or same_text else _Likeness.DOUBTFUL
    if agreeing:
        return _Likeness.SUPPORTED
    return _Likeness.UNCONTRADICTED if dated else _Likeness.DIFFERENT


def _continues(report: Report, earlier: set[Report]) -> bool:
    """Whether a report is another page of a statement. Pages tell nothing twice."""
    kind, name = report
    page = _PAGE.fullmatch(name)
    if kind is not ReportKind.STATEMENT or page is None:
        return False
    others = [_PAGE.fullmatch(other) for same, other in earlier if same is kind]
    numbers = {other["page"] for other in others if other is not None and other["number"] == page["number"]}
    return bool(numbers) and page["page"] not in numbers


def _contradict(one: set[str], other: set[str]) -> bool:
    return bool(one and other) and one.isdisjoint(other)


def _repeats(report: Report, earlier: set[Report]) -> bool:
    """Whether a report repeats what earlier ones told: it is of another kind than all of them, or is told again."""
    kind, _ = report
    kinds = {each for each, _ in earlier}
    if None in kinds:
        return False
    return kind not in kinds or (report in earlier and kind is not ReportKind.NOTIFICATION)
