"""What is to be recouped, as it grows: principal from the facts, interest by the day."""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from domain.sharing.waterfall import phrases
from domain.sharing.waterfall.linear import ZERO, value
from domain.sharing.waterfall.model import Claim, Interest
from domain.sharing.waterfall.network import Network

_MONTHS = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}
_DAY = timedelta(days=1)


@dataclass(slots=True)
class ClaimStanding:
    """One claim: the principal, all interest so far, and what that takes to go on.

    Payments count for the interest that ran up to their day (`running`), then for what bears interest: `seen` of them
    are counted, `repaid` of these for the latter. `compounded` is the interest that bears interest itself.
    """

    principal: Fraction = ZERO
    interest: Fraction = ZERO
    running: Fraction = ZERO
    compounded: Fraction = ZERO
    seen: Fraction = ZERO
    repaid: Fraction = ZERO
    since: date | None = None


class ClaimBook:
    """The claims of a network from day to day. `state` is the run's: what has been paid is read from it."""

    def __init__(self, network: Network) -> None:
        self._dues = network.dues
        self.standing = {name: ClaimStanding() for name in self._dues}
        self._arisen: dict[str, Fraction] = {}
        self.day: date | None = None

    def carry(self, other: "ClaimBook") -> None:
        """Go on from where another book stands, claim by claim of the same name."""
        for name, standing in other.standing.items():
            if name in self.standing:
                self.standing[name] = replace(standing)
                self._arisen[name] = other.arisen(name)
        self.day = other.day

    def arisen(self, claim_id: str) -> Fraction:
        """What of a claim's fixed amount has come to count by now."""
        claim = self._dues[claim_id].claim
        if claim.amount is None or self.day is None or (claim.on is not None and claim.on > self.day):
            return self._arisen.get(claim_id, ZERO)
        return Fraction(claim.amount.minor)

    def fixed(self, start: date) -> Iterator[tuple[str, date, Fraction]]:
        """What is still to arise of fixed amounts, with the day: all, or what an amendment makes more or less."""
        for name, due in self._dues.items():
            amount = Fraction(due.claim.amount.minor) if due.claim.amount is not None else ZERO
            if amount != self._arisen.get(name, ZERO):
                on = due.claim.on or start
                yield name, max(on, start) if self.day else on, amount - self._arisen.get(name, ZERO)

    def of_fact(self, kind: str, name: str) -> Iterator[str]:
        """The claims that a cost or an advance of a name belongs to."""
        for claim_id, due in self._dues.items():
            words = due.claim.costs if kind == "cost" else due.claim.advance
            if words is not None and name in words:
                yield claim_id

    def add(self, claim_id: str, on: date, amount: Fraction) -> None:
        """Principal that is claimed from a day on."""
        standing = self.standing[claim_id]
        standing.principal += amount
        standing.since = min(standing.since or on, on)

    @property
    def bears_interest_until(self) -> date | None:
        """Up to when a claim bears interest, so that every day with receipts matters; None if none does."""
        interests = [due.claim.interest for due in self._dues.values() if due.claim.interest is not None]
        return max((interest.until or date.max for interest in interests), default=None)

    @property
    def edges(self) -> set[date]:
        """The days on which interest begins or ends."""
        interests = [due.claim.interest for due in self._dues.values() if due.claim.interest is not None]
        return {edge for interest in interests for edge in (interest.since, interest.until) if edge is not None}

    def to_day(self, day: date, state: Mapping[str, Fraction]) -> None:
        """Let interest run until a day, on what was outstanding since the day before asked for."""
        start = self.day
        if start is not None and day <= start:
            return
        self.day = day
        if start is None or self.bears_interest_until is None:
            return
        for name in self._dues:
            self._count_payments(name, state)
        stops = sorted({day, *self._compounding(start, day), *(edge for edge in self.edges if start < edge < day)})
        for stop in stops:
            grown = {
                name: _grown(due.claim.interest, self._bearing(name, state), start, stop)
                for name, due in self._dues.items()
                if due.claim.interest is not None
            }
            for name, amount in grown.items():
                standing = self.standing[name]
                standing.interest += amount
                standing.running += amount
                if stop in set(self._compounding_of(name, start, stop)):
                    standing.compounded += standing.running
                    standing.running = ZERO
            start = stop

    def total(self, claim_id: str) -> Fraction:
        """What is claimed to date, before any cap."""
        claim, standing = self._dues[claim_id].claim, self.standing[claim_id]
        overhead = phrases.part(claim.overhead) if claim.overhead else ZERO
        multiple = phrases.part(claim.multiple) if claim.multiple else Fraction(1)
        return standing.principal * (1 + overhead) * multiple + standing.interest

    def outstanding(self, claim_id: str, state: Mapping[str, Fraction]) -> Fraction:
        """What is still to be recouped of a claim."""
        due = self._dues[claim_id]
        most = self.total(claim_id)
        if due.cap is not None:
            most = min(most, value(due.cap, state))
        return max(most - due.paid.at(state), ZERO)

    def _bearing(self, claim_id: str, state: Mapping[str, Fraction]) -> Fraction:
        due, standing = self._dues[claim_id], self.standing[claim_id]
        on = due.claim.interest.on if due.claim.interest else None
        own = self.total(claim_id) - standing.interest + standing.compounded - standing.repaid
        return max(own, ZERO) + (self.outstanding(on, state) if on else ZERO)

    def _count_payments(self, claim_id: str, state: Mapping[str, Fraction]) -> None:
        standing = self.standing[claim_id]
        paid = self._dues[claim_id].paid.at(state)
        fresh, standing.seen = paid - standing.seen, paid
        for_interest = min(fresh, standing.running)
        standing.running -= for_interest
        standing.repaid += fresh - for_interest

    def _compounding(self, start: date, end: date) -> Iterator[date]:
        for name in self._dues:
            yield from self._compounding_of(name, start, end)

    def _compounding_of(self, claim_id: str, start: date, end: date) -> Iterator[date]:
        interest = self._dues[claim_id].claim.interest
        if interest is None or interest.compounds == "never":
            return
        since = self.standing[interest.on or claim_id].since
        since = max(since, interest.since or since) if since else None
        n = 1
        while since is not None and (day := _months_later(since, n * _MONTHS[interest.compounds])) <= end:
            if day > start:
                yield day
            n += 1


