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

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from domain.bank.lines import Line
from domain.bank.pairing import paired
from domain.bank.reports import ReportKind
from domain.bank.tellings import OF_A_DETAIL, BookingTelling, Report
from domain.values.money import Money, total


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
    for told, earlier, certain in paired(new_entries.values(), old_entries.values()):
        found |= _within([new[name] for name in told.lines], earlier, old, certain=certain)
        matched |= set(earlier.lines) if certain else set()
    rest = [one for name, one in new.items() if name not in found or not found[name].certain]
    for told, earlier, certain in paired(rest, [one for name, one in old.items() if name not in matched]):
        if certain or told.id not in found:
            found[told.id] = Recognised(earlier.id, certain)
    return found


def _line(line: Line, report: Report) -> BookingTelling:
    told = BookingTelling(line.movement, (line.movement,), line.booked_on, line.amount, {report})
    told.add(line.references, line.counterparty, line.remittance)
    return told


def _earlier_lines(known: Sequence[KnownBooking]) -> dict[str, BookingTelling]:
    """The bookings that were told first, each with what later reports told of it."""
    found = {
        one.movement: BookingTelling(one.movement, (one.movement,), one.booked_on, one.amount, set())
        for one in known
        if one.fate != "known"
    }
    for one in known:
        told = found.get(one.about if one.fate == "known" else one.movement)
        if told is not None:
            told.reports.add((one.kind, one.report))
            told.add(one.references, one.counterparty, one.remittance)
    return found


def _by_entry(
    lines: Mapping[str, BookingTelling], entries: Mapping[str, tuple[str, Mapping[str, str]]]
) -> dict[str, BookingTelling]:
    """Lines as their entries: the sum, with the references of the entry and of all its lines."""
    within: dict[str, list[str]] = defaultdict(list)
    for movement in lines:
        within[entries[movement][0]].append(movement)
    found = {}
    for entry, movements in within.items():
        parts = [lines[name] for name in movements]
        whole = total((part.amount for part in parts), parts[0].amount.currency)
        told = BookingTelling(entry, tuple(movements), parts[0].booked_on, whole, set())
        for part in parts:
            told.reports |= part.reports
            told.parties |= part.parties
            told.texts |= part.texts
            for kind, values in part.references.items():
                told.references[OF_A_DETAIL.get(kind, kind) if len(parts) > 1 else kind] |= values
        told.add(entries[movements[0]][1])
        found[entry] = told
    return found


def _add_repeated_entries(entries: Mapping[str, BookingTelling], known: Iterable[KnownBooking]) -> None:
    """Add what was told again of whole entries."""
    for one in known:
        told = entries.get(one.about) if one.fate == "known" else None
        if told is not None:
            told.reports.add((one.kind, one.report))
            told.add({**one.references, **one.entry_references}, one.counterparty, one.remittance)


def _within(
    lines: list[BookingTelling], earlier: BookingTelling, old: Mapping[str, BookingTelling], *, certain: bool
) -> dict[str, Recognised]:
    """The lines of an entry that was told before: each is the earlier line that it pairs with, or else the entry."""
    parts = [old[name] for name in earlier.lines]
    if Counter(line.amount for line in lines) == Counter(part.amount for part in parts):
        found = {line.id: Recognised(part.id, certain) for line, part, _ in paired(lines, parts)}
        if len(found) == len(lines):
            return found
    return {line.id: Recognised(earlier.id, certain) for line in lines}
