"""How two tellings of one amount on one day compare, by the rules of `domain.bank.identity`."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

from domain.bank.reports import ReportKind
from domain.values.money import Money

OF_THE_ORDER = frozenset({"end_to_end", "instruction", "transaction", "uetr"})
_OF_THE_WHOLE_ORDER = frozenset({"message", "payment_information"})
"""References that the payments of an order share. They can agree, but differ in nothing that identifies a booking."""
OF_A_DETAIL = {"servicer": "servicer of a detail", "clearing": "clearing of a detail"}
"""References of the bank, and what they are called in an entry of several details: the entry has its own."""
_OF_THE_BANK = frozenset({*OF_A_DETAIL, *OF_A_DETAIL.values()})
_COMPARED = OF_THE_ORDER | _OF_THE_WHOLE_ORDER | _OF_THE_BANK
_NO_REFERENCE = frozenset({"NONREF", "NOREF", "NONE", "NOTPROVIDED", "N/A", "-"})
"""What banks write where there is no reference. A reference of zeros only is none either."""

Report = tuple[ReportKind | None, str]
"""A report by its kind and its name."""
_PAGE = re.compile(r"(?P<number>.+) page (?P<page>\d+) \(.*\)", re.DOTALL)


def report_name(report: str, number: str | None, page: int | None) -> str:
    """How a report is told from others of its kind: by its id; a page also by the number that its pages share."""
    return report if page is None else f"{number or report} page {page} ({report})"


class Likeness(IntEnum):
    """How two tellings of one amount on one day compare."""

    DIFFERENT = 0
    DOUBTFUL = 1
    UNCONTRADICTED = 2
    SUPPORTED = 3


@dataclass(eq=False)
class BookingTelling:
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


def in_common(one: BookingTelling, earlier: BookingTelling) -> set[str]:
    """The kinds of reference in which two tellings agree.

    Entries have the references of all their details. They are of other details if each names an order that the other
    does not.
    """
    shared = one.references.keys() & earlier.references.keys()
    return {kind for kind in shared if _agree(kind, one.references[kind], earlier.references[kind])}


def _agree(kind: str, ours: set[str], theirs: set[str]) -> bool:
    return ours <= theirs or theirs <= ours or (kind not in OF_THE_ORDER and not ours.isdisjoint(theirs))


def likeness(one: BookingTelling, earlier: BookingTelling) -> Likeness:
    """Compare a new telling with all that was told of an earlier booking; the module says by which rules."""
    if any(continues(report, earlier.reports) for report in one.reports):
        return Likeness.DIFFERENT
    agreeing = in_common(one, earlier)
    differing = (one.references.keys() & earlier.references.keys()) - agreeing - _OF_THE_WHOLE_ORDER
    same_text = not one.texts.isdisjoint(earlier.texts)
    if all(repeats(report, earlier.reports) for report in one.reports):
        return _repeated(agreeing, differing, same_text=same_text, dated=earlier.booked_on is not None)
    if differing or _contradict(one.parties, earlier.parties) or _contradict(one.texts, earlier.texts):
        return Likeness.DIFFERENT
    if agreeing or same_text:
        return Likeness.SUPPORTED
    return Likeness.DIFFERENT if earlier.booked_on is None else Likeness.DOUBTFUL


def _repeated(agreeing: set[str], differing: set[str], *, same_text: bool, dated: bool) -> Likeness:
    """Compare a telling with an earlier one of a report that it repeats."""
    if not differing <= _OF_THE_BANK:
        return Likeness.DIFFERENT
    if differing:
        return Likeness.SUPPORTED if agreeing - _OF_THE_BANK or same_text else Likeness.DOUBTFUL
    if agreeing:
        return Likeness.SUPPORTED
    return Likeness.UNCONTRADICTED if dated else Likeness.DIFFERENT


def continues(report: Report, earlier: set[Report]) -> bool:
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


def repeats(report: Report, earlier: set[Report]) -> bool:
    """Whether a report repeats what earlier ones told: it is of another kind than all of them, or is told again."""
    kind, _ = report
    kinds = {each for each, _ in earlier}
    if None in kinds:
        return False
    return kind not in kinds or (report in earlier and kind is not ReportKind.NOTIFICATION)