def _grown(interest: Interest | None, bearing: Fraction, start: date, end: date) -> Fraction:
    if interest is None or not bearing or start < (interest.since or start) or start >= (interest.until or end):
        return ZERO
    rate = Fraction(interest.rate.split("%", maxsplit=1)[0].strip()) / 100
    return bearing * rate * years(interest.days, start, end)


def years(count: str, start: date, end: date) -> Fraction:
    """The part of a year from `start` to before `end` by a day count convention."""
    days = (end - start).days
    match count:
        case "actual/360":
            return Fraction(days, 360)
        case "30/360":  # the European rule, by which parts of a span add up to it
            return Fraction(_day_of_360(end) - _day_of_360(start), 360)
        case "actual/actual":
            return sum((_part_of(year, start, end) for year in range(start.year, end.year + 1)), ZERO)
    return Fraction(days, 365)


def _day_of_360(day: date) -> int:
    return day.year * 360 + day.month * 30 + min(day.day, 30)


def _part_of(year: int, start: date, end: date) -> Fraction:
    first, last = max(start, date(year, 1, 1)), min(end, date(year + 1, 1, 1))
    return Fraction(max((last - first).days, 0), 366 if calendar.isleap(year) else 365)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def period_end(day: date, of: str) -> date:
    """The last day of the period that a day is in."""
    months = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}[of]
    after = (day.month - 1) // months * months + months
    year, month = divmod(day.year * 12 + after, 12)
    return date(year, month + 1, 1) - _DAY


def periods_later(end: date, of: str, periods: int) -> date:
    """The last day of the period that is so many periods after the one that ends on a day."""
    months = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}[of]
    return period_end(_months_later(date(end.year, end.month, 1), months * periods), of)


def claim_sources(claim: Claim) -> bool:
    """Whether a claim says anything that makes it grow."""
    return claim.amount is not None or bool(claim.costs or claim.advance or (claim.interest and claim.interest.on))
