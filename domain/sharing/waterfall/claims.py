"""Claims as they grow: principal from the facts, interest by the day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from domain.calendar.interest import (
    Accrued,
    compounding_days,
    rate_of,
    simple,
)
from domain.sharing.waterfall import phrases
from domain.sharing.waterfall.linear import ZERO, value
from domain.sharing.waterfall.model import Claim, Interest
from domain.sharing.waterfall.network import Network


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
        """The days on which interest begins or ends."""
        interests = [due.claim.interest for due in self._dues.values() if due.claim.interest is not None]
        return {edge for interest in interests for edge in (interest.since, interest.until) if edge is not None}

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
        stops = sorted({day, *self._compounding(start, day), *(edge for edge in self.edges if start < edge < day)})
        for stop in stops:
            accrued = {
                name: _interest(due.claim.interest, self._bearing(name, state), start, stop)
                for name, due in self._dues.items()
                if due.claim.interest is not None
            }
            for name, amount in accrued.items():
                self.standing[name].grow(amount)
                if stop in set(self._compounding_of(name, start, stop)):
                    self.standing[name].compound()
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

    def _compounding(self, start: date, end: date) -> Iterator[date]:
        for name in self._dues:
            yield from self._compounding_of(name, start, end)

    def _compounding_of(self, claim_id: str, start: date, end: date) -> Iterator[date]:
        interest = self._dues[claim_id].claim.interest
        since = self.standing[interest.on or claim_id].since if interest else None
        if interest is not None and since is not None:
            yield from compounding_days(max(since, interest.since or since), interest.compounds, start, end)


def _interest(interest: Interest | None, bearing: Fraction, start: date, end: date) -> Fraction:
    if interest is None or not bearing or start < (interest.since or start) or start >= (interest.until or end):
        return ZERO
    return simple(bearing, rate_of(interest.rate), interest.days, start, end, interest.until)


def can_grow(claim: Claim) -> bool:
    """Whether a claim can become more than zero."""
    return claim.amount is not None or bool(claim.costs or claim.advance or (claim.interest and claim.interest.on))
