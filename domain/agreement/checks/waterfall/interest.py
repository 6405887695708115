"""Interest is well defined: its rate, its day count, its periods and its days go together."""

from collections.abc import Iterator
from itertools import pairwise

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.calendar.interest import BY_DAY, MONTHS_OF
from domain.sharing.waterfall.model import Interest

_WITHIN_PERIODS = frozenset(("30/360 US", "actual/actual ICMA"))
"""Day counts by which the part of a year depends on the interest period."""

_MONTHS = {"half-year": 6, "quarter": 3, "month": 1}


def interest(path: Path, of: str, terms: Interest) -> Iterator[AgreementFinding]:
    """Everything wrong with the interest of a claim."""
    if terms.on == of:
        sentence = "interest runs on the claim itself where `on` names none: take it away."
        yield AgreementFinding((*path, "on"), "circular", sentence)
    yield from _days(path, terms)
    yield from _periods(path, terms)
    yield from _rate((*path, "rate"), terms.rate, terms)
    for n, change in enumerate(terms.then):
        yield from _rate((*path, "then", n, "rate"), change.rate, terms)


def _days(path: Path, terms: Interest) -> Iterator[AgreementFinding]:
    if terms.since is not None and terms.until is not None and terms.since >= terms.until:
        yield AgreementFinding((*path, "until"), "never", "interest ends before it begins: correct the days.")
    for n, (one, other) in enumerate(pairwise(terms.then)):
        if one.since >= other.since:
            sentence = "the changes of a rate stand in the order of their days: correct the days or the order."
            yield AgreementFinding((*path, "then", n + 1, "since"), "order", sentence)
    for n, change in enumerate(terms.then):
        early = terms.since is not None and change.since <= terms.since
        if early or (terms.until is not None and change.since >= terms.until):
            sentence = "no interest runs at this rate and the one before: correct the days."
            yield AgreementFinding((*path, "then", n, "since"), "never", sentence)


def _periods(path: Path, terms: Interest) -> Iterator[AgreementFinding]:
    within = terms.days in _WITHIN_PERIODS
    if terms.compounds in BY_DAY:
        if terms.periods is not None:
            sentence = "interest that compounds by the day has no longer periods: take them away."
            yield AgreementFinding((*path, "periods"), "periods", sentence)
        if within:
            sentence = f"{terms.days} counts within interest periods, and this compounds by the day: choose another."
            yield AgreementFinding((*path, "days"), "periods", sentence)
    elif terms.months is None and (within or terms.rounded):
        field, what = ("days", f"{terms.days} counts") if within else ("rounded", "interest is rounded")
        sentence = f"{what} by interest periods: name them in `periods`, such as quarterly."
        yield AgreementFinding((*path, field), "periods", sentence)
    elif terms.months is not None and MONTHS_OF.get(terms.compounds, terms.months) % terms.months:
        sentence = f"a period that is {terms.periods} does not fit into one that is {terms.compounds}: correct one."
        yield AgreementFinding((*path, "periods"), "periods", sentence)
    if terms.periods is not None and not within and terms.rounded is None and terms.compounds not in BY_DAY:
        sentence = (
            f"nothing is counted by periods: {terms.days} needs none, and no interest is rounded. Take them away."
        )
        yield AgreementFinding((*path, "periods"), "periods", sentence)


def _rate(path: Path, rate: str, terms: Interest) -> Iterator[AgreementFinding]:
    """A rate of less than a year is whole in its own span only by some day counts."""
    span = rate.rpartition(" ")[2]
    if span == "year":
        return
    if terms.compounds == "effective":
        sentence = "an effective rate is one of a whole year: write it as such, or name how often it compounds."
        yield AgreementFinding(path, "rate", sentence)
    elif span == "day":
        if terms.days not in {"actual/365", "actual/360"}:
            sentence = (
                f"a rate by the day counts actual days, and {terms.days} does not: write actual/365 or actual/360."
            )
            yield AgreementFinding(path, "rate", sentence)
    elif terms.days == "actual/actual ICMA":
        if terms.months is not None and _MONTHS[span] % terms.months:
            sentence = f"a {span} is no whole number of periods of {terms.months} months: correct `periods`."
            yield AgreementFinding(path, "rate", sentence)
    elif terms.days.startswith("actual"):
        sentence = (
            f"by {terms.days} no {span} is like another: count it by 30E/360, or by actual/actual ICMA with `periods`."
        )
        yield AgreementFinding(path, "rate", sentence)
