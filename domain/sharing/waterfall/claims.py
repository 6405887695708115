"""Claims as they grow: principal from the facts, interest by the day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from domain.calendar.dates import year_fraction_within
from domain.calendar.interest import (
    BY_DAY,
    OF_A_DAY,
    Accrued,
    compounding_days,
    effective_growth,
    period_ends,
    period_of,
    rate_of,
)
from domain.sharing.waterfall import phrases
from domain.sharing.waterfall.linear import ZERO, value
from domain.sharing.waterfall.model import Claim
from domain.sharing.waterfall.network import Network
from domain.values.rounding import Rounding


@dataclass(slots=True)
class ClaimStanding(Accrued):
    """One claim: its principal, the day it started, and its interest."""

    principal: Fraction = ZERO
    since: date | None = None


class ClaimBook:
    """The claims of a network from day to day. The run's `state` says what has been paid."""

    def __init__(self, network: Network) -> None:
        self._dues = network.dues
        self.standing = {name: ClaimStanding() for name in self._dues}
        self._arisen: dict[str, Fraction] = {}
        self.day: date | None = None

    def continue_from(self, other: "ClaimBook") -> None:
        """Continue from another book's claims of the same names."""
        for name, standing in other.standing.items():
            if name in self.standing:
                self.standing[name] = replace(standing)
                self._arisen[name] = other.arisen(name)
        self.day = other.day

    def arisen(self, claim_id: str) -> Fraction:
        """The part of a claim's fixed amount that counts by now."""
        claim = self._dues[claim_id].claim
        if claim.amount is None or self.day is None or (claim.on is not None and claim.on > self.day):
            return self._arisen.get(claim_id, ZERO)
        return Fraction(claim.amount.minor)

    def fixed(self, start: date) -> Iterator[tuple[str, date, Fraction]]:
        """The fixed amounts that do not count yet, with their days. An amendment may add or remove some."""
        for name, due in self._dues.items():
            amount = Fraction(due.claim.amount.minor) if due.claim.amount is not None else ZERO
            if amount != self._arisen.get(name, ZERO):
                on = due.claim.on or start
                yield name, max(on, start) if self.day else on, amount - self._arisen.get(name, ZERO)

    def of_fact(self, kind: str, name: str) -> Iterator[str]:
        """The claims that a cost or an advance of this name belongs to."""
        for claim_id, due in self._dues.items():
            names = due.claim.costs if kind == "cost" else due.claim.advance
            if names is not None and name in names:
                yield claim_id

    def add(self, claim_id: str, on: date, amount: Fraction) -> None:
        """Add principal from a day on."""
        standing = self.standing[claim_id]
        standing.principal += amount
        standing.since = min(standing.since or on, on)

    @property
    def bears_interest_until(self) -> date | None:
        """The last day with interest, None without any. Until then every day with receipts matters."""
        interests = [due.claim.interest for due in self._dues.values() if due.claim.interest is not None]
        return max((interest.until or date.max for interest in interests), default=None)

    @property
    def edges(self) -> set[date]:
        """The days on which interest begins, changes its rate, or ends."""
        interests = [due.claim.interest for due in self._dues.values() if due.claim.interest is not None]
        changes = {change.since for interest in interests for change in interest.then}
        return changes | {edge for each in interests for edge in (each.since, each.until) if edge is not None}

    def to_day(self, day: date, state: Mapping[str, Fraction]) -> None:
        """Accrue interest until a day, on what was outstanding since the last call."""
        start = self.day
        if start is not None and day <= start:
            return
        self.day = day
        if start is None or self.bears_interest_until is None:
            return
        for name in self._dues:
            self.standing[name].count_payments(self._dues[name].paid.at(state))
        ends = {name: self._ends(name, start, day) for name, due in self._dues.items() if due.claim.interest}
        stops = {day, *(edge for edge in self.edges if start < edge < day)}
        stops.update(*(one.compounding for one in ends.values()), *(one.periods for one in ends.values()))
        for stop in sorted(stops):
            accrued = {name: self._interest(name, state, start, stop) for name in ends}
            for name, amount in accrued.items():
                standing = self.standing[name]
                standing.grow(amount, ends[name].rounding)
                if stop in ends[name].compounding:
                    standing.compound()
                if stop in ends[name].periods:
                    standing.begin_period()
            start = stop

    def total(self, claim_id: str) -> Fraction:
        """The claim to date, before any cap."""
        claim, standing = self._dues[claim_id].claim, self.standing[claim_id]
        overhead = phrases.part(claim.overhead) if claim.overhead else ZERO
        multiple = phrases.part(claim.multiple) if claim.multiple else Fraction(1)
        return standing.principal * (1 + overhead) * multiple + standing.interest

    def outstanding(self, claim_id: str, state: Mapping[str, Fraction]) -> Fraction:
        """What is still to be recouped of a claim."""
        due = self._dues[claim_id]
        claimed = self.total(claim_id)
        if due.cap is not None:
            claimed = min(claimed, value(due.cap, state))
        return max(claimed - due.paid.at(state), ZERO)

    def _bearing(self, claim_id: str, state: Mapping[str, Fraction]) -> Fraction:
        due, standing = self._dues[claim_id], self.standing[claim_id]
        on = due.claim.interest.on if due.claim.interest else None
        own = standing.bearing(self.total(claim_id) - standing.interest)
        return own + (self.outstanding(on, state) if on else ZERO)

    def _ends(self, claim_id: str, start: date, end: date) -> "_Ends":
        interest, since = self._dues[claim_id].claim.interest, self._first_day(claim_id)
        if interest is None or since is None:
            return _Ends(frozenset(), frozenset(), None)
        compounding = frozenset(compounding_days(since, interest.compounds, start, end))
        rounding = phrases.rounding(interest.rounded).rule if interest.rounded else None
        if interest.compounds in BY_DAY:
            return _Ends(compounding, compounding, rounding or OF_A_DAY)
        periods = period_ends(since, interest.months, start, end) if rounding and interest.months else ()
        return _Ends(compounding, frozenset(periods), rounding)

    def _first_day(self, claim_id: str) -> date | None:
        """The day from which a claim's interest runs and its periods are counted."""
        interest = self._dues[claim_id].claim.interest
        since = self.standing[interest.on or claim_id].since if interest else None
        return max(since, interest.since or since) if interest and since else None

    def _interest(self, claim_id: str, state: Mapping[str, Fraction], start: date, end: date) -> Fraction:
        """The interest of a span in which neither what bears it nor the rate changes."""
        interest, since = self._dues[claim_id].claim.interest, self._first_day(claim_id)
        bearing = self._bearing(claim_id, state)
        if interest is None or since is None or not bearing or not since <= start < (interest.until or end):
            return ZERO
        written = next((each.rate for each in reversed(interest.then) if each.since <= start), interest.rate)
        rate = rate_of(written, interest.days)
        period = period_of(since, interest.months, start) if interest.months else (start, end)
        part = year_fraction_within(interest.days, period, start, end, interest.until)
        if interest.compounds == "effective":
            return bearing * (effective_growth(rate, part) - 1)
        return bearing * rate * part


@dataclass(frozen=True, slots=True)
class _Ends:
    """The days of a span on which a claim's interest is compounded and its periods end, and how it is rounded."""

    compounding: frozenset[date]
    periods: frozenset[date]
    rounding: Rounding | None


def can_grow(claim: Claim) -> bool:
    """Whether a claim can become more than zero."""
    return claim.amount is not None or bool(claim.costs or claim.advance or (claim.interest and claim.interest.on))
